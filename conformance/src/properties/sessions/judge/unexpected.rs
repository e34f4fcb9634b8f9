//! Events that nobody expected.

use chat_spec::{
    events::{OnMessageNew, OnUserOnline, Payload},
    types::Refusal,
};

use super::Judge;
use crate::{
    attribution::{self, Unexpected},
    model::{Event, Socket, User, expected::Begun},
    world::{HeardEvent, settle},
};

/// How much of a payload is shown.
const SHOWN: usize = 400;

/// What nobody else hears, where an event is heard by those who should.
pub(super) const fn silences(event: &Event) -> &'static [&'static str] {
    match event {
        Event::New(_, Begun::Room) => &["START-5", "EVT-1"],
        Event::New(_, Begun::Again) => &["START-5", "START-6", "EVT-1"],
        Event::New(_, Begun::Sent) => &["SEND-3", "EVT-1"],
        Event::Called(..) | Event::Answered(..) => &["CALL-4", "EVT-1"],
        Event::Read(_) => &["READ-4", "EVT-1"],
        Event::Online(..) => &["PRES-9"],
        Event::Deleted(_) | Event::Cleared(_) | Event::Dropped(_) => &["SEC-2", "EVT-1"],
        Event::Welcome(_) | Event::Unwelcome | Event::Page(..) | Event::Refusal(..) => &["EVT-1"],
    }
}

impl Judge<'_> {
    /// Finds an event that nobody expected, unless servers are free to send it.
    pub(super) fn unexpected(&mut self, socket: Socket, event: &HeardEvent, matched: &[HeardEvent]) {
        let requirement = match event.name.as_str() {
            OnUserOnline::NAME => self.unexpected_presence(socket, event, matched),
            Refusal::NAME => self.unexpected_refusal(),
            _ if self.is_free(socket, event) => None,
            _ => Some(self.unexpected_event(socket, event, matched)),
        };
        if let Some(requirement) = requirement {
            self.checked.insert(requirement);
            let again = if matched.contains(event) { "once more" } else { "and nothing of the kind should come" };
            let got: String = event.payload.to_string().chars().take(SHOWN).collect();
            self.find(requirement, format!("`{socket}` heard {} {again}", event.name), None, Some(got));
        }
    }

    /// `None` where it is of somebody else, or free, or late.
    fn unexpected_presence(
        &mut self,
        socket: Socket,
        event: &HeardEvent,
        matched: &[HeardEvent],
    ) -> Option<&'static str> {
        let user = self.announced(event)?;
        let said = (socket, user, event.payload["online"] == true);
        if let Some(place) = self.outstanding.late.iter().position(|late| *late == said) {
            self.outstanding.late.remove(place);
            self.learned = true;
            return None;
        }
        if self.branch.after.user_of(socket).is_none() {
            return Some("PRES-4");
        }
        let knew_already = matched.iter().any(|one| one.seq < event.seq && self.announced(one) == Some(user));
        if said.2 && !knew_already && self.outstanding.greetings.remove(&(socket, user)) {
            // Whether one who has just come is told who is there is free, and it may be told late as all presence.
            return None;
        }
        (!self.presence_is_free()).then_some(self.branch.presence)
    }

    /// The user whose presence an event announces.
    pub(super) fn announced(&self, event: &HeardEvent) -> Option<User> {
        let id = event.payload["id"].as_u64().filter(|_| event.name == OnUserOnline::NAME)?;
        self.ledger.user_of(id.try_into().ok()?)
    }

    /// Whether the step is one by which a socket is authorised.
    pub(super) fn is_welcomed(&self, socket: Socket) -> bool {
        let mut expected = self.branch.events.get(&socket).into_iter().flatten();
        expected.any(|expectation| matches!(expectation.event, Event::Welcome(_)))
    }

    fn unexpected_refusal(&self) -> Option<&'static str> {
        (self.before.errors && self.branch.free_room.is_none()).then_some("ERR-1")
    }

    /// Whether it is about a room in which servers are free, at one of its users.
    fn is_free(&self, socket: Socket, event: &HeardEvent) -> bool {
        let Some(room) = self.branch.free_room else { return false };
        let member = self.branch.after.user_of(socket).is_some_and(|user| self.branch.after.room(room).pair.has(user));
        member && event.payload["room"]["id"] == self.ledger.room(Some(room))
    }

    fn unexpected_event(&self, socket: Socket, event: &HeardEvent, matched: &[HeardEvent]) -> &'static str {
        let model = &self.branch.after;
        let user = model.user_of(socket);
        if let Some(refused) = self.branch.refused.filter(|refused| refused.would_tell(&event.name))
            && !is_sentinel(event)
        {
            return refused.requirement;
        }
        let repeated = matched.contains(event);
        let own = user.map(|user| self.ledger.user(user));
        let unexpected = Unexpected {
            event: &event.name,
            repeated,
            authorised: user.is_some(),
            member: own.is_some() && event.payload["chat"]["user_id"].as_u64() == own,
            one_of_several: user.is_some_and(|user| model.has_several(user)),
        };
        let authorisations = model.sockets.get(&socket).map_or(0, |known| known.authorisations);
        match attribution::of_unexpected(unexpected) {
            "EVT-1" if authorisations > 1 => "AUTH-9",
            "EVT-1" if unexpected.one_of_several => "AUTH-11",
            "SEND-3" if event.name == OnMessageNew::NAME && (self.is_start() || is_sentinel(event)) => "START-5",
            // A call that nobody makes now was made while its user was away.
            "CALL-4" if !self.is_call() => "CALL-6",
            requirement => requirement,
        }
    }

    /// Whether the step is a call or an answer that is to be heard.
    fn is_call(&self) -> bool {
        let mut expected = self.branch.events.values().flatten();
        expected.any(|expectation| matches!(expectation.event, Event::Called(..) | Event::Answered(..)))
    }

    /// Whether the step is a `chat.start`.
    fn is_start(&self) -> bool {
        let mut expected = self.branch.events.values().flatten();
        expected.any(|expectation| matches!(expectation.event, Event::New(_, Begun::Room | Begun::Again)))
    }
}

/// Whether an event is a sentinel of somebody else: a `chat.start` too.
fn is_sentinel(event: &HeardEvent) -> bool {
    event.payload["message"]["text"].as_str().is_some_and(|text| text.starts_with(settle::MARK))
}
