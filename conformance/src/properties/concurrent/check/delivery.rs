//! Nothing is lost, nothing comes twice, nothing leaks, nothing is altered.

use std::collections::BTreeMap;

use super::{
    Judgement,
    view::{Announced, Sent, View},
};

pub(super) fn judge(view: &View<'_>, judgement: &mut Judgement) {
    for sent in view.sent.values() {
        let heard: Vec<&Announced<'_>> = view.announced.iter().filter(|one| one.number == sent.number).collect();
        lost(view, judgement, sent, &heard);
        doubled(view, judgement, sent, &heard);
        leaked(view, judgement, sent, &heard);
        for one in &heard {
            altered(view, judgement, sent, one);
        }
        of_one_mind(view, judgement, sent, &heard);
    }
}

/// What says that a text reaches both users: it depends on the action that it was sent with.
fn reaches(sent: &Sent<'_>) -> &'static str {
    if sent.room.is_some() { "SEND-1" } else { "START-1" }
}

/// Each socket of both users hears of it. That each of several sockets does is a SHOULD.
fn lost(view: &View<'_>, judgement: &mut Judgement, sent: &Sent<'_>, heard: &[&Announced<'_>]) {
    for user in [sent.author, sent.to] {
        judgement.check(reaches(sent));
        if view.has_several(user) {
            judgement.check("AUTH-11");
        }
        let deaf: Vec<_> = view
            .lanes_of(user)
            .filter(|lane| !lane.incomplete && !heard.iter().any(|one| std::ptr::eq(one.lane, *lane)))
            .collect();
        let Some(first) = deaf.first() else { continue };
        let told = heard.iter().find(|one| one.lane.user == user);
        let whole = view.lanes_of(user).all(|lane| !lane.incomplete);
        let requirement = if told.is_some() { "AUTH-11" } else { reaches(sent) };
        if told.is_none() && !whole {
            continue; // a socket that was cut off may have heard it
        }
        let mut shown_by = vec![format!("`{}` sent {}", sent.lane.label, view.text(sent.number))];
        shown_by.extend(heard.first().map(|one| format!("`{}` heard it", one.lane.label)));
        shown_by.push(format!("`{}` did not", first.label));
        let sentence = format!("`{}` never heard of {}", first.label, view.text(sent.number));
        judgement.find(requirement, sentence, shown_by);
    }
}

/// Each socket hears of it once, and it is one message.
fn doubled(view: &View<'_>, judgement: &mut Judgement, sent: &Sent<'_>, heard: &[&Announced<'_>]) {
    judgement.check("EVT-1");
    let mut times: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for one in heard {
        times.entry(&one.lane.label).or_default().push(one.message.id);
    }
    if let Some((label, ids)) = times.iter().find(|(_, ids)| ids.len() > 1) {
        let shown_by = ids.iter().map(|id| format!("`{label}` heard it as {id}")).collect();
        let sentence = format!("`{label}` heard {} {} times", view.text(sent.number), ids.len());
        judgement.find("EVT-1", sentence, shown_by);
    }
}

/// Nobody else hears of it.
fn leaked(view: &View<'_>, judgement: &mut Judgement, sent: &Sent<'_>, heard: &[&Announced<'_>]) {
    let requirement = if sent.room.is_some() { "SEND-3" } else { "START-5" };
    if view.history.users.iter().any(|user| ![sent.author, sent.to].contains(&user.id)) {
        judgement.check(requirement);
    }
    if let Some(one) = heard.iter().find(|one| ![sent.author, sent.to].contains(&one.lane.user)) {
        let users = [view.name(sent.author), view.name(sent.to)];
        let sentence = format!(
            "`{}` heard {}, which is between {} and {}",
            one.lane.label,
            view.text(sent.number),
            users[0],
            users[1]
        );
        let shown_by = vec![
            format!("`{}` sent it to {}", sent.lane.label, users[1]),
            format!("`{}` heard it in room {}", one.lane.label, one.room),
        ];
        judgement.find(requirement, sentence, shown_by);
    }
}

/// What was heard is what was sent: text, author, room; and the side is the hearer's own.
fn altered(view: &View<'_>, judgement: &mut Judgement, sent: &Sent<'_>, one: &Announced<'_>) {
    let (label, name) = (&one.lane.label, view.text(sent.number));
    judgement.check("SEND-4");
    if one.message.text != sent.text {
        let shown_by = vec![format!("sent: {:?}", sent.text), format!("heard: {:?}", one.message.text)];
        judgement.find("SEND-4", format!("`{label}` heard {name} with another text than was sent"), shown_by);
    }
    if one.message.author != sent.author {
        let sentence = format!("`{label}` heard {name} as a message of {}", view.name(one.message.author));
        judgement.find(reaches(sent), sentence, vec![format!("`{}` sent it", sent.lane.label)]);
    }
    if one.message.room != one.room || sent.room.is_some_and(|room| room != one.room) {
        let sentence = format!("`{label}` heard {name} in another room than it was sent to");
        let sent_to = sent.room.map_or("by chat.start".to_owned(), |room| format!("to room {room}"));
        let heard = format!("`{label}` heard message.room_id {} in room {}", one.message.room, one.room);
        judgement.find(reaches(sent), sentence, vec![format!("`{}` sent it {sent_to}", sent.lane.label), heard]);
    }
    judgement.check("START-3");
    if one.side.user != one.lane.user && [sent.author, sent.to].contains(&one.lane.user) {
        let sentence = format!("`{label}` heard {name} with the side of {}", view.name(one.side.user));
        judgement.find("START-3", sentence, vec![format!("chat.user_id is {}", one.side.user)]);
    }
}

/// Everybody hears of the same message.
fn of_one_mind(view: &View<'_>, judgement: &mut Judgement, sent: &Sent<'_>, heard: &[&Announced<'_>]) {
    let Some(first) = heard.first() else { return };
    let differs = |one: &&&Announced<'_>| one.message.id != first.message.id && one.lane.label != first.lane.label;
    if let Some(other) = heard.iter().find(differs) {
        let shown_by =
            [first, other].map(|one| format!("`{}` heard it with id {}", one.lane.label, one.message.id)).to_vec();
        let sentence = format!("{} has two ids", view.text(sent.number));
        judgement.find(reaches(sent), sentence, shown_by);
    }
}
