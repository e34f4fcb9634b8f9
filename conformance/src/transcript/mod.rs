//! What was said in a scenario: recorded in a canonical form, so that every conformant server gives the same text.
//!
//! * [`alias`]: ids become names that keep identity (`message#1` is the same message everywhere), dates are hidden.
//! * [`canonical`]: what is free is put into one form: order inside a page, order of dialogs, undocumented fields.
//! * [`verified`]: the verified transcripts that the suite carries. [`difference`]: where one departs from it, and in
//!   what.
//! * [`parse`]: a verified transcript, read again.
//!
//! Interleaving across users is no part of the protocol, so a transcript has one lane a socket. An event stands where
//! the scenario took notice of it, so that what raced does not differ from run to run.

pub mod alias;
pub mod canonical;
pub mod difference;
pub mod parse;
pub mod verified;

use serde_json::Value;

use crate::result::{Heard, Lane, LaneEntry};

/// The transcript of one scenario: one lane a socket, in the order in which the sockets were opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transcript {
    lanes: Vec<Lane>,
}

impl Transcript {
    /// Adds a line to a lane; the lane is made when it is not there yet.
    pub fn push(&mut self, lane: &str, direction: Heard, event: &str, payload: Option<Value>) {
        let entry = LaneEntry { direction, event: event.to_owned(), payload };
        match self.lanes.iter_mut().find(|known| known.name == lane) {
            Some(known) => known.entries.push(entry),
            None => self.lanes.push(Lane { name: lane.to_owned(), entries: vec![entry] }),
        }
    }

    /// A transcript from its lanes, as a result has them.
    #[must_use]
    pub const fn from_lanes(lanes: Vec<Lane>) -> Self {
        Self { lanes }
    }

    /// The lanes.
    #[must_use]
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// The transcript as text, the form that is verified: a heading a lane, a line an event, a line a field.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        for lane in &self.lanes {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&lane.name);
            text.push('\n');
            for entry in &lane.entries {
                render_entry(&mut text, entry);
            }
        }
        text
    }
}

fn render_entry(text: &mut String, entry: &LaneEntry) {
    let mark = match entry.direction {
        Heard::Sent => "->",
        Heard::Received => "<-",
        Heard::Connection => "--",
    };
    text.push_str(&format!("  {mark} {}\n", entry.event));
    match &entry.payload {
        Some(Value::Object(fields)) => {
            for (name, value) in fields {
                render_field(text, name, value);
            }
        }
        Some(value) => text.push_str(&format!("       {value}\n")),
        None => {}
    }
}

/// One line a field, and one line an item where the field is a list of objects.
fn render_field(text: &mut String, name: &str, value: &Value) {
    match value {
        Value::Array(items) if items.iter().any(Value::is_object) => {
            text.push_str(&format!("       {name}:\n"));
            for item in items {
                text.push_str(&format!("         - {item}\n"));
            }
        }
        value => text.push_str(&format!("       {name}: {value}\n")),
    }
}
