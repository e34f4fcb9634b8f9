//! Payloads that are not as documented, derived from what each action's fields are.

use serde_json::{Map, Value, json};

/// What a field of an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An id that must be there.
    Id,
    /// An id that may be left out.
    OptionalId,
    /// A string that must be there.
    Text,
    /// Any JSON, which must be there.
    Any,
}

impl Kind {
    /// Whether it is an id, one that may be left out too.
    const fn is_id(self) -> bool {
        matches!(self, Self::Id | Self::OptionalId)
    }
}

/// The fields of an action. `limit` is not among them: ROB-1 does not judge it.
pub(super) fn fields(action: &str) -> &'static [(&'static str, Kind)] {
    match action {
        "user.auth" => &[("id", Kind::Id), ("token", Kind::Text)],
        "chat.start" => &[("user_id", Kind::Id), ("text", Kind::Text), ("attachment_id", Kind::OptionalId)],
        "message.send" => &[("room_id", Kind::Id), ("text", Kind::Text), ("attachment_id", Kind::OptionalId)],
        "message.delete" => &[("message_id", Kind::Id)],
        "chat.history" => &[("room_id", Kind::Id), ("last_id", Kind::OptionalId)],
        "call.start" | "call.answer" => {
            &[("user_id", Kind::Id), ("ice_candidate", Kind::Any), ("session_description", Kind::Any)]
        }
        _ => &[("room_id", Kind::Id)],
    }
}

/// Arguments that are wrong, each with what is wrong with them.
pub(super) type Wrong = Vec<(String, Vec<Value>)>;

/// Everything that ROB-1 wants refused, derived from a payload that is right.
pub(super) fn malformed(action: &str, right: &Value) -> Wrong {
    let mut wrong = vec![("no payload".to_owned(), Vec::new())];
    for (what, payload) in [
        ("null", Value::Null),
        ("true", json!(true)),
        ("a number", json!(7)),
        ("a string", json!("text")),
        ("the payload as a string", json!(right.to_string())),
        ("an empty array", json!([])),
        ("the payload in an array", json!([right])),
        ("the values in an array", values(right)),
        ("an empty object", json!({})),
    ] {
        wrong.push((format!("{what} as the payload"), vec![payload]));
    }
    // What would be right inside of an object is no payload by itself.
    if let Some((field, _)) = fields(action).first() {
        let id = right.get(field).cloned().unwrap_or(json!(1));
        wrong.push((format!("the right `{field}` alone as the payload"), vec![id.clone()]));
        wrong.push((format!("the right `{field}` alone, in a string, as the payload"), vec![json!(id.to_string())]));
    }
    if let Value::Array(values) = values(right)
        && values.len() > 1
    {
        wrong.push(("the values as arguments instead of a payload".to_owned(), values));
    }
    for (field, kind) in fields(action) {
        if *kind != Kind::OptionalId {
            wrong.push((format!("no `{field}`"), vec![without(right, field)]));
            // What a copy of the payload would inherit is not in it.
            let inherited = with(&without(right, field), "__proto__", json!({(*field): right.get(field)}));
            wrong.push((format!("`{field}` in `__proto__` alone"), vec![inherited]));
        }
        for (what, value) in of_another_kind(*kind, right.get(field)) {
            wrong.push((format!("{what} as `{field}`"), vec![with(right, field, value)]));
        }
        if let Some(id) = right.get(field).and_then(Value::as_i64).filter(|_| kind.is_id()) {
            wrong.push((format!("the right id made negative as `{field}`"), vec![with(right, field, json!(-id))]));
        }
    }
    wrong
}

/// What ROB-9 wants refused: ids as strings of digits, and fractions.
pub(super) fn loose_ids(action: &str, right: &Value) -> Wrong {
    let ids = fields(action).iter().filter(|(_, kind)| kind.is_id());
    ids.flat_map(|(field, _)| {
        let id = right.get(field).and_then(Value::as_u64).unwrap_or(1);
        // Half a unit is lost in the doubles of the largest ids: then there is no fraction to try.
        let fraction = (id < 1 << 52).then(|| json!(id as f64 + 0.5));
        let string = (format!("a number in a string as `{field}`"), vec![with(right, field, json!(id.to_string()))]);
        let fraction = fraction.map(|id| (format!("a fraction as `{field}`"), vec![with(right, field, id)]));
        std::iter::once(string).chain(fraction)
    })
    .collect()
}

fn of_another_kind(kind: Kind, right: Option<&Value>) -> Vec<(&'static str, Value)> {
    let right = right.cloned().unwrap_or(json!(1));
    let common = [
        ("true", json!(true)),
        ("false", json!(false)),
        ("an array of the right value", json!([right])),
        ("an empty array", json!([])),
        ("an empty object", json!({})),
        ("an object with the right value", json!({"id": right})),
        ("what stands for binary data", json!({"_placeholder": true, "num": 0})),
    ];
    let ids = [
        ("a word", json!("five")),
        ("an empty string", json!("")),
        ("zero", json!(0)),
        ("minus one", json!(-1)),
        ("2^53", json!(9_007_199_254_740_992_u64)),
        ("2^53 + 2", json!(9_007_199_254_740_994_u64)),
        ("2^64 - 1", json!(u64::MAX)),
        ("1e20", json!(1e20)),
        ("-1e20", json!(-1e20)),
        ("1e300", json!(1e300)),
    ];
    match kind {
        Kind::Id => common.into_iter().chain(ids).chain([("null", Value::Null)]).collect(),
        Kind::OptionalId => common.into_iter().chain(ids).collect(),
        Kind::Text => {
            common.into_iter().chain([("null", Value::Null), ("zero", json!(0)), ("a number", json!(7))]).collect()
        }
        Kind::Any => Vec::new(),
    }
}

fn with(payload: &Value, field: &str, value: Value) -> Value {
    let mut payload = payload.clone();
    payload[field] = value;
    payload
}

fn without(payload: &Value, field: &str) -> Value {
    let mut fields: Map<String, Value> = payload.as_object().cloned().unwrap_or_default();
    fields.remove(field);
    fields.into()
}

fn values(payload: &Value) -> Value {
    payload.as_object().map(|fields| fields.values().cloned().collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chat_spec::{
        events::{Direction, TABLE},
        schema,
    };

    use super::*;

    #[test]
    fn wrong_payloads_are_wrong_and_all_fields_are_tried() {
        for entry in TABLE.iter().filter(|entry| entry.direction == Direction::ClientToServer) {
            let right = (entry.example)();
            for (what, arguments) in malformed(entry.name, &right).iter().chain(&loose_ids(entry.name, &right)) {
                let valid = arguments.first().and_then(|payload| schema::is_valid(entry.name, payload));
                assert_ne!(valid, Some(true), "{}: {what}", entry.name);
            }
            for field in right.as_object().unwrap().keys().filter(|field| *field != "limit") {
                assert!(fields(entry.name).iter().any(|(name, _)| name == field), "{}: {field}", entry.name);
            }
        }
    }
}
