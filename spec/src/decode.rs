//! Reading the payload of an action from JSON, with an error that a person can act on (ERR-4).

use serde_json::value::RawValue;
use thiserror::Error;

use crate::events::Payload;

/// A payload that is not what its action documents. Never repeats a value that the client sent: it could be a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Malformed {
    /// There is no payload.
    #[error("the payload is missing: expected a JSON object")]
    Missing,
    /// The payload is no JSON object.
    #[error("the payload is malformed: expected a JSON object")]
    NotAnObject,
    /// A required field is missing.
    #[error("`{0}` is missing")]
    MissingField(String),
    /// A field holds something else than it should.
    #[error("`{field}` is malformed: expected {expected}")]
    Field {
        /// Which field.
        field: String,
        /// What belongs there.
        expected: String,
    },
}

/// Reads the payload of an action. Unknown fields are ignored (ROB-3), `null` in an optional field is the same as
/// leaving it out (EVT-3).
///
/// # Errors
/// A payload that is no object, lacks a required field, or has a field of another kind (ROB-1).
pub fn decode<T: Payload>(payload: &RawValue) -> Result<T, Malformed> {
    // serde would read a struct from an array as well.
    if !payload.get().trim_start().starts_with('{') {
        return Err(Malformed::NotAnObject);
    }
    let mut deserializer = serde_json::Deserializer::from_str(payload.get());
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let field = error.path().to_string();
        let message = error.inner().to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        if let Some(missing) = message.strip_prefix("missing field `") {
            return Malformed::MissingField(missing.trim_end_matches('`').to_owned());
        }
        if let Some(twice) = message.strip_prefix("duplicate field `") {
            let field = twice.trim_end_matches('`').to_owned();
            return Malformed::Field { field, expected: "it only once".to_owned() };
        }
        // serde says `invalid type: <what came>, expected <what belongs there>`, and only the second half is ours.
        let expected = message.rsplit_once(", expected ").map_or("valid JSON", |(_, expected)| expected);
        Malformed::Field { field, expected: expected.to_owned() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{CallStart, ChatHistory, MessageSend, UserAuth};

    fn refusal<T: Payload>(json: &str) -> String {
        let raw = RawValue::from_string(json.to_owned()).unwrap();
        decode::<T>(&raw).unwrap_err().to_string()
    }

    #[test]
    fn says_which_field_and_what_belongs_there() {
        let id = "expected an id, an integer from 1 to 9007199254740991";
        assert_eq!(refusal::<MessageSend>(r#"{"text": "x"}"#), "`room_id` is missing");
        assert_eq!(refusal::<MessageSend>(r#"{"room_id": "7", "text": "x"}"#), format!("`room_id` is malformed: {id}"));
        assert_eq!(refusal::<MessageSend>(r#"{"room_id": 0, "text": "x"}"#), format!("`room_id` is malformed: {id}"));
        assert_eq!(refusal::<MessageSend>(r#"{"room_id": 7, "text": 5}"#), "`text` is malformed: expected a string");
        assert_eq!(
            refusal::<ChatHistory>(r#"{"room_id": 7, "limit": 0.5}"#),
            "`limit` is malformed: expected a whole number from 1 on"
        );
        assert_eq!(
            refusal::<CallStart>(r#"{"user_id": 1, "ice_candidate": null}"#),
            "`session_description` is missing"
        );
        let twice = r#"{"room_id": 7, "room_id": 8, "text": "x"}"#;
        assert_eq!(refusal::<MessageSend>(twice), "`room_id` is malformed: expected it only once");
    }

    #[test]
    fn never_repeats_what_came() {
        let said = refusal::<UserAuth>(r#"{"id": "a, expected secret at line 5", "token": ["secret"]}"#);
        assert!(!said.contains("secret"), "{said}");
    }

    #[test]
    fn refuses_what_is_no_object() {
        for json in ["[1, \"x\"]", "null", "7", "\"text\"", "true"] {
            assert_eq!(refusal::<MessageSend>(json), Malformed::NotAnObject.to_string(), "{json}");
        }
    }

    #[test]
    fn reads_call_fields_to_the_letter() {
        let raw =
            RawValue::from_string(r#"{"user_id": 1, "ice_candidate": 1.10, "session_description": [1e400]}"#.into());
        let call: CallStart = decode(&raw.unwrap()).unwrap();
        assert_eq!((call.ice_candidate.as_str(), call.session_description.as_str()), ("1.10", "[1e400]"));
    }
}
