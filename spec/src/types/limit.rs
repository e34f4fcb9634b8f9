//! How many messages a page of the history may hold.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// The most messages that a client wants in one page: a whole number from 1 on (HIST-2, HIST-10).
///
/// A server cuts it to its own maximum (HIST-9), so a very large number is as good as that maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Limit(u64);

impl Limit {
    /// A limit; `None` for zero, which HIST-10 refuses.
    #[must_use]
    pub const fn new(limit: u64) -> Option<Self> {
        if limit == 0 { None } else { Some(Self(limit)) }
    }

    /// The limit as a number, at least 1.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

struct LimitVisitor;

impl de::Visitor<'_> for LimitVisitor {
    type Value = Limit;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number from 1 on")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Limit, E> {
        Limit::new(value).ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(value), &self))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Limit, E> {
        u64::try_from(value)
            .map_err(|_| E::invalid_value(de::Unexpected::Signed(value), &self))
            .and_then(|value| self.visit_u64(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Limit, E> {
        if value.fract() == 0.0 && value >= 1.0 {
            return self.visit_u64(value as u64);
        }
        Err(E::invalid_value(de::Unexpected::Float(value), &self))
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_u64(LimitVisitor)
    }
}

impl JsonSchema for Limit {
    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The most messages in one page; a server cuts it to its own maximum.",
            "type": "integer",
            "minimum": 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_whole_number_from_one_on() {
        for (json, limit) in [("1", 1), ("50.0", 50), ("18446744073709551615", u64::MAX), ("1e30", u64::MAX)] {
            assert_eq!(serde_json::from_str::<Limit>(json).unwrap().get(), limit, "{json}");
        }
        for json in ["0", "-1", "0.5", "1.5", "\"1\"", "null", "[]"] {
            assert!(serde_json::from_str::<Limit>(json).is_err(), "{json}");
        }
    }
}
