//! Events as such: section 2, EVT, and the types of section 3.

use chat_spec::{
    events::{
        CallAnswer, CallStart, ChatClear, ChatDelete, ChatHistory, ChatRead, MessageDelete, OnCallAnswer, OnCallInit,
        OnChatClear, OnChatHistory, OnChatRead, OnMessageDelete, OnMessageNew, OnUserAuthorized, UserAuth,
    },
    types::{AnyJson, ErrorCode, MessageId},
};
use serde_json::{Value, json};

use crate::{
    scenario::{Needs, scenarios},
    stop::Outcome,
    world::{Client, World},
};

scenarios! { "events";
    all_come_once_and_as_documented ["EVT-1", "EVT-2", "TYPE-1", "TYPE-2", "TYPE-3", "TYPE-4", "TYPE-5", "TYPE-6"]
        "A walk that makes all ten events come: each once, with one argument, as its schema says.";
    come_once_after_many_reconnects ["EVT-1"]
        "A user who left and came back several times hears every event once.";
    come_once_on_each_device ["EVT-1"]
        "Each of two sockets of a user hears every event once.";
    null_is_the_same_as_leaving_out ["EVT-3"]
        "`null` in an optional field of an action means the same as leaving it out.";
    refusals_are_as_documented ["EVT-2", "TYPE-1", "ERR-1"]
        "`on.error` has its documented shape."
        needs Needs::Profile("errors");
}

async fn all_come_once_and_as_documented(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    // What comes is looked at as it comes (world/observer.rs): here, that all of it comes.
    messages(world, &alice, &bob).await?;
    calls(&alice, &bob).await?;
    let (alice, bob) = comings(world, &alice, &bob).await?;

    // A dialog without a newest message, and a refusal: the other shapes of on.user.authorized.
    bob.emit(&ChatClear { room_id: room }).await?;
    bob.expect::<OnChatClear>("CLEAR-1").await?;
    alice.expect::<OnChatClear>("CLEAR-2").await?;
    let (bob, authorized) = world.come_back(&bob).await?;
    let cleared = authorized.dialogs.iter().find(|dialog| dialog.room.id == room);
    world.check("CLEAR-3", cleared.is_some_and(|dialog| dialog.message.is_none()), || {
        "a dialog that was cleared is not listed, or has a newest message".into()
    });
    let stranger = world.connect(alice.account(), "a stranger").await?;
    stranger.emit(&UserAuth { id: alice.id(), token: "a token that nobody has".into() }).await?;
    let refused: OnUserAuthorized = stranger.expect("AUTH-2").await?;
    world.check_eq("AUTH-2", "the success of a wrong token", &refused.success, &false);

    alice.emit(&ChatDelete { room_id: room }).await?;
    world.expect_dropped("DROP-1", [&alice, &bob], room).await?;
    world.each_event_came_once().await
}

/// `on.message.new`, `on.message.delete`, `on.chat.history`, `on.chat.read`.
async fn messages(world: &World, alice: &Client, bob: &Client) -> Outcome {
    let room = world.start("START-1", bob, alice, "hello").await?.0.room.id;
    for number in 1..=3 {
        world.say(alice, bob, room, &format!("message {number}")).await?;
    }
    let last = world.say(bob, alice, room, "an answer").await?.message;
    bob.emit(&MessageDelete { message_id: last.id }).await?;
    bob.expect::<OnMessageDelete>("DEL-1").await?;
    alice.expect::<OnMessageDelete>("DEL-1").await?;
    alice.emit(&ChatHistory { room_id: room, limit: None, last_id: None }).await?;
    let page: OnChatHistory = alice.expect("HIST-1").await?;
    world.check("SEND-5", !page.messages.is_empty(), || "a history with messages in it came without any".into());
    bob.emit(&ChatRead { room_id: room }).await?;
    bob.expect::<OnChatRead>("READ-1").await?;
    Ok(())
}

/// `on.call.init`, `on.call.answer`.
async fn calls(alice: &Client, bob: &Client) -> Outcome {
    let (candidate, description) = (json!({"candidate": ""}), json!({"type": "offer", "sdp": "v=0\r\n"}));
    let (ice_candidate, session_description) = (AnyJson::from(candidate), AnyJson::from(description));
    let (candidate, description) = (ice_candidate.clone(), session_description.clone());
    alice.emit(&CallStart { user_id: bob.id(), ice_candidate, session_description }).await?;
    bob.expect::<OnCallInit>("CALL-1").await?;
    let answer = CallAnswer { user_id: alice.id(), ice_candidate: candidate, session_description: description };
    bob.emit(&answer).await?;
    alice.expect::<OnCallAnswer>("CALL-2").await?;
    Ok(())
}

/// `on.user.authorized` and `on.user.online`, both ways.
async fn comings(world: &World, alice: &Client, bob: &Client) -> Outcome<(Client, Client)> {
    world.settle().await?;
    drop(alice.announcements_of(bob));
    bob.close().await;
    alice.expect_presence("PRES-2", bob, false).await?;
    let back = world.connect(bob.account(), bob.label()).await?;
    let authorized = back.authorise().await?;
    alice.expect_presence("PRES-1", bob, true).await?;
    world.check("AUTH-5", authorized.dialogs.iter().any(|dialog| dialog.message.is_some()), || {
        "an authorisation came without the dialog that has messages".into()
    });
    Ok((alice.clone(), back))
}

