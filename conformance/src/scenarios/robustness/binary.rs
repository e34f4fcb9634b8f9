//! Binary where an id or a text is expected (ROB-6).

use bytes::Bytes;
use chat_spec::events::{OnUserAuthorized, Payload};
use serde_json::{Value, json};

use super::{
    bystanders::Bystanders,
    payloads::{self, Kind},
};
use crate::{
    scenario::scenarios,
    stop::Outcome,
    wire::sender::placeholder,
    world::{Client, World},
};

scenarios! { "robustness";
    binary_fields ["ROB-6"]
        "Binary in the place of an id or a text is refused, and costs at most the connection that sends it.";
    binary_credentials ["ROB-6"]
        "Binary in the place of an id or a token authorises nobody.";
    binary_call_fields ["ROB-4"]
        "Binary in the fields of a call, which is free, harms nobody.";
}

const ACTIONS: &[&str] = &[
    "chat.start",
    "message.send",
    "message.delete",
    "chat.history",
    "chat.read",
    "chat.clear",
    "chat.delete",
    "call.start",
    "call.answer",
];

async fn binary_fields(world: &World) -> Outcome {
    let [mallory, bob, alice, carol] = world.users(["mallory", "bob", "alice", "carol"]).await?;
    let others = Bystanders::new(world, &alice, &carol, "ROB-6").await?;
    world.no_transcript();
    let room = world.dialog(&bob, &mallory).await?;
    let message = world.say(&mallory, &bob, room, "mine").await?.message.id;
    let before: Vec<_> = bob.history(room).await?.iter().map(|message| message.id).collect();
    let right = |action: &str| match action {
        "chat.start" => json!({"user_id": bob.id(), "text": world.text("binary")}),
        "message.send" => json!({"room_id": room, "text": world.text("binary")}),
        "message.delete" => json!({"message_id": message}),
        "call.start" | "call.answer" => json!({"user_id": bob.id(), "ice_candidate": {}, "session_description": {}}),
        _ => json!({"room_id": room}),
    };
    // What it sends from here on may cost it the connection.
    mallory.may_be_closed();
    let mut sender = mallory.clone();
    for action in ACTIONS {
        for (field, kind) in payloads::fields(action).iter().filter(|(_, kind)| *kind != Kind::Any) {
            let what = format!("{action} with binary as `{field}`");
            if !sender.is_open() || !sender.responds().await {
                sender.abort().await;
                sender = others.open(mallory.account(), &what).await?;
            }
            let payload = right(action);
            send_binary(&sender, action, &payload, field, *kind).await;
            sender.responds().await;
            find_answers(world, &what);
            others.go_on(&what).await?;
        }
    }
    sender.abort().await;
    world.settle().await?;
    find_answers(world, "an action with a binary field");
    let after: Vec<_> = bob.history(room).await?.iter().map(|message| message.id).collect();
    world.check_eq("ROB-6", "the history after actions with binary fields", &after, &before);
    others.newcomer(mallory.account(), "actions with binary fields").await
}

/// Sends an action with the bytes of the right value in the place of a field.
async fn send_binary(client: &Client, action: &str, right: &Value, field: &str, kind: Kind) {
    let bytes = match right.get(field) {
        Some(Value::String(text)) => text.clone().into_bytes(),
        Some(value) => value.to_string().into_bytes(),
        None => vec![1],
    };
    let mut payload = right.clone();
    payload[field] = placeholder(0);
    debug_assert_ne!(kind, Kind::Any, "what stands in the fields of a call is free");
    // A connection that is lost by it may be lost.
    drop(client.wire().emit_binary(action, &[payload], vec![Bytes::from(bytes)]).await);
}

/// Everything that anybody heard is an answer to what should have been refused.
fn find_answers(world: &World, what: &str) {
    world.check("ROB-6", true, String::new);
    for client in world.clients() {
        drop(client.errors());
        for event in client.leftovers() {
            world.check("ROB-6", false, || format!("{what}: `{}` heard {}", client.label(), event.name));
        }
    }
}

async fn binary_credentials(world: &World) -> Outcome {
    let [mallory, alice, bob] = world.users(["mallory", "alice", "bob"]).await?;
    let others = Bystanders::new(world, &alice, &bob, "ROB-6").await?;
    world.no_transcript();
    mallory.close().await;
    let right = json!({"id": mallory.id(), "token": mallory.account().token});
    for (field, kind) in payloads::fields("user.auth") {
        let what = format!("user.auth with binary as `{field}`");
        let client = others.connect(mallory.account(), world.open_options(), &what).await?;
        send_binary(&client, "user.auth", &right, field, *kind).await;
        client.responds().await;
        for event in client.leftovers() {
            let refused = event.name == OnUserAuthorized::NAME && event.payload["success"] == false;
            world.check("ROB-6", refused, || format!("{what} was answered by {}", event.name));
        }
        world.check("ROB-6", !client.is_authorised(), || format!("{what} authorises"));
        client.abort().await;
        others.go_on(&what).await?;
    }
    others.newcomer(mallory.account(), "binary credentials").await
}

async fn binary_call_fields(world: &World) -> Outcome {
    let [mallory, carol, alice, bob] = world.users(["mallory", "carol", "alice", "bob"]).await?;
    let others = Bystanders::new(world, &alice, &bob, "ROB-4").await?;
    world.no_transcript();
    mallory.close().await;
    for action in ["call.start", "call.answer"] {
        let what = format!("{action} with binary fields");
        let client = others.open(mallory.account(), &what).await?;
        let payload =
            json!({"user_id": carol.id(), "ice_candidate": placeholder(0), "session_description": [placeholder(1)]});
        let attachments = vec![Bytes::from_static(b"\0\xff"), Bytes::from_static(b"v=0")];
        drop(client.wire().emit_binary(action, &[payload], attachments).await);
        client.responds().await;
        client.abort().await;
        drop((client.errors(), client.leftovers()));
        others.go_on(&what).await?;
        // Whether it is relayed is free; the user called must not lose its connection by it.
        carol.barrier().await?;
        drop(carol.leftovers());
        world.check("ROB-4", carol.is_open(), || format!("{what} costs the user called its connection"));
    }
    others.newcomer(mallory.account(), "calls with binary fields").await
}
