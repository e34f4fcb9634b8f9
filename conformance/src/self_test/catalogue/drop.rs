//! Faults of `chat.delete`: DROP.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Value, json};

use super::help::{FAR, announcement, dialog_of, number, rule};
use crate::self_test::{
    fault::{Condition, Fault},
    frame::{Frame, Towards},
    known::Known,
};

const DROPPED: &str = "on.chat.delete";

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire(
        "drop-1-other-side-untold",
        "DROP-1",
        "The other side is not told that the dialog is gone.",
        || {
            let mut callers: HashSet<u64> = HashSet::new();
            rule(move |passing| {
                if passing.is("chat.delete") {
                    callers.insert(passing.link);
                } else if passing.is(DROPPED) && !callers.contains(&passing.link) {
                    passing.swallow();
                }
            })
        },
    ),
    Fault::on_the_wire(
        "drop-1-callers-chat-for-both",
        "DROP-1",
        "One payload is broadcast, so that both sides get the same chat.",
        || {
            rule(|passing| {
                if passing.is(DROPPED) {
                    passing.edit(|payload| payload["chat"]["user_id"] = payload["room"]["users"][0]["id"].clone());
                }
            })
        },
    ),
    Fault::on_the_wire(
        "drop-6-clear-for-the-other-side",
        "DROP-6",
        "The caller hears on.chat.delete, and the other side on.chat.clear.",
        || {
            let mut callers: HashSet<u64> = HashSet::new();
            rule(move |passing| {
                if passing.is("chat.delete") {
                    callers.insert(passing.link);
                } else if passing.is(DROPPED)
                    && !callers.contains(&passing.link)
                    && let Frame::Event { name, .. } = &mut passing.frame
                {
                    "on.chat.clear".clone_into(name);
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("drop-6-both-events", "DROP-6", "Deleting clears first, and both are announced.", || {
        rule(|passing| {
            if passing.is(DROPPED) {
                let cleared = Frame::event("on.chat.clear", passing.payload().clone());
                passing.send_first(passing.link, Towards::Client, cleared);
            }
        })
    }),
    Fault::on_the_wire(
        "drop-2-still-listed",
        "DROP-2",
        "A deleted dialog is still listed at the next authorisation.",
        || {
            let mut gone: BTreeMap<u64, BTreeMap<u64, Value>> = BTreeMap::new();
            rule(move |passing| {
                let Some(me) = passing.user() else { return };
                if passing.is(DROPPED)
                    && let Some(room) = passing.room()
                {
                    let mut dialog = passing.payload().clone();
                    dialog["message"] = Value::Null;
                    gone.entry(me).or_default().insert(room, dialog);
                } else if passing.is("on.user.authorized") {
                    passing.edit(|payload| {
                        if let Some(dialogs) = payload["dialogs"].as_array_mut() {
                            dialogs.extend(gone.get(&me).into_iter().flat_map(BTreeMap::values).cloned());
                        }
                    });
                }
            })
        },
    ),
    Fault::on_the_wire(
        "drop-2-listed-for-the-other",
        "DROP-2",
        "A dialog is deleted for the caller alone: the other side still has it in its list.",
        || {
            let mut callers: HashSet<u64> = HashSet::new();
            let mut gone: BTreeMap<u64, BTreeMap<u64, Value>> = BTreeMap::new();
            rule(move |passing| {
                let Some(me) = passing.user() else { return };
                if passing.is("chat.delete") {
                    callers.insert(passing.link);
                } else if passing.is(DROPPED) && !callers.contains(&passing.link) {
                    let mut dialog = passing.payload().clone();
                    dialog["message"] = Value::Null;
                    gone.entry(me).or_default().insert(passing.room().unwrap_or(0), dialog);
                } else if passing.is("on.user.authorized") {
                    passing.edit(|payload| {
                        if let Some(dialogs) = payload["dialogs"].as_array_mut() {
                            dialogs.extend(gone.get(&me).into_iter().flat_map(BTreeMap::values).cloned());
                        }
                    });
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "drop-2-history-readable",
        "DROP-2",
        "The history of a deleted dialog can still be read by its id.",
        || {
            let mut gone: HashSet<u64> = HashSet::new();
            rule(move |passing| {
                let Some(room) = passing.room() else { return };
                if passing.is(DROPPED) {
                    gone.insert(room);
                } else if passing.is("chat.history")
                    && gone.contains(&room)
                    && let Some(me) = passing.user().filter(|me| passing.known.is_member(room, *me))
                {
                    let mut page = dialog_of(passing.known, room, me);
                    page["messages"] = messages_of(passing.known, room).into();
                    passing.tell(passing.link, "on.chat.history", page);
                }
            })
        },
    ),
    Fault::on_the_wire(
        "drop-3-still-sends",
        "DROP-3",
        "A message to a deleted room is announced to both as before.",
        || {
            let mut gone: HashSet<u64> = HashSet::new();
            let mut next = FAR;
            rule(move |passing| {
                let (Some(room), Some(me)) = (passing.room(), passing.user()) else { return };
                if passing.is(DROPPED) {
                    gone.insert(room);
                } else if passing.is("message.send") && gone.contains(&room) && passing.known.is_member(room, me) {
                    next += 1;
                    let text = passing.payload()["text"].as_str().unwrap_or_default().to_owned();
                    for user in passing.known.rooms.get(&room).cloned().unwrap_or_default() {
                        let event = announcement(passing.known, room, me, user, &text, next);
                        passing.tell_user(user, "on.message.new", &event);
                    }
                }
            })
        },
    ),
    Fault::on_the_wire(
        "drop-4-old-history",
        "DROP-4",
        "A dialog that begins again has its old messages back: it was hidden, not deleted.",
        || {
            let mut old: HashMap<[u64; 2], Vec<Value>> = HashMap::new();
            rule(move |passing| {
                let Some(room) = passing.room() else { return };
                let Some(pair) = pair(passing.known, room) else { return };
                if passing.is(DROPPED) {
                    old.insert(pair, messages_of(passing.known, room));
                } else if passing.is("on.chat.history")
                    && let Some(old) = old.get(&pair)
                {
                    let mut old = old.clone();
                    old.iter_mut().for_each(|message| message["room_id"] = room.into());
                    passing.edit(|payload| {
                        if let Some(page) = payload["messages"].as_array_mut() {
                            old.append(page);
                            *page = old;
                        }
                    });
                }
            })
        },
    )
    .only(Condition::AfterClearOrDelete),
    Fault::on_the_wire(
        "drop-4-never-again",
        "DROP-4",
        "The pair stays taken, so that chat.start fails after a deletion.",
        || {
            let mut gone: HashSet<[u64; 2]> = HashSet::new();
            rule(move |passing| {
                if passing.is(DROPPED) {
                    gone.extend(passing.room().and_then(|room| pair(passing.known, room)));
                } else if passing.is("chat.start")
                    && let (Some(me), Some(other)) = (passing.user(), number(passing, "user_id"))
                    && gone.contains(&[me.min(other), me.max(other)])
                {
                    passing.swallow();
                }
            })
        },
    )
    .only(Condition::AfterClearOrDelete),
    Fault::on_the_wire("drop-5-no-membership-check", "DROP-5", "Whoever knows a room's id can delete it.", || {
        rule(|passing| {
            let Some(room) = number(passing, "room_id").filter(|_| passing.is("chat.delete")) else { return };
            let outside = passing.user().is_some_and(|me| !passing.known.is_member(room, me));
            if let Some(member) = passing.member_of(room).filter(|_| outside) {
                passing.act(member, "chat.delete", json!({"room_id": room}));
            }
        })
    }),
    Fault::on_the_wire(
        "drop-3-old-room-means-the-new-one",
        "DROP-3",
        "A message to a deleted room goes to the room that the two have now.",
        || {
            rule(|passing| {
                if !passing.is("message.send") {
                    return;
                }
                let Some(old) = number(passing, "room_id") else { return };
                let rooms = &passing.known.rooms;
                let newest = rooms.get(&old).and_then(|users| {
                    let same = |other: &&u64| rooms.get(*other).is_some_and(|others| alike(users, others));
                    rooms.keys().filter(same).max().copied()
                });
                if let Some(newest) = newest.filter(|newest| *newest > old) {
                    passing.edit(|payload| payload["room_id"] = newest.into());
                }
            })
        },
    )
    .only(Condition::AfterClearOrDelete),
];

/// The users of a room, the lower id first.
fn pair(known: &Known, room: u64) -> Option<[u64; 2]> {
    let users = known.rooms.get(&room)?;
    Some([*users.iter().min()?, *users.iter().max()?])
}

/// The messages of a room that were seen, oldest first.
fn messages_of(known: &Known, room: u64) -> Vec<Value> {
    let mut messages: Vec<Value> =
        known.messages.values().filter(|message| message["room_id"].as_u64() == Some(room)).cloned().collect();
    messages.sort_by_key(|message| message["id"].as_u64());
    messages
}

/// Whether two rooms are of the same users.
fn alike(users: &[u64], others: &[u64]) -> bool {
    users.len() == others.len() && users.iter().all(|user| others.contains(user))
}
