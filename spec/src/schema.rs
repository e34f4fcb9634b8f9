//! JSON Schemas (2020-12), generated from the types, and what a validator says about a payload.
//!
//! Events are described as they are written (`null` where there is nothing, every field present), actions as they are
//! read (optional fields may be left out).

use std::{collections::HashMap, sync::LazyLock};

use jsonschema::{ValidationError, Validator, error::ValidationErrorKind};
use schemars::{Schema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    PROTOCOL_VERSION,
    events::{Direction, Entry, TABLE},
    types::{Acknowledgement, Date, File},
};

/// Where the schemas say that they live. A name, not a place: nothing is fetched from there.
pub const BASE_URI: &str = "urn:chat-protocol";

/// The dialect that all schemas are written in.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The settings that payloads of a direction are described with.
#[must_use]
pub fn settings(direction: Direction) -> SchemaSettings {
    match direction {
        Direction::ClientToServer => SchemaSettings::draft2020_12().for_deserialize(),
        Direction::ServerToClient => SchemaSettings::draft2020_12().for_serialize(),
    }
}

/// The schema of one action or event, complete in itself.
#[must_use]
pub fn of(entry: &Entry) -> Schema {
    let mut generator = settings(entry.direction).into_generator();
    let mut schema = (entry.schema)(&mut generator);
    let object = schema.ensure_object();
    let definitions = titled(generator.take_definitions(true));
    let mut complete = Map::new();
    complete.insert("$schema".into(), DIALECT.into());
    complete.insert("$id".into(), format!("{BASE_URI}:{PROTOCOL_VERSION}:{}", entry.name).into());
    complete.insert("$comment".into(), format!("Chat protocol {PROTOCOL_VERSION}").into());
    complete.insert("title".into(), entry.type_name.into());
    complete.append(object);
    // What the type is for, by its own words, and who hears it, by the table.
    if let Some(Value::String(description)) = complete.get_mut("description") {
        description.push(' ');
        description.push_str(&entry.hearing());
    }
    complete.insert("examples".into(), json!([(entry.example)()]));
    if !definitions.is_empty() {
        complete.insert("$defs".into(), Value::Object(definitions));
    }
    complete.into()
}

/// The schemas of types that are documented, but are no action's or event's payload: the acknowledgement of any action
/// (ERR-2), and the file that an upload makes (D14). With the types that they are made of.
#[must_use]
pub fn of_other_types() -> Map<String, Value> {
    let mut generator = settings(Direction::ServerToClient).into_generator();
    generator.subschema_for::<Acknowledgement>();
    generator.subschema_for::<File>();
    titled(generator.take_definitions(true))
}

fn titled(mut definitions: Map<String, Value>) -> Map<String, Value> {
    for (name, definition) in &mut definitions {
        if let Value::Object(definition) = definition {
            definition.insert("title".into(), name.as_str().into());
        }
    }
    definitions
}

/// Something in an event that is not as documented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The requirement that it breaks: TYPE-1 to TYPE-5.
    pub requirement: &'static str,
    /// Where in the payload, as a JSON pointer; empty for the payload itself.
    pub path: String,
    /// What is wrong, for people.
    pub message: String,
}

struct Validators {
    /// What an event must be: TYPE-1 to TYPE-3.
    must: Validator,
    /// What it should be besides: exact dates (TYPE-4), no undocumented fields (TYPE-5).
    should: Validator,
}

static VALIDATORS: LazyLock<HashMap<&'static str, Validators>> = LazyLock::new(|| {
    let compile = |schema: &Value| {
        jsonschema::options()
            .should_validate_formats(true)
            // RFC 3339 is narrower than the ISO 8601 of TYPE-3 (`+0000`), and a suite must not accuse the wider form.
            .with_format("date-time", |text: &str| text.parse::<Date>().is_ok())
            .build(schema)
            .unwrap_or_else(|error| panic!("a schema that is generated is malformed: {error}"))
    };
    TABLE
        .iter()
        .map(|entry| {
            let must = of(entry).to_value();
            let mut should = must.clone();
            make_strict(&mut should);
            (entry.name, Validators { must: compile(&must), should: compile(&should) })
        })
        .collect()
});

