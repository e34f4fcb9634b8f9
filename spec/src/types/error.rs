//! How the reference server says no (section 5, profile `errors`).

use std::fmt;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// Why an action was refused (ERR-3).
///
/// Where several apply, the first in the order from `unknown_action` to `offline` is given (ERR-6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// An event name that is no action.
    UnknownAction,
    /// Any action before authorisation; in the acknowledgement of a `user.auth` with a wrong id or token.
    Unauthenticated,
    /// A malformed payload; a bad `limit`; empty, overlong or NUL text; oneself as the other side.
    InvalidPayload,
    /// A room, message, user or attachment that does not exist or is not yours.
    NotFound,
    /// A message of a room of yours that is not yours to delete.
    Forbidden,
    /// An attachment that was sent before; `user.auth` as another user on an authorised socket.
    Conflict,
    /// The user called is not connected.
    Offline,
    /// A limit of the server was reached; try again later.
    RateLimited,
    /// Storage is not to be had; try again later.
    Unavailable,
    /// A defect of the server.
    Internal,
}

impl ErrorCode {
    /// Every code, in the order of precedence (ERR-6).
    pub const ALL: [Self; 10] = [
        Self::UnknownAction,
        Self::Unauthenticated,
        Self::InvalidPayload,
        Self::NotFound,
        Self::Forbidden,
        Self::Conflict,
        Self::Offline,
        Self::RateLimited,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The code as it is spelled on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownAction => "unknown_action",
            Self::Unauthenticated => "unauthenticated",
            Self::InvalidPayload => "invalid_payload",
            Self::NotFound => "not_found",
            Self::Forbidden => "forbidden",
            Self::Conflict => "conflict",
            Self::Offline => "offline",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refused action: the payload of `on.error`, and the `error` of an acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// The wire name of the action that was refused.
    pub action: String,
    /// Why, for programs.
    pub code: ErrorCode,
    /// Why, for people: names the field and what was expected of it where the payload is at fault (ERR-4).
    pub message: String,
}

/// The acknowledgement of an action that was sent with a callback, after its events were sent (ERR-2).
///
/// On the wire `{"ok": true}` or `{"ok": false, "error": {action, code, message}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Acknowledgement {
    /// The action was refused.
    Refused {
        /// Always `false`.
        #[serde(deserialize_with = "literal::<false, _>")]
        #[schemars(transform = only_false)]
        ok: bool,
        /// Why.
        error: Refusal,
    },
    /// The action was carried out.
    Done {
        /// Always `true`.
        #[serde(deserialize_with = "literal::<true, _>")]
        #[schemars(transform = only_true)]
        ok: bool,
    },
}

impl Acknowledgement {
    /// The action was carried out.
    #[must_use]
    pub const fn done() -> Self {
        Self::Done { ok: true }
    }

    /// The action was refused.
    #[must_use]
    pub const fn refused(error: Refusal) -> Self {
        Self::Refused { ok: false, error }
    }
}

/// Reads a `bool` that is always the same: it tells the two shapes apart.
fn literal<'de, const EXPECTED: bool, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = bool::deserialize(deserializer)?;
    if value == EXPECTED {
        return Ok(value);
    }
    Err(de::Error::invalid_value(de::Unexpected::Bool(value), if EXPECTED { &"true" } else { &"false" }))
}

fn only_false(schema: &mut Schema) {
    schema.insert("const".into(), false.into());
}

fn only_true(schema: &mut Schema) {
    schema.insert("const".into(), true.into());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn codes_are_spelled_alike_everywhere_and_listed_in_order() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), json!(code.as_str()));
        }
        assert!(ErrorCode::ALL.is_sorted());
    }

    #[test]
    fn acknowledgements_have_the_two_documented_shapes() {
        let refusal = Refusal { action: "chat.read".into(), code: ErrorCode::NotFound, message: "no such room".into() };
        for (acknowledgement, wire) in [
            (Acknowledgement::done(), json!({"ok": true})),
            (
                Acknowledgement::refused(refusal),
                json!({"ok": false, "error": {"action": "chat.read", "code": "not_found", "message": "no such room"}}),
            ),
        ] {
            assert_eq!(serde_json::to_value(&acknowledgement).unwrap(), wire);
            assert_eq!(serde_json::from_value::<Acknowledgement>(wire).unwrap(), acknowledgement);
        }
        for wire in [json!({"ok": false}), json!({"ok": "true"}), json!({})] {
            assert!(serde_json::from_value::<Acknowledgement>(wire.clone()).is_err(), "{wire}");
        }
    }
}
