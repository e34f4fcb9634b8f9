//! What was said: the transcript with one lane a user, and the frames on the wire.

use maud::{Markup, html};
use serde_json::Value;

use crate::{
    report::{
        html::markup::foreign,
        text::{compact, counted, cut},
    },
    result::{Heard, Lane, LaneEntry, WireLine},
};

/// A payload that is longer stands behind a click.
const LONGEST_INLINE: usize = 120;
/// How many frames of the wire log are shown, from its end, and how much of each.
const MOST_FRAMES: usize = 400;
const LONGEST_FRAME: usize = 4_000;

/// The lanes side by side, like as many chats.
pub(crate) fn lanes(lanes: &[Lane]) -> Markup {
    html! {
        @if !lanes.is_empty() {
            h3 { "Transcript " small { "one lane a user; ids and dates are hidden" } }
            div.lanes {
                @for lane in lanes {
                    div.lane {
                        h4 { (foreign(&lane.name)) }
                        ol { @for entry in &lane.entries { (bubble(entry)) } }
                        @if lane.entries.is_empty() { p.quiet { "said and heard nothing" } }
                    }
                }
            }
        }
    }
}

/// One line of a lane.
fn bubble(entry: &LaneEntry) -> Markup {
    html! {
        li.(class(entry.direction)) aria-label=(words(entry.direction)) {
            span.event { (foreign(&entry.event)) }
            @if let Some(payload) = &entry.payload { (json(payload)) }
        }
    }
}

/// A payload: all of it where it is short, else behind a click.
fn json(payload: &Value) -> Markup {
    let line = compact(payload);
    html! {
        @if line.chars().count() <= LONGEST_INLINE {
            code.payload { (foreign(&line)) }
        } @else {
            details.payload {
                summary { code { (foreign(&line.chars().take(LONGEST_INLINE).collect::<String>())) "…" } }
                pre { (foreign(&format!("{payload:#}"))) }
            }
        }
    }
}

/// Every frame, behind a click.
pub(crate) fn wire_log(lines: &[WireLine]) -> Markup {
    let left_out = lines.len().saturating_sub(MOST_FRAMES);
    html! {
        @if !lines.is_empty() {
            details.wire {
                summary { "Wire log " small { (counted(lines.len(), "frame", "frames")) } }
                @if left_out > 0 { p.quiet { "The first " (left_out) " are left out; the JSON report has them." } }
                div.frames {
                    table {
                        thead { tr { th { "ms" } th { "socket" } th { "" } th { "frame" } } }
                        tbody {
                            @for line in &lines[left_out..] {
                                tr.(class(line.direction)) {
                                    td { (format!("{:.1}", line.at_ms)) }
                                    td { (foreign(&line.socket)) }
                                    td title=(words(line.direction)) { (arrow(line.direction)) }
                                    td { code { (foreign(&cut(&line.frame, LONGEST_FRAME))) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

const fn class(direction: Heard) -> &'static str {
    match direction {
        Heard::Sent => "sent",
        Heard::Received => "received",
        Heard::Connection => "connection",
    }
}

const fn words(direction: Heard) -> &'static str {
    match direction {
        Heard::Sent => "said",
        Heard::Received => "heard",
        Heard::Connection => "happened to the connection",
    }
}

const fn arrow(direction: Heard) -> &'static str {
    match direction {
        Heard::Sent => "→",
        Heard::Received => "←",
        Heard::Connection => "·",
    }
}