async fn come_once_after_many_reconnects(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let (mut alice, mut bob) = (alice, bob);
    for round in 1..=4 {
        alice = world.come_back(&alice).await?.0;
        bob = world.come_back(&bob).await?.0;
        world.say(&alice, &bob, room, &format!("to bob {round}")).await?;
        world.say(&bob, &alice, room, &format!("to alice {round}")).await?;
        calls(&alice, &bob).await?;
        world.each_event_came_once().await?;
    }
    Ok(())
}

async fn come_once_on_each_device(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let phone = world.second_device(&alice, "alice/phone").await?;
    let laptop = world.second_device(&bob, "bob/laptop").await?;
    let room = world.dialog(&alice, &bob).await?;
    world
        .silently(async {
            phone.expect::<OnMessageNew>("AUTH-11").await?;
            laptop.expect::<OnMessageNew>("AUTH-11").await
        })
        .await?;
    let mut first = None;
    for (from, number) in [(&alice, 1), (&phone, 2), (&laptop, 3)] {
        let text = world.text(&format!("message {number}"));
        from.emit(&chat_spec::events::MessageSend { room_id: room, text, attachment_id: None }).await?;
        for device in [&alice, &bob, &phone, &laptop] {
            let heard: OnMessageNew = device.expect("AUTH-11").await?;
            first.get_or_insert(heard.message.id);
        }
    }
    bob.emit(&ChatRead { room_id: room }).await?;
    for device in [&bob, &laptop] {
        device.expect::<OnChatRead>("AUTH-11").await?;
    }
    alice.emit(&ChatHistory { room_id: room, limit: None, last_id: None }).await?;
    alice.expect::<OnChatHistory>("HIST-1").await?;
    if let Some(message_id) = first {
        alice.emit(&MessageDelete { message_id }).await?;
        for device in [&alice, &bob, &phone, &laptop] {
            device.expect::<OnMessageDelete>("AUTH-11").await?;
        }
    }
    alice.emit(&ChatClear { room_id: room }).await?;
    for device in [&alice, &bob, &phone, &laptop] {
        device.expect::<OnChatClear>("AUTH-11").await?;
    }
    world.each_event_came_once().await
}

/// Sends an action and gives the one event of that kind that the caller hears.
async fn asked<E: chat_spec::events::Payload>(client: &Client, action: &str, payload: Value) -> Outcome<E> {
    client.emit_arguments(action, vec![payload]).await?;
    client.expect("EVT-3").await
}

async fn null_is_the_same_as_leaving_out(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let start = json!({"user_id": bob.id(), "text": world.text("started"), "attachment_id": null});
    let room = asked::<OnMessageNew>(&alice, "chat.start", start).await?.room.id;
    bob.expect::<OnMessageNew>("EVT-3").await?;
    let send = json!({"room_id": room, "text": world.text("sent"), "attachment_id": null});
    let sent: OnMessageNew = asked(&alice, "message.send", send).await?;
    world.check_eq("EVT-3", "the attachment of a message with none", &sent.message.attachment, &None);
    bob.expect::<OnMessageNew>("EVT-3").await?;
    for number in 1..=4 {
        world.say(&bob, &alice, room, &format!("message {number}")).await?;
    }

    let plain: OnChatHistory = asked(&alice, "chat.history", json!({"room_id": room})).await?;
    for (what, payload) in [
        ("both fields null", json!({"room_id": room, "limit": null, "last_id": null})),
        ("limit null", json!({"room_id": room, "limit": null})),
        ("last_id null", json!({"room_id": room, "last_id": null})),
    ] {
        let page: OnChatHistory = asked(&alice, "chat.history", payload).await?;
        world.check("EVT-3", ids(&page) == ids(&plain), || format!("a page with {what} is another than without"));
    }
    for (name, other) in [("last_id", json!({"limit": 2})), ("limit", json!({"last_id": sent.message.id}))] {
        let mut payload = other;
        payload["room_id"] = json!(room);
        let without: OnChatHistory = asked(&alice, "chat.history", payload.clone()).await?;
        payload[name] = Value::Null;
        let with: OnChatHistory = asked(&alice, "chat.history", payload).await?;
        world
            .check("EVT-3", ids(&with) == ids(&without), || format!("a page with {name} null is another than without"));
    }
    Ok(())
}

/// The messages of a page. When `updated_at` of one moves is free (D5).
fn ids(page: &OnChatHistory) -> Vec<MessageId> {
    page.messages.iter().map(|message| message.id).collect()
}

async fn refusals_are_as_documented(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.dialog(&alice, &bob).await?;
    alice.emit_arguments("message.send", vec![json!({"text": "no room"})]).await?;
    alice.expect_error("message.send", ErrorCode::InvalidPayload).await?;
    Ok(())
}
