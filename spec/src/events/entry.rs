//! A line of the table: an action or event, who sends it, and who hears it.

use std::fmt;

use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, value::RawValue};

use super::{Payload, TABLE};
use crate::decode::Malformed;

/// Who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// An action: from a client to the server.
    ClientToServer,
    /// An event: from the server to clients.
    ServerToClient,
}

/// Who hears an event, or the answer to an action. "A user" means all of that user's authorised sockets (D2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// The socket that sent the action, and no other.
    CallingSocket,
    /// All sockets of the user who sent the action.
    Caller,
    /// All sockets of both users of the room.
    BothUsers,
    /// All sockets of the other user.
    OtherUser,
    /// All authorised sockets of every other user.
    Everyone,
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CallingSocket => "the calling socket",
            Self::Caller => "the caller",
            Self::BothUsers => "both users",
            Self::OtherUser => "the other user",
            Self::Everyone => "everyone",
        })
    }
}

impl Audience {
    /// What it means where users have several sockets (D2).
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::CallingSocket => "the socket that sent the action, and no other",
            Self::Caller => "all sockets of the user who sent the action",
            Self::BothUsers => "all sockets of both users of the room",
            Self::OtherUser => "all sockets of the other user",
            Self::Everyone => "all authorised sockets of every other user",
        }
    }

    /// Every audience, from the smallest on.
    pub const ALL: [Self; 5] = [Self::CallingSocket, Self::Caller, Self::OtherUser, Self::BothUsers, Self::Everyone];
}

/// One line of [`TABLE`].
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The event name on the wire.
    pub name: &'static str,
    /// The name of the payload's Rust type, which is also the title of its schema.
    pub type_name: &'static str,
    /// Who sends it.
    pub direction: Direction,
    /// Who hears it; for an action: who hears the answer.
    pub audience: Audience,
    /// For an action: the wire name of the event that answers it.
    pub answered_by: Option<&'static str>,
    /// The profile that a server declares to have it; `None` for what the original documents.
    pub profile: Option<&'static str>,
    /// Adds the payload's schema to a generator.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// The payload's example, as it looks on the wire.
    pub example: fn() -> Value,
    /// The same, as text to read: indented, with the fields in the order in which they are documented.
    pub example_text: fn() -> String,
    /// Whether the payload's type can be read from a JSON text, and if not, why.
    pub read: fn(&RawValue) -> Result<(), Malformed>,
}

impl Entry {
    /// The entry of a wire name; `None` for a name that the protocol does not know.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        TABLE.iter().find(|entry| entry.name == name)
    }

    /// The payload that says the same as `T` on the wire.
    #[must_use]
    pub fn of<T: Payload>() -> &'static Self {
        Self::find(T::NAME).expect("the table holds every payload: both come from one macro")
    }

    /// A sentence on what answers it, or who hears it and why.
    #[must_use]
    pub fn hearing(&self) -> String {
        if let Some(answer) = self.answered_by {
            return format!("Answered by `{answer}` to {}.", self.audience);
        }
        let causes = TABLE.iter().filter(|cause| cause.answered_by == Some(self.name));
        let causes: Vec<_> = causes.map(|cause| format!("`{}`", cause.name)).collect();
        let after = if causes.is_empty() { String::new() } else { format!(", after {}", causes.join(" or ")) };
        let extension = self.profile.map(|profile| format!(" An extension: profile `{profile}`.")).unwrap_or_default();
        format!("Heard by {}{after}.{extension}", self.audience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_the_table_says() {
        for (name, sentence) in [
            ("message.send", "Answered by `on.message.new` to both users."),
            ("on.message.new", "Heard by both users, after `chat.start` or `message.send`."),
            ("on.user.online", "Heard by everyone."),
            ("on.error", "Heard by the calling socket. An extension: profile `errors`."),
        ] {
            assert_eq!(Entry::find(name).unwrap().hearing(), sentence);
        }
    }
}
