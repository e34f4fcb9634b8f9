//! From a step to what is expected.

mod authorise;
mod call;
mod come_and_go;
mod message;
mod room;

use chat_spec::types::ErrorCode;

use super::{Action, Branch, Model, RoomKey, Socket, Step, User};

impl Model {
    /// The ways in which a server may go on after a step, ours first. None where the step does nothing.
    #[must_use]
    pub fn predict(&self, step: &Step) -> Vec<Branch> {
        match step {
            Step::Connect(socket) => self.connect(*socket),
            Step::Arrive(socket) => self.arrive(*socket),
            Step::Authorise(socket, credentials) => self.authorise(*socket, *credentials),
            Step::Leave(socket, how) => self.leave(*socket, *how),
            Step::Act(socket, action) => self.act(*socket, action),
            Step::Spoilt(socket, action, _) => self.spoilt(*socket, action),
        }
    }

    /// The model after a step of a server that does as ours.
    #[must_use]
    pub fn after(&self, step: &Step) -> Self {
        self.predict(step).into_iter().next().map_or_else(|| self.clone(), |branch| branch.after)
    }

    fn act(&self, socket: Socket, action: &Action) -> Vec<Branch> {
        let Some(known) = self.sockets.get(&socket).filter(|_| self.names_the_cast(action)) else { return Vec::new() };
        let Some(user) = known.user else {
            return vec![Branch::refuse(self, socket, action.wire_name(), "SEC-1", ErrorCode::Unauthenticated)];
        };
        match action {
            Action::Start(with, text) => self.start(socket, user, *with, *text),
            Action::Send(room, text) => self.send(socket, user, *room, *text),
            Action::Delete(message) => self.delete(socket, user, *message),
            Action::History(room, limit, last) => self.ask_history(socket, user, *room, *limit, *last),
            Action::Read(room) => self.read(socket, user, *room),
            Action::Clear(room) => self.clear(socket, user, *room),
            Action::Drop(room) => self.drop_room(socket, user, *room),
            Action::Call(whom, signal) => self.call(socket, user, *whom, *signal),
            Action::Answer(whom, signal) => self.answer(socket, user, *whom, *signal),
        }
    }

    fn spoilt(&self, socket: Socket, action: &Action) -> Vec<Branch> {
        let Some(known) = self.sockets.get(&socket).filter(|_| self.names_the_cast(action)) else { return Vec::new() };
        let (requirement, code) = match known.user {
            Some(_) => ("ROB-1", ErrorCode::InvalidPayload),
            None => ("SEC-1", ErrorCode::Unauthenticated),
        };
        vec![Branch::refuse(self, socket, action.wire_name(), requirement, code)]
    }

    /// Whether all users that an action names take part: where a session was made smaller, they may not.
    fn names_the_cast(&self, action: &Action) -> bool {
        use super::{RoomName, Someone};
        let someone = |someone: &Someone| !matches!(someone, Someone::User(user) if !self.has(*user));
        let pair =
            |pair: super::Pair| pair.users().iter().all(|user| self.has(*user)) && pair.users()[0] != pair.users()[1];
        let room = |room: &RoomName| !matches!(room, RoomName::Of(of) if !pair(*of));
        match action {
            Action::Start(whom, _) | Action::Call(whom, _) | Action::Answer(whom, _) => someone(whom),
            Action::Send(name, _) | Action::Read(name) | Action::Clear(name) | Action::Drop(name) => room(name),
            Action::Delete(message) => pair(message.of),
            Action::History(name, _, last) => room(name) && last.is_none_or(|last| pair(last.of)),
        }
    }

    /// A room that a user is to act in.
    fn standing(&self, user: User, room: Option<RoomKey>) -> Standing {
        match room {
            Some(room) if !self.room(room).pair.has(user) => Standing::Outside,
            Some(room) if self.room(room).dropped => Standing::Dropped(room),
            Some(room) => Standing::Inside(room),
            None => Standing::Outside,
        }
    }
}

/// How a user stands to a room.
enum Standing {
    /// It takes part.
    Inside(RoomKey),
    /// It took part, and the dialog was deleted.
    Dropped(RoomKey),
    /// It never took part, or there is no such room: the two are alike (D8).
    Outside,
}
