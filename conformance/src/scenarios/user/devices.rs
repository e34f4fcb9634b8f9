//! `user.auth`: several sockets of one user, of which some go and others come.

use std::collections::BTreeSet;

use chat_spec::{
    events::{
        CallAnswer, ChatClear, ChatDelete, ChatRead, ChatStart, MessageDelete, OnCallAnswer, OnCallInit, OnChatClear,
        OnChatRead, OnMessageDelete, OnMessageNew, OnUserAuthorized, UserAuth,
    },
    types::{Message, MessageId, RoomId},
};
use serde_json::json;

use crate::{
    scenario::scenarios,
    scenarios::{
        conversation::say,
        user::identity::{all_hear, call},
    },
    stop::{Outcome, Stop},
    world::{Client, World},
};

scenarios! { "user.auth";
    the_others_hear_on_when_one_goes ["AUTH-11", "CALL-5"]
        "When one of a user's sockets goes, those that stay hear everything, also where there were five.";
    a_second_socket_is_told_the_same ["AUTH-11"]
        "A second socket of a user is told of the same dialogs as the first.";
}

async fn the_others_hear_on_when_one_goes(world: &World) -> Outcome {
    world.no_transcript();
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let laptop = world.another_socket(&alice, "alice/laptop").await?;
    alice.close().await;
    let carol = hear_everything(world, &[&laptop], &bob, &carol).await?;

    // Several are two at least; servers need not let in more.
    let mut sockets = Vec::new();
    for label in ["alice/tablet", "alice/watch", "alice/radio", "alice/car"] {
        match world.second_device(&laptop, label).await {
            Ok(socket) => sockets.push(socket),
            Err(Stop::NotApplicable(_)) => return Ok(()),
            Err(stop) => return Err(stop),
        }
    }
    let all: Vec<&Client> = std::iter::once(&laptop).chain(&sockets).collect();
    start(world, &bob, &all).await?;
    laptop.close().await;
    hear_everything(world, &sockets.iter().collect::<Vec<_>>(), &bob, &carol).await.map(drop)
}

/// A message from another user, which each of a user's sockets hears.
async fn start(world: &World, from: &Client, sockets: &[&Client]) -> Outcome<Message> {
    let [first, ..] = sockets else { return Err(Stop::Harness("a user without a socket hears nothing".into())) };
    from.emit(&ChatStart { user_id: first.id(), text: world.text("to all that are there"), attachment_id: None })
        .await?;
    from.expect::<OnMessageNew>("START-1").await?;
    Ok(all_hear::<OnMessageNew>(sockets).await?.message)
}

/// All that a user can hear of the two others, on each of its sockets. Gives the third, who came back.
async fn hear_everything(world: &World, sockets: &[&Client], bob: &Client, carol: &Client) -> Outcome<Client> {
    let [first, ..] = sockets else { return Err(Stop::Harness("a user without a socket hears nothing".into())) };
    // Where a user is called who has several, that all of them ring is a requirement of its own.
    let rings = if sockets.len() > 1 { "CALL-5" } else { "AUTH-11" };
    bob.emit(&call(first.account())).await?;
    for socket in sockets {
        socket.expect::<OnCallInit>(rings).await?;
    }
    first.emit(&call(bob.account())).await?;
    bob.expect::<OnCallInit>("CALL-1").await?;
    let nothing = || json!({}).into();
    let answer = CallAnswer { user_id: first.id(), ice_candidate: nothing(), session_description: nothing() };
    bob.emit(&answer).await?;
    all_hear::<OnCallAnswer>(sockets).await?;

    carol.close().await;
    for socket in sockets {
        socket.expect_announced("AUTH-11", carol, false).await?;
    }
    let (carol, _) = world.arrive(carol.account(), carol.label()).await?;
    for socket in sockets {
        socket.expect_announced("AUTH-11", &carol, true).await?;
    }

    let message = start(world, bob, sockets).await?;
    first.emit(&ChatRead { room_id: message.room_id }).await?;
    all_hear::<OnChatRead>(sockets).await?;
    bob.emit(&MessageDelete { message_id: message.id }).await?;
    all_hear::<OnMessageDelete>(sockets).await?;
    bob.expect::<OnMessageDelete>("DEL-1").await?;
    bob.emit(&ChatClear { room_id: message.room_id }).await?;
    all_hear::<OnChatClear>(sockets).await?;
    bob.expect::<OnChatClear>("CLEAR-1").await?;
    bob.emit(&ChatDelete { room_id: message.room_id }).await?;
    for socket in sockets {
        world.expect_dropped("AUTH-11", [*socket], message.room_id).await?;
    }
    world.expect_dropped("DROP-1", [bob], message.room_id).await?;
    Ok(carol)
}

/// What a user is told of these rooms: its side, what it has not read, the newest message.
fn told(answer: &OnUserAuthorized, rooms: [RoomId; 2]) -> BTreeSet<(RoomId, u64, Option<MessageId>)> {
    let dialogs = answer.dialogs.iter().filter(|dialog| rooms.contains(&dialog.room.id));
    dialogs
        .map(|dialog| (dialog.room.id, dialog.chat.unread_count, dialog.message.as_ref().map(|message| message.id)))
        .collect()
}

async fn a_second_socket_is_told_the_same(world: &World) -> Outcome {
    world.no_transcript();
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let rooms = [world.dialog(&bob, &alice).await?, world.dialog(&alice, &carol).await?];
    say(world, &bob, &alice, rooms[0], "not read").await?;
    let (alice, first) = world.come_back(&alice).await?;
    let laptop = world.connect(alice.account(), "alice/laptop").await?;
    laptop.emit(&UserAuth { id: alice.id(), token: alice.account().token.clone() }).await?;
    let second: OnUserAuthorized = laptop.expect("AUTH-11").await?;
    if !second.success {
        return Err(world.broken("AUTH-11", "a second socket of a user is refused"));
    }
    world.check_eq(
        "AUTH-11",
        "what a second socket is told of two dialogs (room, unread messages, newest message)",
        &told(&second, rooms),
        &told(&first, rooms),
    );
    Ok(())
}
