//! What may stand in the fields of a call: any JSON (CALL-3).

use serde_json::{Map, Value, json};

/// JSON of all kinds, each with what is special about it.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let mut values = scalars();
    values.extend(objects());
    values.push(("64 KiB of SDP", json!({"type": "offer", "sdp": sdp(64 * 1024)})));
    values.push(("64 KiB of SDP as a string", json!(sdp(64 * 1024))));
    values.push(("nesting of 50 arrays and objects", nested(50)));
    values
}

fn scalars() -> Vec<(&'static str, Value)> {
    vec![
        ("null", Value::Null),
        ("true", json!(true)),
        ("false", json!(false)),
        ("zero", json!(0)),
        ("a negative number", json!(-7)),
        ("a fraction", json!(0.1)),
        ("the largest safe integer", json!(9_007_199_254_740_991_u64)),
        ("a very large number", json!(1.5e300)),
        ("a very small number", json!(2.5e-300)),
        ("an empty string", json!("")),
        ("a string of white space", json!("  \r\n\t ")),
        ("a string", json!("candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host")),
        ("astral characters", json!("😀 𝒳 👩‍👩‍👧‍👦 \u{10FFFF}")),
        ("control characters", json!("\u{0}\u{1}\u{8}\u{1B}\u{7F}\u{2028}\u{FEFF}")),
        ("decomposed letters", json!("e\u{301} é ﬁ")),
        ("quotes and backslashes", json!(r#"'"`\ \u0041"#)),
        ("a string that is JSON", json!(r#"{"a":null}"#)),
        ("a string that is a number", json!("007")),
        ("a number with a zero at its end, as a string", json!("1.10")),
        ("a date as a string", json!("2026-01-31T09:30:00Z")),
    ]
}

fn objects() -> Vec<(&'static str, Value)> {
    vec![
        ("an empty object", json!({})),
        ("an empty array", json!([])),
        ("an array of one", json!([{"candidate": ""}])),
        ("an array of many kinds", json!([null, true, 1, "x", [], {}])),
        ("nulls inside", json!({"candidate": null, "sdpMid": null, "sdpMLineIndex": null})),
        ("a field that is false", json!({"f": false})),
        ("fields that are nothing in some languages", json!({"f": false, "z": 0, "e": "", "a": [], "o": {}})),
        ("strings that look like others", json!({"at": "2026-01-31T09:30:00Z", "version": "1.10", "port": "09"})),
        ("fields that no RTC object has", json!({"type": "offer", "sdp": "v=0", "extra": {"deep": [1]}})),
        ("odd names of fields", json!({"": 1, " ": 2, "a.b": 3, "$set": 4, "ключ": 5, "😀": 6, "length": 7})),
        ("names that mean something to JavaScript", json!({"constructor": 1, "toString": "x", "prototype": null})),
        ("a name that JavaScript keeps for itself", json!({"__proto__": {"a": 1}, "a": 2})),
        ("such a name inside", json!({"inner": [{"__proto__": {"b": null}, "b": 3}], "__proto__": null})),
        ("what a placeholder of binary data looks like", json!({"_placeholder": true, "num": 0})),
        (
            "a field named as the event's own",
            json!({"user": {"id": 1}, "ice_candidate": null, "created_at": "yesterday"}),
        ),
        ("many fields", many_fields()),
    ]
}

/// Whether a value is so large that a packet with two of it may be larger than what servers take.
pub(super) fn is_large(value: &Value) -> bool {
    const LARGE: usize = 32 * 1024;
    value.to_string().len() > LARGE
}

fn many_fields() -> Value {
    (0..500).map(|number| (format!("field {number}"), json!(number))).collect::<Map<String, Value>>().into()
}

/// A value that is nested so deep.
pub(super) fn nested(depth: usize) -> Value {
    (0..depth).fold(
        json!("the innermost"),
        |inner, level| {
            if level % 2 == 0 { json!([inner]) } else { json!({"inner": inner}) }
        },
    )
}

/// A session description of at least that many bytes.
fn sdp(bytes: usize) -> String {
    let mut sdp = String::from("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n");
    for number in 0.. {
        if sdp.len() >= bytes {
            break;
        }
        sdp.push_str(&format!(
            "a=candidate:{number} 1 udp 2122260223 192.0.2.1 {} typ host\r\n",
            1024 + number % 60_000
        ));
    }
    sdp
}

/// Whether two values mean the same: numbers by their value as a double, objects whatever the order of their keys.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let (Some(one), Some(other)) = (one.as_f64(), other.as_f64()) else { return false };
            // A parser may be off by one unit in the last place, the suite's own too.
            (one - other).abs() <= one.abs() * f64::EPSILON
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| same(value, other)))
        }
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_differ_from_each_other_and_from_nothing_else() {
        let values = all();
        for (index, (what, value)) in values.iter().enumerate() {
            assert!(same(value, value), "{what}");
            assert!(values.iter().skip(index + 1).all(|(_, other)| !same(value, other)), "{what}");
        }
        assert!(same(&json!({"a": 1, "b": [2.0]}), &json!({"b": [2], "a": 1.0})));
        assert!(!same(&json!({"a": null}), &json!({})));
    }
}
