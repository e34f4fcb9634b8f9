//! JSON that came over the wire as [`Value`], even where `Value` cannot hold it.

use std::collections::BTreeMap;

use serde_json::{Value, value::RawValue};

/// The deepest nesting that is looked into, that of serde_json itself.
const MAX_DEPTH: usize = 128;

/// The value of a JSON text. What [`Value`] cannot hold (`1e400`, an escape for half a surrogate pair, nesting beyond
/// 128) is `null` in it; the text itself tells the truth then.
pub(super) fn to_value(raw: &RawValue) -> Value {
    descend(raw, 0)
}

fn descend(raw: &RawValue, depth: usize) -> Value {
    let text = raw.get();
    match serde_json::from_str(text) {
        Ok(value) => value,
        Err(_) if depth >= MAX_DEPTH => Value::Null,
        Err(_) => match text.as_bytes().first() {
            Some(b'[') => elements(raw).iter().map(|element| descend(element, depth + 1)).collect(),
            Some(b'{') => serde_json::from_str::<BTreeMap<String, &RawValue>>(text)
                .unwrap_or_default()
                .into_iter()
                .map(|(name, field)| (name, descend(field, depth + 1)))
                .collect(),
            _ => Value::Null,
        },
    }
}

/// The elements of a JSON array; none where it is no array.
pub(super) fn elements(raw: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(text: &str) -> Value {
        to_value(&RawValue::from_string(text.to_owned()).unwrap())
    }

    #[test]
    fn keeps_everything_but_what_cannot_be_held() {
        assert_eq!(
            value(r#"{"a": [1, 1e400, {"b": "\ud800", "c": "ok"}]}"#),
            json!({"a": [1, null, {"b": null, "c": "ok"}]})
        );
    }

    #[test]
    fn survives_deep_nesting() {
        let mut depth = 0;
        let mut inner = &value(&format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)));
        while let Some(next) = inner.get(0) {
            (inner, depth) = (next, depth + 1);
        }
        assert_eq!((depth, inner), (MAX_DEPTH, &Value::Null));
    }
}
