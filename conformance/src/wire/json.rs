//! JSON that came over the wire as [`Value`], even where `Value` cannot hold it.

use std::collections::BTreeMap;

use serde_json::{Value, value::RawValue};

/// The deepest nesting that is looked into, that of serde_json itself.
const MAX_DEPTH: usize = 128;

/// The value of a JSON text. `1.0` is 1 in it, as JSON means the same by both (R1). What [`Value`] cannot hold is another: an escape for half a surrogate pair is U+FFFD,
/// `1e400` and what is nested beyond 128 are `null`; the text itself tells the truth then.
pub(super) fn to_value(raw: &RawValue) -> Value {
    if let Ok(value) = serde_json::from_str(raw.get()) {
        return with_whole_numbers(value);
    }
    let whole = RawValue::from_string(with_whole_characters(raw.get()));
    with_whole_numbers(whole.map_or_else(|_| descend(raw, 0), |whole| descend(&whole, 0)))
}

/// The value with integers in the place of numbers that are as good as one, as far as JavaScript counts exactly.
fn with_whole_numbers(value: Value) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) => match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "it has no fraction, and is in the range of integers")]
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < EXACT => (float as i64).into(),
            _ => Value::Number(number),
        },
        Value::Array(elements) => elements.into_iter().map(with_whole_numbers).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, with_whole_numbers(value))).collect(),
        other => other,
    }
}

/// The text with U+FFFD in the place of each escape for half a surrogate pair.
fn with_whole_characters(text: &str) -> String {
    const REPLACEMENT: &str = r"\ufffd";
    let unit = |at: &str| u16::from_str_radix(at.strip_prefix(r"\u")?.get(..4)?, 16).ok();
    let (mut whole, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        whole.push_str(before);
        let is_high = unit(escape).is_some_and(|unit| (0xD800..0xDC00).contains(&unit));
        let is_low = |unit: u16| (0xDC00..0xE000).contains(&unit);
        let is_pair = is_high && escape.get(6..).and_then(unit).is_some_and(is_low);
        let is_half = !is_pair && (is_high || unit(escape).is_some_and(is_low));
        let length = match unit(escape) {
            Some(_) if is_pair => 12,
            Some(_) => 6,
            // The character behind the backslash is of one byte in JSON; where it is not, serde_json says so.
            None => escape.chars().take(2).map(char::len_utf8).sum(),
        };
        let (escape, after) = escape.split_at(length);
        whole.push_str(if is_half { REPLACEMENT } else { escape });
        rest = after;
    }
    whole.push_str(rest);
    whole
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
            json!({"a": [1, null, {"b": "\u{fffd}", "c": "ok"}]})
        );
    }

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        assert_eq!(
            value(r#"{"id": 1.0, "all": [2e3, -3.0, 0.5, 9007199254740992.0]}"#),
            json!({"id": 1, "all": [2000, -3, 0.5, 9007199254740992.0]})
        );
    }

    #[test]
    fn half_a_surrogate_pair_is_a_character_all_the_same() {
        for (text, expected) in [
            (r#""\ud800""#, "\u{fffd}"),
            (r#""\udc00\ud83d\ude00\uD83D x""#, "\u{fffd}😀\u{fffd} x"),
            (r#""\\ud800 \ud83d\ud83d\ude00\n\"é\udfff""#, "\\ud800 \u{fffd}😀\n\"é\u{fffd}"),
        ] {
            assert_eq!(value(text), json!(expected), "{text}");
        }
        assert_eq!(value(r#"{"\ud800": 1}"#), json!({"\u{fffd}": 1}), "names too");
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
