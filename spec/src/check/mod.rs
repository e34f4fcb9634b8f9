//! Whether a published contract breaks the clients of an older one.
//!
//! Two bundles are compared payload by payload. [`compare`](self::compare()) says what differs, [`rules`] whether that
//! breaks clients, which depends on who sends the payload: a stricter action refuses what clients send, a looser event
//! surprises those who read it. To teach it a keyword: add its comparison to `shapes.rs`, and cases to
//! `spec/tests/changes.json`.
//!
//! Only what schemas say is compared. That an event goes to other users than before, or means something else, is for
//! the reference and its reader to notice.
//!
//! # Why not a library
//! * `json-schema-diff` (0.1.8) reads draft 07 by way of an old schemars, knows no `$ref` across documents and no
//!   direction.
//! * `vld` (0.4.5, `diff`) knows the direction of requests alone, and compares its own kind of schemas.
//! * `jsoncompat` (0.5.0) has the right question, whether each value of one schema is one of the other, in both
//!   directions. But it answers yes, no or unknown without the place of each change, which people need here, and it
//!   brings a second `jsonschema` and some twenty more crates. So it is the referee instead: its WebAssembly build
//!   gives a second opinion on every case of the rules (`spec/tests/tools/changes.mjs`).

mod choices;
mod contract;
mod report;
pub mod rules;
mod shapes;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

pub use self::{
    contract::{Contract, MalformedContract, Version},
    report::Report,
    shapes::Difference,
};
use self::{rules::Verdict, shapes::Found};

/// Which way a payload goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Clients send it: an action.
    Sent,
    /// Clients receive it: an event, or an acknowledgement.
    Received,
}

/// Something that is not as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Which way the payload goes.
    pub side: Side,
    /// Where: the wire name, and the field inside of the payload, such as `on.message.new: room.users[].id`.
    pub path: String,
    /// What differs.
    pub difference: Difference,
    /// What was there; `null` for nothing.
    pub old: Value,
    /// What is there now; `null` for nothing.
    pub new: Value,
    /// Whether it breaks clients.
    pub verdict: Verdict,
    /// Why it does, or does not.
    pub why: &'static str,
}

/// Everything that differs between two contracts.
#[must_use]
pub fn compare(old: &Contract, new: &Contract) -> Report {
    let mut changes = Vec::new();
    for side in [Side::Sent, Side::Received] {
        let (was, is) = (old.payloads(side), new.payloads(side));
        let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
        for name in names {
            let found = payload(old, new, was.get(name), is.get(name));
            changes.extend(found.into_iter().map(|found| change(side, name, found)));
        }
    }
    Report { old: old.version, new: new.version, changes }
}

fn payload(old: &Contract, new: &Contract, was: Option<&Value>, is: Option<&Value>) -> Vec<Found> {
    let whole = |difference, old: Value, new: Value| vec![Found { path: String::new(), difference, old, new }];
    match (was, is) {
        (Some(was), Some(is)) => shapes::compare(&old.definitions, was, &new.definitions, is),
        (Some(was), None) => whole(Difference::PayloadRemoved, was.clone(), Value::Null),
        (None, Some(is)) => whole(Difference::PayloadAdded, Value::Null, is.clone()),
        (None, None) => Vec::new(),
    }
}

fn change(side: Side, name: &str, found: Found) -> Change {
    let (verdict, why) = rules::verdict(side, found.difference);
    let path = if found.path.is_empty() { name.to_owned() } else { format!("{name}: {}", found.path) };
    Change { side, path, difference: found.difference, old: found.old, new: found.new, verdict, why }
}

/// Definitions of a contract, by name.
type Definitions = Map<String, Value>;
