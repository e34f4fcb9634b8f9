//! `on.user.online`: presence.
//!
//! Accounts are used again and again, and a server may still be busy with sockets of an earlier scenario. So each
//! scenario first brings the user that it watches into a known state: see [`away`].

use chat_spec::{
    events::{ChatDelete, MessageSend, OnMessageNew, OnUserAuthorized, OnUserOnline, UserAuth},
    types::{Dialog, RoomId, UserId},
};

use crate::{
    accounts::Account,
    scenario::{Needs, scenarios},
    stop::{Outcome, Stop},
    world::{Client, World},
};

scenarios! { "on.user.online";
    coming_and_going_is_announced ["PRES-1", "PRES-2"]
        "Each other user hears once that a user comes and once that it goes, every time.";
    one_who_never_spoke_is_told ["PRES-1", "PRES-2"]
        "A user who has just come, and has no dialog yet, is told who comes and goes, and its going is told as well."
        needs Needs::Nobody; // dialogs with the users of other scenarios are deleted
    strangers_hear_nothing ["PRES-4"]
        "Sockets that are not authorised, or were refused, hear nothing of who comes and goes.";
    one_of_several_sockets_goes ["PRES-3", "PRES-2"]
        "A user with two sockets goes when the last of them does, whichever that is.";
    vanishing_is_noticed ["PRES-5"]
        "A socket that vanishes without a goodbye is announced offline, and can come back.";
    the_user_itself ["PRES-6"]
        "Whether a user hears that it came itself.";
    a_second_socket ["PRES-7"]
        "Whether a second socket of a user who is there is announced.";
    a_refusal_announces_nobody ["PRES-8"]
        "A refused authorisation announces nobody, neither when it is tried nor when its socket goes.";
    quick_reconnects ["PRES-9"]
        "After quick reconnects the last that is announced is true, and nothing is announced twice running.";
    a_new_socket_before_the_old_one_goes ["PRES-9"]
        "A user whose new socket comes before its old one goes is online in the end.";
    gone_before_the_answer ["PRES-9"]
        "A user who vanishes in the middle of its authorisation is not announced online for good.";
}

/// Brings a user into a known state: it came, it went, and all who watch know that. Gives the connection that it had.
pub(super) async fn away(world: &World, account: &Account, label: &str, watchers: &[&Client]) -> Outcome<Client> {
    let (user, _) = world.arrive(account, label).await?;
    // What is left of an earlier scenario may have been announced first.
    forget(world, &user, watchers).await?;
    user.close().await;
    for watcher in watchers {
        watcher.expect_announced("PRES-2", &user, false).await?;
    }
    forget(world, &user, watchers).await?;
    Ok(user)
}

/// Waits until all is announced, and takes notice of it.
pub(super) async fn forget(world: &World, user: &Client, watchers: &[&Client]) -> Outcome {
    world.settle_presence().await?;
    for watcher in watchers {
        drop(watcher.announcements_of(user));
    }
    Ok(())
}

/// Each of the watchers hears it, and hears it once.
async fn hear_once(
    world: &World,
    requirement: &'static str,
    user: &Client,
    online: bool,
    watchers: &[&Client],
) -> Outcome {
    for watcher in watchers {
        watcher.expect_presence(requirement, user, online).await?;
    }
    world.settle().await?;
    for watcher in watchers {
        let more = watcher.announcements_of(user);
        world.check("EVT-1", more.is_empty(), || {
            format!("`{}` was told once more of `{}`, which came or went once: {more:?}", watcher.label(), user.label())
        });
    }
    Ok(())
}

