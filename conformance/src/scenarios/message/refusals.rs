//! `message.send`: a socket goes on after whatever was refused.

use chat_spec::{
    events::{MessageSend, OnMessageNew},
    types::MAX_ID,
};
use serde_json::{Value, json};

use crate::{scenario::scenarios, stop::Outcome, world::World};

scenarios! { "message.send";
    works_after_every_refusal ["SEND-1"]
        "After each well-formed action that is refused, what the same socket sends next reaches both users.";
}

/// Actions that are well formed and that no server can carry out, each in words.
fn refused(own: u64, nobody: u64) -> Vec<(&'static str, &'static str, Value)> {
    let (room, call) = (
        json!({"room_id": MAX_ID}),
        |user: u64| json!({"user_id": user, "ice_candidate": null, "session_description": {"type": "offer"}}),
    );
    vec![
        ("chat.start with oneself", "chat.start", json!({"user_id": own, "text": "me"})),
        ("chat.start with nobody", "chat.start", json!({"user_id": nobody, "text": "who?"})),
        ("message.send to no room", "message.send", json!({"room_id": MAX_ID, "text": "where?"})),
        ("message.delete of no message", "message.delete", json!({"message_id": MAX_ID})),
        ("chat.history of no room", "chat.history", room.clone()),
        ("chat.read of no room", "chat.read", room.clone()),
        ("chat.clear of no room", "chat.clear", room.clone()),
        ("chat.delete of no room", "chat.delete", room),
        ("call.start with oneself", "call.start", call(own)),
        ("call.start with nobody", "call.start", call(nobody)),
        ("call.answer to nobody", "call.answer", call(nobody)),
    ]
}

async fn works_after_every_refusal(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let [nobody, ..] = world.subject().casting.unknown();
    for (what, action, payload) in refused(alice.id().get(), nobody.get()) {
        alice.emit_arguments(action, vec![payload]).await?;
        let text = world.text(&format!("after {what}"));
        alice.emit(&MessageSend { room_id: room, text: text.clone(), attachment_id: None }).await?;
        for client in [&bob, &alice] {
            client.expect_where::<OnMessageNew>("SEND-1", |event| event.message.text == text).await?;
        }
        // That it is refused, and how, is for others to say.
        drop((alice.errors(), alice.leftovers(), bob.leftovers()));
    }
    Ok(())
}
