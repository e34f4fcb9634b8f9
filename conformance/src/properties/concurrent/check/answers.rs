//! Deleting, reading and clearing are told to whom they should be, once, and to nobody else.

use std::collections::BTreeSet;

use super::{Judgement, view::View};
use crate::{
    attribution::{self, Unexpected},
    properties::concurrent::history::{Event, Heard, Lane, Moment, Saying},
};

pub(super) fn judge(view: &View<'_>, judgement: &mut Judgement) {
    for id in deleted_ids(view) {
        deletion(view, judgement, id);
    }
    let rooms: BTreeSet<u64> = view.heard(|_| true).iter().map(|(_, heard)| heard.room).collect();
    for room in rooms.into_iter().chain(read_rooms(view)).collect::<BTreeSet<_>>() {
        for lane in &view.history.lanes {
            reading(view, judgement, lane, room);
            clearing(view, judgement, lane, room);
        }
    }
    for (lane, heard) in view.heard(|heard| matches!(heard.what, Event::Other(_))) {
        if let Event::Other(name) = &heard.what {
            let unexpected = Unexpected {
                event: name,
                repeated: false,
                authorised: true,
                member: heard.side.user == lane.user,
                one_of_several: view.has_several(lane.user),
            };
            let sentence = format!("`{}` heard {name}, and nobody did what causes it", lane.label);
            let shown_by = vec![format!("it is about room {}", heard.room)];
            judgement.find(attribution::of_unexpected(unexpected), sentence, shown_by);
        }
    }
}

/// The messages of this program that somebody deleted, or was told to be deleted.
fn deleted_ids(view: &View<'_>) -> BTreeSet<u64> {
    let said = view.said(|what| match what {
        Saying::Delete { message } => Some(*message),
        _ => None,
    });
    let told = view.heard(|heard| matches!(&heard.what, Event::Deleted(message) if view.number(message).is_some()));
    let told = told.into_iter().filter_map(|(_, heard)| match &heard.what {
        Event::Deleted(message) => Some(message.id),
        _ => None,
    });
    said.into_iter().map(|(.., id)| id).chain(told).collect()
}

fn read_rooms(view: &View<'_>) -> Vec<u64> {
    let said = view.said(|what| match what {
        Saying::Read { room } | Saying::Clear { room } => Some(*room),
        _ => None,
    });
    said.into_iter().map(|(.., room)| room).collect()
}

/// Each socket of both users hears once that a message was deleted.
fn deletion(view: &View<'_>, judgement: &mut Judgement, id: u64) {
    let said = view.said(|what| matches!(what, Saying::Delete { message } if *message == id).then_some(())).len();
    let Some(announced) = view.announced.iter().find(|one| one.message.id == id) else { return };
    let name = view.text(announced.number);
    let users = view.users_of(announced.room);
    judgement.check(if said > 1 { "DEL-4" } else { "DEL-1" });
    for lane in &view.history.lanes {
        let is_it = |heard: &&Heard| matches!(&heard.what, Event::Deleted(message) if message.id == id);
        let heard: Vec<&Heard> = lane.heard.iter().filter(is_it).collect();
        let shown_by =
            vec![format!("{said} message.delete"), format!("`{}` heard {} on.message.delete", lane.label, heard.len())];
        if !heard.is_empty() && (said == 0 || !users.contains(&lane.user)) {
            let why = if said == 0 { "nobody deleted it" } else { "it is of another dialog" };
            let sentence = format!("`{}` heard that {name} was deleted, and {why}", lane.label);
            judgement.find("EVT-1", sentence, shown_by);
        } else if heard.len() > 1 {
            let requirement = if said > 1 { "DEL-4" } else { "EVT-1" };
            let sentence = format!("`{}` heard {} times that {name} was deleted", lane.label, heard.len());
            judgement.find(requirement, sentence, shown_by);
        } else if heard.is_empty()
            && users.contains(&lane.user)
            && !lane.incomplete
            && view.clearings(announced.room).is_empty()
        {
            // A message that was cleared meanwhile cannot be deleted any more.
            let sentence = format!("`{}` never heard that {name} was deleted", lane.label);
            judgement.find(for_one_of_several(view, lane, "DEL-1"), sentence, shown_by);
        }
        if let Some(other) = heard.iter().find(|heard| heard.side.user != lane.user && users.contains(&lane.user)) {
            let sentence = format!(
                "`{}` heard that {name} was deleted, with the side of {}",
                lane.label,
                view.name(other.side.user)
            );
            judgement.find("DEL-1", sentence, vec![format!("chat.user_id is {}", other.side.user)]);
        }
    }
}

/// That each of several sockets of a user hears is a SHOULD.
fn for_one_of_several(view: &View<'_>, lane: &Lane, requirement: &'static str) -> &'static str {
    if view.has_several(lane.user) { "AUTH-11" } else { requirement }
}

