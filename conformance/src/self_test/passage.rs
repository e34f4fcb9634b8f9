//! What a rule works on: one frame on its way, and what else is to be sent.

use std::time::Duration;

use serde_json::Value;

use super::{
    frame::{Frame, Towards},
    known::{Known, Link},
};

/// Something that is to be sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sending {
    pub(super) link: Link,
    pub(super) towards: Towards,
    pub(super) what: What,
    pub(super) after: Duration,
}

/// What is to be sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// A frame.
    Frame(Frame),
    /// Nothing more: the connection to the client is closed, as a server does that gives up on it.
    HangUp,
}

/// One frame on its way.
#[derive(Debug)]
pub struct Passage<'a> {
    /// The connection that it passes on.
    pub link: Link,
    /// Which way it goes.
    pub towards: Towards,
    /// The frame itself. A rule may change it.
    pub frame: Frame,
    /// What was learnt so far, from this frame too.
    pub known: &'a Known,
    pub(super) dropped: bool,
    pub(super) delay: Duration,
    pub(super) before: Vec<Sending>,
    pub(super) behind: Vec<Sending>,
}

impl<'a> Passage<'a> {
    pub(super) fn new(link: Link, towards: Towards, frame: Frame, known: &'a Known) -> Self {
        let (delay, before, behind) = (Duration::ZERO, Vec::new(), Vec::new());
        Self { link, towards, frame, known, dropped: false, delay, before, behind }
    }

    /// The event's name; empty where it is no event.
    #[must_use]
    pub fn name(&self) -> &str {
        if let Frame::Event { name, .. } = &self.frame { name } else { "" }
    }

    /// Whether it is an event of this name. Names differ by direction.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name() == name
    }

    /// Whether it is an action on its way to the server.
    #[must_use]
    pub fn is_action(&self) -> bool {
        self.towards == Towards::Server && matches!(self.frame, Frame::Event { .. })
    }

    /// The payload of the event; `null` where there is none.
    #[must_use]
    pub fn payload(&self) -> &Value {
        match &self.frame {
            Frame::Event { args, .. } | Frame::Ack { args, .. } => args.first().unwrap_or(&Value::Null),
            _ => &Value::Null,
        }
    }

    /// The payload of an event, to be changed.
    pub fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        if let Frame::Event { args, .. } | Frame::Ack { args, .. } = &mut self.frame
            && let Some(payload) = args.first_mut()
        {
            change(payload);
        }
    }

    /// The user of this connection, where it is authorised.
    #[must_use]
    pub fn user(&self) -> Option<u64> {
        self.known.users.get(&self.link).copied()
    }

    /// Whether this connection's user wrote the message that the event carries.
    #[must_use]
    pub fn is_author(&self) -> bool {
        self.user().is_some() && self.payload()["message"]["user_id"].as_u64() == self.user()
    }

    /// The room that an action or an event is about.
    #[must_use]
    pub fn room(&self) -> Option<u64> {
        let payload = self.payload();
        payload["room"]["id"].as_u64().or_else(|| payload["room_id"].as_u64())
    }

    /// The action that the message of an `on.message.new` was sent with.
    #[must_use]
    pub fn cause(&self) -> &str {
        let message = &self.payload()["message"];
        let cause = message["user_id"].as_u64().zip(message["text"].as_str());
        cause.and_then(|(user, text)| self.known.cause(user, text)).unwrap_or_default()
    }

    /// Keeps it from passing.
    pub const fn swallow(&mut self) {
        self.dropped = true;
    }

    /// Keeps it from passing for now, and gives it.
    pub fn hold(&mut self) -> Frame {
        self.dropped = true;
        self.frame.clone()
    }

    /// Lets it pass later.
    pub const fn delay(&mut self, by: Duration) {
        self.delay = by;
    }

    /// Lets it pass once more.
    pub fn again(&mut self) {
        let frame = self.frame.clone();
        self.send(self.link, self.towards, frame);
    }

    /// Sends a frame after this one.
    pub fn send(&mut self, link: Link, towards: Towards, frame: Frame) {
        self.behind.push(Sending { link, towards, what: What::Frame(frame), after: Duration::ZERO });
    }

    /// Sends a frame before this one.
    pub fn send_first(&mut self, link: Link, towards: Towards, frame: Frame) {
        self.before.push(Sending { link, towards, what: What::Frame(frame), after: Duration::ZERO });
    }

    /// Sends an event to a client, after this frame.
    pub fn tell(&mut self, link: Link, name: &str, payload: Value) {
        self.send(link, Towards::Client, Frame::event(name, payload));
    }

    /// Sends an event to all connections of a user, after this frame.
    pub fn tell_user(&mut self, user: u64, name: &str, payload: &Value) {
        for link in self.known.links_of(user) {
            self.tell(link, name, payload.clone());
        }
    }

    /// Sends an action to the server in the name of a connection, after this frame.
    pub fn act(&mut self, link: Link, name: &str, payload: Value) {
        self.send(link, Towards::Server, Frame::event(name, payload));
    }

    /// Closes a connection to a client, after this frame.
    pub fn hang_up(&mut self, link: Link) {
        self.behind.push(Sending { link, towards: Towards::Client, what: What::HangUp, after: Duration::ZERO });
    }

    /// Closes all connections: the server crashed.
    pub fn crash(&mut self) {
        for link in self.known.links.clone() {
            self.hang_up(link);
        }
    }

    /// The authorised connections of users who are not of a room, in the order in which they were opened.
    #[must_use]
    pub fn strangers_to(&self, room: u64) -> Vec<Link> {
        let stranger = |(_, user): &(&Link, &u64)| !self.known.is_member(room, **user);
        self.known.users.iter().filter(stranger).map(|(link, _)| *link).collect()
    }

    /// A connection of a user of a room.
    #[must_use]
    pub fn member_of(&self, room: u64) -> Option<Link> {
        let users = self.known.rooms.get(&room)?;
        users.iter().find_map(|user| self.known.links_of(*user).first().copied())
    }
}
