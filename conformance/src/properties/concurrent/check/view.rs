//! A history, looked up by text, by message and by room.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::properties::concurrent::history::{
    Event, Heard, History, Lane, Message, Moment, Number, Rest, Saying, Side,
};

/// A text that was sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent<'a> {
    pub(super) number: Number,
    pub(super) lane: &'a Lane,
    pub(super) at: Moment,
    pub(super) author: u64,
    pub(super) to: u64,
    /// The room, where it was sent by `message.send`; `None`: by `chat.start`.
    pub(super) room: Option<u64>,
    pub(super) text: &'a str,
}

/// A message that a socket heard of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Announced<'a> {
    pub(super) lane: &'a Lane,
    pub(super) at: Moment,
    pub(super) number: Number,
    pub(super) message: &'a Message,
    pub(super) room: u64,
    pub(super) side: Side,
}

/// A history and what is looked up in it.
pub(super) struct View<'a> {
    pub(super) history: &'a History,
    pub(super) sent: BTreeMap<Number, Sent<'a>>,
    pub(super) announced: Vec<Announced<'a>>,
    /// The id under which each text was announced first, and the room.
    ids: HashMap<Number, (u64, u64)>,
    /// When each user heard of each text first.
    heard_by: HashMap<(u64, Number), Moment>,
    names: HashMap<u64, &'a str>,
}

impl<'a> View<'a> {
    pub(super) fn new(history: &'a History) -> Self {
        let sent = history.lanes.iter().flat_map(texts_of).map(|sent| (sent.number, sent)).collect();
        let announced: Vec<Announced<'a>> =
            history.lanes.iter().flat_map(|lane| announced_in(&history.tag, lane)).collect();
        let (mut ids, mut heard_by) = (HashMap::new(), HashMap::new());
        for one in &announced {
            ids.entry(one.number).or_insert((one.message.id, one.room));
            let heard = heard_by.entry((one.lane.user, one.number)).or_insert(one.at);
            *heard = one.at.min(*heard);
        }
        let names = history.users.iter().map(|user| (user.id, user.name.as_str())).collect();
        Self { history, sent, announced, ids, heard_by, names }
    }

