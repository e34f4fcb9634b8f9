//! The fields of an action, read from its published schema: nothing here knows an action by name.

use chat_spec::{
    events::{Direction, Entry, TABLE},
    schema,
    types::MAX_ID,
};
use serde_json::Value;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An id: an integer up to the largest one.
    Id,
    /// Any other count: an integer without an end.
    Count,
    /// A string.
    Text,
    /// Any JSON.
    Any,
}

/// A field of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: String,
    /// What it holds.
    pub(super) kind: Kind,
    /// Whether it has to be there.
    pub(super) required: bool,
}

/// Every action.
pub(super) fn actions() -> impl Iterator<Item = &'static Entry> {
    TABLE.iter().filter(|entry| entry.direction == Direction::ClientToServer)
}

/// The fields of an action, in the order of its schema.
pub(super) fn fields(action: &Entry) -> Vec<Field> {
    let schema = schema::of(action).to_value();
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let fields = schema["properties"].as_object().into_iter().flatten();
    fields
        .map(|(name, field)| Field {
            name: name.clone(),
            kind: kind(&schema, field),
            required: required.contains(&name.as_str()),
        })
        .collect()
}

/// What the schema of a field allows besides `null`.
fn kind(schema: &Value, field: &Value) -> Kind {
    if let Some(branches) = field["anyOf"].as_array() {
        let value = branches.iter().find(|branch| branch["type"] != "null");
        return value.map_or(Kind::Any, |branch| kind(schema, branch));
    }
    if let Some(reference) = field["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        return schema.pointer(reference).map_or(Kind::Any, |definition| kind(schema, definition));
    }
    match field["type"].as_str() {
        Some("integer") if field["maximum"] == MAX_ID => Kind::Id,
        Some("integer") => Kind::Count,
        Some("string") => Kind::Text,
        _ => Kind::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_actions_and_all_fields_of_their_examples_are_known() {
        assert_eq!(actions().count(), 10);
        for action in actions() {
            let fields = fields(action);
            for name in (action.example)().as_object().unwrap().keys() {
                assert!(fields.iter().any(|field| field.name == *name), "{}: {name}", action.name);
            }
        }
    }

    #[test]
    fn fields_are_what_the_schema_says() {
        let field = |action: &str, name: &str| {
            let fields = fields(Entry::find(action).unwrap());
            fields.into_iter().find(|field| field.name == name).map(|field| (field.kind, field.required)).unwrap()
        };
        assert_eq!(field("message.send", "room_id"), (Kind::Id, true));
        assert_eq!(field("message.send", "attachment_id"), (Kind::Id, false));
        assert_eq!(field("message.send", "text"), (Kind::Text, true));
        assert_eq!(field("chat.history", "limit"), (Kind::Count, false));
        assert_eq!(field("call.start", "ice_candidate"), (Kind::Any, true));
        assert_eq!(field("user.auth", "token"), (Kind::Text, true));
    }
}
