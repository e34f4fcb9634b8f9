//! Dates, as JavaScript's `Date.toJSON` writes them (TYPE-3, TYPE-4, D5).

use std::{borrow::Cow, fmt, str::FromStr};

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// A moment, in whole milliseconds since 1970 in UTC.
///
/// Written exactly as `Date.toJSON` does, `2026-01-31T09:30:00.000Z` (TYPE-4); read from any ISO 8601 date and time
/// with a UTC offset (TYPE-3), because a server that writes `+00:00` breaks a SHOULD only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i64);

/// A text that is no ISO 8601 date and time with a UTC offset.
#[derive(Debug, Error)]
#[error("`{text}` is no ISO 8601 date and time with a UTC offset, such as 2026-01-31T09:30:00.000Z")]
pub struct ParseDateError {
    text: String,
}

impl Date {
    /// The earliest moment that has a four-digit year.
    const MIN_MILLISECONDS: i64 = -62_167_219_200_000;
    /// The latest moment that has a four-digit year in every time zone.
    const MAX_MILLISECONDS: i64 = 253_402_207_199_999;

    /// A date from milliseconds since 1970 in UTC; moments outside of four-digit years become the nearest inside.
    #[must_use]
    pub const fn from_milliseconds(milliseconds: i64) -> Self {
        if milliseconds < Self::MIN_MILLISECONDS {
            Self(Self::MIN_MILLISECONDS)
        } else if milliseconds > Self::MAX_MILLISECONDS {
            Self(Self::MAX_MILLISECONDS)
        } else {
            Self(milliseconds)
        }
    }

    /// Milliseconds since 1970 in UTC.
    #[must_use]
    pub const fn milliseconds(self) -> i64 {
        self.0
    }

    /// Whether a text is written exactly as `Date.toJSON` writes it (TYPE-4).
    #[must_use]
    pub fn is_to_json_form(text: &str) -> bool {
        text.parse::<Self>().is_ok_and(|date| date.to_string() == text)
    }
}

impl From<Timestamp> for Date {
    fn from(moment: Timestamp) -> Self {
        Self::from_milliseconds(moment.as_millisecond())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = Timestamp::from_millisecond(self.0).map_err(|_| fmt::Error)?;
        write!(f, "{moment:.3}")
    }
}

impl FromStr for Date {
    type Err = ParseDateError;

    fn from_str(text: &str) -> Result<Self, ParseDateError> {
        // A named time zone in brackets is of RFC 9557, not of ISO 8601.
        let moment = (!text.contains('[')).then(|| text.parse::<Timestamp>().ok()).flatten();
        moment.map(Self::from).ok_or_else(|| ParseDateError { text: text.to_owned() })
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Date {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A moment as an ISO 8601 date and time with a UTC offset, as JavaScript's Date.toJSON writes it.",
            "type": "string",
            "format": "date-time",
            "examples": ["2026-01-31T09:30:00.000Z"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_date_to_json_writes_it() {
        for (milliseconds, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_769_851_800_000, "2026-01-31T09:30:00.000Z"),
            (1_769_851_800_007, "2026-01-31T09:30:00.007Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (i64::MAX, "9999-12-30T21:59:59.999Z"),
            (i64::MIN, "0000-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(Date::from_milliseconds(milliseconds).to_string(), text);
            assert!(Date::is_to_json_form(text));
        }
    }

    #[test]
    fn is_read_with_any_offset() {
        for text in [
            "2026-01-31T09:30:00Z",
            "2026-01-31T12:30:00.000+03:00",
            "2026-01-31T09:30:00.000000+0000",
            "2026-01-31T07:30:00,0-02",
        ] {
            assert_eq!(text.parse::<Date>().unwrap().milliseconds(), 1_769_851_800_000, "{text}");
            assert!(!Date::is_to_json_form(text), "{text}");
        }
    }

    #[test]
    fn refuses_what_has_no_offset_or_is_no_date() {
        for text in [
            "2026-01-31T09:30:00",
            "2026-01-31",
            "2026-02-30T00:00:00Z",
            "yesterday",
            "",
            "1769851800000",
            "2026-01-31T09:30:00Z[UTC]",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }
}