fn heard_in(lane: &Lane, room: u64, is_it: impl Fn(&Event) -> bool) -> Vec<&Heard> {
    lane.heard.iter().filter(|heard| heard.room == room && is_it(&heard.what)).collect()
}

/// `on.chat.read` reaches the caller's sockets, with nothing unread, and not the other side.
fn reading(view: &View<'_>, judgement: &mut Judgement, lane: &Lane, room: u64) {
    let said = view.said(|what| matches!(what, Saying::Read { room: of } if *of == room).then_some(()));
    let by_user = said.iter().filter(|(by, ..)| by.user == lane.user).count();
    let own = said.iter().filter(|(by, ..)| by.label == lane.label).count();
    let heard = heard_in(lane, room, |event| matches!(event, Event::Read));
    if by_user == 0 && !said.is_empty() && view.users_of(room).contains(&lane.user) {
        judgement.check("READ-4");
    }
    let shown_by = || {
        vec![
            format!("`{}` said chat.read {own} times, {} {by_user} times", lane.label, view.name(lane.user)),
            format!("`{}` heard on.chat.read {} times", lane.label, heard.len()),
        ]
    };
    if heard.len() > by_user {
        let by_others = by_user == 0 && !said.is_empty();
        let of_room = view.users_of(room).contains(&lane.user);
        let requirement = if by_others && of_room { "READ-4" } else { "EVT-1" };
        let sentence = format!("`{}` heard on.chat.read of room {room} more often than it was caused", lane.label);
        judgement.find(requirement, sentence, shown_by());
    }
    if by_user == 0 || lane.incomplete {
        return;
    }
    judgement.check("READ-1");
    if own > 1 {
        judgement.check("READ-6");
    }
    let alone = !view.has_several(lane.user);
    let missing = match (heard.len(), own) {
        (0, own) if own > 0 && alone => Some("READ-1"),
        (heard, own) if heard < own && alone => Some("READ-6"),
        (heard, _) if heard < by_user => Some("AUTH-11"),
        _ => None,
    };
    if let Some(requirement) = missing {
        let sentence = format!("`{}` heard on.chat.read of room {room} less often than it should", lane.label);
        judgement.find(requirement, sentence, shown_by());
    }
    let first = said.iter().filter(|(by, ..)| by.user == lane.user).map(|(_, at, ())| *at).min();
    counts_nothing(view, judgement, lane, "READ-1", &heard, first);
}

/// `on.chat.clear` reaches both users, with nothing unread.
fn clearing(view: &View<'_>, judgement: &mut Judgement, lane: &Lane, room: u64) {
    let clearings = view.clearings(room);
    let heard = heard_in(lane, room, |event| matches!(event, Event::Cleared));
    let shown_by = || {
        vec![
            format!("chat.clear was said {} times", clearings.len()),
            format!("`{}` heard on.chat.clear {} times", lane.label, heard.len()),
        ]
    };
    let users: BTreeSet<u64> = view.users_of(room).into_iter().chain(clearings.iter().map(|(by, _)| by.user)).collect();
    let allowed = if users.contains(&lane.user) { clearings.len() } else { 0 };
    if heard.len() > allowed {
        let sentence = format!("`{}` heard on.chat.clear of room {room} more often than it should", lane.label);
        judgement.find("EVT-1", sentence, shown_by());
    }
    if allowed == 0 || lane.incomplete {
        return;
    }
    let requirement = if clearings.iter().any(|(by, _)| by.user == lane.user) { "CLEAR-1" } else { "CLEAR-2" };
    judgement.check(requirement);
    if heard.is_empty() {
        let sentence = format!("`{}` never heard that room {room} was cleared", lane.label);
        judgement.find(for_one_of_several(view, lane, requirement), sentence, shown_by());
    }
    counts_nothing(view, judgement, lane, requirement, &heard, clearings.iter().map(|(_, at)| *at).min());
}

/// Nothing is unread where a room was read or cleared, but for what came meanwhile.
fn counts_nothing(
    view: &View<'_>,
    judgement: &mut Judgement,
    lane: &Lane,
    requirement: &'static str,
    heard: &[&Heard],
    first_said: Option<Moment>,
) {
    for heard in heard.iter().filter(|heard| heard.side.user == lane.user) {
        let meanwhile = view.sent.values().filter(|sent| sent.author != lane.user).filter(|sent| {
            let before =
                view.heard_by(lane.user, sent.number).zip(first_said).is_some_and(|(heard, said)| heard < said);
            view.room_of(sent.number) == Some(heard.room) && !before
        });
        if heard.side.unread > meanwhile.count() as u64 {
            let sentence =
                format!("`{}` heard of a room as read or cleared with {} unread", lane.label, heard.side.unread);
            judgement.find(requirement, sentence, vec![format!("in room {}", heard.room)]);
        }
    }
}
