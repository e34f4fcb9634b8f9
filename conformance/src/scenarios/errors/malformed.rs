//! Refusals of what is wrong in itself: `invalid_payload`, with a sentence that names the field.

use chat_spec::{
    events::{OnMessageNew, OnUserAuthorized, Payload},
    types::{ErrorCode, RoomId},
};
use serde_json::{Value, json};

use super::{no_more_errors, refused, refused_by};
use crate::{
    scenario::{Needs, scenarios},
    scenarios::texts,
    stop::Outcome,
    world::{Client, World},
};

scenarios! { "errors";
    malformed_payloads ["ERR-3", "ERR-4"]
        "What is malformed is refused as `invalid_payload`, with a sentence that names the field."
        needs Needs::Profile("errors");
}

async fn malformed_payloads(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let text = world.text("malformed");
    // (action, payload, the field that the sentence is to name)
    let cases = [
        ("chat.start", json!({"text": text}), "user_id"),
        ("chat.start", json!({"user_id": 0, "text": text}), "user_id"),
        ("chat.start", json!({"user_id": bob.id(), "text": 7}), "text"),
        ("chat.start", json!({"user_id": bob.id(), "text": ""}), "text"),
        ("chat.start", json!({"user_id": bob.id(), "text": text, "attachment_id": -1}), "attachment_id"),
        ("message.send", json!({"text": text}), "room_id"),
        ("message.send", json!({"room_id": "five", "text": text}), "room_id"),
        ("message.send", json!({"room_id": room}), "text"),
        ("message.send", json!({"room_id": room, "text": null}), "text"),
        ("message.send", json!({"room_id": room, "text": ""}), "text"),
        ("message.send", json!({"room_id": room, "text": text, "attachment_id": {}}), "attachment_id"),
        ("message.delete", json!({"message_id": null}), "message_id"),
        ("chat.history", json!({"room_id": true}), "room_id"),
        ("chat.history", json!({"room_id": room, "limit": 0}), "limit"),
        ("chat.history", json!({"room_id": room, "limit": -1}), "limit"),
        ("chat.history", json!({"room_id": room, "limit": 0.5}), "limit"),
        ("chat.history", json!({"room_id": room, "limit": "ten"}), "limit"),
        ("chat.history", json!({"room_id": room, "last_id": -1}), "last_id"),
        ("chat.read", json!({}), "room_id"),
        ("chat.clear", json!({"room_id": [room]}), "room_id"),
        ("chat.delete", json!({"room_id": 9_007_199_254_740_992_u64}), "room_id"),
        ("call.start", json!({"user_id": bob.id(), "session_description": null}), "ice_candidate"),
        ("call.answer", json!({"user_id": bob.id(), "ice_candidate": null}), "session_description"),
    ];
    for (action, payload, field) in cases {
        let said = refused(&alice, action, payload, ErrorCode::InvalidPayload).await?;
        world.check("ERR-4", said.contains(field), || {
            format!("the refusal of {action} does not name `{field}`: {said}")
        });
    }
    for (action, payload) in [("chat.read", Value::Null), ("message.send", json!([])), ("call.start", json!("x"))] {
        refused(&alice, action, payload, ErrorCode::InvalidPayload).await?;
    }
    refused_by("ERR-3", &alice, "chat.clear", Vec::new(), ErrorCode::InvalidPayload).await?;
    for action in ["chat.start", "call.start", "call.answer"] {
        let oneself = json!({"user_id": alice.id(), "text": text, "ice_candidate": {}, "session_description": {}});
        refused(&alice, action, oneself, ErrorCode::InvalidPayload).await?;
    }
    malformed_credentials(world, &alice, &bob).await?;
    too_long_or_with_nul(world, &alice, &bob, room).await?;
    no_more_errors(world).await?;
    world.nobody_hears_more("ROB-1").await
}

/// Malformed credentials get `on.error`, and no `on.user.authorized`.
async fn malformed_credentials(world: &World, alice: &Client, bob: &Client) -> Outcome {
    let stranger = world.connect(bob.account(), "stranger").await?;
    let token = &bob.account().token;
    for (payload, field) in [
        (json!({"token": token}), "id"),
        (json!({"id": "five", "token": token}), "id"),
        (json!({"id": bob.id()}), "token"),
        (json!({"id": bob.id(), "token": 7}), "token"),
    ] {
        let said = refused(&stranger, "user.auth", payload, ErrorCode::InvalidPayload).await?;
        world.check("ERR-4", said.contains(field), || {
            format!("the refusal of user.auth does not name `{field}`: {said}")
        });
    }
    world.settle().await?;
    let answered = stranger.leftovers();
    world.check("ERR-3", answered.iter().all(|event| event.name != OnUserAuthorized::NAME), || {
        "a malformed user.auth got on.user.authorized besides on.error".into()
    });
    stranger.close().await;
    drop(alice.leftovers());
    Ok(())
}

/// Texts that a server may take or refuse: where it refuses them, it says so.
async fn too_long_or_with_nul(world: &World, alice: &Client, bob: &Client, room: RoomId) -> Outcome {
    world
        .silently(async {
            for text in [texts::long(20_000), "a\0b".to_owned()] {
                alice.emit_arguments("message.send", vec![json!({"room_id": room, "text": text})]).await?;
                world.settle().await?;
                if alice.may_hear::<OnMessageNew>().await?.is_some() {
                    bob.expect::<OnMessageNew>("SEND-1").await?;
                    continue;
                }
                if alice.is_open() {
                    let said = alice.expect_error("message.send", ErrorCode::InvalidPayload).await?.message;
                    world.check("ERR-4", said.contains("text"), || {
                        format!("the refusal of a text that is too long, or has U+0000, does not name `text`: {said}")
                    });
                }
            }
            Ok(())
        })
        .await
}
