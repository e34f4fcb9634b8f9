//! Two users have one room, whoever starts and however many start at once.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Judgement,
    view::{Sent, View},
};

pub(super) fn judge(view: &View<'_>, judgement: &mut Judgement) {
    let mut pairs: BTreeMap<BTreeSet<u64>, Vec<&Sent<'_>>> = BTreeMap::new();
    for sent in view.sent.values().filter(|sent| sent.room.is_none()) {
        pairs.entry(BTreeSet::from([sent.author, sent.to])).or_default().push(sent);
    }
    for starts in pairs.values().filter(|starts| starts.len() > 1) {
        one_room(view, judgement, starts);
    }
}

/// All texts that were sent by `chat.start` between two users are in one room.
fn one_room(view: &View<'_>, judgement: &mut Judgement, starts: &[&Sent<'_>]) {
    let mut sorted: Vec<&Sent<'_>> = starts.to_vec();
    sorted.sort_by_key(|sent| sent.at);
    for pair in sorted.windows(2) {
        let requirement = if at_once(view, pair[0], pair[1]) { "START-9" } else { "START-6" };
        judgement.check(requirement);
        let (Some(one), Some(other)) = (view.room_of(pair[0].number), view.room_of(pair[1].number)) else { continue };
        if one != other {
            let users = [view.name(pair[0].author), view.name(pair[0].to)];
            let sentence = format!("{} and {} are in two rooms, {one} and {other}", users[0], users[1]);
            let shown_by = pair
                .iter()
                .zip([one, other])
                .map(|(sent, room)| {
                    format!("`{}` sent {} by chat.start: room {room}", sent.lane.label, view.text(sent.number))
                })
                .collect();
            judgement.find(requirement, sentence, shown_by);
        }
    }
}

/// Whether both sides started before either had heard of the other's.
fn at_once(view: &View<'_>, one: &Sent<'_>, other: &Sent<'_>) -> bool {
    one.author != other.author && view.heard_by_anyone(one.number).is_none_or(|heard| other.at <= heard)
}
