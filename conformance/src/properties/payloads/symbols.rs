//! Ids that are not known yet when a payload is generated: they stand in it as symbols, and are put in when it is sent.

use chat_spec::types::MAX_ID;
use serde_json::{Value, json};

/// What a symbol begins with. No generated text does.
const MARK: &str = "\u{e000}the right value of ";

/// How an id is put into a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Id,
    /// As a string of digits.
    Digits,
    /// With half a unit more.
    Half,
    /// With a minus before it.
    Minus,
}

impl Form {
    const ALL: [(Self, &'static str); 4] =
        [(Self::Id, ""), (Self::Digits, "\""), (Self::Half, ".5"), (Self::Minus, "-")];
}

/// The symbol of a field's right value.
pub(super) fn symbol(field: &str, form: Form) -> Value {
    let suffix = Form::ALL.iter().find(|(other, _)| *other == form).map_or("", |(_, suffix)| suffix);
    Value::String(format!("{MARK}{field}{suffix}"))
}

/// Whether a text stands for something else.
pub(super) fn is_symbol(text: &str) -> bool {
    text.starts_with(MARK)
}

/// Puts right values in the place of symbols, wherever they stand; `right` gives the right value of a field.
pub(super) fn put_in(payload: &Value, right: &impl Fn(&str) -> Value) -> Value {
    match payload {
        Value::String(text) => match text.strip_prefix(MARK) {
            Some(name) => formed(name, right),
            None => payload.clone(),
        },
        Value::Array(items) => items.iter().map(|item| put_in(item, right)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), put_in(value, right)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

fn formed(name: &str, right: &impl Fn(&str) -> Value) -> Value {
    if let Some(name) = name.strip_suffix('"') {
        let right = right(name);
        return right.as_str().map_or_else(|| right.to_string(), str::to_owned).into();
    }
    if let Some(name) = name.strip_suffix('-') {
        return right(name).as_i64().map_or(json!(-1), |id| json!(-id));
    }
    match name.strip_suffix(".5") {
        // Half a unit is lost in the doubles of the largest ids: there, half of one.
        Some(name) => match right(name).as_u64().filter(|id| *id <= MAX_ID >> 1) {
            Some(id) => json!(id as f64 + 0.5),
            None => json!(1.5),
        },
        None => right(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_put_in_wherever_they_stand() {
        let payload = json!({
            "room_id": symbol("room_id", Form::Id),
            "list": [symbol("room_id", Form::Digits), {"x": symbol("room_id", Form::Half)}],
            "minus": symbol("room_id", Form::Minus),
            "text": "as it is",
        });
        let right = |_: &str| json!(7);
        assert_eq!(
            put_in(&payload, &right),
            json!({"room_id": 7, "list": ["7", {"x": 7.5}], "minus": -7, "text": "as it is"})
        );
    }
}
