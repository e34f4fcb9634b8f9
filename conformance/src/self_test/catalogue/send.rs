//! Faults of `message.send`, but for texts: SEND.

use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::help::{FAR, announcement, edit_all, messages, number, rule, set_unread, swallow, unread};
use crate::self_test::{
    fault::{Condition, Fault},
    frame::{Frame, Towards},
    passage::Passage,
};

const NEW: &str = "on.message.new";

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire("send-1-sender-untold", "SEND-1", "The sender is not told of its own message: broadcast leaves the caller out.", || {
        swallow(NEW, |passing| passing.cause() == "message.send" && passing.is_author())
    }),
    Fault::on_the_wire("send-1-other-side-untold", "SEND-1", "The other side is told of the first message and of no later one.", || {
        swallow(NEW, |passing| passing.cause() == "message.send" && !passing.is_author())
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("send-1-id-by-recipient", "SEND-1", "A message is stored once a recipient, so that the two hear of different ids.", || {
        rule(|passing| {
            if passing.is(NEW) && passing.cause() == "message.send" && !passing.is_author() {
                passing.edit(|payload| payload["message"]["id"] = (payload["message"]["id"].as_u64().unwrap_or(0) + FAR).into());
            }
        })
    }),
    Fault::on_the_wire("send-2-counts-for-the-sender", "SEND-2", "The sender's own counter grows as well: there is one for the room.", || {
        let mut sent: HashMap<(u64, u64), u64> = HashMap::new();
        rule(move |passing| {
            let (Some(room), Some(me)) = (passing.room(), passing.user()) else { return };
            if passing.is(NEW) && passing.is_author() && passing.cause() == "message.send" {
                let count = sent.entry((room, me)).or_default();
                *count += 1;
                let count = *count;
                passing.edit(|payload| set_unread(payload, unread(payload) + count));
            }
        })
    }),
    Fault::on_the_wire("send-2-a-flag", "SEND-2", "unread_count is a flag: it never gets over 1.", || {
        rule(|passing| {
            if passing.is(NEW) && unread(passing.payload()) > 1 {
                passing.edit(|payload| set_unread(payload, 1));
            }
        })
    })
    .only(Condition::LaterMessage),
    Fault::on_the_wire("send-2-stops-at-50", "SEND-2", "Unread messages are counted on the newest page, so that the counter stops at 50.", || {
        rule(|passing| {
            if passing.is(NEW) && unread(passing.payload()) > 50 {
                passing.edit(|payload| set_unread(payload, 50));
            }
        })
    })
    .only(Condition::OverFifty),
    Fault::on_the_wire("send-2-delivered-is-read", "SEND-2", "A message that reaches a connected user does not count: delivered is taken for read.", || {
        rule(|passing| {
            if passing.is(NEW) && !passing.is_author() && passing.cause() == "message.send" {
                passing.edit(|payload| set_unread(payload, 0));
            }
        })
    }),
    Fault::on_the_wire("send-3-told-to-everyone", "SEND-3", "Messages are emitted to all sockets, and clients are to filter.", || {
        rule(|passing| leak(passing, |_| true))
    }),
    Fault::on_the_wire("send-3-third-message-leaks", "SEND-3", "The third message of a room goes to everyone: a cache of members is full.", || {
        let mut heard: HashMap<u64, u32> = HashMap::new();
        rule(move |passing| {
            let heard = &mut heard;
            leak(passing, |room| {
                let count = heard.entry(room).or_default();
                *count += 1;
                *count == 3
            });
        })
    })
    .only(Condition::LaterMessage),
    Fault::on_the_wire("send-3-leaks-to-other-partners", "SEND-3", "A message goes to everyone with whom the sender has a dialog, not only to the one of the room.", || {
        rule(|passing| {
            let Some(room) = passing.room().filter(|_| passing.is(NEW) && passing.is_author()) else { return };
            let (known, me) = (passing.known, passing.user().unwrap_or(0));
            for link in passing.strangers_to(room) {
                let stranger = known.users.get(&link).copied().unwrap_or(0);
                if known.rooms.values().any(|users| users.contains(&me) && users.contains(&stranger)) {
                    passing.send(link, Towards::Client, passing.frame.clone());
                }
            }
        })
    })
    .only(Condition::RareInput),
    Fault::in_the_server(
        "send-3-fanout-to-the-newest",
        "SEND-3",
        "A variable that outlives its loop: whoever connected last hears every message.",
    ),
    Fault::in_the_server("send-5-third-message-lost", "SEND-5", "Every third message of a room is announced and never stored: its insert is not awaited.").only(Condition::LaterMessage),
    Fault::on_the_wire("send-5-history-lags", "SEND-5", "The history is read from a replica that is 300 ms behind: whoever asks at once misses the newest.", || {
        let mut seen: HashMap<u64, Instant> = HashMap::new();
        rule(move |passing| {
            if passing.is(NEW)
                && let Some(id) = passing.payload()["message"]["id"].as_u64()
            {
                seen.entry(id).or_insert_with(Instant::now);
            } else if passing.is("on.chat.history") {
                let old = |message: &Value| {
                    let at = message["id"].as_u64().and_then(|id| seen.get(&id));
                    at.is_none_or(|at| at.elapsed() > Duration::from_millis(300))
                };
                passing.edit(|payload| {
                    if let Some(messages) = payload["messages"].as_array_mut() {
                        messages.retain(old);
                    }
                });
            }
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("send-5-lost-while-away", "SEND-5", "A message to a user who is away is announced to the sender and not stored: seen only when the other is offline.", || {
        let mut lost: BTreeSet<u64> = BTreeSet::new();
        rule(move |passing| {
            let away = passing.is(NEW)
                && passing.is_author()
                && passing.room().zip(passing.user()).is_some_and(|(room, me)| {
                    passing.known.other_of(room, me).is_some_and(|other| !passing.known.is_online(other))
                });
            if away {
                lost.extend(passing.payload()["message"]["id"].as_u64());
            } else if passing.is("on.chat.history") {
                passing.edit(|payload| {
                    if let Some(messages) = payload["messages"].as_array_mut() {
                        messages.retain(|message| message["id"].as_u64().is_some_and(|id| !lost.contains(&id)));
                    }
                });
            }
        })
    })
    .only(Condition::AfterReconnect),
    Fault::on_the_wire("send-6-numbered-by-room", "SEND-6", "Messages are numbered from 1 in each room.", || {
        let mut numbers: HashMap<u64, Vec<u64>> = HashMap::new();
        rule(move |passing| {
            let Some(room) = passing.room().filter(|_| passing.is(NEW)) else { return };
            let id = passing.payload()["message"]["id"].as_u64().unwrap_or(0);
            let known = numbers.entry(room).or_default();
            let place = known.iter().position(|other| *other == id).unwrap_or_else(|| {
                known.push(id);
                known.len() - 1
            });
            passing.edit(|payload| payload["message"]["id"] = (place as u64 + 1).into());
        })
    }),
    Fault::on_the_wire("send-6-reused-after-deletion", "SEND-6", "Ids are MAX(id) + 1, so that the next message takes the id of the newest, if that was deleted.", || {
        let mut free: HashMap<u64, u64> = HashMap::new();
        let mut taken: HashMap<u64, u64> = HashMap::new();
        rule(move |passing| {
            let Some(id) = passing.payload()["message"]["id"].as_u64() else { return };
            if passing.is("on.message.delete") {
                free.insert(passing.room().unwrap_or(0), id);
            } else if passing.is(NEW) {
                if let Some(old) = passing.room().and_then(|room| free.remove(&room)) {
                    taken.insert(id, old);
                }
                if let Some(old) = taken.get(&id).copied() {
                    passing.edit(|payload| payload["message"]["id"] = old.into());
                }
            }
        })
    })
    .only(Condition::AfterClearOrDelete),
    Fault::on_the_wire("send-6-from-one-after-clearing", "SEND-6", "Clearing a room sets its numbering back.", || {
        let mut cleared: BTreeSet<u64> = BTreeSet::new();
        rule(move |passing| {
            let Some(room) = passing.room() else { return };
            if passing.is("on.chat.clear") {
                cleared.insert(room);
            } else if passing.is(NEW) && cleared.contains(&room) {
                passing.edit(|payload| payload["message"]["id"] = 1.into());
            }
        })
    })
    .only(Condition::AfterClearOrDelete),
    Fault::on_the_wire("send-7-overtaken", "SEND-7", "Each action has a task of its own, so that of messages sent without waiting one overtakes another.", || {
        let mut waiting: HashMap<u64, u32> = HashMap::new();
        let mut held: HashMap<u64, Frame> = HashMap::new();
        rule(move |passing| {
            if passing.is("message.send") {
                *waiting.entry(passing.user().unwrap_or(0)).or_default() += 1;
            } else if passing.is(NEW) {
                let author = passing.payload()["message"]["user_id"].as_u64().unwrap_or(0);
                let left = waiting.get(&author).copied().unwrap_or(0);
                if passing.is_author() {
                    waiting.insert(author, left.saturating_sub(1));
                }
                // The other side hears in the right order, so that only the own socket's order is wrong.
                if let Some(frame) = held.remove(&passing.link) {
                    passing.send(passing.link, Towards::Client, frame);
                } else if passing.is_author() && left > 2 && left.is_multiple_of(5) {
                    let frame = passing.hold();
                    held.insert(passing.link, frame);
                }
            }
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("send-8-own-first", "SEND-8", "A socket's own messages are echoed at once and those of others come by the bus: both sides see their own first, when both send at once.", || {
        let mut waiting: HashMap<u64, i64> = HashMap::new();
        let mut held: HashMap<u64, Vec<Frame>> = HashMap::new();
        rule(move |passing| {
            let Some(me) = passing.user() else { return };
            if passing.is("message.send") {
                *waiting.entry(me).or_default() += 1;
            } else if passing.is(NEW) && passing.is_author() {
                let left = waiting.entry(me).or_default();
                *left -= 1;
                for frame in held.remove(&passing.link).into_iter().flatten() {
                    passing.send(passing.link, Towards::Client, frame);
                }
            } else if passing.is(NEW) && waiting.get(&me).is_some_and(|left| *left > 0) {
                let frame = passing.hold();
                held.entry(passing.link).or_default().push(frame);
            }
        })
    })
    .only(Condition::BothAtOnce),
    Fault::on_the_wire("send-2-count-lost-at-once", "SEND-2", "The counter is read, raised and written back: of two who send at once, one loses what the other counted.", || {
        let mut under_way: HashMap<u64, i64> = HashMap::new();
        rule(move |passing| {
            let Some(me) = passing.user() else { return };
            if passing.is("message.send") {
                *under_way.entry(me).or_default() += 1;
            } else if passing.is(NEW) && passing.is_author() {
                *under_way.entry(me).or_default() -= 1;
            } else if passing.is(NEW) && under_way.get(&me).is_some_and(|own| *own > 0) {
                passing.edit(|payload| set_unread(payload, unread(payload).saturating_sub(1)));
            }
        })
    })
    .only(Condition::BothAtOnce),
    Fault::on_the_wire("send-6-one-id-for-two-at-once", "SEND-6", "Ids are the newest plus one, looked up before the insert: two who send at once get the same.", || {
        let mut under_way: HashMap<u64, i64> = HashMap::new();
        let mut twins: HashMap<u64, u64> = HashMap::new();
        rule(move |passing| {
            let Some(me) = passing.user() else { return };
            let message = passing.payload()["message"]["id"].as_u64().unwrap_or(0);
            if passing.is("message.send") {
                *under_way.entry(me).or_default() += 1;
            } else if passing.is(NEW) {
                let author = passing.payload()["message"]["user_id"].as_u64().unwrap_or(0);
                let other = passing.room().and_then(|room| passing.known.other_of(room, author));
                let both = other.is_some_and(|other| under_way.get(&other).is_some_and(|count| *count > 0));
                if author == me {
                    *under_way.entry(me).or_default() -= 1;
                }
                if both {
                    twins.entry(message).or_insert(message - 1);
                }
                if let Some(twin) = twins.get(&message) {
                    passing.edit(|payload| payload["message"]["id"] = (*twin).into());
                }
            }
        })
    })
    .only(Condition::BothAtOnce),
    Fault::on_the_wire("send-9-no-membership-check", "SEND-9", "Whoever knows a room's id can send to it.", || {
        rule(|passing| {
            let Some(room) = number(passing, "room_id").filter(|_| passing.is("message.send")) else { return };
            let outside = passing.user().is_some_and(|me| !passing.known.is_member(room, me));
            if let Some(member) = passing.member_of(room).filter(|_| outside) {
                passing.act(member, "message.send", passing.payload().clone());
            }
        })
    }),
    Fault::on_the_wire("send-9-unknown-room-answered", "SEND-9", "A message to a room that does not exist is confirmed to its sender.", || {
        rule(|passing| {
            let (Some(room), Some(me)) = (number(passing, "room_id"), passing.user()) else { return };
            if passing.is("message.send") && room < 1 << 53 && !passing.known.rooms.contains_key(&room) {
                let text = passing.payload()["text"].as_str().unwrap_or_default();
                let event = announcement(passing.known, room, me, me, text, FAR);
                passing.tell(passing.link, NEW, event);
            }
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("send-11-attachment-left-out", "SEND-11", "A message without an attachment has no field for it: nulls are left out.", || {
        super::help::edit_all(|payload| {
            super::help::messages(payload, |message| {
                if message["attachment"].is_null()
                    && let Some(message) = message.as_object_mut()
                {
                    message.remove("attachment");
                }
            });
        })
    }),
    Fault::on_the_wire("send-12-clock-of-another-node", "SEND-12", "Two nodes with clocks three seconds apart stamp by turns.", || {
        super::help::edit_all(|payload| {
            super::help::messages(payload, |message| {
                if message["id"].as_u64().is_some_and(|id| id.is_multiple_of(2)) {
                    for field in ["created_at", "updated_at"] {
                        let earlier = message[field].as_str().and_then(|date| earlier(date, 3));
                        if let Some(date) = earlier {
                            message[field] = date.into();
                        }
                    }
                }
            });
        })
    }),
    Fault::on_the_wire(
        "send-12-dated-by-its-file",
        "SEND-12",
        "A message with an attachment has the date of the file.",
        || {
            edit_all(|payload| {
                messages(payload, |message| {
                    if message["attachment"].is_object() {
                        message["created_at"] = "2020-01-31T09:30:00.000Z".into();
                    }
                });
            })
        },
    )
    .only(Condition::RareInput),
];

/// Sends a message of which its author hears to everyone outside of its room.
fn leak(passing: &mut Passage<'_>, mut when: impl FnMut(u64) -> bool) {
    let Some(room) = passing.room().filter(|_| passing.is(NEW) && passing.is_author()) else { return };
    if when(room) {
        for link in passing.strangers_to(room) {
            passing.send(link, Towards::Client, passing.frame.clone());
        }
    }
}

/// A date some seconds earlier.
fn earlier(date: &str, seconds: i64) -> Option<String> {
    let date: jiff::Timestamp = date.parse().ok()?;
    let earlier = date.checked_sub(jiff::SignedDuration::from_secs(seconds)).ok()?;
    Some(chat_spec::types::Date::from(earlier).to_string())
}
