//! What a comparison found, for people.

use std::fmt;

use serde_json::Value;

use super::{Change, Side, Version, rules::Verdict};

/// What a comparison found.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The version of the old contract.
    pub old: Version,
    /// The version of the new contract.
    pub new: Version,
    /// Everything that differs.
    pub changes: Vec<Change>,
}

impl Report {
    /// The changes of a verdict.
    pub fn changes_that_are(&self, verdict: Verdict) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.verdict == verdict)
    }

    /// Whether nothing breaks clients without a new major version.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.new.major > self.old.major || self.changes_that_are(Verdict::Breaking).next().is_none()
    }

    /// The least version that the new contract has to have.
    #[must_use]
    pub fn least_version(&self) -> Version {
        let Version { major, minor, .. } = self.old;
        if self.changes_that_are(Verdict::Breaking).next().is_some() {
            Version { major: major + 1, minor: 0, patch: 0 }
        } else if self.changes.is_empty() {
            self.old
        } else {
            Version { major, minor: minor + 1, patch: 0 }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (side, title) in [(Side::Sent, "What clients send"), (Side::Received, "What clients receive")] {
            for verdict in [Verdict::Breaking, Verdict::Compatible] {
                let mut changes = self.changes_that_are(verdict).filter(|change| change.side == side).peekable();
                if changes.peek().is_some() {
                    writeln!(f, "{title}, {verdict}:")?;
                }
                changes.try_for_each(|change| write_change(f, change))?;
            }
        }
        let count = |verdict| self.changes_that_are(verdict).count();
        let (breaking, compatible) = (count(Verdict::Breaking), count(Verdict::Compatible));
        writeln!(f, "{} to {}: {breaking} breaking, {compatible} compatible changes", self.old, self.new)?;
        let least = self.least_version();
        if self.new < least {
            writeln!(f, "these changes need at least version {least}")?;
        }
        Ok(())
    }
}

fn write_change(f: &mut fmt::Formatter<'_>, change: &Change) -> fmt::Result {
    let said = |value: &Value| if value.is_null() { "nothing".to_owned() } else { value.to_string() };
    writeln!(f, "  {}", change.path)?;
    writeln!(f, "    old: {}", said(&change.old))?;
    writeln!(f, "    new: {}", said(&change.new))?;
    writeln!(f, "    why: {}", change.why)
}
