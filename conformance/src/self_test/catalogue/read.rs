//! Faults of `chat.read`: READ.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::help::{dialog_of, number, rule, set_unread, swallow, unread};
use crate::self_test::{
    fault::{Condition, Fault},
    known::Link,
};

const READ: &str = "on.chat.read";

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire("read-1-unanswered", "READ-1", "chat.read has no answer.", || swallow(READ, |_| true)),
    Fault::on_the_wire(
        "read-1-count-from-before",
        "READ-1",
        "The answer carries the counter from before the reading.",
        || {
            rule(|passing| {
                if passing.is(READ) {
                    passing.edit(|payload| set_unread(payload, 1));
                }
            })
        },
    ),
    Fault::on_the_wire(
        "read-1-fifty-at-a-time",
        "READ-1",
        "A page of messages is marked as read, not all: over fifty some stay unread.",
        || {
            let mut counts: HashMap<(u64, u64), u64> = HashMap::new();
            rule(move |passing| {
                let Some(key) = passing.room().zip(passing.user()) else { return };
                if passing.is("on.message.new") {
                    counts.insert(key, unread(passing.payload()));
                } else if passing.is(READ)
                    && let Some(left) =
                        counts.remove(&key).and_then(|count| count.checked_sub(50)).filter(|left| *left > 0)
                {
                    passing.edit(|payload| set_unread(payload, left));
                }
            })
        },
    )
    .only(Condition::OverFifty),
    Fault::on_the_wire("read-1-other-sides-chat", "READ-1", "The answer carries the chat of the other side.", || {
        rule(|passing| {
            let (Some(room), Some(me)) = (passing.room().filter(|_| passing.is(READ)), passing.user()) else { return };
            if let Some(other) = passing.known.other_of(room, me) {
                passing.edit(|payload| payload["chat"]["user_id"] = other.into());
            }
        })
    }),
    Fault::on_the_wire("read-2-answered-and-not-stored", "READ-2", "Reading is answered and never stored.", || {
        rule(|passing| {
            let (Some(room), Some(me)) = (passing.room().filter(|_| passing.is("chat.read")), passing.user()) else {
                return;
            };
            if passing.known.is_member(room, me) {
                passing.swallow();
                let mut event = dialog_of(passing.known, room, me);
                set_unread(&mut event, 0);
                passing.tell_user(me, READ, &event);
            }
        })
    })
    .only(Condition::AfterReconnect),
    Fault::on_the_wire(
        "read-2-next-message-counts-all",
        "READ-2",
        "The next message is counted from what was there before the reading: only until the user comes back.",
        || {
            let mut before: HashMap<(u64, u64), u64> = HashMap::new();
            let mut now: HashMap<(u64, u64), u64> = HashMap::new();
            rule(move |passing| {
                let (Some(room), Some(me)) = (passing.room(), passing.user()) else { return };
                let key = (room, me);
                if passing.is("on.message.new") {
                    now.insert(key, unread(passing.payload()));
                    if let Some(count) = before.get(&key).copied() {
                        passing.edit(|payload| {
                            let count = count + unread(payload);
                            set_unread(payload, count);
                        });
                    }
                } else if passing.is(READ) {
                    before.insert(key, now.get(&key).copied().unwrap_or(0));
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("read-3-both-sides", "READ-3", "Reading sets the counters of both sides back.", || {
        let mut silent: HashSet<Link> = HashSet::new();
        rule(move |passing| {
            let (Some(room), Some(me)) = (passing.room(), passing.user()) else { return };
            if passing.is("chat.read") {
                let other =
                    passing.known.other_of(room, me).map(|other| passing.known.links_of(other)).unwrap_or_default();
                if let Some(link) = other.first() {
                    silent.insert(*link);
                    passing.act(*link, "chat.read", json!({"room_id": room}));
                }
            } else if passing.is(READ) && silent.remove(&passing.link) {
                passing.swallow();
            }
        })
    }),
    Fault::on_the_wire(
        "read-4-other-side-told",
        "READ-4",
        "The other side is told as well: a read receipt that the protocol does not have.",
        || {
            rule(|passing| {
                let (Some(room), Some(me)) = (passing.room().filter(|_| passing.is(READ)), passing.user()) else {
                    return;
                };
                if let Some(other) = passing.known.other_of(room, me) {
                    let event = dialog_of(passing.known, room, other);
                    passing.tell_user(other, READ, &event);
                }
            })
        },
    ),
    Fault::on_the_wire(
        "read-5-outsider-answered",
        "READ-5",
        "A room that is not the caller's is marked as read for it: rows are made on demand.",
        || {
            rule(|passing| {
                let (Some(room), Some(me)) = (passing.room().filter(|_| passing.is("chat.read")), passing.user())
                else {
                    return;
                };
                if passing.known.rooms.contains_key(&room) && !passing.known.is_member(room, me) {
                    passing.tell(passing.link, READ, dialog_of(passing.known, room, me));
                }
            })
        },
    ),
    Fault::on_the_wire(
        "read-6-second-time-unanswered",
        "READ-6",
        "Where nothing changes there is no answer: reading twice.",
        || {
            let mut read: HashSet<(Link, u64)> = HashSet::new();
            rule(move |passing| {
                let Some(room) = passing.room() else { return };
                if passing.is("on.message.new") {
                    read.remove(&(passing.link, room));
                } else if passing.is(READ) && !read.insert((passing.link, room)) {
                    passing.swallow();
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "read-6-empty-room-unanswered",
        "READ-6",
        "Reading up to the newest message fails where there is none: after a clearing.",
        || {
            let mut empty: HashSet<u64> = HashSet::new();
            rule(move |passing| {
                let Some(room) = passing.room() else { return };
                if passing.is("on.chat.clear") {
                    empty.insert(room);
                } else if passing.is("on.message.new") {
                    empty.remove(&room);
                } else if passing.is("chat.read")
                    && number(passing, "room_id").is_some_and(|room| empty.contains(&room))
                {
                    passing.swallow();
                }
            })
        },
    )
    .only(Condition::AfterClearOrDelete),
];
