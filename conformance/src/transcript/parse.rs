//! A transcript, read from the text that [`Transcript::render`] writes.

use serde_json::{Map, Value};

use super::Transcript;
use crate::result::{Heard, Lane, LaneEntry};

const MARKS: [(&str, Heard); 3] = [("  -> ", Heard::Sent), ("  <- ", Heard::Received), ("  -- ", Heard::Connection)];
const FIELD: &str = "       ";
const ITEM: &str = "         - ";

impl Transcript {
    /// Reads what [`Transcript::render`] wrote. Lines of another form are left out.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut lanes: Vec<Lane> = Vec::new();
        let mut list = None;
        for line in text.lines().filter(|line| !line.is_empty()) {
            let Some(lane) = lanes.last_mut().filter(|_| line.starts_with(' ')) else {
                lanes.push(Lane { name: line.to_owned(), entries: Vec::new() });
                continue;
            };
            let mark = MARKS.iter().find_map(|(mark, direction)| Some((line.strip_prefix(mark)?, *direction)));
            if let Some((event, direction)) = mark {
                lane.entries.push(LaneEntry { direction, event: event.to_owned(), payload: None });
            } else if let Some(entry) = lane.entries.last_mut() {
                add_line(&mut entry.payload, &mut list, line);
            }
        }
        Self::from_lanes(lanes)
    }
}

/// Adds a line of a payload to it; `list` is the field that items are of.
fn add_line(payload: &mut Option<Value>, list: &mut Option<String>, line: &str) {
    if let (Some(item), Some(field)) = (line.strip_prefix(ITEM).and_then(json), list.as_ref()) {
        if let Some(Value::Array(items)) = payload.as_mut().and_then(|payload| payload.get_mut(field)) {
            items.push(item);
        }
        return;
    }
    let Some(line) = line.strip_prefix(FIELD) else { return };
    if let Some(whole) = json(line) {
        *payload = Some(whole);
        return;
    }
    let Value::Object(fields) = payload.get_or_insert_with(|| Value::Object(Map::new())) else { return };
    if let Some(name) = line.strip_suffix(':') {
        fields.insert(name.to_owned(), Value::Array(Vec::new()));
        *list = Some(name.to_owned());
    } else if let Some((name, value)) = line.split_once(": ") {
        fields.insert(name.to_owned(), json(value).unwrap_or(Value::Null));
    }
}

fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}
