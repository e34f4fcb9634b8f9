//! `user.auth`: one who was refused first, and is let in.

use chat_spec::events::{MessageDelete, OnCallInit, OnMessageDelete, OnMessageNew};

use crate::{
    scenario::scenarios,
    scenarios::{
        conversation::message,
        user::{
            auth::{dialog_with_one_refused, right_token},
            identity::call,
            online::{away, try_in_vain},
        },
    },
    stop::{Outcome, Stop},
    world::World,
};

scenarios! { "user.auth";
    one_who_was_refused_is_like_any_other ["PRES-1", "PRES-2", "AUTH-8"]
        "Who was refused and is let in at last is announced like any other, and hears what any other hears.";
}

async fn one_who_was_refused_is_like_any_other(world: &World) -> Outcome {
    world.no_transcript();
    let [alice, bob, carol] = world.accounts(["alice", "bob", "carol"]).await?;
    let (bob, _) = world.arrive(&bob, "bob").await?;
    away(world, &alice, "alice", &[&bob]).await?;
    let user = world.connect(&alice, "alice").await?;
    // Where the refusal costs it the connection, that is AUTH-8, also some time later.
    user.may_be_closed();
    try_in_vain(world, &user, alice.id, "a token that nobody has").await?;
    if !right_token(world, &user).await?.success {
        world.check("AUTH-8", false, || "the right token is refused after a wrong one".into());
        return Err(Stop::Broken);
    }
    bob.expect_announced("PRES-1", &user, true).await?;

    let (carol, _) = world.arrive(&carol, "carol").await?;
    user.expect_announced("AUTH-8", &carol, true).await?;
    carol.close().await;
    user.expect_announced("AUTH-8", &carol, false).await?;
    let room = dialog_with_one_refused(world, &bob, &user).await?;
    bob.emit(&message(world, room, "to one who was refused")).await?;
    user.expect::<OnMessageNew>("AUTH-8").await?;
    let sent = bob.expect::<OnMessageNew>("SEND-1").await?.message;
    bob.emit(&MessageDelete { message_id: sent.id }).await?;
    user.expect::<OnMessageDelete>("AUTH-8").await?;
    bob.expect::<OnMessageDelete>("DEL-1").await?;
    bob.emit(&call(user.account())).await?;
    user.expect::<OnCallInit>("AUTH-8").await?;

    user.close().await;
    bob.expect_announced("PRES-2", &user, false).await
}
