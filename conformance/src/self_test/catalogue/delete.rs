//! Faults of `message.delete`: DEL.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::help::{edit, number, rule, set_unread, swallow, unread};
use crate::self_test::{
    fault::{Condition, Fault},
    frame::{Frame, Towards},
};

const DELETED: &str = "on.message.delete";

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire(
        "del-1-attachment-forgotten",
        "DEL-1",
        "The deleted message is told of without its attachment.",
        || edit("on.message.delete", |payload| payload["message"]["attachment"] = Value::Null),
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("del-1-other-side-untold", "DEL-1", "The other side is not told of a deletion.", || {
        swallow(DELETED, |passing| !passing.is_author())
    }),
    Fault::on_the_wire(
        "del-1-authors-chat-for-both",
        "DEL-1",
        "One payload is broadcast, so that both sides get the author's chat.",
        || {
            rule(|passing| {
                if passing.is(DELETED) {
                    passing.edit(|payload| payload["chat"]["user_id"] = payload["message"]["user_id"].clone());
                }
            })
        },
    ),
    Fault::on_the_wire(
        "del-1-text-wiped",
        "DEL-1",
        "The event carries the message after it was wiped, without its text.",
        || {
            rule(|passing| {
                if passing.is(DELETED) {
                    passing.edit(|payload| payload["message"]["text"] = "".into());
                }
            })
        },
    ),
    Fault::on_the_wire(
        "del-2-still-in-the-history",
        "DEL-2",
        "A deleted message is marked, and the history does not look at the mark.",
        || {
            let mut deleted = Deleted::default();
            rule(move |passing| {
                if passing.is(DELETED) {
                    deleted.add(passing.payload());
                } else if passing.is("on.chat.history") {
                    passing.edit(|payload| deleted.bring_back(payload));
                }
            })
        },
    ),
    Fault::on_the_wire(
        "del-2-for-the-author-alone",
        "DEL-2",
        "A message is deleted for its author: the other side still has it in the history.",
        || {
            let mut deleted = Deleted::default();
            rule(move |passing| {
                if passing.is(DELETED) {
                    deleted.add(passing.payload());
                } else if passing.is("on.chat.history") {
                    let me = passing.user();
                    passing.edit(|payload| deleted.bring_back_unless(payload, me));
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "del-2-still-the-newest",
        "DEL-2",
        "The newest message of a dialog is kept apart, and stays there after its deletion.",
        || {
            let mut deleted = Deleted::default();
            rule(move |passing| {
                if passing.is(DELETED) {
                    deleted.add(passing.payload());
                } else if passing.is("on.user.authorized") {
                    passing.edit(|payload| deleted.show_in_dialogs(payload));
                }
            })
        },
    )
    .only(Condition::AfterClearOrDelete),
    Fault::on_the_wire("del-3-no-membership-check", "DEL-3", "Whoever knows a message's id can delete it.", || {
        rule(|passing| {
            let Some(message) = number(passing, "message_id").filter(|_| passing.is("message.delete")) else { return };
            let Some(message) = passing.known.messages.get(&message) else { return };
            let (room, author) = (message["room_id"].as_u64().unwrap_or(0), message["user_id"].as_u64().unwrap_or(0));
            let outside = passing.user().is_some_and(|me| !passing.known.is_member(room, me));
            if let Some(link) = passing.known.links_of(author).first().copied().filter(|_| outside) {
                passing.act(link, "message.delete", passing.payload().clone());
            }
        })
    }),
    Fault::on_the_wire(
        "del-3-unknown-id-announced",
        "DEL-3",
        "Deleting an id that never was is announced like any deletion.",
        || {
            rule(|passing| {
                let Some(message) = number(passing, "message_id").filter(|_| passing.is("message.delete")) else {
                    return;
                };
                let known = passing.known;
                let Some(me) = passing.user().filter(|_| message < 1 << 53 && !known.messages.contains_key(&message))
                else {
                    return;
                };
                let mine = known.messages.values().find(|other| other["user_id"].as_u64() == Some(me)).cloned();
                let Some(mut mine) = mine else { return };
                let mut event = super::help::dialog_of(known, mine["room_id"].as_u64().unwrap_or(0), me);
                mine["id"] = message.into();
                event["message"] = mine;
                passing.tell(passing.link, DELETED, event);
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "del-4-announced-again",
        "DEL-4",
        "Deleting a message that is deleted already is announced once more.",
        || {
            let mut events: HashMap<u64, BTreeMap<u64, Frame>> = HashMap::new();
            rule(move |passing| {
                if passing.is(DELETED) {
                    let id = passing.payload()["message"]["id"].as_u64().unwrap_or(0);
                    events.entry(id).or_default().insert(passing.link, passing.frame.clone());
                } else if passing.is("message.delete")
                    && let Some(events) = number(passing, "message_id").and_then(|id| events.get(&id))
                {
                    for (link, frame) in events {
                        passing.send(*link, Towards::Client, frame.clone());
                    }
                }
            })
        },
    )
    .only(Condition::AfterClearOrDelete),
    Fault::on_the_wire(
        "del-5-stays-unread",
        "DEL-5",
        "A message that was deleted before it was read goes on counting.",
        || {
            rule(|passing| {
                if passing.is(DELETED) && !passing.is_author() {
                    passing.edit(|payload| set_unread(payload, unread(payload) + 1));
                }
            })
        },
    ),
    Fault::on_the_wire(
        "del-5-read-ones-count-down",
        "DEL-5",
        "Deleting lowers the counter whether the message was read or not: seen only where another is unread.",
        || {
            // What each side had heard of when it read a room last.
            let mut read: HashMap<(u64, u64), u64> = HashMap::new();
            rule(move |passing| {
                let (Some(me), Some(room)) = (passing.user(), passing.room()) else { return };
                if passing.is("on.chat.read") {
                    let newest = passing.known.messages.keys().max().copied().unwrap_or(0);
                    read.insert((room, me), newest);
                } else if passing.is(DELETED) && !passing.is_author() {
                    let id = passing.payload()["message"]["id"].as_u64().unwrap_or(0);
                    if read.get(&(room, me)).is_some_and(|newest| id <= *newest) {
                        passing.edit(|payload| set_unread(payload, unread(payload).saturating_sub(1)));
                    }
                }
            })
        },
    )
    .only(Condition::AfterClearOrDelete),
];

/// The messages that were deleted, by room.
#[derive(Default)]
struct Deleted {
    messages: HashMap<u64, BTreeMap<u64, Value>>,
}

impl Deleted {
    fn add(&mut self, event: &Value) {
        let message = &event["message"];
        if let (Some(room), Some(id)) = (message["room_id"].as_u64(), message["id"].as_u64()) {
            self.messages.entry(room).or_default().insert(id, message.clone());
        }
    }

    fn bring_back(&self, page: &mut Value) {
        self.bring_back_unless(page, None);
    }

    /// Puts the deleted messages of a room back into a page, but for those of an author.
    fn bring_back_unless(&self, page: &mut Value, author: Option<u64>) {
        let deleted = page["room"]["id"].as_u64().and_then(|room| self.messages.get(&room));
        let (Some(deleted), Some(messages)) = (deleted, page["messages"].as_array_mut()) else { return };
        messages.extend(
            deleted.values().filter(|message| author.is_none() || message["user_id"].as_u64() != author).cloned(),
        );
        messages.sort_by_key(|message| message["id"].as_u64());
    }

    fn show_in_dialogs(&self, authorized: &mut Value) {
        for dialog in authorized["dialogs"].as_array_mut().into_iter().flatten() {
            let deleted = dialog["room"]["id"].as_u64().and_then(|room| self.messages.get(&room));
            let newest = deleted.and_then(|deleted| deleted.values().next_back());
            if let Some(newest) = newest.filter(|newest| newest["id"].as_u64() > dialog["message"]["id"].as_u64()) {
                dialog["message"] = newest.clone();
            }
        }
    }
}
