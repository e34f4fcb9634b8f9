//! Faults that show themselves only where several act at once: what a server does right one after the other and wrong
//! side by side.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::help::{rule, set_unread, unread};
use crate::self_test::{
    fault::{Condition, Fault},
    frame::{Frame, Towards},
    known::Link,
    passage::Passage,
};

const NEW: &str = "on.message.new";

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire("send-1-dropped-in-bursts", "SEND-1", "The buffer of a recipient holds eight messages, and what does not fit is thrown away.", || {
        let mut flight = Flight::default();
        rule(move |passing| {
            flight.note(passing);
            if passing.is(NEW) && !passing.is_author() && flight.count() > 8 {
                passing.swallow();
            }
        })
    })
    .only(Condition::BothAtOnce),
    Fault::on_the_wire("send-2-lost-update", "SEND-2", "Read, add one, write: where both sides send at once, one of the two updates of the counter is lost.", || {
        let (mut flight, mut lost) = (Flight::default(), Offsets::default());
        let mut seen: BTreeSet<u64> = BTreeSet::new();
        rule(move |passing| {
            flight.note(passing);
            let (Some(me), Some(room)) = (passing.user(), passing.room()) else { return lost.apply(passing, i64::saturating_sub) };
            let id = passing.payload()["message"]["id"].as_u64().unwrap_or(0);
            if passing.is(NEW) && !passing.is_author() && flight.is_from(room, |user| user == me) && seen.insert(id) {
                lost.add(room, me, 1);
            } else if is_zeroed(passing) {
                lost.forget(room, me);
            }
            lost.apply(passing, i64::saturating_sub);
        })
    })
    .only(Condition::BothAtOnce),
    Fault::on_the_wire("send-3-shared-variable", "SEND-3", "The room is kept in a variable that handlers share: of two rooms that are written to at once, one hears of the other's message.", || {
        let mut flight = Flight::default();
        rule(move |passing| {
            flight.note(passing);
            let Some(room) = passing.room().filter(|_| passing.is(NEW) && passing.is_author()) else { return };
            let known = passing.known;
            let of_other = |link: &Link| {
                let user = known.users.get(link).copied().unwrap_or(0);
                flight.rooms().any(|other| other != room && known.is_member(other, user))
            };
            if let Some(link) = passing.strangers_to(room).into_iter().find(of_other) {
                passing.send(link, Towards::Client, passing.frame.clone());
            }
        })
    })
    .only(Condition::BothAtOnce),
    Fault::on_the_wire("send-5-lost-where-both-send", "SEND-5", "Two inserts at the same moment collide, the error is logged, and the message is announced all the same.", || {
        let (mut flight, mut lost) = (Flight::default(), BTreeSet::new());
        rule(move |passing| {
            flight.note(passing);
            let message = &passing.payload()["message"];
            let (me, room) = (passing.user().unwrap_or(0), passing.room().unwrap_or(0));
            if passing.is(NEW) && passing.is_author() && flight.is_from(room, |user| user < me) {
                lost.extend(message["id"].as_u64());
            } else if passing.is("on.chat.history") {
                let is_kept = |message: &Value| message["id"].as_u64().is_some_and(|id| !lost.contains(&id));
                passing.edit(|payload| {
                    if let Some(messages) = payload["messages"].as_array_mut() {
                        messages.retain(is_kept);
                    }
                });
            }
        })
    })
    .only(Condition::BothAtOnce),
    Fault::on_the_wire("send-6-history-by-arrival", "SEND-6", "Ids are taken before the insert and the history is read in the order of inserts: of two messages at the same moment the later id stands first.", || {
        let (mut flight, mut overlapped) = (Flight::default(), BTreeSet::new());
        rule(move |passing| {
            flight.note(passing);
            let (me, room) = (passing.user().unwrap_or(0), passing.room().unwrap_or(0));
            if passing.is(NEW) && passing.is_author() && flight.is_from(room, |user| user != me) {
                overlapped.extend(passing.payload()["message"]["id"].as_u64());
            } else if passing.is("on.chat.history") {
                passing.edit(|payload| swap_neighbours(payload, &overlapped));
            }
        })
    })
    .only(Condition::BothAtOnce),
    Fault::on_the_wire("send-8-second-device-late", "SEND-8", "Each device has a queue of its own: where messages come close together, a second device hears two of them the other way round.", || {
        let mut flight = Flight::default();
        let mut held: HashMap<Link, Frame> = HashMap::new();
        rule(move |passing| {
            flight.note(passing);
            let (Some(me), Some(room)) = (passing.user(), passing.room()) else { return };
            if !passing.is(NEW) {
                return;
            }
            let is_second = passing.known.links_of(me).first() != Some(&passing.link);
            if let Some(frame) = held.remove(&passing.link) {
                passing.send(passing.link, Towards::Client, frame);
            } else if is_second && flight.others_than(passing, room) {
                let frame = passing.hold();
                held.insert(passing.link, frame);
            }
        })
    })
    .only(Condition::SeveralDevices),
    Fault::on_the_wire("evt-1-redelivered-under-load", "EVT-1", "A queue that delivers at least once delivers twice, when much is under way.", || {
        let mut flight = Flight::default();
        rule(move |passing| {
            flight.note(passing);
            if passing.is(NEW) && !passing.is_author() && flight.count() > 6 {
                passing.again();
            }
        })
    })
    .only(Condition::BothAtOnce),
    Fault::on_the_wire("auth-11-second-device-skipped", "AUTH-11", "While much is under way, a message goes to the first device of a user alone.", || {
        let mut flight = Flight::default();
        rule(move |passing| {
            flight.note(passing);
            let Some(me) = passing.user().filter(|_| passing.is(NEW)) else { return };
            if passing.known.links_of(me).first() != Some(&passing.link) && flight.count() > 4 {
                passing.swallow();
            }
        })
    })
    .only(Condition::SeveralDevices),
    Fault::on_the_wire("del-2-comes-back", "DEL-2", "A cached page is written back: a message that is deleted while another is stored is in the history again.", || {
        let mut flight = Flight::default();
        let mut back: BTreeMap<u64, Value> = BTreeMap::new();
        rule(move |passing| {
            flight.note(passing);
            let Some(room) = passing.room() else { return };
            if passing.is("on.message.delete") && flight.rooms().any(|other| other == room) {
                let message = passing.payload()["message"].clone();
                back.extend(message["id"].as_u64().map(|id| (id, message)));
            } else if passing.is("on.chat.history") {
                passing.edit(|payload| put_back(payload, room, &back));
            }
        })
    })
    .only(Condition::BothAtOnce),
    Fault::on_the_wire("read-2-stale-write", "READ-2", "Read, add one, write: a message that is stored while the other side reads brings back what was unread before.", || {
        let (mut flight, mut back) = (Flight::default(), Offsets::default());
        let mut last: HashMap<(u64, u64), i64> = HashMap::new();
        rule(move |passing| {
            flight.note(passing);
            let (Some(me), Some(room)) = (passing.user(), passing.room()) else { return back.apply(passing, i64::saturating_add) };
            if is_zeroed(passing) {
                let before = last.remove(&(room, me)).unwrap_or(0);
                back.forget(room, me);
                if passing.is("on.chat.read") && flight.was_just_from(room, |user| user != me) {
                    back.add(room, me, before);
                }
            } else if passing.is(NEW) {
                last.insert((room, me), unread(passing.payload()).cast_signed());
            }
            if !is_zeroed(passing) {
                back.apply(passing, i64::saturating_add);
            }
        })
    })
    .only(Condition::BothAtOnce),
];

