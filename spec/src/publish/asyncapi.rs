//! `asyncapi.json`: the contract as an AsyncAPI 3.0 document, seen from the server: it receives actions and sends
//! events, in one channel, the default namespace.

use serde_json::{Map, Value, json};

use super::{json_schema, pretty};
use crate::{
    PROTOCOL_VERSION,
    events::{Direction, Entry, TABLE},
    publish::shape::Documented,
    schema::{self, BASE_URI},
};

/// The document.
#[must_use]
pub fn document() -> String {
    let messages: Map<_, _> = TABLE
        .iter()
        .map(|entry| (entry.name.to_owned(), reference(&["components", "messages", entry.name])))
        .chain([("acknowledgement".to_owned(), reference(&["components", "messages", "acknowledgement"]))])
        .collect();
    pretty(&json!({
        "asyncapi": "3.0.0",
        "id": format!("{BASE_URI}:{PROTOCOL_VERSION}"),
        "info": {
            "title": "Chat protocol",
            "version": PROTOCOL_VERSION,
            "description": "A chat between two people over Socket.IO (Engine.IO protocol 4, Socket.IO protocol 5): \
                dialogs, messages with attachments, presence, and signalling for WebRTC calls. The server's view: it \
                receives actions and sends events.",
            "license": { "name": env!("CARGO_PKG_LICENSE") },
        },
        "defaultContentType": "application/json",
        "servers": {
            "documented": server("/", "The documented path."),
            "default": server("/socket.io/", "The path that clients use by default. Servers are free to serve it (CONN-5)."),
        },
        "channels": {
            "chat": {
                "address": "/",
                "title": "The default namespace",
                "description": "A message's name is the name of the Socket.IO event, its payload the only argument.",
                "messages": messages,
            },
        },
        "operations": TABLE.iter().map(|entry| (entry.name.to_owned(), operation(entry))).collect::<Map<_, _>>(),
        "components": {
            "securitySchemes": {
                "userAuth": {
                    "type": "userPassword",
                    "description": "The action `user.auth`, sent first, with the user's `id` and `token`. Before it no \
                        other action has an effect.",
                },
            },
            "messages": TABLE
                .iter()
                .map(|entry| (entry.name.to_owned(), message(entry)))
                .chain([("acknowledgement".to_owned(), acknowledgement())])
                .collect::<Map<_, _>>(),
            "schemas": json_schema::definitions()
                .into_iter()
                .map(|(name, definition)| (name, relocated(definition)))
                .collect::<Map<_, _>>(),
        },
    }))
}

fn server(path: &str, description: &str) -> Value {
    json!({
        "host": "localhost:3000",
        "pathname": path,
        "protocol": "ws",
        "description": description,
        "security": [reference(&["components", "securitySchemes", "userAuth"])],
    })
}

fn operation(entry: &Entry) -> Value {
    let summary = described(entry);
    let channel = reference(&["channels", "chat"]);
    let messages = json!([in_channel(entry.name)]);
    match entry.direction {
        Direction::ClientToServer => json!({
            "action": "receive",
            "channel": channel,
            "summary": summary,
            "messages": messages,
            // Servers without the extension call no callback back.
            "reply": { "channel": channel, "messages": [in_channel("acknowledgement")] },
        }),
        Direction::ServerToClient => json!({
            "action": "send",
            "channel": channel,
            "summary": summary,
            "messages": messages,
        }),
    }
}

fn message(entry: &Entry) -> Value {
    json!({
        "name": entry.name,
        "title": entry.type_name,
        "summary": described(entry),
        "payload": reference(&["components", "schemas", entry.type_name]),
        "examples": [{ "name": "example", "payload": (entry.example)() }],
    })
}

fn acknowledgement() -> Value {
    json!({
        "name": "acknowledgement",
        "title": "Acknowledgement",
        "summary": "What the callback of an action gets, after the events of the action were sent.",
        "description": "An extension: profile `errors`.",
        "payload": reference(&["components", "schemas", "Acknowledgement"]),
        "examples": [{ "name": "done", "payload": { "ok": true } }],
    })
}

fn described(entry: &Entry) -> String {
    Documented::of(&schema::of(entry).to_value()).description
}

fn in_channel(name: &str) -> Value {
    reference(&["channels", "chat", "messages", name])
}

fn reference(path: &[&str]) -> Value {
    json!({ "$ref": format!("#/{}", path.join("/")) })
}

/// A schema that refers to AsyncAPI's place for schemas. Its dialect, draft 07, ignores what stands beside a `$ref`,
/// so a reference with a description goes into an `allOf`.
fn relocated(schema: Value) -> Value {
    match schema {
        Value::Array(items) => items.into_iter().map(relocated).collect(),
        Value::Object(mut object) => {
            let name = object.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/"));
            let target = name.map(|name| reference(&["components", "schemas", name]));
            let Some(target) = target else {
                return object.into_iter().map(|(keyword, value)| (keyword, relocated(value))).collect();
            };
            object.remove("$ref");
            if object.is_empty() {
                return target;
            }
            object.insert("allOf".into(), json!([target]));
            Value::Object(object)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        fn walk<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(object) => {
                    found.extend(object.get("$ref").and_then(Value::as_str));
                    object.values().for_each(|value| walk(value, found));
                }
                Value::Array(items) => items.iter().for_each(|value| walk(value, found)),
                _ => {}
            }
        }
        let document: Value = serde_json::from_str(&document()).unwrap();
        let mut references = Vec::new();
        walk(&document, &mut references);
        assert!(references.len() > TABLE.len());
        for reference in references {
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
    }

    #[test]
    fn actions_are_received_with_a_reply_and_events_are_sent() {
        let document: Value = serde_json::from_str(&document()).unwrap();
        for entry in TABLE {
            let operation = &document["operations"][entry.name];
            let action = entry.answered_by.is_some();
            assert_eq!(operation["action"], if action { "receive" } else { "send" }, "{}", entry.name);
            assert_eq!(operation["reply"].is_object(), action, "{}", entry.name);
        }
    }
}
