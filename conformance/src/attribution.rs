//! Which requirement an event breaks that nobody expected, or that is not as verified.

use crate::transcript::difference::{Difference, What};

/// What is known about an event that nobody expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unexpected<'a> {
    /// Its wire name.
    pub event: &'a str,
    /// Whether the very same event came to this socket before.
    pub repeated: bool,
    /// Whether the socket is authorised.
    pub authorised: bool,
    /// Whether the socket's user takes part in the dialog that the event is about, as far as the event tells.
    pub member: bool,
    /// Whether the same user has another socket, which the event could have been meant for.
    pub one_of_several: bool,
}

/// The requirement that an event breaks that nobody expected.
#[must_use]
pub fn of_unexpected(unexpected: Unexpected<'_>) -> &'static str {
    if !unexpected.authorised {
        return if unexpected.event == "on.user.online" { "PRES-4" } else { "SEC-1" };
    }
    if unexpected.repeated {
        return "EVT-1";
    }
    match unexpected.event {
        "on.chat.history" | "on.user.authorized" | "on.error" if unexpected.one_of_several => "AUTH-11",
        "on.message.new" if unexpected.member => "EVT-1",
        "on.message.new" => "SEND-3",
        "on.chat.read" if unexpected.member => "READ-4",
        "on.chat.history" => "HIST-1",
        "on.user.authorized" => "AUTH-1",
        "on.call.init" | "on.call.answer" => "CALL-4",
        _ if unexpected.member => "EVT-1",
        _ => "SEC-2",
    }
}

/// The requirement that an event breaks which is not as its schema says: a requirement of its own, where there is one for
/// just that.
#[must_use]
pub fn of_shape<'a>(event: &str, path: &str, message: &str, requirement: &'a str) -> &'a str {
    match (requirement, event) {
        ("TYPE-1", "on.message.new") if path == "/message" && message.contains("\"attachment\" is a required") => {
            "SEND-11"
        }
        ("TYPE-1", "on.chat.history") if path == "/messages" => "HIST-5",
        _ => requirement,
    }
}

/// The requirement that is broken where a transcript differs from the verified one; `None` where the suite itself did
/// something else, or where servers are free.
///
/// Only transcripts in which the scenario found nothing are judged, so this names what it did not look at: the most
/// special requirement, and where a SHOULD may be behind it (a counter after `message.delete`), that one.
#[must_use]
pub fn of_difference(difference: &Difference) -> Option<&'static str> {
    let (event, fields) = match &difference.what {
        What::Action => return None,
        What::Event(event) => return Some(of_event(event)),
        What::Content { event, fields } => (event.as_str(), fields),
    };
    let about = |name: &str| fields.iter().any(|field| field.contains(name));
    let only_about = |name: &str| fields.iter().all(|field| field.ends_with(name));
    let requirement = match event {
        "on.chat.history" if about("/messages") && !about("/messages/") => return of_page(difference),
        _ if only_about("/unread_count") => of_counter(event, difference),
        _ if about("/text") => "SEND-4",
        _ if about("/room/users") => "START-2",
        _ if about("/chat/user_id") => "START-3",
        _ if about("/attachment") => "ATT-1",
        "on.user.authorized" if about("/message") => "AUTH-6",
        "on.user.authorized" if about("/dialogs") => "AUTH-5",
        _ => of_event(event),
    };
    Some(requirement)
}

/// A counter that is not as verified: after a deletion or a look at the history a SHOULD may be behind it.
fn of_counter(event: &str, difference: &Difference) -> &'static str {
    match event {
        _ if difference.sent.contains("message.delete") => "DEL-5",
        "on.chat.history" => "HIST-1",
        _ if difference.sent.contains("chat.history") => "HIST-11",
        "on.message.new" => "SEND-2",
        "on.user.authorized" => "AUTH-7",
        _ => of_event(event),
    }
}

/// A page with other messages: which they are is free where a server walks the other way or holds fewer in a page (D6).
fn of_page(difference: &Difference) -> Option<&'static str> {
    /// No server that is of use holds fewer messages in a page.
    const SMALL: usize = 10;
    let messages = |text: &str| text.matches("\"attachment\":").count();
    let is_small = messages(&difference.expected) <= SMALL && messages(&difference.got) <= SMALL;
    is_small.then_some(if difference.walks { "HIST-7" } else { "HIST-1" })
}

/// What is broken where an event is missing, comes besides, or is not what it should be.
fn of_event(event: &str) -> &'static str {
    match event {
        "on.message.new" => "SEND-1",
        "on.message.delete" => "DEL-1",
        "on.chat.history" => "HIST-1",
        "on.chat.read" => "READ-1",
        "on.chat.clear" => "CLEAR-1",
        "on.chat.delete" => "DROP-1",
        "on.call.init" => "CALL-1",
        "on.call.answer" => "CALL-2",
        "on.user.online" => "PRES-1",
        "on.user.authorized" => "AUTH-1",
        "on.error" => "ERR-1",
        "acknowledgement" => "ERR-2",
        _ => "EVT-1",
    }
}
