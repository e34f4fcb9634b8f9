//! Faults of `chat.clear`: CLEAR.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Value, json};

use super::help::{dialog_of, number, rule, set_unread, unread};
use crate::self_test::{
    fault::{Condition, Fault},
    known::Link,
    passage::Passage,
};

const CLEARED: &str = "on.chat.clear";

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire("clear-1-caller-untold", "CLEAR-1", "Who clears is not told of it.", || {
        let mut callers = Callers::default();
        rule(move |passing| {
            if callers.is_answer(passing) {
                passing.swallow();
            }
        })
    }),
    Fault::on_the_wire("clear-1-count-stays", "CLEAR-1", "The caller's counter stays what it was.", || {
        let mut callers = Callers::default();
        let mut counts = Counts::default();
        rule(move |passing| {
            counts.note(passing);
            if callers.is_answer(passing) {
                counts.stay(passing);
            }
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "clear-2-other-side-untold",
        "CLEAR-2",
        "The other side is not told, as the action's text has it.",
        || {
            let mut callers = Callers::default();
            rule(move |passing| {
                if !callers.is_answer(passing) && passing.is(CLEARED) {
                    passing.swallow();
                }
            })
        },
    ),
    Fault::on_the_wire(
        "clear-2-other-count-stays",
        "CLEAR-2",
        "The other side's counter stays what it was, although what it counted is gone.",
        || {
            let mut callers = Callers::default();
            let mut counts = Counts::default();
            rule(move |passing| {
                counts.note(passing);
                if !callers.is_answer(passing) && passing.is(CLEARED) {
                    counts.stay(passing);
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "clear-2-callers-chat",
        "CLEAR-2",
        "One payload is broadcast, so that the other side gets the caller's chat.",
        || {
            let mut callers = Callers::default();
            rule(move |passing| {
                let (Some(room), Some(me)) = (passing.room(), passing.user()) else { return };
                if !callers.is_answer(passing) && passing.is(CLEARED) {
                    let other = passing.known.other_of(room, me).unwrap_or(me);
                    passing.edit(|payload| payload["chat"]["user_id"] = other.into());
                }
            })
        },
    ),
    Fault::on_the_wire(
        "clear-3-for-the-caller-alone",
        "CLEAR-3",
        "The history is empty for who cleared it, and whole for the other side.",
        || {
            let mut callers = Callers::default();
            let mut gone: HashMap<u64, (u64, BTreeMap<u64, Value>)> = HashMap::new();
            rule(move |passing| {
                let (Some(room), Some(me)) = (passing.room(), passing.user()) else { return };
                if callers.is_answer(passing) {
                    let messages =
                        passing.known.messages.iter().filter(|(_, message)| message["room_id"].as_u64() == Some(room));
                    gone.insert(room, (me, messages.map(|(id, message)| (*id, message.clone())).collect()));
                } else if passing.is("on.chat.history")
                    && let Some((_, messages)) = gone.get(&room).filter(|(caller, _)| *caller != me)
                {
                    passing.edit(|payload| {
                        if let Some(page) = payload["messages"].as_array_mut() {
                            page.extend(messages.values().cloned());
                            page.sort_by_key(|message| message["id"].as_u64());
                            page.dedup_by_key(|message| message["id"].as_u64());
                        }
                    });
                }
            })
        },
    )
    .only(Condition::AfterClearOrDelete),
    Fault::on_the_wire(
        "clear-3-dialog-gone",
        "CLEAR-3",
        "Dialogs are joined with their newest message, so that one without any is not listed.",
        || {
            super::help::edit("on.user.authorized", |payload| {
                if let Some(dialogs) = payload["dialogs"].as_array_mut() {
                    dialogs.retain(|dialog| !dialog["message"].is_null());
                }
            })
        },
    )
    .only(Condition::AfterClearOrDelete),
    Fault::on_the_wire(
        "clear-3-newest-message-stays",
        "CLEAR-3",
        "The dialog still shows the last message of what was cleared, at the next authorisation.",
        || {
            let mut newest: HashMap<u64, Value> = HashMap::new();
            rule(move |passing| {
                if passing.is("on.message.new")
                    && let Some(room) = passing.room()
                {
                    newest.insert(room, passing.payload()["message"].clone());
                } else if passing.is("on.user.authorized") {
                    passing.edit(|payload| {
                        for dialog in payload["dialogs"].as_array_mut().into_iter().flatten() {
                            let old = dialog["room"]["id"].as_u64().and_then(|room| newest.get(&room));
                            if let Some(old) = old.filter(|_| dialog["message"].is_null()) {
                                dialog["message"] = old.clone();
                            }
                        }
                    });
                }
            })
        },
    )
    .only(Condition::AfterClearOrDelete),
    Fault::on_the_wire(
        "clear-4-room-locked",
        "CLEAR-4",
        "After a clearing nothing can be sent to the room any more.",
        || {
            let mut cleared: HashSet<u64> = HashSet::new();
            rule(move |passing| {
                let Some(room) = passing.room() else { return };
                if passing.is(CLEARED) {
                    cleared.insert(room);
                } else if passing.is("message.send") && cleared.contains(&room) {
                    passing.swallow();
                }
            })
        },
    )
    .only(Condition::AfterClearOrDelete),
    Fault::on_the_wire("clear-5-no-membership-check", "CLEAR-5", "Whoever knows a room's id can clear it.", || {
        rule(|passing| {
            let Some(room) = number(passing, "room_id").filter(|_| passing.is("chat.clear")) else { return };
            let outside = passing.user().is_some_and(|me| !passing.known.is_member(room, me));
            if let Some(member) = passing.member_of(room).filter(|_| outside) {
                passing.act(member, "chat.clear", json!({"room_id": room}));
            }
        })
    }),
    Fault::on_the_wire(
        "clear-5-outsider-confirmed",
        "CLEAR-5",
        "An outsider's clearing changes nothing, and is confirmed all the same.",
        || {
            rule(|passing| {
                let (Some(room), Some(me)) = (number(passing, "room_id"), passing.user()) else { return };
                if passing.is("chat.clear")
                    && passing.known.rooms.contains_key(&room)
                    && !passing.known.is_member(room, me)
                {
                    passing.tell(passing.link, CLEARED, dialog_of(passing.known, room, me));
                }
            })
        },
    )
    .only(Condition::RareInput),
];

/// Who asked for a clearing, to tell the caller from the other side.
#[derive(Default)]
struct Callers {
    asked: HashMap<u64, Vec<Link>>,
}

impl Callers {
    /// Takes notice of actions; whether this event is the answer to its own caller.
    fn is_answer(&mut self, passing: &Passage<'_>) -> bool {
        let Some(room) = passing.room() else { return false };
        if passing.is("chat.clear") {
            self.asked.entry(room).or_default().push(passing.link);
        }
        passing.is(CLEARED) && self.asked.get(&room).is_some_and(|links| links.contains(&passing.link))
    }
}

/// What each side had not read.
#[derive(Default)]
struct Counts {
    counts: HashMap<(u64, u64), u64>,
}

impl Counts {
    fn note(&mut self, passing: &Passage<'_>) {
        if let (Some(room), Some(me)) = (passing.room().filter(|_| passing.is("on.message.new")), passing.user()) {
            self.counts.insert((room, me), unread(passing.payload()));
        }
    }

    fn stay(&self, passing: &mut Passage<'_>) {
        let key = passing.room().zip(passing.user());
        if let Some(count) = key.and_then(|key| self.counts.get(&key)).copied().filter(|count| *count > 0) {
            passing.edit(|payload| set_unread(payload, count));
        }
    }
}
