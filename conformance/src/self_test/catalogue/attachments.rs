//! Faults of attachments: ATT.

use std::collections::HashMap;

use serde_json::Value;

use super::help::{edit, number, rule};
use crate::self_test::{
    fault::{Fault, Rule},
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
    .conditional(),
    Fault::on_the_wire("att-1-gone-from-the-history", "ATT-1", "The history does not join attachments.", || {
        edit("on.chat.history", |payload| {
            super::help::messages(payload, |message| message["attachment"] = Value::Null);
        })
    })
    .conditional(),
    Fault::on_the_wire(
        "att-2-unknown-left-out",
        "ATT-2",
        "An unknown attachment is left out, and the message is sent without it.",
        || left_out(|passing, id| id < 1 << 53 && owner(passing, id).is_none()),
    ),
    Fault::on_the_wire("att-3-of-another-user", "ATT-3", "Whose attachment it is does not matter.", || {
        left_out(|passing, id| owner(passing, id).is_some_and(|owner| passing.user() != Some(owner)))
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
    .conditional(),
    Fault::on_the_wire("att-5-text-required", "ATT-5", "An attachment needs a text with it.", || {
        rule(|passing| {
            if passing.is_action() && passing.payload()["text"] == "" && number(passing, "attachment_id").is_some() {
                passing.swallow();
            }
        })
    }),
];

fn owner(passing: &Passage<'_>, attachment: u64) -> Option<u64> {
    passing.known.accounts.iter().find(|(_, account)| account.attachments.contains(&attachment)).map(|(user, _)| *user)
}

/// A rule that sends messages without their attachment where they are to be refused.
fn left_out(wrong: impl Fn(&Passage<'_>, u64) -> bool + Send + 'static) -> Rule {
    rule(move |passing| {
        let id = number(passing, "attachment_id").filter(|_| passing.is_action());
        if id.is_some_and(|id| wrong(passing, id)) {
            passing.edit(|payload| payload["attachment_id"] = Value::Null);
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