/// The texts that were sent and whose authors did not hear of them yet.
#[derive(Default)]
struct Flight {
    /// Room and author by text.
    texts: HashMap<String, (u64, u64)>,
    /// Whose message each room heard last, and when.
    last: HashMap<u64, (u64, Instant)>,
}

/// A transaction that is slow is this much behind what was announced.
const BEHIND: Duration = Duration::from_millis(50);

impl Flight {
    /// Takes notice of a frame. A message is under way until its author hears of it.
    fn note(&mut self, passing: &Passage<'_>) {
        let payload = passing.payload();
        if passing.is("message.send") {
            if let (Some(text), Some(room), Some(user)) =
                (payload["text"].as_str(), payload["room_id"].as_u64(), passing.user())
            {
                self.texts.insert(text.to_owned(), (room, user));
            }
        } else if passing.is(NEW)
            && passing.is_author()
            && let Some(text) = payload["message"]["text"].as_str()
            && let Some((room, user)) = self.texts.remove(text)
        {
            self.last.insert(room, (user, Instant::now()));
        }
    }

    fn count(&self) -> usize {
        self.texts.len()
    }

    fn rooms(&self) -> impl Iterator<Item = u64> {
        self.texts.values().map(|(room, _)| *room)
    }

    /// Whether a message of an author that fits is under way to a room.
    fn is_from(&self, room: u64, fits: impl Fn(u64) -> bool) -> bool {
        self.texts.values().any(|(other, user)| *other == room && fits(*user))
    }