async fn coming_and_going_is_announced(world: &World) -> Outcome {
    let [alice, bob, carol, dave] = world.accounts(["alice", "bob", "carol", "dave"]).await?;
    let (bob, _) = world.arrive(&bob, "bob").await?;
    let (carol, _) = world.arrive(&carol, "carol").await?;
    if let Err(stop) = away(world, &alice, "alice", &[&bob, &carol]).await {
        // That its going is not announced is found; whether its coming is has still to be seen.
        let (user, _) = world.arrive(&alice, "alice").await?;
        for watcher in [&bob, &carol] {
            watcher.expect_announced("PRES-1", &user, true).await?;
        }
        return Err(stop);
    }

    let user = world.connect(&alice, "alice").await?;
    user.authorise().await?;
    hear_once(world, "PRES-1", &user, true, &[&bob, &carol]).await?;
    // One who came later is told when the user goes.
    let (dave, _) = world.arrive(&dave, "dave").await?;
    forget(world, &user, &[&dave]).await?;
    user.close().await;
    hear_once(world, "PRES-2", &user, false, &[&bob, &carol, &dave]).await?;

    let user = world.connect(&alice, "alice").await?;
    user.authorise().await?;
    hear_once(world, "PRES-1", &user, true, &[&bob, &carol, &dave]).await?;
    // One who comes back is told as well.
    let (bob, _) = world.come_back(&bob).await?;
    forget(world, &user, &[&bob]).await?;
    user.close().await;
    hear_once(world, "PRES-2", &user, false, &[&bob, &carol, &dave]).await
}

async fn one_who_never_spoke_is_told(world: &World) -> Outcome {
    let [alice, bob, carol] = world.accounts(["alice", "bob", "carol"]).await?;
    world.silently(delete_all_dialogs(world, &carol)).await?;
    let (bob, _) = world.arrive(&bob, "bob").await?;
    away(world, &alice, "alice", &[&bob]).await?;
    // No sentinel of carol's: each would be a dialog.
    let (carol, _) = world.arrive(&carol, "carol").await?;
    bob.expect_announced("PRES-1", &carol, true).await?;
    let user = world.connect(&alice, "alice").await?;
    user.authorise().await?;
    carol.expect_presence("PRES-1", &user, true).await?;
    user.close().await;
    carol.expect_presence("PRES-2", &user, false).await?;
    // The control: one who has a dialog hears both.
    bob.expect_presence("PRES-1", &user, true).await?;
    bob.expect_presence("PRES-2", &user, false).await?;
    // Nor is one without a dialog overheard when it goes.
    carol.close().await;
    bob.expect_announced("PRES-2", &carol, false).await
}

/// Deletes the dialogs that a user has, as far as they are the suite's to delete.
async fn delete_all_dialogs(world: &World, account: &Account) -> Outcome {
    let (user, authorized) = world.arrive(account, "carol").await?;
    let casting = &world.subject().casting;
    let ours = |dialog: &&Dialog| dialog.room.users.iter().all(|member| casting.is_ours(member.id));
    let rooms: Vec<RoomId> = authorized.dialogs.iter().filter(ours).map(|dialog| dialog.room.id).collect();
    for room_id in &rooms {
        user.emit(&ChatDelete { room_id: *room_id }).await?;
    }
    // What is done on one socket is done in order: with the answer to this, they are gone.
    user.authorise().await?;
    for room in rooms {
        user.forget_dropped(room).await;
    }
    user.close().await;
    Ok(())
}

async fn strangers_hear_nothing(world: &World) -> Outcome {
    let [alice, bob, carol, dave] = world.accounts(["alice", "bob", "carol", "dave"]).await?;
    let (bob, _) = world.arrive(&bob, "bob").await?;
    away(world, &alice, "alice", &[&bob]).await?;
    let stranger = world.connect(&carol, "carol").await?;
    let refused = world.connect(&dave, "dave").await?;
    try_in_vain(world, &refused, dave.id, "a token that nobody has").await?;

    let (user, _) = world.arrive(&alice, "alice").await?;
    bob.expect_announced("PRES-1", &user, true).await?;
    user.close().await;
    // The control: one who is authorised hears both.
    bob.expect_announced("PRES-2", &user, false).await?;
    world.nobody_hears_more("PRES-4").await?;
    // Servers count refusals, and sentinels of who is not authorised are such.
    stranger.close().await;
    refused.close().await;
    Ok(())
}