/// Closes every object that has documented fields, and asks for exact dates. Walks all of the JSON, `$defs` included.
fn make_strict(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            object.values_mut().for_each(make_strict);
            if object.get("properties").is_some_and(Value::is_object) {
                object.insert("additionalProperties".into(), false.into());
            }
            if object.get("format").is_some_and(|format| format == "date-time") {
                object.insert("pattern".into(), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$".into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(make_strict),
        _ => {}
    }
}

/// Whether a payload is valid against the schema of its action or event; `None` for a name that the protocol does not
/// know.
#[must_use]
pub fn is_valid(name: &str, payload: &Value) -> Option<bool> {
    VALIDATORS.get(name).map(|validators| validators.must.is_valid(payload))
}

/// Everything in a payload that is not as the schema of its event says, each with the requirement that it breaks.
/// Empty for a name that the protocol does not know.
#[must_use]
pub fn findings(name: &str, payload: &Value) -> Vec<Finding> {
    let Some(Validators { must, should }) = VALIDATORS.get(name) else { return Vec::new() };
    let mut findings = Vec::new();
    let mut find_must = |error: &ValidationError<'_>| {
        let path = error.instance_path().to_string();
        let requirement = match path.rsplit('/').next().unwrap_or_default() {
            "created_at" | "updated_at" => "TYPE-3",
            field if field == "id" || field.ends_with("_id") => "TYPE-2",
            _ => "TYPE-1",
        };
        findings.push(Finding { requirement, message: error.masked().to_string(), path });
    };
    must.iter_errors(payload).for_each(|error| innermost(&error, &mut find_must));
    let mut find_should = |error: &ValidationError<'_>| {
        let keyword = error.schema_path().to_string();
        let requirement = match keyword.rsplit('/').next().unwrap_or_default() {
            "additionalProperties" => "TYPE-5",
            "pattern" => "TYPE-4",
            _ => return, // it is a MUST, and found above
        };
        findings.push(Finding { requirement, path: error.instance_path().to_string(), message: error.to_string() });
    };
    should.iter_errors(payload).for_each(|error| innermost(&error, &mut find_should));
    findings
}

/// What is wrong inside of something that may be `null` as well: not that it is neither, but why it is not what it is
/// meant to be. The branch that comes furthest is what it is meant to be.
fn innermost(error: &ValidationError<'_>, find: &mut dyn FnMut(&ValidationError<'_>)) {
    let ValidationErrorKind::AnyOf { context } = error.kind() else { return find(error) };
    let depth = |branch: &[ValidationError<'_>]| branch.iter().map(|error| error.instance_path().as_str().len()).max();
    let is_type_alone = |branch: &[ValidationError<'_>]| matches!(branch, [error] if matches!(error.kind(), ValidationErrorKind::Type { .. }));
    match context.iter().max_by_key(|branch| (!is_type_alone(branch), depth(branch))) {
        Some(branch) if !branch.is_empty() => branch.iter().for_each(|error| innermost(error, find)),
        _ => find(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(name: &str, change: impl FnOnce(&mut Value)) -> Vec<&'static str> {
        let mut payload = (Entry::find(name).unwrap().example)();
        change(&mut payload);
        let mut found: Vec<_> = findings(name, &payload).into_iter().map(|finding| finding.requirement).collect();
        found.dedup();
        found
    }

    #[test]
    fn every_example_is_valid() {
        for entry in TABLE {
            assert_eq!(findings(entry.name, &(entry.example)()), [], "{}", entry.name);
        }
    }

    #[test]
    fn each_requirement_on_types_is_found_by_its_name() {
        let name = "on.message.new";
        assert_eq!(broken(name, |event| event["message"]["id"] = json!("70")), ["TYPE-2"]);
        assert_eq!(broken(name, |event| event["room"]["id"] = json!(9_007_199_254_740_992_u64)), ["TYPE-2"]);
        assert_eq!(broken(name, |event| event["chat"]["created_at"] = json!(1_769_851_800)), ["TYPE-3"]);
        assert_eq!(broken(name, |event| event["chat"]["created_at"] = json!("2026-02-30T09:30:00.000Z")), ["TYPE-3"]);
        assert_eq!(
            broken(name, |event| event["chat"]["created_at"] = json!("2026-01-31T09:30:00.000")),
            ["TYPE-3", "TYPE-4"]
        );
        assert_eq!(broken(name, |event| event["chat"]["created_at"] = json!("2026-01-31T09:30:00+0000")), ["TYPE-4"]);
        assert_eq!(broken(name, |event| event["room"]["name"] = json!("x")), ["TYPE-5"]);
        assert_eq!(broken(name, |event| event["message"]["text"] = json!(7)), ["TYPE-1"]);
        assert_eq!(
            broken(name, |event| drop(event["message"].as_object_mut().unwrap().remove("attachment"))),
            ["TYPE-1"]
        );
        assert_eq!(broken(name, |event| event["message"]["attachment"] = Value::Null), [""; 0]);
        let inside = "on.user.authorized";
        assert_eq!(
            broken(inside, |event| event["user"]["created_at"] = json!("2026-01-31T09:30:00.000")),
            ["TYPE-3", "TYPE-4"]
        );
        assert_eq!(broken(inside, |event| event["dialogs"][0]["message"]["id"] = json!("7")), ["TYPE-2"]);
        assert_eq!(broken(inside, |event| event["user"]["name"] = json!("x")), ["TYPE-5"]);
        assert_eq!(broken(inside, |event| event["user"] = json!(7)), ["TYPE-1"]);
        assert_eq!(broken(name, |event| *event = json!([])), ["TYPE-1"]);
        assert_eq!(broken("on.call.init", |event| event["ice_candidate"] = json!({"anything": [null]})), [""; 0]);
    }
}
