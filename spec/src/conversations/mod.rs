//! Who says what to whom, one after the other, in the typical uses of the protocol.
//!
//! A conversation says only who acts. Who hears the answer is derived from the [table](crate::events::TABLE), so a
//! picture of a conversation shows what the table says. To add one: put it into `table.rs`.

mod table;

pub use self::table::CONVERSATIONS;
use crate::events::{Audience, Entry};

/// Who takes part. Alice has two sockets, so that it shows who is meant by "the caller" and by "the calling socket".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Party {
    /// Alice's socket that acts.
    Alice,
    /// Another socket of Alice's.
    AliceElsewhere,
    /// The server.
    Server,
    /// The one socket of Bob's.
    Bob,
}

impl Party {
    /// Everyone, in the order in which pictures show them.
    pub const ALL: [Self; 4] = [Self::AliceElsewhere, Self::Alice, Self::Server, Self::Bob];

    /// The name that pictures show.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Alice => "Alice",
            Self::AliceElsewhere => "Alice, 2nd",
            Self::Server => "Server",
            Self::Bob => "Bob",
        }
    }
}

/// Something that happens in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A user sends an action, and the event that answers it arrives.
    Acts(Party, &'static str),
    /// A user sends an action with a callback, and the acknowledgement arrives after the event (profile `errors`).
    ActsAndAsks(Party, &'static str),
    /// A user sends an action that the server refuses (profile `errors`).
    IsRefused(Party, &'static str),
    /// The server says unasked that Alice comes or goes.
    Announces(&'static str),
    /// Something that is no message.
    Note(Party, &'static str),
}

/// A typical use of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversation {
    /// What it is about.
    pub title: &'static str,
    /// What happens.
    pub steps: &'static [Step],
}

/// A line of a sequence picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// A message from one to the other.
    Says {
        /// Who sends it.
        from: Party,
        /// Who gets it.
        to: Party,
        /// What it is called.
        what: &'static str,
        /// Whether it is an answer.
        answers: bool,
    },
    /// A remark beside somebody's line.
    Note(Party, &'static str),
}

impl Conversation {
    /// What a picture of it shows, from top to bottom.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        self.steps.iter().flat_map(|step| step.lines()).collect()
    }

    /// Who takes part, in the order in which pictures show them.
    #[must_use]
    pub fn parties(&self) -> Vec<Party> {
        let lines = self.lines();
        let takes_part = |party: Party| {
            lines.iter().any(|line| match *line {
                Line::Says { from, to, .. } => from == party || to == party,
                Line::Note(beside, _) => beside == party,
            })
        };
        Party::ALL.into_iter().filter(|party| takes_part(*party)).collect()
    }
}

impl Step {
    fn lines(self) -> Vec<Line> {
        match self {
            Self::Acts(party, action) => {
                let entry = entry(action);
                let answer = entry.answered_by.expect("an action is answered");
                let heard = hearers(party, entry.audience).into_iter().map(|to| answers(to, answer));
                [asks(party, action)].into_iter().chain(heard).collect()
            }
            Self::ActsAndAsks(party, action) => {
                let mut lines = Self::Acts(party, action).lines();
                lines.push(answers(party, "acknowledgement"));
                lines
            }
            Self::IsRefused(party, action) => vec![asks(party, action), answers(party, "on.error")],
            Self::Announces(event) => {
                hearers(Party::Alice, entry(event).audience).into_iter().map(|to| answers(to, event)).collect()
            }
            Self::Note(party, text) => vec![Line::Note(party, text)],
        }
    }
}

fn entry(name: &str) -> &'static Entry {
    Entry::find(name).unwrap_or_else(|| panic!("{name} is no action or event"))
}

fn asks(from: Party, what: &'static str) -> Line {
    Line::Says { from, to: Party::Server, what, answers: false }
}

fn answers(to: Party, what: &'static str) -> Line {
    Line::Says { from: Party::Server, to, what, answers: true }
}

/// Who hears an event that somebody caused.
fn hearers(cause: Party, audience: Audience) -> Vec<Party> {
    let (own, other) = match cause {
        Party::Bob => (vec![Party::Bob], vec![Party::Alice, Party::AliceElsewhere]),
        _ => (vec![Party::Alice, Party::AliceElsewhere], vec![Party::Bob]),
    };
    match audience {
        Audience::CallingSocket => vec![cause],
        Audience::Caller => own,
        Audience::BothUsers => own.into_iter().chain(other).collect(),
        Audience::OtherUser | Audience::Everyone => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::TABLE;

    #[test]
    fn every_action_and_event_is_part_of_a_conversation() {
        let said: Vec<_> = CONVERSATIONS.iter().flat_map(Conversation::lines).collect();
        for entry in TABLE {
            let is_said = |line: &Line| matches!(line, Line::Says { what, .. } if *what == entry.name);
            assert!(said.iter().any(is_said), "{}", entry.name);
        }
    }

    #[test]
    fn the_table_decides_who_hears() {
        let heard_by = |step: Step| -> Vec<Party> {
            let lines = step.lines().into_iter();
            lines
                .filter_map(|line| if let Line::Says { to, answers: true, .. } = line { Some(to) } else { None })
                .collect()
        };
        use Party::{Alice, AliceElsewhere, Bob};
        assert_eq!(heard_by(Step::Acts(Alice, "chat.history")), [Alice]);
        assert_eq!(heard_by(Step::Acts(Alice, "chat.read")), [Alice, AliceElsewhere]);
        assert_eq!(heard_by(Step::Acts(Bob, "message.send")), [Bob, Alice, AliceElsewhere]);
        assert_eq!(heard_by(Step::Acts(Bob, "call.answer")), [Alice, AliceElsewhere]);
        assert_eq!(heard_by(Step::Announces("on.user.online")), [Bob]);
    }
}
