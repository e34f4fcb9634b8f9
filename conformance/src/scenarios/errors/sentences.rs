//! Refusals: what their sentences must not say.

use chat_spec::types::Acknowledgement;
use serde_json::json;

use super::{UNKNOWN, nine, no_more_errors, nobody};
use crate::{
    scenario::{Needs, scenarios},
    stop::Outcome,
    world::World,
};

scenarios! { "errors";
    sentences_leak_nothing ["ERR-4"]
        "No sentence of a refusal carries internals of the server."
        needs Needs::Profile("errors");
}

/// What stands in the words of programs that speak to themselves.
const INTERNALS: &[&str] = &[
    "panicked",
    "stack",
    "backtrace",
    "traceback",
    "sqlite",
    "sqlx",
    "postgres",
    "select ",
    "insert into",
    "constraint",
    "node_modules",
    "src/",
    ".rs:",
    ".js:",
    ".py",
    "/home/",
    "/usr/",
    "/tmp/",
    "undefined",
    "typeerror",
    "nullpointer",
    "exception",
    "errno",
    "deadlock",
    "serde",
    "at line ",
    "column ",
];

async fn sentences_leak_nothing(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.no_transcript();
    let offline = world.subject().casting.beacon().id;
    let secret = "a word that should not be repeated";
    let mut cases = nine(nobody(world), UNKNOWN, UNKNOWN, "x");
    cases.extend([
        ("message.send", json!({"room_id": secret, "text": "x"})),
        ("message.send", json!({"room_id": room, "text": {"deep": [secret]}})),
        ("chat.history", json!({"room_id": room, "limit": secret})),
        ("chat.history", json!({"room_id": room, "last_id": "1; DROP TABLE messages"})),
        ("chat.read", json!(secret)),
        ("user.auth", json!({"id": secret, "token": [bob.account().token]})),
        ("no.such.action", json!({"room_id": room})),
        ("call.start", json!({"user_id": offline, "ice_candidate": {}, "session_description": {}})),
        ("call.answer", json!({"user_id": offline, "ice_candidate": secret, "session_description": null})),
        ("chat.start", json!({"user_id": alice.id(), "text": "myself"})),
    ]);
    for (action, payload) in cases {
        let Acknowledgement::Refused { error, .. } = alice.acknowledged(action, vec![payload]).await? else {
            return Err(world.broken("ERR-2", format!("{action} was acknowledged as done, and was to be refused")));
        };
        let said = error.message.to_lowercase();
        let leak = INTERNALS.iter().find(|word| said.contains(**word));
        world
            .check("ERR-4", leak.is_none(), || format!("the refusal of {action} carries internals: {}", error.message));
    }
    world.settle().await?;
    drop(alice.leftovers());
    no_more_errors(world).await
}
