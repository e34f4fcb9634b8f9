//! Event names and fields that nobody knows (ROB-2, ROB-3).

use std::str::FromStr;

use chat_spec::{
    events::{
        OnCallAnswer, OnCallInit, OnChatClear, OnChatHistory, OnChatRead, OnMessageDelete, OnMessageNew,
        OnUserAuthorized,
    },
    types::Date,
};
use serde_json::{Value, json};

use super::bystanders::Bystanders;
use crate::{
    scenario::scenarios,
    scenarios::conversation::is_same,
    stop::Outcome,
    world::{Client, World},
};

scenarios! { "robustness";
    unknown_events ["ROB-2"]
        "Unknown event names are survived, by the connection that sends them too, and nobody hears anything.";
    unknown_events_with_escapes ["ROB-2"]
        "Unknown event names that JSON writes with escapes are survived as well.";
    known_events_with_escapes ["READ-1"]
        "An action is the same however JSON spells its name.";
    reserved_events ["ROB-2"]
        "Event names that Socket.IO reserves cost at most the connection that sends them.";
    extra_fields_and_arguments ["ROB-3"]
        "Unknown extra fields in a payload, and extra arguments, are ignored.";
    actions_with_a_callback_have_their_events ["ROB-3"]
        "An action that asks for an acknowledgement has its documented events all the same, acknowledged or not.";
}

/// Names that are no action's.
const UNKNOWN: &[&str] = &[
    "unknown",
    "",
    " ",
    ".",
    "chat",
    "chat.",
    "message.sent",
    "on.message.new",
    "on.user.online",
    "on.error",
    "message",
    "error",
    "ping",
    "close",
    "open",
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "emit",
    "😀",
    "*",
    "../../etc/passwd",
    "'; DROP TABLE messages; --",
];

/// Names that JSON cannot write without escapes.
const ESCAPED: &[&str] = &[
    "a\nb",
    "\0",
    "a\u{0}b",
    "\"",
    "\\",
    "\\\\n",
    "say \"hello\"",
    "\u{1b}[31m",
    "😀\t",
    "chat.read\n",
    "\"chat.read\"",
];

/// `chat.read` as JSON may spell it, too.
const SPELLED: &[&str] = &[r"chat\u002eread", r"\u0063\u0068\u0061\u0074\u002E\u0072\u0065\u0061\u0064"];

/// Names that Socket.IO keeps for itself.
const RESERVED: &[&str] =
    &["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener", "connection"];

async fn unknown_events(world: &World) -> Outcome {
    let long = "x".repeat(20_000);
    survives(world, &[UNKNOWN, &[long.as_str()]].concat()).await
}

async fn unknown_events_with_escapes(world: &World) -> Outcome {
    survives(world, ESCAPED).await
}

