//! Ids: JSON integers from 1 to 2^53-1, one newtype for each kind of thing (TYPE-2).

use std::{borrow::Cow, fmt, num::NonZeroU64};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};
use thiserror::Error;

/// The largest id: 2^53-1, the largest integer that every JSON peer (JavaScript's numbers are doubles) keeps exactly.
pub const MAX_ID: u64 = 9_007_199_254_740_991;

/// A number that is no id: zero, or over [`MAX_ID`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0} is no id: an id is an integer from 1 to {MAX_ID}")]
pub struct IdOutOfRange(pub i128);

/// Reads an id from JSON.
///
/// `1.0` is the integer 1, as JSON Schema has it (and as JavaScript, which cannot tell the two apart). A fraction, a
/// number in a string, zero, a negative number and anything over [`MAX_ID`] are refused (ROB-1, ROB-9).
struct IdVisitor;

impl de::Visitor<'_> for IdVisitor {
    type Value = NonZeroU64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an id, an integer from 1 to {MAX_ID}")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<NonZeroU64, E> {
        NonZeroU64::new(value)
            .filter(|id| id.get() <= MAX_ID)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(value), &self))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<NonZeroU64, E> {
        u64::try_from(value)
            .map_err(|_| E::invalid_value(de::Unexpected::Signed(value), &self))
            .and_then(|value| self.visit_u64(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<NonZeroU64, E> {
        // 2^53 and more is out of range anyway, so the cast below is exact.
        if value.fract() == 0.0 && (1.0..9_007_199_254_740_992.0).contains(&value) {
            return self.visit_u64(value as u64);
        }
        Err(E::invalid_value(de::Unexpected::Float(value), &self))
    }
}

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {$(
        $(#[doc = $doc])+
        ///
        /// A JSON integer from 1 to 2^53-1, never a string (TYPE-2).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(NonZeroU64);

        impl $name {
            /// The id as a number.
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0.get()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl TryFrom<u64> for $name {
            type Error = IdOutOfRange;

            fn try_from(value: u64) -> Result<Self, IdOutOfRange> {
                NonZeroU64::new(value)
                    .filter(|id| id.get() <= MAX_ID)
                    .map(Self)
                    .ok_or(IdOutOfRange(i128::from(value)))
            }
        }

        impl TryFrom<i64> for $name {
            type Error = IdOutOfRange;

            fn try_from(value: i64) -> Result<Self, IdOutOfRange> {
                u64::try_from(value)
                    .map_err(|_| IdOutOfRange(i128::from(value)))
                    .and_then(Self::try_from)
            }
        }

        impl From<$name> for u64 {
            fn from(id: $name) -> u64 {
                id.get()
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                i64::try_from(id.get()).expect("an id is below 2^53")
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_u64(IdVisitor).map(Self)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "description": concat!($($doc),+).trim(),
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MAX_ID,
                })
            }
        }
    )+};
}

ids! {
    /// Names a user.
    UserId;
    /// Names a room, the place that the messages of one dialog are in.
    RoomId;
    /// Names a message. Unique across all rooms, growing in the order of a room's history, never used twice (SEND-6).
    MessageId;
    /// Names an attachment.
    AttachmentId;
    /// Names an uploaded file.
    FileId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_the_edges_of_the_range_and_whole_floats() {
        for json in ["1", "9007199254740991", "1.0", "9007199254740991.0", "1e3"] {
            serde_json::from_str::<UserId>(json).unwrap_or_else(|error| panic!("{json}: {error}"));
        }
    }

    #[test]
    fn refuses_what_is_no_id() {
        for json in
            ["0", "-1", "9007199254740992", "9007199254740992.0", "1e300", "1.5", "\"1\"", "null", "true", "[]", "{}"]
        {
            assert!(serde_json::from_str::<UserId>(json).is_err(), "{json}");
        }
    }
}
