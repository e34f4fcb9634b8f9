//! `call.start` and `call.answer`: relayed without state (D20).

use chat_spec::types::ErrorCode;

use super::super::{Branch, Event, Model, Socket, Someone, User};

impl Model {
    pub(super) fn call(&self, socket: Socket, user: User, whom: Someone, signal: u8) -> Vec<Branch> {
        self.relay(
            socket,
            user,
            whom,
            Relayed { action: "call.start", requirement: "CALL-1", event: Event::Called(user, signal) },
        )
    }

    pub(super) fn answer(&self, socket: Socket, user: User, whom: Someone, signal: u8) -> Vec<Branch> {
        self.relay(
            socket,
            user,
            whom,
            Relayed { action: "call.answer", requirement: "CALL-2", event: Event::Answered(user, signal) },
        )
    }

    fn relay(&self, socket: Socket, user: User, whom: Someone, relayed: Relayed) -> Vec<Branch> {
        let refuse = |code| vec![Branch::refuse(self, socket, relayed.action, "CALL-6", code)];
        match whom {
            Someone::Unknown => refuse(ErrorCode::NotFound),
            Someone::User(other) if other == user => refuse(ErrorCode::InvalidPayload),
            Someone::User(other) if !self.is_online(other) => refuse(ErrorCode::Offline),
            Someone::User(other) => {
                let mut branch = Branch::new(self.clone());
                branch.all_hear(other, &relayed.event, relayed.requirement, "CALL-5");
                vec![branch]
            }
        }
    }
}

/// What is relayed to the other user.
struct Relayed {
    action: &'static str,
    requirement: &'static str,
    event: Event,
}
