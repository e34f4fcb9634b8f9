//! Any JSON, kept as it came.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

/// Any JSON value, passed through to the letter: numbers keep their digits and objects the order of their keys (CALL-3).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AnyJson(Box<RawValue>);

impl AnyJson {
    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }
}

impl From<Value> for AnyJson {
    fn from(value: Value) -> Self {
        Self(RawValue::from_string(value.to_string()).expect("a Value is written as valid JSON"))
    }
}

/// Two are equal when they mean the same JSON, however it is written.
impl PartialEq for AnyJson {
    fn eq(&self, other: &Self) -> bool {
        let parse = |json: &Self| serde_json::from_str::<Value>(json.as_str()).ok();
        self.as_str() == other.as_str() || parse(self) == parse(other)
    }
}

impl JsonSchema for AnyJson {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "AnyJson".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "Any JSON value, null included." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_character() {
        for json in
            ["null", "1.10", "1e400", "123456789012345678901234567890", r#"{"b":1,"a":[{"c":null}]}"#, r#""\u0041😀""#]
        {
            let value: AnyJson = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
        }
    }
}