/// Authorises with what should be refused, outside of the transcript.
pub(super) async fn try_in_vain(world: &World, socket: &Client, id: UserId, token: &str) -> Outcome {
    let refused = async {
        socket.emit(&UserAuth { id, token: token.to_owned() }).await?;
        socket.expect::<OnUserAuthorized>("AUTH-2").await.map(drop)
    };
    world.silently(refused).await
}

async fn one_of_several_sockets_goes(world: &World) -> Outcome {
    let [alice, bob] = world.accounts(["alice", "bob"]).await?;
    let (bob, _) = world.arrive(&bob, "bob").await?;
    away(world, &alice, "alice", &[&bob]).await?;
    for (which, first_goes) in [("the newer", false), ("the older", true)] {
        let (phone, _) = world.arrive(&alice, "alice").await?;
        bob.expect_announced("PRES-1", &phone, true).await?;
        let laptop = world.another_socket(&phone, "alice/laptop").await?;
        forget(world, &phone, &[&bob]).await?;
        let (goes, stays) = if first_goes { (&phone, &laptop) } else { (&laptop, &phone) };
        goes.close().await;
        world.settle_presence().await?;
        let said = bob.announcements_of(&phone);
        let by_socket = said.contains(&false);
        world
            .check("PRES-3", !by_socket, || format!("{which} of two sockets went, and the user was announced offline"));
        let server = if by_socket { "announced offline" } else { "not announced" };
        world.dialect("D10", "one of several sockets of a user goes", server, "not announced");
        stays.close().await;
        bob.expect_announced("PRES-2", &phone, false).await?;
        forget(world, &phone, &[&bob]).await?;
    }
    Ok(())
}

async fn vanishing_is_noticed(world: &World) -> Outcome {
    let [alice, bob] = world.accounts(["alice", "bob"]).await?;
    let (bob, _) = world.arrive(&bob, "bob").await?;
    away(world, &alice, "alice", &[&bob]).await?;
    for _ in 0..2 {
        let user = world.connect(&alice, "alice").await?;
        user.authorise().await?;
        hear_once(world, "PRES-1", &user, true, &[&bob]).await?;
        user.abort().await;
        hear_once(world, "PRES-5", &user, false, &[&bob]).await?;
    }
    Ok(())
}

async fn the_user_itself(world: &World) -> Outcome {
    let [alice, bob] = world.accounts(["alice", "bob"]).await?;
    let (bob, _) = world.arrive(&bob, "bob").await?;
    away(world, &alice, "alice", &[&bob]).await?;
    let (user, _) = world.arrive(&alice, "alice").await?;
    bob.expect_announced("PRES-1", &user, true).await?;
    world.settle_presence().await?;
    let server = if user.announcements_of(&user).is_empty() { "not told" } else { "told" };
    world.check("PRES-6", true, String::new);
    world.dialect("PRES-6", "a user's own coming, to itself", server, "not told");
    let server = if user.announcements_of(&bob).is_empty() { "not told" } else { "told" };
    world.dialect("D20", "who is there, to one who has just come", server, "not told");
    Ok(())
}

async fn a_second_socket(world: &World) -> Outcome {
    let [alice, bob] = world.accounts(["alice", "bob"]).await?;
    let (bob, _) = world.arrive(&bob, "bob").await?;
    away(world, &alice, "alice", &[&bob]).await?;
    let (user, _) = world.arrive(&alice, "alice").await?;
    bob.expect_announced("PRES-1", &user, true).await?;
    forget(world, &user, &[&bob]).await?;
    let by_socket = announces_second_socket(world, &user, &bob).await?;
    let server = if by_socket { "announced again" } else { "not announced" };
    world.check("PRES-7", true, String::new);
    world.dialect("PRES-7", "a second socket of a user who is there", server, "not announced");
    Ok(())
}

/// Whether presence is by socket (D10): a second socket of a user is announced.
async fn announces_second_socket(world: &World, user: &Client, watcher: &Client) -> Outcome<bool> {
    let laptop = world.another_socket(user, "alice/laptop").await?;
    world.settle_presence().await?;
    let by_socket = !watcher.announcements_of(user).is_empty();
    laptop.close().await;
    forget(world, user, &[watcher]).await?;
    Ok(by_socket)
}

