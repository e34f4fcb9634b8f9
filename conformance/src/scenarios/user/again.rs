//! `on.user.online`: what is not announced, because nobody came or went.

use chat_spec::events::{OnUserAuthorized, UserAuth};

use crate::{
    scenario::scenarios,
    scenarios::user::online::{away, forget},
    stop::{Outcome, Stop},
    world::{Client, World},
};

scenarios! { "on.user.online";
    authorising_again_is_not_announced ["PRES-9", "PRES-2"]
        "Who authorises again does not come again, and goes once.";
    further_sockets_are_not_announced ["PRES-9"]
        "Where a second socket of a user is not announced, a third is not announced either.";
}

async fn authorising_again_is_not_announced(world: &World) -> Outcome {
    world.no_transcript();
    let [alice, bob] = world.accounts(["alice", "bob"]).await?;
    let (bob, _) = world.arrive(&bob, "bob").await?;
    away(world, &alice, "alice", &[&bob]).await?;
    let (user, _) = world.arrive(&alice, "alice").await?;
    bob.expect_announced("PRES-1", &user, true).await?;
    forget(world, &user, &[&bob]).await?;

    for _ in 0..2 {
        user.emit(&UserAuth { id: alice.id, token: alice.token.clone() }).await?;
        if !user.expect::<OnUserAuthorized>("AUTH-9").await?.success {
            return Err(world.broken("AUTH-9", "authorising again as the same user is refused"));
        }
    }
    world.settle_presence().await?;
    let again = bob.announcements_of(&user);
    user.close().await;
    bob.expect_announced("PRES-2", &user, false).await?;
    world.settle_presence().await?;
    let gone_again = bob.announcements_of(&user);

    // Where presence is by socket, it may be by authorisation as well (D10).
    let (user, _) = world.arrive(&alice, "alice").await?;
    bob.expect_announced("PRES-1", &user, true).await?;
    forget(world, &user, &[&bob]).await?;
    world.another_socket(&user, "alice/laptop").await?;
    if comes_again(world, &user, &bob).await? {
        return Ok(());
    }
    world.check("PRES-9", again.is_empty(), || {
        format!("a user who authorised again was announced again: {again:?} (true is online)")
    });
    world.check("PRES-9", gone_again.is_empty(), || {
        format!("a user who had authorised again went, and after that was announced: {gone_again:?} (true is online)")
    });
    Ok(())
}

/// Whether a user who is there was announced once more.
async fn comes_again(world: &World, user: &Client, watcher: &Client) -> Outcome<bool> {
    world.settle_presence().await?;
    Ok(!watcher.announcements_of(user).is_empty())
}

async fn further_sockets_are_not_announced(world: &World) -> Outcome {
    world.no_transcript();
    let [alice, bob] = world.accounts(["alice", "bob"]).await?;
    let (bob, _) = world.arrive(&bob, "bob").await?;
    away(world, &alice, "alice", &[&bob]).await?;
    let (user, _) = world.arrive(&alice, "alice").await?;
    bob.expect_announced("PRES-1", &user, true).await?;
    forget(world, &user, &[&bob]).await?;
    world.another_socket(&user, "alice/laptop").await?;
    let by_socket = comes_again(world, &user, &bob).await?;
    for label in ["alice/tablet", "alice/watch"] {
        match world.second_device(&user, label).await {
            Ok(_) => {}
            // Two are several already.
            Err(Stop::NotApplicable(_)) => return Ok(()),
            Err(stop) => return Err(stop),
        }
        let again = comes_again(world, &user, &bob).await?;
        world.check("PRES-9", by_socket || !again, || {
            format!("a second socket of a user is not announced, and `{label}`, one more, is")
        });
    }
    Ok(())
}