    /// What a user is called.
    pub(super) fn name(&self, user: u64) -> &'a str {
        self.names.get(&user).copied().unwrap_or("somebody else")
    }

    /// What a text is called: its socket's name, its place there, and the id that it got.
    pub(super) fn text(&self, number: Number) -> String {
        let label = self.history.lanes.get(number.lane).map_or("nobody", |lane| lane.label.as_str());
        match self.ids.get(&number) {
            Some((id, _)) => format!("message {} of `{label}` (id {id})", number.place),
            None => format!("message {} of `{label}`", number.place),
        }
    }

    /// What a message is called.
    pub(super) fn message(&self, message: &Message) -> String {
        match self.number(message) {
            Some(number) => self.text(number),
            None => format!("message {}", message.id),
        }
    }

    /// The number of a message of this program.
    pub(super) fn number(&self, message: &Message) -> Option<Number> {
        Number::of(&self.history.tag, &message.text).filter(|number| self.sent.contains_key(number))
    }

    /// The id that a text got.
    pub(super) fn id(&self, number: Number) -> Option<u64> {
        self.ids.get(&number).map(|(id, _)| *id)
    }

    /// The sockets of a user.
    pub(super) fn lanes_of(&self, user: u64) -> impl Iterator<Item = &'a Lane> {
        self.history.lanes.iter().filter(move |lane| lane.user == user)
    }

    /// Whether a user has several sockets, so that what each hears is a SHOULD (AUTH-11).
    pub(super) fn has_several(&self, user: u64) -> bool {
        self.lanes_of(user).nth(1).is_some()
    }

    /// What a socket heard of the texts of this program, in its order.
    pub(super) fn announced_to(&self, lane: &'a Lane) -> impl Iterator<Item = &Announced<'a>> {
        self.announced.iter().filter(move |one| std::ptr::eq(one.lane, lane))
    }

    /// When a user heard of a text first.
    pub(super) fn heard_by(&self, user: u64, number: Number) -> Option<Moment> {
        self.heard_by.get(&(user, number)).copied()
    }

    /// When anybody heard of a text first.
    pub(super) fn heard_by_anyone(&self, number: Number) -> Option<Moment> {
        self.history.users.iter().filter_map(|user| self.heard_by(user.id, number)).min()
    }

    /// The rooms in which texts of this program were announced.
    pub(super) fn rooms(&self) -> BTreeSet<u64> {
        self.announced.iter().map(|one| one.room).collect()
    }

    /// The two users of a room, by the texts that were sent to it, and by who looked into it at rest.
    pub(super) fn users_of(&self, room: u64) -> BTreeSet<u64> {
        let announced = self.announced.iter().filter(|one| one.room == room);
        let sent = announced.filter_map(|one| self.sent.get(&one.number));
        let looked = self.rest_of(room).map(|rest| rest.user);
        sent.flat_map(|sent| [sent.author, sent.to]).chain(looked).collect()
    }

    /// The room that a text was announced in.
    pub(super) fn room_of(&self, number: Number) -> Option<u64> {
        self.ids.get(&number).map(|(_, room)| *room)
    }

    /// What users found in a room at rest.
    pub(super) fn rest_of(&self, room: u64) -> impl Iterator<Item = &'a Rest> {
        self.history.rest.iter().filter(move |rest| rest.room == room)
    }

    /// All actions of a kind: with the socket, and the time before each went out.
    pub(super) fn said<T>(&self, pick: impl Fn(&'a Saying) -> Option<T>) -> Vec<(&'a Lane, Moment, T)> {
        let all = self.history.lanes.iter().flat_map(|lane| lane.said.iter().map(move |said| (lane, said)));
        all.filter_map(|(lane, said)| Some((lane, said.at, pick(&said.what)?))).collect()
    }

    /// All events of a kind: with the socket, and the time after each came.
    pub(super) fn heard(&self, is_it: impl Fn(&Heard) -> bool) -> Vec<(&'a Lane, &'a Heard)> {
        let all = self.history.lanes.iter().flat_map(|lane| lane.heard.iter().map(move |heard| (lane, heard)));
        all.filter(|(_, heard)| is_it(heard)).collect()
    }

    /// The clearings of a room: who asked for each, and when.
    pub(super) fn clearings(&self, room: u64) -> Vec<(&'a Lane, Moment)> {
        let cleared = self.said(|what| matches!(what, Saying::Clear { room: of } if *of == room).then_some(()));
        cleared.into_iter().map(|(lane, at, ())| (lane, at)).collect()
    }

    /// When the last `on.chat.clear` of a room was heard first by each of its sockets: the earliest time from which on
    /// everything is after all clearings. `None` where nobody heard of as many as there were.
    pub(super) fn cleared_until(&self, room: u64) -> Option<Moment> {
        let count = self.clearings(room).len();
        let nth = |lane: &Lane| {
            let times = lane.heard.iter().filter(|heard| heard.room == room && matches!(heard.what, Event::Cleared));
            times.map(|heard| heard.at).nth(count.checked_sub(1)?)
        };
        self.history.lanes.iter().filter_map(nth).min()
    }

    /// Whether somebody asked that a message be deleted; gives when.
    pub(super) fn deletion(&self, id: u64) -> Option<(&'a Lane, Moment)> {
        let deletions = self.said(|what| matches!(what, Saying::Delete { message } if *message == id).then_some(()));
        deletions.into_iter().map(|(lane, at, ())| (lane, at)).min_by_key(|(_, at)| *at)
    }
}

/// The texts that a socket sent.
fn texts_of(lane: &Lane) -> impl Iterator<Item = Sent<'_>> {
    lane.said.iter().filter_map(move |said| match &said.what {
        Saying::Text { number, to, room, text } => {
            let author = lane.user;
            Some(Sent { number: *number, lane, at: said.at, author, to: *to, room: *room, text })
        }
        _ => None,
    })
}

/// The texts of this program that a socket heard of.
fn announced_in<'a>(tag: &'a str, lane: &'a Lane) -> impl Iterator<Item = Announced<'a>> {
    lane.heard.iter().filter_map(move |heard| {
        let Event::New(message) = &heard.what else { return None };
        let number = Number::of(tag, &message.text)?;
        Some(Announced { lane, at: heard.at, number, message, room: heard.room, side: heard.side })
    })
}
