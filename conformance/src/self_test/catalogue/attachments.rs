//! Faults of attachments: ATT.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::help::{FAR, edit, number, rule};
use crate::self_test::{
    fault::{Condition, Fault, Rule},
    known::Link,
    passage::Passage,
};

const NEW: &str = "on.message.new";

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire("att-1-ignored", "ATT-1", "attachment_id is accepted and ignored.", || {
        edit(NEW, |payload| payload["message"]["attachment"] = Value::Null)
    }),
    Fault::on_the_wire(
        "att-1-room-of-the-file",
        "ATT-1",
        "attachment.room_id is that of the file's first row, not of the message's room.",
        || {
            edit(NEW, |payload| {
                if payload["message"]["attachment"].is_object() {
                    payload["message"]["attachment"]["room_id"] =
                        (payload["room"]["id"].as_u64().unwrap_or(0) + 1).into();
                }
            })
        },
    ),
    Fault::on_the_wire(
        "att-1-not-in-first-messages",
        "ATT-1",
        "chat.start forgets the attachment, and message.send does not.",
        || {
            rule(|passing| {
                if passing.is(NEW) && passing.cause() == "chat.start" {
                    passing.edit(|payload| payload["message"]["attachment"] = Value::Null);
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("att-1-gone-from-the-history", "ATT-1", "The history does not join attachments.", || {
        edit("on.chat.history", |payload| {
            super::help::messages(payload, |message| message["attachment"] = Value::Null);
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "att-2-unknown-left-out",
        "ATT-2",
        "An unknown attachment is left out, and the message is sent without it.",
        || sent_without_it(|id| id > FAR),
    ),
    Fault::on_the_wire("att-3-of-another-user", "ATT-3", "Whose attachment it is does not matter.", || {
        sent_without_it(|id| id < FAR)
    }),
    Fault::on_the_wire("att-4-sent-twice", "ATT-4", "An attachment can be sent in a second message.", || {
        let mut sent: HashMap<u64, u64> = HashMap::new();
        rule(move |passing| {
            if passing.is(NEW) {
                note(&mut sent, passing);
            } else if number(passing, "attachment_id").is_some_and(|id| sent.contains_key(&id)) && passing.is_action() {
                passing.edit(|payload| payload["attachment_id"] = Value::Null);
            }
        })
    }),
    Fault::on_the_wire(
        "att-4-free-after-start",
        "ATT-4",
        "An attachment that was sent with chat.start can be sent again.",
        || {
            let mut sent: HashMap<u64, u64> = HashMap::new();
            let mut started: HashSet<u64> = HashSet::new();
            rule(move |passing| {
                if passing.is(NEW) {
                    return note(&mut sent, passing);
                }
                let Some(id) = number(passing, "attachment_id").filter(|_| passing.is_action()) else { return };
                if started.contains(&id) && sent.contains_key(&id) {
                    passing.edit(|payload| payload["attachment_id"] = Value::Null);
                } else if passing.is("chat.start") && !sent.contains_key(&id) {
                    started.insert(id);
                }
            })
        },
    ),
    Fault::on_the_wire(
        "att-4-free-after-deletion",
        "ATT-4",
        "An attachment can be sent again after its message was deleted.",
        || {
            let mut sent: HashMap<u64, u64> = HashMap::new();
            let mut free: Vec<u64> = Vec::new();
            rule(move |passing| {
                if passing.is(NEW) {
                    note(&mut sent, passing);
                } else if passing.is("on.message.delete") {
                    let message = passing.payload()["message"]["id"].as_u64().unwrap_or(0);
                    free.extend(sent.iter().filter(|(_, used_in)| **used_in == message).map(|(id, _)| *id));
                } else if number(passing, "attachment_id").is_some_and(|id| free.contains(&id)) && passing.is_action() {
                    passing.edit(|payload| payload["attachment_id"] = Value::Null);
                }
            })
        },
    )
    .only(Condition::AfterClearOrDelete),
    Fault::on_the_wire("att-5-text-required", "ATT-5", "An attachment needs a text with it.", || {
        rule(|passing| {
            if passing.is_action() && passing.payload()["text"] == "" && number(passing, "attachment_id").is_some() {
                passing.swallow();
            }
        })
    }),
    Fault::on_the_wire(
        "att-1-used-up-by-a-chat-with-nobody",
        "ATT-1",
        "chat.start with an unknown user is refused, and the attachment that it names cannot be sent any more.",
        || {
            let mut used: Vec<Value> = Vec::new();
            rule(move |passing| {
                let attachment = passing.payload()["attachment_id"].clone();
                if attachment.is_null() || !passing.is_action() {
                    return;
                }
                let other = number(passing, "user_id").filter(|_| passing.is("chat.start"));
                if other.is_some_and(|other| !passing.known.accounts.contains_key(&other)) {
                    used.push(attachment);
                } else if used.contains(&attachment) {
                    passing.swallow();
                }
            })
        },
    )
    .only(Condition::RareInput),
];

/// A rule that sends a message without its attachment where that was not found: one that does not exist, or another
/// user's, which the server does not tell apart.
fn sent_without_it(which: impl Fn(u64) -> bool + Send + 'static) -> Rule {
    let mut last: HashMap<Link, (String, Value)> = HashMap::new();
    rule(move |passing| {
        if number(passing, "attachment_id").is_some_and(&which) && passing.is_action() {
            let mut payload = passing.payload().clone();
            payload["attachment_id"] = Value::Null;
            last.insert(passing.link, (passing.name().to_owned(), payload));
        } else if passing.is("on.error")
            && passing.payload()["code"] == "not_found"
            && let Some((action, payload)) = last.remove(&passing.link)
        {
            passing.swallow();
            passing.act(passing.link, &action, payload);
        }
    })
}

/// Notes which message an attachment went into.
fn note(sent: &mut HashMap<u64, u64>, passing: &Passage<'_>) {
    let message = &passing.payload()["message"];
    if let (Some(attachment), Some(message)) = (message["attachment"]["id"].as_u64(), message["id"].as_u64()) {
        sent.insert(attachment, message);
    }
}
