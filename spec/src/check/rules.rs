//! Whether a difference breaks clients: the one table of rules.

use std::fmt;

use super::{Difference, Side};

/// Whether a difference breaks clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Clients of the old contract go on working.
    Compatible,
    /// Clients of the old contract may stop working.
    Breaking,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Compatible => "compatible",
            Self::Breaking => "breaking",
        })
    }
}

/// Whether a difference breaks clients, and why.
#[must_use]
pub const fn verdict(side: Side, difference: Difference) -> (Verdict, &'static str) {
    use Side::{Received, Sent};
    use Verdict::{Breaking, Compatible};
    match (difference, side) {
        (Difference::PayloadAdded, Sent) => (Compatible, "clients need not send a new action"),
        (Difference::PayloadAdded, Received) => (Compatible, "clients do not listen to a new event"),
        (Difference::PayloadRemoved, Sent) => (Breaking, "clients that send it have no effect"),
        (Difference::PayloadRemoved, Received) => (Breaking, "clients that wait for it wait forever"),
        (Difference::RequiredFieldAdded, Sent) => (Breaking, "clients do not send the new field, and are refused"),
        (Difference::RequiredFieldAdded, Received) => (Compatible, "clients ignore fields that they do not know"),
        (Difference::OptionalFieldAdded, Sent) => (Compatible, "clients may leave the new field out"),
        (Difference::OptionalFieldAdded, Received) => (Compatible, "clients ignore fields that they do not know"),
        (Difference::FieldRemoved, Sent) => (Breaking, "clients that send it are not refused, but not understood"),
        (Difference::FieldRemoved, Received) => (Breaking, "clients that read it find nothing"),
        (Difference::FieldBecameRequired, Sent) => (Breaking, "clients that leave it out are refused"),
        (Difference::FieldBecameRequired, Received) => (Compatible, "clients find it more often than they expect"),
        (Difference::FieldBecameOptional, Sent) => (Compatible, "clients may go on sending it"),
        (Difference::FieldBecameOptional, Received) => (Breaking, "clients that rely on it may find nothing"),
        (Difference::Narrowed, Sent) => (Breaking, "clients may send what is refused now"),
        (Difference::Narrowed, Received) => (Compatible, "clients know everything that still comes"),
        (Difference::Widened, Sent) => (Compatible, "everything that clients send is still accepted"),
        (Difference::Widened, Received) => (Breaking, "clients may get what they do not know"),
        (Difference::Replaced, Sent) => (Breaking, "clients may send what is refused now"),
        (Difference::Replaced, Received) => (Breaking, "clients may get what they do not know"),
    }
}
