//! Faults of durability: DUR. All are decorators of the store.

use crate::self_test::fault::{Condition, Fault, With};

pub(super) const FAULTS: &[Fault] = &[
    Fault::in_the_server("dur-1-in-memory", "DUR-1", "Everything is kept in memory: a restart begins with nothing.")
        .with(&[With::Restarts]),
    Fault::in_the_server("dur-1-counters-in-memory", "DUR-1", "Messages are stored, and counters are not: after a restart everything counts as read.")
        .only(Condition::AfterReconnect)
        .with(&[With::Restarts]),
    Fault::in_the_server("dur-2-writes-behind", "DUR-2", "Messages are announced first and stored a moment later: what was under way when the process is killed is lost.")
        .only(Condition::RareInput)
        .with(&[With::Restarts]),
];
