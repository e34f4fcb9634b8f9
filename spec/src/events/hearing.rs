//! Who hears what, in words. Derived from the table, so that it stands in no comment that could grow old.

use super::{Audience, Entry, TABLE};

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

impl Entry {
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
