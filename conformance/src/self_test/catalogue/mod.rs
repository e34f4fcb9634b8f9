//! The faults, in the order of the protocol.
//!
//! To add one: its line in the table of its file. One that only the server itself can have (`Fault::in_the_server`)
//! needs a decorator besides, in `server/examples/faulty/`. A requirement without a fault fails a test.

mod attachments;
mod authorisation;
mod calls;
mod clear;
mod concurrent;
mod connection;
mod corners;
mod delete;
mod drop;
mod durability;
mod errors;
mod events;
mod help;
mod history;
mod presence;
mod read;
mod robustness;
mod safety;
mod send;
mod start;
mod texts;
mod types;

use super::fault::Fault;

/// Every file of faults.
const FILES: &[&[Fault]] = &[
    connection::FAULTS,
    events::FAULTS,
    authorisation::FAULTS,
    presence::FAULTS,
    start::FAULTS,
    send::FAULTS,
    texts::FAULTS,
    delete::FAULTS,
    history::FAULTS,
    read::FAULTS,
    clear::FAULTS,
    drop::FAULTS,
    calls::FAULTS,
    attachments::FAULTS,
    types::FAULTS,
    safety::FAULTS,
    robustness::FAULTS,
    concurrent::FAULTS,
    durability::FAULTS,
    errors::FAULTS,
    corners::FAULTS,
];

/// Every fault, in the order of the catalogue.
pub fn all() -> impl Iterator<Item = &'static Fault> {
    FILES.iter().copied().flatten()
}

/// The fault of an id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Fault> {
    all().find(|fault| fault.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chat_spec::requirements::{self, Level, Requirement};

    use super::*;
    use crate::self_test::fault::Condition;

    /// What no suite can test from outside is excluded, with its reason, in `spec/requirements.yaml` and nowhere else.
    #[test]
    fn every_testable_requirement_has_a_fault() {
        let broken: BTreeSet<&str> = all().map(|fault| fault.breaks).collect();
        let binding = requirements::all().iter().filter(|one| one.level != Level::May && one.excluded.is_none());
        let without: Vec<&str> = binding.map(|one| one.id.as_str()).filter(|id| !broken.contains(id)).collect();
        assert!(without.is_empty(), "requirements without a fault: {without:?}");
    }

    #[test]
    fn faults_are_named_after_what_they_break() {
        let mut ids = BTreeSet::new();
        for fault in all() {
            assert!(Requirement::find(fault.breaks).is_some_and(|one| one.level != Level::May), "{}", fault.id);
            assert!(fault.id.starts_with(&format!("{}-", fault.breaks.to_lowercase())), "{}", fault.id);
            assert!(ids.insert(fault.id), "{} is there twice", fault.id);
            assert!(fault.wrong.ends_with('.'), "{}", fault.id);
        }
    }

    #[test]
    fn there_are_enough_and_enough_under_each_condition() {
        assert!(all().count() >= 120, "{}", all().count());
        let under = |condition| all().filter(|fault| fault.condition == Some(condition)).count();
        assert!(Condition::ALL.into_iter().map(under).sum::<usize>() >= 25);
        for condition in Condition::ALL {
            assert!(under(condition) >= 2, "faults {}: {}", condition.as_str(), under(condition));
        }
    }
}
