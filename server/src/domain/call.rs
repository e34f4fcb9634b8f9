//! Calls: relayed as they are, without state (CALL-7).

use chat_spec::types::{AnyJson, User, UserId};

use super::{Refused, Transaction};

/// How deep a call field may be nested: readers of JSON commonly stop at 128 levels, and the event adds its own.
const MOST_LEVELS: usize = 100;

/// Whether the caller may call, or answer, another user.
///
/// # Errors
/// Oneself, nobody, a user who is offline (CALL-6), or a field that is nested so deep that it would harm its reader.
pub fn check(
    chat: &Transaction<'_>,
    caller: &User,
    other: UserId,
    fields: [(&'static str, &AnyJson); 2],
    is_online: impl FnOnce(UserId) -> bool,
) -> Result<(), Refused> {
    if other == caller.id {
        return Err(Refused::Oneself);
    }
    for (field, json) in fields {
        if levels(json.as_str()) > MOST_LEVELS {
            return Err(Refused::TooDeep { field, most: MOST_LEVELS });
        }
    }
    chat.user(other)?;
    if is_online(other) { Ok(()) } else { Err(Refused::Offline) }
}

/// How deep valid JSON is nested.
fn levels(json: &str) -> usize {
    let (mut level, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                level += 1;
                deepest = deepest.max(level);
            }
            b'}' | b']' if !in_string => level = level.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_levels_outside_of_strings() {
        for (json, expected) in
            [("null", 0), ("[]", 1), (r#"{"a":[1,{"b":[]}]}"#, 4), (r#"["[[[", "\"[{\\"]"#, 1), ("[[],[[]],[]]", 3)]
        {
            assert_eq!(levels(json), expected, "{json}");
        }
    }
}
