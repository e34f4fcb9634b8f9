//! One order: that of ids, that of the history, that in which each socket hears.

use std::collections::{BTreeMap, HashMap};

use super::{Judgement, view::View};
use crate::properties::concurrent::history::{Message, Number};

/// The texts of one room in the order in which somebody saw them.
struct Seen {
    /// Who, for sentences: a socket, or a user's history.
    by: String,
    texts: Vec<Number>,
}

pub(super) fn judge(view: &View<'_>, judgement: &mut Judgement) {
    ids_are_unique(view, judgement);
    for room in view.rooms() {
        ids_grow(view, judgement, room);
        let seen = seen_in(view, room);
        one_order(view, judgement, room, &seen);
        as_sent(view, judgement, &seen);
        dates_do_not_run_backwards(view, judgement, room);
    }
}

/// No two messages have the same id, in whichever rooms.
fn ids_are_unique(view: &View<'_>, judgement: &mut Judgement) {
    let mut owners: HashMap<u64, Number> = HashMap::new();
    for one in &view.announced {
        judgement.check("SEND-6");
        let owner = *owners.entry(one.message.id).or_insert(one.number);
        if owner != one.number && view.sent.contains_key(&owner) && view.sent.contains_key(&one.number) {
            let sentence = format!("two messages have the id {}", one.message.id);
            let place = |number: Number| {
                let room = view.room_of(number).map_or(String::new(), |room| format!(", in room {room}"));
                format!("{}{room}", view.text(number))
            };
            judgement.find("SEND-6", sentence, vec![place(owner), place(one.number)]);
        }
    }
}

/// Ids grow in the order of the room's history. Where dates say that the page itself is shuffled, that is HIST-4.
fn ids_grow(view: &View<'_>, judgement: &mut Judgement, room: u64) {
    for rest in view.rest_of(room) {
        let own: Vec<&Message> = rest.messages.iter().filter(|message| view.number(message).is_some()).collect();
        judgement.check("SEND-6");
        judgement.check("HIST-3");
        judgement.check("HIST-4");
        for pair in own.windows(2).filter(|pair| pair[0].id >= pair[1].id) {
            let names = [view.message(pair[0]), view.message(pair[1])];
            let (requirement, what) = match (pair[0].id == pair[1].id, pair[0].created_at > pair[1].created_at) {
                (true, _) => ("HIST-3", "twice"),
                (false, true) => ("HIST-4", "shuffled"),
                (false, false) => ("SEND-6", "in another order than that of their ids"),
            };
            let sentence = format!("the history of room {room} has messages {what}");
            let shown_by = vec![format!("{}: {}, then {}", view.name(rest.user), names[0], names[1])];
            judgement.find(requirement, sentence, shown_by);
        }
    }
}

/// Every order in which the texts of a room were seen: by each socket, each text where it came first; and in the
/// history.
fn seen_in(view: &View<'_>, room: u64) -> Vec<Seen> {
    let once = |texts: &mut Vec<Number>, number: Number| {
        if view.sent.contains_key(&number) && !texts.contains(&number) {
            texts.push(number);
        }
    };
    let mut all = Vec::new();
    for lane in &view.history.lanes {
        let mut texts = Vec::new();
        view.announced_to(lane).filter(|one| one.room == room).for_each(|one| once(&mut texts, one.number));
        all.push(Seen { by: format!("`{}`", lane.label), texts });
    }
    // A history that is not in the order of its own ids is found as such, and says nothing about the order of others.
    for rest in view.rest_of(room).filter(|rest| rest.messages.is_sorted_by_key(|message| message.id)) {
        let mut texts = Vec::new();
        rest.messages.iter().filter_map(|message| view.number(message)).for_each(|number| once(&mut texts, number));
        all.push(Seen { by: format!("{}'s history", view.name(rest.user)), texts });
    }
    all.retain(|seen| seen.texts.len() > 1);
    all
}

/// Whoever sees two messages of a room sees them in the same order.
fn one_order(view: &View<'_>, judgement: &mut Judgement, room: u64, seen: &[Seen]) {
    for (number, one) in seen.iter().enumerate() {
        for other in &seen[number + 1..] {
            judgement.check("SEND-8");
            if let Some((first, second)) = inversion(&one.texts, &other.texts) {
                let (first, second) = (view.text(first), view.text(second));
                let sentence =
                    format!("{} and {} do not see the messages of room {room} in one order", one.by, other.by);
                let shown_by = vec![
                    format!("{}: {first} before {second}", one.by),
                    format!("{}: {second} before {first}", other.by),
                ];
                judgement.find("SEND-8", sentence, shown_by);
            }
        }
    }
}

/// Two texts that stand side by side in the one order, and the other way round in the other.
fn inversion(one: &[Number], other: &[Number]) -> Option<(Number, Number)> {
    let places: BTreeMap<Number, usize> = other.iter().enumerate().map(|(place, number)| (*number, place)).collect();
    let common: Vec<Number> = one.iter().copied().filter(|number| places.contains_key(number)).collect();
    common.windows(2).find(|pair| places[&pair[0]] > places[&pair[1]]).map(|pair| (pair[0], pair[1]))
}

/// What one socket sent to a room is stored and announced in the order in which it was sent.
fn as_sent(view: &View<'_>, judgement: &mut Judgement, seen: &[Seen]) {
    for seen in seen {
        for lane in 0..view.history.lanes.len() {
            let own: Vec<Number> = seen.texts.iter().copied().filter(|number| number.lane == lane).collect();
            if own.len() > 1 {
                judgement.check("SEND-7");
            }
            if let Some(pair) = own.windows(2).find(|pair| pair[0].place > pair[1].place) {
                let label = &view.history.lanes[lane].label;
                let sentence =
                    format!("{} has messages of `{label}` in another order than `{label}` sent them", seen.by);
                let shown_by = vec![
                    format!("`{label}` sent {}, then {}", view.text(pair[1]), view.text(pair[0])),
                    format!("{}: {}, then {}", seen.by, view.text(pair[0]), view.text(pair[1])),
                ];
                judgement.find("SEND-7", sentence, shown_by);
            }
        }
    }
}

/// In the order of ids, dates do not run backwards.
fn dates_do_not_run_backwards(view: &View<'_>, judgement: &mut Judgement, room: u64) {
    let mut row: Vec<&Message> = view.announced.iter().filter(|one| one.room == room).map(|one| one.message).collect();
    row.sort_by_key(|message| message.id);
    judgement.check("SEND-12");
    for pair in row.windows(2).filter(|pair| pair[0].id < pair[1].id && pair[0].created_at > pair[1].created_at) {
        let sentence = format!("created_at runs backwards in room {room}");
        let shown_by = pair.iter().map(|one| format!("{}: {} ms", view.message(one), one.created_at)).collect();
        judgement.find("SEND-12", sentence, shown_by);
    }
}