async fn a_refusal_announces_nobody(world: &World) -> Outcome {
    let [alice, bob, carol] = world.accounts(["alice", "bob", "carol"]).await?;
    let (bob, _) = world.arrive(&bob, "bob").await?;
    away(world, &alice, "alice", &[&bob]).await?;
    away(world, &carol, "carol", &[&bob]).await?;
    let [unknown, ..] = world.subject().casting.unknown();

    for (when, there) in [("while the user is away", false), ("while the user is there", true)] {
        let user = if there { Some(world.arrive(&alice, "alice").await?.0) } else { None };
        if let Some(user) = &user {
            bob.expect_announced("PRES-1", user, true).await?;
            forget(world, user, &[&bob]).await?;
        }
        // Refused are: a wrong token, another user's, and one of a user that there is not.
        for (id, token) in [(alice.id, "a token that nobody has"), (alice.id, &carol.token), (unknown, &carol.token)] {
            if id == alice.id && token == alice.token {
                continue;
            }
            let intruder = world.connect(&alice, "intruder").await?;
            try_in_vain(world, &intruder, id, token).await?;
            world.settle_presence().await?;
            check_nobody(world, &bob, &[alice.id, carol.id, unknown], &format!("{when}, a refusal"));
            intruder.close().await;
            world.settle_presence().await?;
            check_nobody(
                world,
                &bob,
                &[alice.id, carol.id, unknown],
                &format!("{when}, the going of one who was refused"),
            );
        }
        // The control: who is let in is announced, and who goes.
        let user = match user {
            Some(user) => user,
            None => {
                let user = world.arrive(&alice, "alice").await?.0;
                bob.expect_announced("PRES-1", &user, true).await?;
                user
            }
        };
        user.close().await;
        bob.expect_announced("PRES-2", &user, false).await?;
        forget(world, &user, &[&bob]).await?;
    }
    Ok(())
}

/// Checks that a watcher was told nothing of these users.
fn check_nobody(world: &World, watcher: &Client, users: &[UserId], what: &str) {
    let told: Vec<_> = users.iter().flat_map(|user| watcher.announcements_of_id(*user)).collect();
    world.check("PRES-8", told.is_empty(), || {
        let online = told.first().is_some_and(|online| *online);
        format!("{what} was announced as a user's being {}", if online { "online" } else { "offline" })
    });
}

/// Checks what was announced of a user that is online or not: the last word is true, and where presence is by user, no
/// word comes twice running. `before` is what was known before.
async fn check_words(world: &World, watcher: &Client, user: &Client, before: bool, is: bool, by_user: bool) -> Outcome {
    world.settle_presence().await?;
    let mut said = watcher.announcements_of(user);
    let last = said.last().copied().unwrap_or(before);
    if last != is {
        // A server may take its time to notice.
        watcher.expect_announced("PRES-9", user, is).await?;
        said.push(is);
    }
    world.settle_presence().await?;
    said.extend(watcher.announcements_of(user));
    let last = said.last().copied().unwrap_or(before);
    world.check_eq("PRES-9", "the last that was announced of the user, online or not,", &last, &is);
    let twice = std::iter::once(&before).chain(&said).zip(&said).any(|(one, next)| one == next);
    world.check("PRES-9", !(by_user && twice), || {
        format!("of the user, who was {before} before, was announced twice running: {said:?} (true is online)")
    });
    Ok(())
}

/// Comes back at once. A server that lets in one device alone may not have noticed yet that the last one went.
async fn hurry(world: &World, account: &Account) -> Outcome<Client> {
    let user = world.connect(account, "alice").await?;
    let answer: OnUserAuthorized = world
        .silently(async {
            user.emit(&UserAuth { id: account.id, token: account.token.clone() }).await?;
            user.expect("AUTH-11").await
        })
        .await?;
    if answer.success { Ok(user) } else { Err(Stop::not_evaluable("who comes back at once is refused (AUTH-11)")) }
}