    /// The same, or was a moment ago.
    fn was_just_from(&self, room: u64, fits: impl Fn(u64) -> bool) -> bool {
        let recent = self.last.get(&room).is_some_and(|(user, at)| fits(*user) && at.elapsed() < BEHIND);
        recent || self.is_from(room, fits)
    }

    /// Whether another message than the one that passes is under way to a room.
    fn others_than(&self, passing: &Passage<'_>, room: u64) -> bool {
        let own = passing.payload()["message"]["text"].as_str().unwrap_or_default();
        self.texts.iter().any(|(text, (other, _))| *other == room && text != own)
    }
}

/// What a server's counters are off by, by room and user.
#[derive(Default)]
struct Offsets {
    by: HashMap<(u64, u64), i64>,
}

impl Offsets {
    fn add(&mut self, room: u64, user: u64, count: i64) {
        *self.by.entry((room, user)).or_default() += count;
    }

    fn forget(&mut self, room: u64, user: u64) {
        self.by.remove(&(room, user));
    }

    /// Changes every counter that passes: that of an event, and those of dialogs.
    fn apply(&self, passing: &mut Passage<'_>, with: fn(i64, i64) -> i64) {
        let Some(me) = passing.user().filter(|_| passing.towards == Towards::Client && !self.by.is_empty()) else {
            return;
        };
        let changed = |payload: &Value| {
            let offset = payload["room"]["id"].as_u64().and_then(|room| self.by.get(&(room, me)))?;
            u64::try_from(with(unread(payload).cast_signed(), *offset).max(0)).ok()
        };
        passing.edit(|payload| {
            if let Some(count) = changed(payload) {
                set_unread(payload, count);
            }
            for dialog in payload.get_mut("dialogs").and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(count) = changed(dialog) {
                    set_unread(dialog, count);
                }
            }
        });
    }
}

/// Whether an event says that nothing is unread in its room.
fn is_zeroed(passing: &Passage<'_>) -> bool {
    ["on.chat.read", "on.chat.clear", "on.chat.delete"].contains(&passing.name())
}

/// Puts each two neighbours of a page that were under way at once the other way round, and lets their dates stand.
fn swap_neighbours(payload: &mut Value, overlapped: &BTreeSet<u64>) {
    let Some(messages) = payload["messages"].as_array_mut() else { return };
    let is_one = |message: &Value| message["id"].as_u64().is_some_and(|id| overlapped.contains(&id));
    let mut place = 1;
    while place < messages.len() {
        if is_one(&messages[place - 1]) && is_one(&messages[place]) {
            let dates = [messages[place - 1]["created_at"].clone(), messages[place]["created_at"].clone()];
            messages.swap(place - 1, place);
            for (message, date) in messages[place - 1..=place].iter_mut().zip(dates) {
                message["created_at"] = date.clone();
                message["updated_at"] = date;
            }
            place += 1;
        }
        place += 1;
    }
}

/// Puts messages of a room back between those of a page.
fn put_back(payload: &mut Value, room: u64, back: &BTreeMap<u64, Value>) {
    let Some(messages) = payload["messages"].as_array_mut() else { return };
    let ids: Vec<u64> = messages.iter().filter_map(|message| message["id"].as_u64()).collect();
    let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) else { return };
    let missing = back.range(first..last).filter(|(id, message)| message["room_id"] == room && !ids.contains(id));
    messages.extend(missing.map(|(_, message)| message.clone()).collect::<Vec<_>>());
    messages.sort_by_key(|message| message["id"].as_u64());
}
