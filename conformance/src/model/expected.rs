//! What a socket is expected to hear.

use std::collections::BTreeMap;

use chat_spec::types::ErrorCode;

use super::{MessageKey, Model, RoomKey, Socket, User};

/// One way in which a server may go on after a step.
#[derive(Debug, Clone)]
pub struct Branch {
    /// The model after the step.
    pub after: Model,
    /// What each socket hears. What is not here, it does not hear.
    pub events: BTreeMap<Socket, Vec<Expectation>>,
    /// Why the step is refused, where it is.
    pub refused: Option<Refused>,
    /// A room of which its users may hear anything: it was deleted, and servers are free in what they answer then.
    pub free_room: Option<RoomKey>,
    /// The requirement that an announcement of a user breaks that is not expected.
    pub presence: &'static str,
}

/// Why a step is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The action.
    pub action: &'static str,
    /// The requirement that any effect of it breaks.
    pub requirement: &'static str,
    /// The code that the profile `errors` has for it; `None` where there is none, as for `user.auth`.
    pub code: Option<ErrorCode>,
}

impl Refused {
    /// Whether an event is what the action would have brought about.
    #[must_use]
    pub fn would_tell(&self, event: &str) -> bool {
        match self.action {
            "chat.start" | "message.send" => event == "on.message.new",
            "user.auth" => event == "on.user.authorized",
            "call.start" => event == "on.call.init",
            "chat.delete" => ["on.chat.delete", "on.chat.clear"].contains(&event),
            action => event.strip_prefix("on.") == Some(action),
        }
    }
}

/// One event that a socket hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// What it hears.
    pub event: Event,
    /// Whether it has to.
    pub due: Due,
}

/// Whether an event has to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// It has to: its absence breaks this requirement.
    Required(&'static str),
    /// It may come or not.
    Free,
    /// It may come or not; where it comes, presence is announced in a way that D10 tolerates.
    FreePresence,
}

/// An event, in the names of the model. What it carries follows from the model after the step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// `on.user.authorized`: this user is welcome.
    Welcome(User),
    /// `on.user.authorized`: refused.
    Unwelcome,
    /// `on.user.online`.
    Online(User, bool),
    /// `on.message.new`; whether `chat.start` made it.
    New(MessageKey, Begun),
    /// `on.message.delete`.
    Deleted(MessageKey),
    /// `on.chat.history`, with the limit and the position that were asked for.
    Page(RoomKey, Option<u8>, Option<Position>),
    /// `on.chat.read`.
    Read(RoomKey),
    /// `on.chat.clear`.
    Cleared(RoomKey),
    /// `on.chat.delete`, or, tolerated, `on.chat.clear` (D13).
    Dropped(RoomKey),
    /// `on.call.init` from this user, with this signal.
    Called(User, u8),
    /// `on.call.answer` from this user, with this signal.
    Answered(User, u8),
    /// `on.error` about this action, with this code.
    Refusal(&'static str, ErrorCode),
}

/// How a message began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// By `chat.start`, in a room that is made for it.
    Room,
    /// By `chat.start`, in the room that the two have already (START-6).
    Again,
    /// By `message.send`.
    Sent,
}

/// A position in a history (HIST-12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// That of a message, wherever it is and whether it is gone.
    Message(MessageKey),
    /// That of an id that nothing has.
    Unknown,
}

impl Branch {
    /// A branch in which nobody hears anything yet.
    #[must_use]
    pub fn new(after: Model) -> Self {
        Self { after, events: BTreeMap::new(), refused: None, free_room: None, presence: "PRES-9" }
    }

    /// A socket hears an event.
    pub(super) fn hears(&mut self, socket: Socket, event: Event, due: Due) {
        self.events.entry(socket).or_default().push(Expectation { event, due });
    }

    /// All sockets of a user hear an event. Where the user has several, that each hears it is a SHOULD.
    pub(super) fn all_hear(&mut self, user: User, event: &Event, requirement: &'static str, several: &'static str) {
        let sockets: Vec<Socket> = self.after.sockets_of(user).collect();
        let requirement = if sockets.len() > 1 { several } else { requirement };
        for socket in sockets {
            self.hears(socket, event.clone(), Due::Required(requirement));
        }
    }

    /// A socket may hear an event or not.
    pub(super) fn set_free(&mut self, socket: Socket, event: &Event) {
        let expected = self.events.get_mut(&socket).into_iter().flatten();
        expected.filter(|expectation| expectation.event == *event).for_each(|expectation| expectation.due = Due::Free);
    }

    /// The step is refused: nobody hears anything but, with the profile `errors`, the socket that took it.
    pub(super) fn refuse(
        model: &Model,
        socket: Socket,
        action: &'static str,
        requirement: &'static str,
        code: ErrorCode,
    ) -> Self {
        let mut branch = Self::new(model.clone());
        branch.refused = Some(Refused { action, requirement, code: Some(code) });
        if model.errors {
            branch.hears(socket, Event::Refusal(action, code), Due::Required("ERR-1"));
        }
        branch
    }
}
