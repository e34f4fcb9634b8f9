//! `chat.start`, `message.send` and `message.delete`.

use chat_spec::types::ErrorCode;

use super::{
    super::{
        Branch, Event, MessageKey, MessageName, Model, Pair, RoomKey, RoomName, Socket, Someone, Text, User,
        expected::Begun,
        state::{Fate, Message, Room},
    },
    Standing,
};

impl Model {
    pub(super) fn start(&self, socket: Socket, user: User, with: Someone, text: Text) -> Vec<Branch> {
        let refuse = |requirement, code| vec![Branch::refuse(self, socket, "chat.start", requirement, code)];
        match with {
            _ if text == Text::Empty => refuse("START-10", ErrorCode::InvalidPayload),
            Someone::User(other) if other == user => refuse("START-7", ErrorCode::InvalidPayload),
            Someone::Unknown => refuse("START-7", ErrorCode::NotFound),
            Someone::User(other) => {
                let mut after = self.clone();
                let (room, begun) = after.room_to_start(Pair::of(user, other));
                vec![Self::announced(after, room, user, text, begun)]
            }
        }
    }

    /// The room that a start goes to: the one that the pair has (START-6), or a new one.
    fn room_to_start(&mut self, pair: Pair) -> (RoomKey, Begun) {
        match self.room_of(pair).filter(|room| !self.room(*room).dropped) {
            Some(room) => (room, Begun::Again),
            None => {
                self.rooms.push(Room { pair, dropped: false, messages: Vec::new() });
                (RoomKey(self.rooms.len() - 1), Begun::Room)
            }
        }
    }

    pub(super) fn send(&self, socket: Socket, user: User, room: RoomName, text: Text) -> Vec<Branch> {
        let refuse = |requirement, code| vec![Branch::refuse(self, socket, "message.send", requirement, code)];
        match self.standing(user, self.find_room(room)) {
            // Where the text is wrong and the room too, the text is named first (ERR-6).
            Standing::Dropped(_) if text == Text::Empty => refuse("DROP-3", ErrorCode::InvalidPayload),
            Standing::Outside if text == Text::Empty => refuse("SEND-9", ErrorCode::InvalidPayload),
            Standing::Dropped(_) => refuse("DROP-3", ErrorCode::NotFound),
            Standing::Outside => refuse("SEND-9", ErrorCode::NotFound),
            Standing::Inside(_) if text == Text::Empty => refuse("SEND-10", ErrorCode::InvalidPayload),
            Standing::Inside(room) => vec![Self::announced(self.clone(), room, user, text, Begun::Sent)],
        }
    }

    /// A message is stored, and both users hear it on all their sockets.
    fn announced(mut after: Self, room: RoomKey, author: User, text: Text, begun: Begun) -> Branch {
        let message = Message { author, text, serial: after.texts, fate: Fate::Stored, read: false };
        after.texts += 1;
        let messages = &mut after.rooms[room.0].messages;
        messages.push(message);
        let key = MessageKey { room, place: messages.len() - 1 };
        let requirement = if begun == Begun::Sent { "SEND-1" } else { "START-1" };
        let mut branch = Branch::new(after);
        branch.both_hear(room, &Event::New(key, begun), requirement);
        branch
    }

    pub(super) fn delete(&self, socket: Socket, user: User, name: MessageName) -> Vec<Branch> {
        let refuse = |requirement, code| Branch::refuse(self, socket, "message.delete", requirement, code);
        let Some(message) = self.find_message(name) else { return vec![refuse("DEL-3", ErrorCode::NotFound)] };
        match self.standing(user, Some(message.room)) {
            Standing::Outside => return vec![refuse("DEL-3", ErrorCode::NotFound)],
            Standing::Dropped(room) => return vec![self.free(socket, room)],
            Standing::Inside(_) => {}
        }
        match self.message(message) {
            Message { fate: Fate::Deleted, .. } => vec![refuse("DEL-4", ErrorCode::NotFound)],
            // Servers that only hide what was cleared may still delete it.
            Message { fate: Fate::Cleared, .. } => vec![self.free(socket, message.room)],
            Message { author, .. } if *author == user => vec![self.deleted(message)],
            // The other side: free (D11), and told to both or to nobody.
            Message { .. } => vec![refuse("DEL-1", ErrorCode::Forbidden), self.deleted(message)],
        }
    }

    fn deleted(&self, message: MessageKey) -> Branch {
        let mut after = self.clone();
        after.message_mut(message).fate = Fate::Deleted;
        let mut branch = Branch::new(after);
        branch.both_hear(message.room, &Event::Deleted(message), "DEL-1");
        branch
    }
}

impl Branch {
    /// Both users of a room hear an event, on all their sockets.
    pub(super) fn both_hear(&mut self, room: RoomKey, event: &Event, requirement: &'static str) {
        for user in self.after.room(room).pair.users() {
            self.all_hear(user, event, requirement, "AUTH-11");
        }
    }
}
