//! The schemas and the types agree on any payload that differs from an example in one value: what one accepts, the
//! other accepts. `1.0` is an integer to both.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use chat_spec::{
    events::{Entry, MessageDelete, TABLE},
    schema,
    types::MAX_ID,
};
use proptest::{prelude::*, sample};
use serde_json::{Value, json, value::RawValue};

/// The place of every value in a payload, the payload itself included.
fn places(value: &Value, place: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| places(value, format!("{place}/{key}"), found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| places(value, format!("{place}/{index}"), found));
        }
        _ => {}
    }
    found.push(place);
}

/// Whole numbers around the ends of what ids and counts may be.
const EDGES: &[u64] = &[0, 1, 2, MAX_ID - 1, MAX_ID, MAX_ID + 1, u64::MAX];

/// What an action or event could hold by mistake, and at the edges of what it may.
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        sample::select(EDGES).prop_map(Value::from),
        // Whole floats, `1.0` as well as `-0.0`.
        sample::select(EDGES).prop_map(|edge| json!(edge as f64)),
        sample::select(EDGES).prop_map(|edge| json!(-(edge as f64))),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0.0..10.0).prop_map(|fraction: f64| json!(fraction)),
        any::<String>().prop_map(Value::from),
        sample::select(&["2026-01-31T09:30:00.000Z", "2026-01-31T09:30:00+03:00", "2026-01-31", "not_found", "7"][..])
            .prop_map(Value::from),
        // An array of a struct's fields is left out: serde reads a nested struct from it, and no event has one.
        Just(json!([])),
        Just(json!([null])),
        Just(json!({})),
    ]
}

#[derive(Debug, Clone)]
enum Change {
    Replace(Value),
    Remove,
    Add(Value),
}

fn changed_payload() -> impl Strategy<Value = (Entry, Value)> {
    let change = prop_oneof![4 => value().prop_map(Change::Replace), 1 => Just(Change::Remove), 1 => value().prop_map(Change::Add)];
    (sample::select(TABLE), any::<sample::Index>(), change).prop_map(|(entry, index, change)| {
        let mut payload = (entry.example)();
        let mut found = Vec::new();
        places(&payload, String::new(), &mut found);
        let place = index.get(&found);
        match change {
            Change::Replace(value) => *payload.pointer_mut(place).unwrap() = value,
            Change::Remove => {
                let (parent, key) = place.rsplit_once('/').unwrap_or_default();
                if let Some(Value::Object(fields)) = payload.pointer_mut(parent) {
                    fields.remove(key);
                }
            }
            Change::Add(value) => {
                if let Some(Value::Object(fields)) = payload.pointer_mut(place) {
                    fields.insert("undocumented".into(), value);
                }
            }
        }
        (entry, payload)
    })
}

/// What the schema and what the type says.
fn verdicts(entry: &Entry, payload: &Value) -> (bool, bool) {
    let raw = RawValue::from_string(payload.to_string()).unwrap();
    (schema::is_valid(entry.name, payload).unwrap(), (entry.read)(&raw).is_ok())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn schemas_and_types_agree((entry, payload) in changed_payload()) {
        let (schema, types) = verdicts(&entry, &payload);
        prop_assert_eq!(schema, types, "{}: {}", entry.name, payload);
    }

    #[test]
    fn a_whole_float_is_an_integer_to_both(id in 1..=MAX_ID) {
        let entry = *Entry::of::<MessageDelete>();
        prop_assert_eq!(verdicts(&entry, &json!({ "message_id": id as f64 })), (true, true));
        prop_assert_eq!(verdicts(&entry, &json!({ "message_id": id })), (true, true));
        let fraction = (id % 1_000_000) as f64 + 0.5;
        prop_assert_eq!(verdicts(&entry, &json!({ "message_id": fraction })), (false, false));
    }
}
