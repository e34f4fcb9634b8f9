//! What is in the history at rest, and in `dialogs`.

use super::{
    Judgement,
    view::{Sent, View},
};
use crate::properties::concurrent::history::{Message, Moment, Rest};

/// Whether a message has to be in the history at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// It has to.
    Yes,
    /// It was deleted, and must not.
    Deleted,
    /// It was there before a clearing, and must not.
    Cleared,
    /// It was sent while somebody cleared the room: both are fine.
    Free,
}

pub(super) fn judge(view: &View<'_>, judgement: &mut Judgement) {
    for room in view.rooms() {
        for rest in view.rest_of(room) {
            listed_once(view, judgement, rest);
            if rest.listed == 0 {
                continue; // its history cannot be asked for
            }
            for sent in view.sent.values().filter(|sent| view.room_of(sent.number) == Some(room)) {
                as_announced(view, judgement, sent, rest);
            }
            newest_is_listed(view, judgement, rest);
        }
        same_for_both(view, judgement, room);
    }
}

/// A dialog is in `dialogs` once.
fn listed_once(view: &View<'_>, judgement: &mut Judgement, rest: &Rest) {
    let requirement = if rest.unread_before.is_some() { "AUTH-5" } else { "START-8" };
    judgement.check(requirement);
    if rest.listed != 1 {
        let sentence =
            format!("room {} is {} times in the dialogs of {}", rest.room, rest.listed, view.name(rest.user));
        judgement.find(requirement, sentence, vec!["messages of this room were announced".to_owned()]);
    }
}

/// What was announced is stored as it was announced; what was deleted or cleared is gone.
fn as_announced(view: &View<'_>, judgement: &mut Judgement, sent: &Sent<'_>, rest: &Rest) {
    let Some(id) = view.id(sent.number) else { return };
    let (name, reader) = (view.text(sent.number), view.name(rest.user));
    let stored = rest.messages.iter().find(|message| message.id == id);
    let kept = kept(view, sent, rest.room);
    let (requirement, wanted) = match kept {
        Kept::Yes => ("SEND-5", true),
        Kept::Deleted => ("DEL-2", false),
        Kept::Cleared => ("CLEAR-3", false),
        Kept::Free => return,
    };
    judgement.check(requirement);
    if stored.is_some() != wanted {
        let (sentence, why) = match kept {
            Kept::Yes => (format!("{name} was announced, and is not in the history of {reader}"), "it was announced"),
            Kept::Deleted => (format!("{name} was deleted, and is in the history of {reader}"), "it was deleted"),
            _ => (format!("{name} is in the history of {reader}, which was cleared after it"), "the room was cleared"),
        };
        judgement.find(requirement, sentence, shown_by(view, sent, why));
    }
    if let Some(stored) = stored {
        unchanged(view, judgement, sent, stored, reader);
    }
}

fn shown_by(view: &View<'_>, sent: &Sent<'_>, why: &str) -> Vec<String> {
    let heard = view.announced.iter().find(|one| one.number == sent.number);
    let mut lines = vec![format!("`{}` sent it; {why}", sent.lane.label)];
    lines.extend(heard.map(|one| format!("`{}` heard on.message.new with id {}", one.lane.label, one.message.id)));
    lines
}

/// A stored message has the text and the author that were announced.
fn unchanged(view: &View<'_>, judgement: &mut Judgement, sent: &Sent<'_>, stored: &Message, reader: &str) {
    let shown_by = || vec![format!("sent: {:?}", sent.text), format!("stored: {:?}", stored.text)];
    if view.number(stored) != Some(sent.number) {
        let sentence =
            format!("another message is in the history of {reader} under the id of {}", view.text(sent.number));
        return judgement.find("SEND-6", sentence, shown_by());
    }
    if stored.text != sent.text {
        let sentence = format!("{} has another text in the history of {reader}", view.text(sent.number));
        judgement.find("SEND-4", sentence, shown_by());
    }
    if stored.author != sent.author {
        let sentence =
            format!("{} is of {} in the history of {reader}", view.text(sent.number), view.name(stored.author));
        judgement.find("SEND-5", sentence, vec![format!("`{}` sent it", sent.lane.label)]);
    }
}

/// Whether a text has to be in the history of its room at rest.
fn kept(view: &View<'_>, sent: &Sent<'_>, room: u64) -> Kept {
    if view.id(sent.number).is_some_and(|id| view.deletion(id).is_some()) {
        return Kept::Deleted;
    }
    let clearings = view.clearings(room);
    if clearings.is_empty() {
        return Kept::Yes;
    }
    let heard = view.heard_by_anyone(sent.number);
    let is_before = |cleared: &Moment| heard.is_some_and(|heard| heard < *cleared);
    if clearings.iter().any(|(_, cleared)| is_before(cleared)) {
        return Kept::Cleared;
    }
    match view.cleared_until(room) {
        Some(until) if until < sent.at => Kept::Yes,
        _ => Kept::Free,
    }
}

/// A dialog's `message` is the newest of its room.
fn newest_is_listed(view: &View<'_>, judgement: &mut Judgement, rest: &Rest) {
    judgement.check("AUTH-6");
    let newest = rest.messages.iter().map(|message| message.id).max();
    if rest.listed > 0 && rest.newest != newest {
        let deleted = rest.newest.is_some_and(|id| view.deletion(id).is_some());
        let requirement = if deleted { "DEL-2" } else { "AUTH-6" };
        let name = |id: Option<u64>| id.map_or("nothing".to_owned(), |id| format!("message {id}"));
        let sentence =
            format!("the dialog of {} in room {} does not show its newest message", view.name(rest.user), rest.room);
        let shown_by =
            vec![format!("dialogs: {}", name(rest.newest)), format!("the newest in the history: {}", name(newest))];
        judgement.find(requirement, sentence, shown_by);
    }
}

/// The history is the room's, not the side's.
fn same_for_both(view: &View<'_>, judgement: &mut Judgement, room: u64) {
    let rests: Vec<&Rest> = view.rest_of(room).collect();
    let [one, other] = rests.as_slice() else { return };
    if one.listed == 0 || other.listed == 0 {
        return;
    }
    let lacks = |here: &Rest, there: &Rest| {
        let missing = |message: &&Message| !there.messages.iter().any(|kept| kept.id == message.id);
        here.messages.iter().find(missing).filter(|message| view.number(message).is_some()).cloned()
    };
    if !view.clearings(room).is_empty() {
        judgement.check("CLEAR-3");
    }
    for (here, there) in [(one, other), (other, one)] {
        if let Some(message) = lacks(here, there) {
            let requirement = if view.clearings(room).is_empty() { "SEND-5" } else { "CLEAR-3" };
            let sentence = format!("the two users have different histories of room {room}");
            let shown_by = vec![
                format!("{} has {}", view.name(here.user), view.message(&message)),
                format!("{} has not", view.name(there.user)),
            ];
            judgement.find(requirement, sentence, shown_by);
        }
    }
}
