//! `chat.history`, `chat.read`, `chat.clear` and `chat.delete`.

use chat_spec::types::ErrorCode;

use super::{
    super::{
        Branch, Due, Event, MessageName, Model, RoomKey, RoomName, Socket, User,
        expected::Position,
        state::{Fate, Message},
    },
    Standing,
};

impl Model {
    pub(super) fn ask_history(
        &self,
        socket: Socket,
        user: User,
        room: RoomName,
        limit: Option<u8>,
        last: Option<MessageName>,
    ) -> Vec<Branch> {
        let refuse = |requirement| vec![Branch::refuse(self, socket, "chat.history", requirement, ErrorCode::NotFound)];
        let room = match self.standing(user, self.find_room(room)) {
            Standing::Inside(room) => room,
            Standing::Dropped(_) => return refuse("DROP-2"),
            Standing::Outside => return refuse("HIST-6"),
        };
        let position = last.map(|last| self.find_message(last).map_or(Position::Unknown, Position::Message));
        let mut branch = Branch::new(self.clone());
        let requirement = if self.has_several(user) { "AUTH-11" } else { "HIST-1" };
        branch.hears(socket, Event::Page(room, limit, position), Due::Required(requirement));
        vec![branch]
    }

    pub(super) fn read(&self, socket: Socket, user: User, room: RoomName) -> Vec<Branch> {
        let room = match self.standing(user, self.find_room(room)) {
            Standing::Inside(room) => room,
            Standing::Dropped(room) => return vec![self.free(socket, room)],
            Standing::Outside => {
                return vec![Branch::refuse(self, socket, "chat.read", "READ-5", ErrorCode::NotFound)];
            }
        };
        let mut after = self.clone();
        for message in after.others_messages(room, user) {
            message.read = true;
        }
        let mut branch = Branch::new(after);
        let unread_before = self.unread(room, user) > 0;
        branch.all_hear(user, &Event::Read(room), if unread_before { "READ-1" } else { "READ-6" }, "AUTH-11");
        vec![branch]
    }

    pub(super) fn clear(&self, socket: Socket, user: User, room: RoomName) -> Vec<Branch> {
        let room = match self.standing(user, self.find_room(room)) {
            Standing::Inside(room) => room,
            Standing::Dropped(room) => return vec![self.free(socket, room)],
            Standing::Outside => {
                return vec![Branch::refuse(self, socket, "chat.clear", "CLEAR-5", ErrorCode::NotFound)];
            }
        };
        let mut after = self.clone();
        after.clear_all(room);
        let mut branch = Branch::new(after);
        let other = self.room(room).pair.other(user);
        branch.all_hear(user, &Event::Cleared(room), "CLEAR-1", "AUTH-11");
        branch.all_hear(other, &Event::Cleared(room), "CLEAR-2", "AUTH-11");
        vec![branch]
    }

    pub(super) fn drop_room(&self, socket: Socket, user: User, room: RoomName) -> Vec<Branch> {
        let room = match self.standing(user, self.find_room(room)) {
            Standing::Inside(room) => room,
            Standing::Dropped(room) => return vec![self.free(socket, room)],
            Standing::Outside => {
                return vec![Branch::refuse(self, socket, "chat.delete", "DROP-5", ErrorCode::NotFound)];
            }
        };
        let mut after = self.clone();
        after.clear_all(room);
        after.rooms[room.0].dropped = true;
        let mut branch = Branch::new(after);
        branch.both_hear(room, &Event::Dropped(room), "DROP-1");
        vec![branch]
    }

    /// Something is done with a dialog that was deleted, or with what was cleared: servers are free in what they answer
    /// to the two users of the room, and nobody else hears anything.
    pub(super) fn free(&self, _socket: Socket, room: RoomKey) -> Branch {
        let mut branch = Branch::new(self.clone());
        branch.free_room = Some(room);
        branch
    }

    fn others_messages(&mut self, room: RoomKey, user: User) -> impl Iterator<Item = &mut Message> {
        self.rooms[room.0].messages.iter_mut().filter(move |message| message.author != user)
    }

    fn clear_all(&mut self, room: RoomKey) {
        for message in &mut self.rooms[room.0].messages {
            if message.fate == Fate::Stored {
                message.fate = Fate::Cleared;
            }
        }
    }
}
