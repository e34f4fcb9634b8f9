//! Which requirement an event breaks that nobody expected, or that is not as verified.

use std::collections::BTreeSet;

use chat_spec::requirements::{Level, Requirement};

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

/// The requirement that an event breaks that nobody expected while a requirement was checked: that one, unless a SHOULD
/// explains the event. A server that tells strangers who comes (PRES-4) breaks no MUST by that, whatever was checked.
#[must_use]
pub fn of_unexpected_while_checking(unexpected: Unexpected<'_>, checked: &'static str) -> &'static str {
    let special = of_unexpected(unexpected);
    let is_should = |id| Requirement::find(id).is_some_and(|requirement| requirement.level == Level::Should);
    if is_should(special) && !is_should(checked) { special } else { checked }
}

/// The requirement that an event breaks which is not as its schema says: a requirement of its own, where there is one
/// for just that.
#[must_use]
pub fn of_shape<'a>(event: &str, path: &str, message: &str, requirement: &'a str) -> &'a str {
    match (requirement, event) {
        ("TYPE-1", "on.message.new") if path == "/message" && message.contains("\"attachment\" is a required") => {
            "SEND-11"
        }
        ("TYPE-1", "on.chat.history") if path == "/messages" => "HIST-5",
        ("TYPE-1", "on.error") if path.is_empty() => "ERR-1",
        _ => requirement,
    }
}

/// The requirement that is broken where a transcript differs from the verified one; `None` where the suite itself did
/// something else, or where servers are free.
///
/// Only transcripts in which the scenario found nothing are judged, so this names what it did not look at: the most
/// special requirement, and where a SHOULD may be behind it (a counter after `message.delete`), that one. `sent` are
/// the actions of the scenario, its preparations included.
#[must_use]
pub fn of_difference(difference: &Difference, sent: &BTreeSet<String>) -> Option<&'static str> {
    let (event, fields) = match &difference.what {
        What::Action => return None,
        What::Event(event) => return Some(of_event(event)),
        What::Content { event, fields } => (event.as_str(), fields),
    };
    let about = |name: &str| fields.iter().any(|field| field.contains(name));
    let only_about = |name: &str| fields.iter().all(|field| field.ends_with(name));
    let requirement = match event {
        "on.chat.history" if about("/messages") && !about("/messages/") => return of_page(difference),
        "on.chat.history" if fields.iter().any(|field| is_id_of_a_message(field)) => return of_page(difference),
        _ if only_about("/unread_count") => of_counter(event, sent),
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

/// Whether a field of a page is the id of one of its messages: the page holds other messages, not altered ones.
fn is_id_of_a_message(field: &str) -> bool {
    let number = field.strip_prefix("/messages/").and_then(|rest| rest.strip_suffix("/id"));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A counter that is not as verified: after a deletion or a look at the history a SHOULD may be behind it.
fn of_counter(event: &str, sent: &BTreeSet<String>) -> &'static str {
    match event {
        _ if sent.contains("message.delete") => "DEL-5",
        "on.chat.history" => "HIST-1",
        _ if sent.contains("chat.history") => "HIST-11",
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

#[cfg(test)]
mod tests {
    use super::*;

    const STRANGER: Unexpected<'_> = Unexpected {
        event: "on.user.online",
        repeated: false,
        authorised: false,
        member: false,
        one_of_several: false,
    };

    #[test]
    fn a_should_is_never_found_as_a_must() {
        let second_device = Unexpected { event: "on.chat.history", authorised: true, one_of_several: true, ..STRANGER };
        let other_side = Unexpected { event: "on.chat.read", authorised: true, member: true, ..STRANGER };
        for (unexpected, checked, found) in [
            (STRANGER, "AUTH-1", "PRES-4"),
            (STRANGER, "PRES-8", "PRES-8"),
            (second_device, "HIST-1", "AUTH-11"),
            (other_side, "READ-1", "READ-4"),
            (Unexpected { event: "on.message.new", ..STRANGER }, "SEND-3", "SEND-3"),
            (Unexpected { event: "on.message.new", authorised: true, ..STRANGER }, "SEC-2", "SEC-2"),
        ] {
            assert_eq!(of_unexpected_while_checking(unexpected, checked), found, "{unexpected:?}");
        }
    }

    #[test]
    fn a_difference_breaks_what_its_field_belongs_to() {
        let of = |event: &str, field: &str, sent: &[&str]| {
            let what = What::Content { event: event.into(), fields: vec![field.into()] };
            let [lane, expected, got] = ["alice", "messages: []", ""].map(str::to_owned);
            let sent = sent.iter().map(|&action| action.to_owned()).collect();
            of_difference(&Difference { lane, what, expected, got, walks: false }, &sent)
        };
        for (event, field, sent, requirement) in [
            ("on.message.new", "/chat/unread_count", &["message.send"][..], "SEND-2"),
            ("on.message.new", "/chat/unread_count", &["message.send", "message.delete"], "DEL-5"),
            ("on.message.new", "/chat/unread_count", &["chat.history"], "HIST-11"),
            ("on.message.new", "/message/text", &[], "SEND-4"),
            ("on.message.new", "/message/user_id", &[], "SEND-1"),
            ("on.chat.read", "/room/users", &[], "START-2"),
            ("on.chat.history", "/messages", &[], "HIST-1"),
            ("on.user.authorized", "/dialogs/0/chat/unread_count", &[], "AUTH-7"),
            ("on.user.authorized", "/dialogs", &[], "AUTH-5"),
        ] {
            assert_eq!(of(event, field, sent), Some(requirement), "{event} {field} after {sent:?}");
        }
    }

    #[test]
    fn a_page_with_other_messages_alters_none() {
        let of = |walks, fields: &[&str]| {
            let fields = fields.iter().map(|&field| field.to_owned()).collect();
            let what = What::Content { event: "on.chat.history".into(), fields };
            let [lane, expected, got] = ["alice", "messages: []", ""].map(str::to_owned);
            of_difference(&Difference { lane, what, expected, got, walks }, &BTreeSet::new())
        };
        let others = ["/messages/0/id", "/messages/0/text"];
        assert_eq!(of(true, &others), Some("HIST-7"), "a walk from the oldest message is tolerated (D6)");
        assert_eq!(of(false, &others), Some("HIST-1"));
        assert_eq!(of(true, &["/messages/0/text"]), Some("SEND-4"));
        assert_eq!(of(true, &["/messages/0/attachment/id"]), Some("ATT-1"));
    }

    #[test]
    fn what_servers_are_free_in_breaks_nothing() {
        let page = "messages:\n".to_owned() + &"- {\"attachment\":null}\n".repeat(50);
        let what = What::Content { event: "on.chat.history".into(), fields: vec!["/messages".into()] };
        let other_size = Difference { lane: "alice".into(), what, expected: page, got: String::new(), walks: false };
        assert_eq!(of_difference(&other_size, &BTreeSet::new()), None);
        let action = Difference { what: What::Action, ..other_size };
        assert_eq!(of_difference(&action, &BTreeSet::new()), None);
    }
}
