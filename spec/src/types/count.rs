//! Counts: whole numbers from 0 to 2^53-1, kept as plain `u64` fields. For `#[serde(deserialize_with)]` and
//! `#[schemars(schema_with)]`.

use std::fmt;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde::{Deserializer, de};

use super::MAX_ID;

struct CountVisitor;

impl de::Visitor<'_> for CountVisitor {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from 0 to {MAX_ID}")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<u64, E> {
        if value <= MAX_ID { Ok(value) } else { Err(E::invalid_value(de::Unexpected::Unsigned(value), &self)) }
    }

    /// `1.0` is the integer 1, and `-0.0` is 0, as JSON Schema has it and as ids have it.
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<u64, E> {
        // 2^53 and more is out of range anyway, so the cast below is exact.
        if value.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&value) {
            return Ok(value as u64);
        }
        Err(E::invalid_value(de::Unexpected::Float(value), &self))
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    deserializer.deserialize_u64(CountVisitor)
}

pub(super) fn schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "minimum": 0, "maximum": MAX_ID })
}

#[cfg(test)]
mod tests {
    #[test]
    fn is_a_whole_number_that_javascript_keeps_exactly() {
        let read = |json: &str| super::deserialize(&mut serde_json::Deserializer::from_str(json)).ok();
        for (json, count) in [("0", 0), ("-0", 0), ("-0.0", 0), ("3.0", 3), ("9007199254740991", 9_007_199_254_740_991)]
        {
            assert_eq!(read(json), Some(count), "{json}");
        }
        for json in ["-1", "0.5", "9007199254740992", "9007199254740992.0", "\"1\"", "null", "[]"] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