async fn known_events_with_escapes(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    for name in SPELLED {
        let packet = format!(r#"42["{name}",{{"room_id":{room}}}]"#);
        // A connection that is closed is noticed where something is expected of it, with the reason.
        drop(alice.wire().send_text(packet).await);
        let read: OnChatRead = alice.expect("READ-1").await?;
        world.check_eq("READ-1", "the room that was read", &read.room.id, &room);
    }
    Ok(())
}

/// Sends events of these names, and sees that the same connection and all others go on.
async fn survives(world: &World, names: &[&str]) -> Outcome {
    let [mallory, bob, carol, dave] = world.users(["mallory", "bob", "carol", "dave"]).await?;
    let others = Bystanders::new(world, &carol, &dave, "ROB-2").await?;
    let room = world.dialog(&bob, &mallory).await?;
    mallory.barrier().await?;
    for name in names {
        let text = world.text("?");
        let payload = json!({"room_id": room, "user_id": bob.id(), "id": bob.id(), "online": false, "text": text});
        let shown: String = name.chars().take(40).collect();
        for arguments in [vec![], vec![payload], vec![Value::Null, json!([])]] {
            world.silently(mallory.emit_arguments(name, arguments)).await?;
        }
        if mallory.barrier().await.is_err() || mallory.is_cut_off() {
            return Err(world.broken("ROB-2", format!("the event {shown:?} costs the connection that sent it")));
        }
        others.go_on(&format!("the event {shown:?}")).await?;
    }
    world.settle().await?;
    for client in world.clients() {
        drop(client.errors());
    }
    world.nobody_hears_more("ROB-2").await?;
    world.say(&mallory, &bob, room, "I am still here").await?;
    Ok(())
}

async fn reserved_events(world: &World) -> Outcome {
    let [mallory, carol, dave] = world.users(["mallory", "carol", "dave"]).await?;
    let others = Bystanders::new(world, &carol, &dave, "ROB-2").await?;
    mallory.close().await;
    for name in RESERVED {
        let what = format!("the event {name:?}");
        for arguments in [vec![], vec![json!({"room_id": others.room})], vec![json!("transport close")]] {
            let client = others.open(mallory.account(), &what).await?;
            world.silently(client.emit_arguments(name, arguments)).await?;
            client.responds().await;
            client.abort().await;
            drop((client.errors(), client.leftovers()));
            others.go_on(&what).await?;
        }
    }
    others.newcomer(mallory.account(), "events with reserved names").await
}

/// A date that no message is made at.
const MADE_UP: &str = "1999-12-31T23:59:59.000Z";

/// A payload with fields that no action has, and more arguments behind it.
fn padded(payload: Value) -> Vec<Value> {
    let mut payload = payload;
    payload["extra"] = json!({"deep": [1, null, {"text": "not this one"}]});
    payload["Text"] = json!("nor this one");
    payload["created_at"] = json!(MADE_UP);
    payload["null"] = Value::Null;
    payload["__proto__"] = json!({});
    payload["constructor"] = json!(1);
    vec![payload, json!({"text": "nor this one", "room_id": 1, "user_id": 1}), Value::Null, json!("text"), json!([1])]
}

async fn extra_fields_and_arguments(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    // A room that alice is not in, and a message in it: what other actions would take.
    let elsewhere = world.start("START-1", &bob, &carol, "elsewhere").await?.0.message;
    alice.close().await;
    let alice = world.connect(alice.account(), "alice").await?;
    let ask = async |client: &Client, action: &str, payload: Value| {
        world.silently(client.emit_arguments(action, padded(payload))).await
    };
    ask(&alice, "user.auth", json!({"id": alice.id(), "token": alice.account().token})).await?;
    let authorized: OnUserAuthorized = world.silently(alice.expect("ROB-3")).await?;
    world.check_eq("ROB-3", "the success of a right token beside extra fields", &authorized.success, &true);

    let text = world.text("started");
    let start = json!({
        "user_id": bob.id(), "text": text, "id": 1, "room_id": elsewhere.room_id, "message_id": elsewhere.id,
    });
    ask(&alice, "chat.start", start).await?;
    let room = hear_message(world, &alice, &bob, &text).await?.room.id;
    // Whose message it is does not hang on a field that the action does not have.
    let text = world.text("sent");
    ask(&alice, "message.send", json!({"room_id": room, "text": text, "user_id": bob.id(), "id": 1})).await?;
    let sent = hear_message(world, &alice, &bob, &text).await?.message;

    ask(&bob, "chat.history", json!({"room_id": room, "user_id": alice.id()})).await?;
    let page: OnChatHistory = bob.expect("ROB-3").await?;
    let stored = page.messages.iter().find(|message| message.id == sent.id);
    world.check("ROB-3", stored.is_some(), || "a history that was asked for with extra fields lacks a message".into());
    // Nor does what it is otherwise, such as when it was made.
    world.check("ROB-3", stored.is_none_or(|stored| is_same(stored, &sent)), || {
        "a message that was sent with extra fields is stored in another way than it was announced".into()
    });
    let made_up = Date::from_str(MADE_UP).ok();
    world.check("ROB-3", Some(sent.created_at) != made_up, || "a message is dated by an extra field".into());
    ask(&bob, "chat.read", json!({"room_id": room, "user_id": alice.id()})).await?;
    let read: OnChatRead = bob.expect("ROB-3").await?;
    world.check_eq("READ-1", "the side that was read", &read.chat.user_id, &bob.id());

    let fields = json!({"user_id": bob.id(), "ice_candidate": null, "session_description": {"sdp": "v=0"}, "user": 1});
    ask(&alice, "call.start", fields).await?;
    bob.expect::<OnCallInit>("ROB-3").await?;
    let fields =
        json!({"user_id": alice.id(), "ice_candidate": null, "session_description": {"sdp": "v=0"}, "user": 1});
    ask(&bob, "call.answer", fields).await?;
    alice.expect::<OnCallAnswer>("ROB-3").await?;

    ask(&alice, "message.delete", json!({"message_id": sent.id, "room_id": room})).await?;
    alice.expect::<OnMessageDelete>("ROB-3").await?;
    bob.expect::<OnMessageDelete>("ROB-3").await?;
    ask(&alice, "chat.clear", json!({"room_id": room, "user_id": bob.id()})).await?;
    alice.expect::<OnChatClear>("ROB-3").await?;
    bob.expect::<OnChatClear>("ROB-3").await?;
    ask(&alice, "chat.delete", json!({"room_id": room, "user_id": bob.id()})).await?;
    world.expect_dropped("ROB-3", [&alice, &bob], room).await?;
    Ok(())
}

async fn actions_with_a_callback_have_their_events(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript(); // a server without the profile `errors` may acknowledge in any way
    // Those that wait for an acknowledgement: one that comes has somebody to come to.
    let mut callbacks = Vec::new();
    let mut ask = async |client: &Client, action: &str, payload: Value| -> Outcome {
        world.record_sent(client.label(), action, &payload);
        // A connection that is closed is noticed where something is expected of it, with the reason.
        callbacks.extend(client.wire().emit_with_ack(action, &[payload]).await.ok());
        Ok(())
    };
    alice.close().await;
    let alice = world.connect(alice.account(), "alice").await?;
    ask(&alice, "user.auth", json!({"id": alice.id(), "token": alice.account().token})).await?;
    let authorized: OnUserAuthorized = alice.expect("ROB-3").await?;
    world.check_eq("ROB-3", "the success of a right token with a callback", &authorized.success, &true);

    let text = world.text("started");
    ask(&alice, "chat.start", json!({"user_id": bob.id(), "text": text})).await?;
    let room = hear_message(world, &alice, &bob, &text).await?.room.id;
    let text = world.text("sent");
    ask(&alice, "message.send", json!({"room_id": room, "text": text})).await?;
    let sent = hear_message(world, &alice, &bob, &text).await?.message;
    ask(&bob, "chat.history", json!({"room_id": room})).await?;
    let page: OnChatHistory = bob.expect("ROB-3").await?;
    world.check_eq("ROB-3", "the room of a history that was asked for with a callback", &page.room.id, &room);
    ask(&bob, "chat.read", json!({"room_id": room})).await?;
    bob.expect::<OnChatRead>("ROB-3").await?;
    let call = |user: &Client| json!({"user_id": user.id(), "ice_candidate": null, "session_description": null});
    ask(&alice, "call.start", call(&bob)).await?;
    bob.expect::<OnCallInit>("ROB-3").await?;
    ask(&bob, "call.answer", call(&alice)).await?;
    alice.expect::<OnCallAnswer>("ROB-3").await?;
    ask(&alice, "message.delete", json!({"message_id": sent.id})).await?;
    for reader in [&alice, &bob] {
        reader.expect::<OnMessageDelete>("ROB-3").await?;
    }
    ask(&alice, "chat.clear", json!({"room_id": room})).await?;
    for reader in [&alice, &bob] {
        reader.expect::<OnChatClear>("ROB-3").await?;
    }
    ask(&alice, "chat.delete", json!({"room_id": room})).await?;
    world.expect_dropped("ROB-3", [&alice, &bob], room).await?;
    drop(callbacks);
    Ok(())
}

/// What both hear of a message of alice's.
async fn hear_message(world: &World, alice: &Client, bob: &Client, text: &str) -> Outcome<OnMessageNew> {
    let heard: OnMessageNew = alice.expect("ROB-3").await?;
    bob.expect::<OnMessageNew>("ROB-3").await?;
    world.check_eq("SEND-1", "the author of a message", &heard.message.user_id, &alice.id());
    world.check_eq("ROB-3", "the text beside extra fields", &heard.message.text.as_str(), &text);
    Ok(heard)
}
