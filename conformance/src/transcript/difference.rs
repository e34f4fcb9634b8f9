//! Where a transcript departs from the verified one first, and in what.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Transcript;
use crate::result::{Heard, Lane, LaneEntry};

/// The first difference of a transcript from the verified one.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The lane that it is in.
    pub lane: String,
    /// What differs.
    pub what: What,
    /// What was verified there.
    pub expected: String,
    /// What came instead.
    pub got: String,
    /// Whether the scenario asked for a page of the history of a certain size or place.
    pub walks: bool,
}

/// In what a transcript differs.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The suite itself did something else, because of what the server answered: nothing to judge.
    Action,
    /// An event came that is not verified, or did not come.
    Event(String),
    /// The content of an event.
    Content {
        /// The event.
        event: String,
        /// The fields that differ, as JSON pointers such as `/chat/unread_count`.
        fields: Vec<String>,
    },
}

impl Difference {
    /// The first difference, lane by lane in the order of the verified transcript; `None` where they are the same.
    #[must_use]
    pub fn first(verified: &Transcript, got: &Transcript) -> Option<Self> {
        let empty = Lane { name: String::new(), entries: Vec::new() };
        let of =
            |transcript: &Transcript, name: &str| transcript.lanes().iter().find(|lane| lane.name == name).cloned();
        let extra = got.lanes().iter().filter(|lane| of(verified, &lane.name).is_none());
        verified.lanes().iter().chain(extra).find_map(|lane| {
            let [expected, came] = [verified, got].map(|side| of(side, &lane.name).unwrap_or_else(|| empty.clone()));
            let (what, expected, got) = in_lane(&expected.entries, &came.entries)?;
            Some(Self { lane: lane.name.clone(), what, expected, got, walks: walks(verified) })
        })
    }
}

fn in_lane(expected: &[LaneEntry], got: &[LaneEntry]) -> Option<(What, String, String)> {
    let length = expected.len().max(got.len());
    let index = (0..length).find(|&index| expected.get(index) != got.get(index))?;
    let (expected, got) = (expected.get(index), got.get(index));
    let shown = |entry: Option<&LaneEntry>| entry.map_or_else(|| "nothing".to_owned(), show);
    let what = match (expected, got) {
        (Some(one), Some(other)) if one.event == other.event && one.direction == other.direction => content(one, other),
        (one, other) => [other, one]
            .into_iter()
            .flatten()
            .find(|entry| entry.direction == Heard::Received)
            .map_or(What::Action, |entry| What::Event(entry.event.clone())),
    };
    Some((what, shown(expected), shown(got)))
}

fn content(expected: &LaneEntry, got: &LaneEntry) -> What {
    if expected.direction != Heard::Received {
        return What::Action;
    }
    let null = Value::Null;
    let mut fields = Vec::new();
    let [one, other] = [expected, got].map(|entry| entry.payload.as_ref().unwrap_or(&null));
    differing(one, other, String::new(), &mut fields);
    What::Content { event: expected.event.clone(), fields }
}

/// Pointers to the innermost places in which two values differ.
fn differing(one: &Value, other: &Value, place: String, found: &mut Vec<String>) {
    match (one, other) {
        _ if one == other => {}
        (Value::Object(one), Value::Object(other)) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                let null = Value::Null;
                let [one, other] = [one, other].map(|fields| fields.get(name).unwrap_or(&null));
                differing(one, other, format!("{place}/{name}"), found);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                differing(one, other, format!("{place}/{index}"), found);
            }
        }
        _ => found.push(place),
    }
}

fn walks(transcript: &Transcript) -> bool {
    let mut entries = transcript.lanes().iter().flat_map(|lane| &lane.entries);
    entries.any(|entry| {
        let field = |name: &str| entry.payload.as_ref().is_some_and(|payload| payload.get(name).is_some());
        entry.event == "chat.history" && (field("limit") || field("last_id"))
    })
}

fn show(entry: &LaneEntry) -> String {
    let lane = Lane { name: String::new(), entries: vec![entry.clone()] };
    Transcript::from_lanes(vec![lane]).render().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIED: &str = "alice\n  -> chat.read\n       room_id: \"room#1\"\n  <- on.chat.read\n       chat: \
                            {\"unread_count\":0,\"user_id\":\"alice\"}\n\nbob\n  <- on.message.new\n       dialogs:\n         - \
                            {\"id\":1}\n";

    fn first(got: &str) -> Option<Difference> {
        Difference::first(&Transcript::parse(VERIFIED), &Transcript::parse(got))
    }

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(Transcript::parse(VERIFIED).render(), VERIFIED);
        assert_eq!(first(VERIFIED), None);
    }

    #[test]
    fn the_field_that_differs_is_named() {
        let difference = first(&VERIFIED.replace("count\":0", "count\":4")).unwrap();
        let fields = vec!["/chat/unread_count".to_owned()];
        assert_eq!(difference.what, What::Content { event: "on.chat.read".into(), fields });
        assert_eq!((difference.lane.as_str(), difference.walks), ("alice", false));
    }

    #[test]
    fn an_event_that_is_missing_is_named_and_so_is_one_too_many() {
        let without = VERIFIED.split("\nbob").next().unwrap();
        assert_eq!(first(without).unwrap().what, What::Event("on.message.new".into()));
        let more = format!("{VERIFIED}  <- on.chat.clear\n");
        assert_eq!(first(&more).unwrap().what, What::Event("on.chat.clear".into()));
    }

    #[test]
    fn what_the_suite_did_otherwise_is_no_fault_of_the_server() {
        assert_eq!(first(&VERIFIED.replace("room#1", "room#2")).unwrap().what, What::Action);
        assert_eq!(first(&format!("{VERIFIED}  -> chat.history\n")).unwrap().what, What::Action);
    }
}
