//! Refusals of the profile `errors`: section 5.
//!
//! * `delivery`: whom a refusal reaches, and by which way.
//! * `codes`: which code it has.
//! * `malformed`: what is wrong in itself.
//! * `sentences`: what it must not say.

pub(crate) mod codes;
pub(crate) mod delivery;
pub(crate) mod malformed;
pub(crate) mod sentences;

use chat_spec::types::{ErrorCode, MAX_ID};
use serde_json::{Value, json};

use crate::{
    stop::Outcome,
    world::{Client, World},
};

/// An id that no room, message or attachment has.
const UNKNOWN: u64 = MAX_ID;

/// The id of a user that there is not.
fn nobody(world: &World) -> u64 {
    let [nobody, ..] = world.subject().casting.unknown();
    nobody.get()
}

/// The nine actions that need an authorised socket, each with a payload that is well formed.
fn nine(user: u64, room: u64, message: u64, text: &str) -> Vec<(&'static str, Value)> {
    let call = json!({"user_id": user, "ice_candidate": null, "session_description": null});
    vec![
        ("chat.start", json!({"user_id": user, "text": text})),
        ("message.send", json!({"room_id": room, "text": text})),
        ("message.delete", json!({"message_id": message})),
        ("chat.history", json!({"room_id": room})),
        ("chat.read", json!({"room_id": room})),
        ("chat.clear", json!({"room_id": room})),
        ("chat.delete", json!({"room_id": room})),
        ("call.start", call.clone()),
        ("call.answer", call),
    ]
}

/// Sends an action that is to be refused, without a callback, outside of the transcript.
async fn refused(client: &Client, action: &str, payload: Value, code: ErrorCode) -> Outcome<String> {
    refused_by("ERR-3", client, action, vec![payload], code).await
}

async fn refused_by(
    requirement: &'static str,
    client: &Client,
    action: &str,
    arguments: Vec<Value>,
    code: ErrorCode,
) -> Outcome<String> {
    client.emit_arguments(action, arguments).await?;
    Ok(client.expect_error_by(requirement, action, code).await?.message)
}

/// Checks that no `on.error` came that was not asked for.
async fn no_more_errors(world: &World) -> Outcome {
    no_more_errors_by("ERR-1", world).await
}

async fn no_more_errors_by(requirement: &'static str, world: &World) -> Outcome {
    world.settle().await?;
    for client in world.clients() {
        let errors = client.errors();
        world.check(requirement, errors.is_empty(), || {
            format!("`{}` heard {} more on.error: {}", client.label(), errors.len(), Value::from(errors.clone()))
        });
    }
    Ok(())
}
