//! Faults of `chat.start`: START.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::json;

use super::help::{FAR, announcement, rule, set_unread, unread, user};
use crate::self_test::{
    fault::{Condition, Fault},
    frame::Towards,
    passage::Passage,
};

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire(
        "start-1-other-side-untold",
        "START-1",
        "The other side of a new dialog is not told: it has not joined the room yet.",
        || {
            let mut rooms = Rooms::default();
            rule(move |passing| {
                if started(passing) && rooms.is_new(passing) && !passing.is_author() {
                    passing.swallow();
                }
            })
        },
    ),
    Fault::on_the_wire(
        "start-1-caller-untold",
        "START-1",
        "The caller of chat.start is not told: it is taken to know.",
        || {
            rule(|passing| {
                if started(passing) && passing.is_author() {
                    passing.swallow();
                }
            })
        },
    ),
    Fault::on_the_wire(
        "start-1-room-of-the-message",
        "START-1",
        "message.room_id of a first message is 1: it was written before the room had its id.",
        || {
            rule(|passing| {
                if started(passing) {
                    passing.edit(|payload| payload["message"]["room_id"] = 1.into());
                }
            })
        },
    ),
    Fault::on_the_wire(
        "start-2-other-user-alone",
        "START-2",
        "room.users leaves the user out whom the event goes to.",
        || {
            rule(|passing| {
                let Some(me) = passing.user().filter(|_| started(passing)) else { return };
                passing.edit(|payload| {
                    if let Some(users) = payload["room"]["users"].as_array_mut() {
                        users.retain(|user| user["id"].as_u64() != Some(me));
                    }
                });
            })
        },
    ),
    Fault::on_the_wire(
        "start-2-grows-with-each-start",
        "START-2",
        "Each chat.start adds the caller to the room's users once more: seen from the second on.",
        || {
            let mut starts: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
            rule(move |passing| {
                let Some(room) = passing.room().filter(|_| started(passing)) else { return };
                let messages = starts.entry(room).or_default();
                messages.extend(passing.payload()["message"]["id"].as_u64());
                if messages.len() > 1 {
                    let author = passing.payload()["message"]["user_id"].as_u64().unwrap_or(0);
                    passing.edit(|payload| {
                        if let Some(users) = payload["room"]["users"].as_array_mut() {
                            users.push(user(author));
                        }
                    });
                }
            })
        },
    )
    .only(Condition::LaterMessage),
    Fault::on_the_wire(
        "start-3-one-payload-for-both",
        "START-3",
        "One payload is broadcast, so that both sides get the caller's chat.",
        || {
            rule(|passing| {
                if passing.is("on.message.new") {
                    passing.edit(|payload| payload["chat"]["user_id"] = payload["message"]["user_id"].clone());
                }
            })
        },
    ),
    Fault::on_the_wire(
        "start-4-first-unread-forgotten",
        "START-4",
        "The counter of a new dialog is 0 on both sides: the row is made after the counting.",
        || {
            let mut rooms = Rooms::default();
            rule(move |passing| {
                if started(passing) && rooms.is_new(passing) {
                    passing.edit(|payload| set_unread(payload, 0));
                }
            })
        },
    ),
    Fault::on_the_wire(
        "start-4-counts-for-the-caller",
        "START-4",
        "The caller's own first message counts as unread for the caller.",
        || {
            rule(|passing| {
                if started(passing) && passing.is_author() {
                    passing.edit(|payload| set_unread(payload, unread(payload) + 1));
                }
            })
        },
    ),
    Fault::on_the_wire(
        "start-5-told-to-everyone",
        "START-5",
        "A new dialog is emitted to all sockets, because its room has none yet.",
        || {
            rule(|passing| {
                let Some(room) = passing.room().filter(|_| started(passing) && passing.is_author()) else { return };
                for link in passing.strangers_to(room) {
                    passing.send(link, Towards::Client, passing.frame.clone());
                }
            })
        },
    ),
    Fault::on_the_wire("start-6-new-room-each-time", "START-6", "A second chat.start makes a second room.", || {
        let mut rooms = Rooms::default();
        rule(move |passing| {
            if started(passing) && !rooms.is_new(passing) {
                other_room(passing);
            }
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "start-6-room-by-direction",
        "START-6",
        "A room is looked for by (caller, other) alone: the other side's chat.start makes a second one.",
        || {
            let mut beginners: HashMap<u64, u64> = HashMap::new();
            rule(move |passing| {
                let (Some(room), Some(author)) = (passing.room(), passing.payload()["message"]["user_id"].as_u64())
                else {
                    return;
                };
                if started(passing) && *beginners.entry(room).or_insert(author) != author {
                    other_room(passing);
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("start-7-with-oneself", "START-7", "A dialog with oneself is made.", || {
        rule(|passing| {
            let Some(me) = passing.user().filter(|_| passing.is("chat.start")) else { return };
            if passing.payload()["user_id"].as_u64() == Some(me) {
                made_up_dialog(passing, me, me);
            }
        })
    }),
    Fault::on_the_wire(
        "start-7-with-nobody",
        "START-7",
        "A dialog with a user who does not exist is made: there is no foreign key.",
        || {
            rule(|passing| {
                let Some(me) = passing.user().filter(|_| passing.is("chat.start")) else { return };
                let other = passing.payload()["user_id"].as_u64();
                if let Some(other) =
                    other.filter(|other| (1..1 << 53).contains(other) && !passing.known.accounts.contains_key(other))
                {
                    made_up_dialog(passing, me, other);
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "start-8-beginner-alone",
        "START-8",
        "A dialog is listed for the user who began it, and not for the other.",
        || {
            let mut rooms = Rooms::default();
            let mut beginners: HashMap<u64, u64> = HashMap::new();
            rule(move |passing| {
                if started(passing)
                    && rooms.is_new(passing)
                    && let (Some(room), Some(author)) =
                        (passing.room(), passing.payload()["message"]["user_id"].as_u64())
                {
                    beginners.entry(room).or_insert(author);
                }
                let Some(me) = passing.user().filter(|_| passing.is("on.user.authorized")) else { return };
                passing.edit(|payload| {
                    if let Some(dialogs) = payload["dialogs"].as_array_mut() {
                        let mine = |room: u64| beginners.get(&room).is_none_or(|beginner| *beginner == me);
                        dialogs.retain(|dialog| dialog["room"]["id"].as_u64().is_some_and(mine));
                    }
                });
            })
        },
    )
    .only(Condition::AfterReconnect),
    Fault::on_the_wire(
        "start-9-two-rooms-at-once",
        "START-9",
        "Look first, insert later: two users who start at the same moment get a room each.",
        || {
            // Who has started with whom, and was not answered yet.
            let mut under_way: BTreeSet<(u64, u64)> = BTreeSet::new();
            let mut torn: BTreeSet<(u64, u64)> = BTreeSet::new();
            rule(move |passing| {
                let other = passing.payload()["user_id"].as_u64();
                if passing.is("chat.start")
                    && let (Some(me), Some(other)) = (passing.user(), other)
                {
                    under_way.insert((me, other));
                    if under_way.contains(&(other, me)) {
                        torn.insert((me, other));
                    }
                } else if started(passing)
                    && let (Some(author), Some(room)) =
                        (passing.payload()["message"]["user_id"].as_u64(), passing.room())
                    && let Some(other) = passing.known.other_of(room, author)
                {
                    if torn.contains(&(author, other)) {
                        other_room(passing);
                    } else if passing.is_author() {
                        under_way.remove(&(author, other));
                    }
                }
            })
        },
    )
    .only(Condition::BothAtOnce),
    Fault::on_the_wire(
        "start-10-empty-text",
        "START-10",
        "chat.start with an empty text begins a dialog: only message.send checks.",
        || {
            rule(|passing| {
                let Some(me) = passing.user().filter(|_| passing.is("chat.start")) else { return };
                let empty = passing.payload()["text"] == "" && passing.payload()["attachment_id"].is_null();
                if let Some(other) = passing.payload()["user_id"].as_u64().filter(|_| empty) {
                    made_up_dialog(passing, me, other);
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("start-10-short-limit", "START-10", "A first message may hold 500 characters at most.", || {
        rule(|passing| {
            if passing.is("chat.start")
                && passing.payload()["text"].as_str().is_some_and(|text| text.chars().count() > 500)
            {
                passing.swallow();
            }
        })
    })
    .only(Condition::RareInput),
];

/// The rooms that were seen, to know a new one by its first message.
#[derive(Default)]
struct Rooms {
    first: HashMap<u64, u64>,
}

impl Rooms {
    /// Whether a message is the first of its room, for whichever socket.
    fn is_new(&mut self, passing: &Passage<'_>) -> bool {
        let message = passing.payload()["message"]["id"].as_u64().unwrap_or(0);
        passing.room().is_some_and(|room| *self.first.entry(room).or_insert(message) == message)
    }
}

/// Whether it announces a message that was sent by `chat.start`.
fn started(passing: &Passage<'_>) -> bool {
    passing.is("on.message.new") && passing.cause() == "chat.start"
}

/// Puts the event into another room than that of the two.
fn other_room(passing: &mut Passage<'_>) {
    passing.edit(|payload| {
        let room = payload["room"]["id"].as_u64().unwrap_or(0) + FAR;
        payload["room"]["id"] = room.into();
        payload["message"]["room_id"] = room.into();
    });
}

/// Answers as if a dialog had been made that the server refuses.
fn made_up_dialog(passing: &mut Passage<'_>, me: u64, other: u64) {
    let text = passing.payload()["text"].as_str().unwrap_or_default().to_owned();
    let mut event = announcement(passing.known, FAR, me, me, &text, FAR);
    event["room"]["users"] = json!([user(me), user(other)]);
    passing.tell(passing.link, "on.message.new", event);
}