/// Comes and goes a few times, each time before the server can have noticed that the socket before went; stays at last.
async fn flicker(world: &World, account: &Account, mut last: Client, round: usize) -> Outcome<Client> {
    for turn in 0..4 {
        if (round + turn).is_multiple_of(2) {
            last.abort().await
        } else {
            last.close().await
        }
        last = hurry(world, account).await?;
    }
    Ok(last)
}

async fn quick_reconnects(world: &World) -> Outcome {
    let [alice, bob, carol] = world.accounts(["alice", "bob", "carol"]).await?;
    world.no_transcript();
    let (bob, _) = world.arrive(&bob, "bob").await?;
    let (carol, _) = world.arrive(&carol, "carol").await?;
    let user = away(world, &alice, "alice", &[&bob, &carol]).await?;
    for round in 0..3 {
        let first = world.arrive(&alice, "alice").await?.0;
        let last = flicker(world, &alice, first, round).await?;
        for watcher in [&bob, &carol] {
            check_words(world, watcher, &user, false, true, false).await?;
        }
        // It is there indeed: a message reaches it.
        let room = world.dialog(&bob, &last).await?;
        bob.emit(&MessageSend { room_id: room, text: world.text("are you there?"), attachment_id: None }).await?;
        last.expect::<OnMessageNew>("SEND-1").await?;
        bob.expect::<OnMessageNew>("SEND-1").await?;
        if round.is_multiple_of(2) {
            last.abort().await
        } else {
            last.close().await
        }
        for watcher in [&bob, &carol] {
            check_words(world, watcher, &user, true, false, true).await?;
        }
    }
    Ok(())
}

async fn a_new_socket_before_the_old_one_goes(world: &World) -> Outcome {
    let [alice, bob] = world.accounts(["alice", "bob"]).await?;
    world.no_transcript();
    let (bob, _) = world.arrive(&bob, "bob").await?;
    let user = away(world, &alice, "alice", &[&bob]).await?;
    let (mut socket, _) = world.arrive(&alice, "alice").await?;
    bob.expect_announced("PRES-1", &user, true).await?;
    forget(world, &user, &[&bob]).await?;
    let by_user = !announces_second_socket(world, &socket, &bob).await?;
    for number in 1..=3 {
        let newer = world.another_socket(&socket, &format!("alice/{number}")).await?;
        socket.close().await;
        check_words(world, &bob, &user, true, true, by_user).await?;
        socket = newer;
    }
    // Now that it is known whether presence is by socket: quick reconnects change nothing in the end, or both ways.
    for round in 0..2 {
        socket = flicker(world, &alice, socket, round).await?;
        check_words(world, &bob, &user, true, true, by_user).await?;
    }
    Ok(())
}

async fn gone_before_the_answer(world: &World) -> Outcome {
    let [alice, bob] = world.accounts(["alice", "bob"]).await?;
    world.no_transcript();
    let (bob, _) = world.arrive(&bob, "bob").await?;
    let user = away(world, &alice, "alice", &[&bob]).await?;
    for turn in 0..6_u32 {
        let hasty = world.connect(&alice, "alice").await?;
        hasty.emit(&UserAuth { id: alice.id, token: alice.token.clone() }).await?;
        if turn.is_multiple_of(2) {
            hasty.close().await;
        } else {
            // At different moments of the server's work; the verdict does not depend on them.
            tokio::time::sleep(world.patience().round_trip * turn / 4).await;
            hasty.abort().await;
        }
        // Whether the answer came in time, and what it heard a moment before it, is no matter.
        let heard = async {
            while hasty.take::<OnUserOnline>()?.is_some() {}
            hasty.take::<OnUserAuthorized>()
        };
        drop(world.silently(heard).await?);
    }
    check_words(world, &bob, &user, false, false, false).await?;
    // The control: one who stays is announced.
    world.arrive(&alice, "alice").await?;
    bob.expect_announced("PRES-1", &user, true).await
}
