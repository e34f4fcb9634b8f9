//! JSON Schema 2020-12: a file for each action and event, complete in itself, and one bundle of them all.

use schemars::Schema;
use serde_json::{Map, Value, json};

use super::pretty;
use crate::{
    PROTOCOL_VERSION,
    events::{Direction, Entry, TABLE},
    schema::{self, BASE_URI, DIALECT},
};

/// Where the bundle is in the published folder.
pub const BUNDLE_PATH: &str = "schemas/bundle.json";

/// Where the schema of an action or event is in the published folder.
#[must_use]
pub fn path(entry: &Entry) -> String {
    format!("schemas/{}.json", entry.name)
}

/// The schema of an action or event.
#[must_use]
pub fn file(entry: &Entry) -> String {
    pretty(&schema::of(entry))
}

/// Every type of the contract by its name: payloads, the objects that they are made of, and the acknowledgement.
///
/// # Panics
/// If two types of one name differ. Both directions share their definitions, so no type with optional fields may be
/// part of payloads of both.
#[must_use]
pub fn definitions() -> Map<String, Value> {
    let mut definitions = schema::of_other_types();
    for entry in TABLE {
        let parts = schema::of(entry).get("$defs").and_then(Value::as_object).cloned().unwrap_or_default();
        for (name, part) in parts {
            let known = definitions.entry(name.as_str()).or_insert_with(|| part.clone());
            assert_eq!(*known, part, "the type {name} is described in two ways");
        }
    }
    for entry in TABLE {
        let mut payload = schema::of(entry);
        for keyword in ["$schema", "$id", "$comment", "$defs"] {
            payload.remove(keyword);
        }
        definitions.insert(entry.type_name.to_owned(), payload.to_value());
    }
    definitions
}

/// All schemas in one document: each type once, in `$defs`, and each wire name with a reference to its payload.
///
/// As a schema it describes an object of payloads: `{"actions": {"message.send": {…}}, "events": {…}}`.
#[must_use]
pub fn bundle() -> String {
    let payloads = |direction, description| {
        let entries = TABLE.iter().filter(|entry| entry.direction == direction);
        let properties: Map<_, _> = entries.map(|entry| (entry.name.to_owned(), reference(entry.type_name))).collect();
        json!({
            "description": description,
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        })
    };
    let bundle = json!({
        "$schema": DIALECT,
        "$id": format!("{BASE_URI}:{PROTOCOL_VERSION}"),
        "$comment": format!("Chat protocol {PROTOCOL_VERSION}"),
        "title": "Chat protocol",
        "description": "Every payload of the chat protocol by its wire name.",
        "type": "object",
        "properties": {
            "actions": payloads(Direction::ClientToServer, "What clients send."),
            "events": payloads(Direction::ServerToClient, "What servers send."),
            "acknowledgement": reference("Acknowledgement"),
        },
        "additionalProperties": false,
        "$defs": definitions(),
    });
    // A `Schema` writes its keywords in the usual order, from `$schema` to `$defs`.
    pretty(&Schema::try_from(bundle).expect("an object is a schema"))
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundle_says_of_each_example_what_its_own_schema_says() {
        let bundle: Value = serde_json::from_str(&bundle()).unwrap();
        let bundle = jsonschema::options().should_validate_formats(true).build(&bundle).unwrap();
        for entry in TABLE {
            let side = if entry.answered_by.is_some() { "actions" } else { "events" };
            assert!(bundle.is_valid(&json!({ side: { entry.name: (entry.example)() } })), "{}", entry.name);
            assert!(!bundle.is_valid(&json!({ side: { entry.name: {} } })), "{}", entry.name);
        }
    }

    #[test]
    fn every_definition_has_a_title_and_a_description() {
        for (name, definition) in definitions() {
            assert_eq!(definition["title"], name.as_str());
            assert!(definition["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
        }
    }
}
