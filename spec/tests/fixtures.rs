//! The fixtures of payloads: complete, one fault each, and judged alike by the schemas and by the types.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;

use chat_fixtures::events::{self, Fixture};
use chat_spec::{
    events::{Entry, TABLE},
    schema,
};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

/// A line of the index.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    file: String,
    event: String,
    valid: bool,
    /// What a valid one shows.
    shows: Option<String>,
    /// What is wrong with an invalid one.
    wrong: Option<String>,
    /// The valid one that an invalid one differs from.
    derives_from: Option<String>,
}

fn index() -> Vec<Line> {
    serde_json::from_str(events::INDEX).unwrap()
}

fn parsed(fixture: &Fixture) -> Value {
    serde_json::from_str(fixture.json).unwrap_or_else(|error| panic!("{}: {error}", fixture.path))
}

#[test]
fn the_index_names_each_file_once_and_says_what_it_shows() {
    let mut fixtures: HashMap<_, _> = events::all().map(|fixture| (fixture.path, fixture)).collect();
    for line in index() {
        let fixture =
            fixtures.remove(line.file.as_str()).unwrap_or_else(|| panic!("{} is nowhere, or twice", line.file));
        assert_eq!((line.event.as_str(), line.valid), (fixture.event, fixture.is_valid), "{}", line.file);
        assert_eq!(line.shows.is_some(), line.valid, "{}", line.file);
        assert_eq!((line.wrong.is_some(), line.derives_from.is_some()), (!line.valid, !line.valid), "{}", line.file);
    }
    assert!(fixtures.is_empty(), "not in the index: {:?}", fixtures.keys());
}

#[test]
fn every_action_and_event_has_its_example_edges_and_faults() {
    for entry in TABLE {
        let (valid, invalid): (Vec<_>, Vec<_>) = events::of(entry.name).partition(|fixture| fixture.is_valid);
        assert!(valid.len() >= 4 && invalid.len() >= 8, "{}: {} valid, {}", entry.name, valid.len(), invalid.len());
        let example = valid.iter().find(|fixture| fixture.path.ends_with("/example.json")).unwrap();
        assert_eq!(parsed(example), (entry.example)(), "{}", entry.name);
    }
    for fixture in events::all() {
        assert!(Entry::find(fixture.event).is_some(), "{} is of no event", fixture.path);
    }
}

#[test]
fn the_schemas_and_the_types_accept_the_valid_and_refuse_the_invalid() {
    for fixture in events::all() {
        let said = schema::is_valid(fixture.event, &parsed(&fixture)).unwrap();
        assert_eq!(said, fixture.is_valid, "the schema on {}", fixture.path);
        let raw = RawValue::from_string(fixture.json.trim().to_owned()).unwrap();
        let read = (Entry::find(fixture.event).unwrap().read)(&raw);
        assert_eq!(read.is_ok(), fixture.is_valid, "the type on {}: {read:?}", fixture.path);
    }
}

#[test]
fn an_invalid_one_differs_from_a_valid_one_in_one_thing() {
    let fixtures: HashMap<_, _> = events::all().map(|fixture| (fixture.path, fixture)).collect();
    for line in index().iter().filter(|line| !line.valid) {
        let base = &fixtures[line.derives_from.as_deref().unwrap()];
        assert!(base.is_valid && base.event == line.event, "{}", line.file);
        let differences = differences(&parsed(base), &parsed(&fixtures[line.file.as_str()]));
        assert_eq!(differences, 1, "{} differs from {} in {differences} things", line.file, base.path);
    }
}

/// How many values differ, of which none is inside of another that does. An object that lost all its fields is one.
fn differences(one: &Value, other: &Value) -> usize {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) if !one.is_empty() && !other.is_empty() => {
            let gone = one.keys().filter(|key| !other.contains_key(*key)).count();
            let changed = other.iter().map(|(key, value)| one.get(key).map_or(1, |was| differences(was, value)));
            gone + changed.sum::<usize>()
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            one.iter().zip(other).map(|(one, other)| differences(one, other)).sum()
        }
        _ => usize::from(one != other),
    }
}

#[test]
fn differences_are_counted() {
    use serde_json::json;
    let base = json!({"a": 1, "b": [{"c": 2}], "d": null});
    for (changed, count) in [
        (json!({"a": 1, "b": [{"c": 2}], "d": null}), 0),
        (json!({"a": "1", "b": [{"c": 2}], "d": null}), 1),
        (json!({"b": [{"c": 2}], "d": null}), 1),
        (json!({"a": 1, "b": [{"c": 3}], "d": 0}), 2),
        (json!({"a": 1, "b": [{"x": 2}], "d": null}), 2),
        (json!([]), 1),
        (json!({}), 1),
    ] {
        assert_eq!(differences(&base, &changed), count, "{changed}");
    }
}
