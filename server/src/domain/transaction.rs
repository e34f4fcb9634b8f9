//! The state of the chat as the rules see it: what is committed, and over it what this batch changed so far.

use std::collections::HashMap;

use chat_spec::types::{AttachmentId, Date, Message, MessageId, RoomId, User, UserId};

use super::{AttachmentUse, Cache, Changes, Loaded, OwnedAttachment, Pair, Refused, Room, RoomChange};

/// One batch at work. Nothing of it is true before its [`Changes`] were committed: if that fails it is dropped, and the
/// committed state is what it was.
#[derive(Debug)]
pub struct Transaction<'a> {
    committed: &'a Cache,
    loaded: &'a Loaded,
    changes: Changes,
    /// Rooms that this batch made, by their users.
    new_pairs: HashMap<Pair, RoomId>,
    now: Date,
}

impl<'a> Transaction<'a> {
    /// Begins a batch at a time; a time before the last one that was written is taken for that one (SEND-12).
    #[must_use]
    pub fn new(committed: &'a Cache, loaded: &'a Loaded, now: Date) -> Self {
        let mut changes = Changes::new(committed.sequences);
        changes.sequences.time = changes.sequences.time.max(now);
        Self { committed, loaded, now: changes.sequences.time, changes, new_pairs: HashMap::new() }
    }

    /// The time of the batch.
    #[must_use]
    pub const fn now(&self) -> Date {
        self.now
    }

    /// What the batch changed.
    #[must_use]
    pub fn into_changes(self) -> Changes {
        self.changes
    }

    /// The newest message id that was given out.
    #[must_use]
    pub fn newest_message(&self) -> Option<MessageId> {
        MessageId::try_from(self.changes.sequences.message).ok()
    }

    /// A user.
    ///
    /// # Errors
    /// There is none of this id.
    pub fn user(&self, id: UserId) -> Result<User, Refused> {
        self.committed.user(id).cloned().ok_or(Refused::NoSuchUser)
    }

    /// A room of the caller's.
    ///
    /// # Errors
    /// There is none of this id, or the caller is not of it: the two cannot be told apart (SEC-3).
    pub fn room(&self, id: RoomId, caller: UserId) -> Result<Room, Refused> {
        let room = match self.changes.rooms.get(&id) {
            Some(RoomChange::Created(room) | RoomChange::Changed(room)) => Some(room),
            Some(RoomChange::Deleted) => None,
            None => self.committed.room(id),
        };
        room.filter(|room| room.side(caller).is_some()).cloned().ok_or(Refused::NoSuchRoom)
    }

    /// The room that two users have, if they have one.
    #[must_use]
    pub fn room_of(&self, caller: UserId, other: UserId) -> Option<Room> {
        let pair = Pair::new(caller, other);
        let id = self.new_pairs.get(&pair).copied().or_else(|| Some(self.committed.room_of(pair)?.id))?;
        self.room(id, caller).ok()
    }

    /// A message in a room of the caller's, and the room.
    ///
    /// # Errors
    /// There is none of this id, or the caller is not of its room: the two cannot be told apart (SEC-3).
    pub fn message(&self, id: MessageId, caller: UserId) -> Result<(Message, Room), Refused> {
        let from_before = || {
            let message = self.loaded.messages.get(&id)?;
            let gone = self.changes.deleted_messages.contains(&id) || self.changes.cleared.contains(&message.room_id);
            (!gone).then_some(message)
        };
        let message = self.changes.messages.get(&id).or_else(from_before).ok_or(Refused::NoSuchMessage)?;
        let room = self.room(message.room_id, caller).map_err(|_| Refused::NoSuchMessage)?;
        Ok((message.clone(), room))
    }

    /// An attachment of the caller's that was in no message yet.
    ///
    /// # Errors
    /// There is none of this id, or it is another user's (the two cannot be told apart, SEC-3), or it was sent before.
    pub fn unused_attachment(&self, id: AttachmentId, caller: UserId) -> Result<OwnedAttachment, Refused> {
        let attachment = self.loaded.attachments.get(&id).filter(|attachment| attachment.user_id == caller);
        let attachment = attachment.ok_or(Refused::NoSuchAttachment)?;
        if attachment.used || self.changes.attachments.contains_key(&id) {
            return Err(Refused::AttachmentUsed);
        }
        Ok(attachment.clone())
    }

    /// Makes the room of two users who have none.
    ///
    /// # Errors
    /// All ids were given out.
    pub fn create_room(&mut self, one: User, other: User) -> Result<Room, Refused> {
        let id = self.changes.sequences.next_room().map_err(|_| Refused::Internal)?;
        let room = Room::new(id, one, other, self.now);
        self.new_pairs.insert(room.pair(), id);
        self.changes.rooms.insert(id, RoomChange::Created(room.clone()));
        Ok(room)
    }

    /// Writes the sides of a room that exists.
    pub fn change_room(&mut self, room: &Room) {
        let change = match self.changes.rooms.get(&room.id) {
            Some(RoomChange::Created(_)) => RoomChange::Created(room.clone()),
            _ => RoomChange::Changed(room.clone()),
        };
        self.changes.rooms.insert(room.id, change);
    }

    /// Removes a room and its messages.
    pub fn delete_room(&mut self, room: &Room) {
        self.changes.messages.retain(|_, message| message.room_id != room.id);
        self.changes.rooms.insert(room.id, RoomChange::Deleted);
        self.new_pairs.remove(&room.pair());
    }

    /// Gives out the next message id.
    ///
    /// # Errors
    /// All ids were given out.
    pub fn next_message(&mut self) -> Result<MessageId, Refused> {
        self.changes.sequences.next_message().map_err(|_| Refused::Internal)
    }

    /// Adds a message, and marks its attachment as used.
    pub fn add_message(&mut self, message: Message) {
        if let Some(attachment) = &message.attachment {
            let used_in = AttachmentUse { room_id: message.room_id, message_id: message.id };
            self.changes.attachments.insert(attachment.id, used_in);
        }
        self.changes.messages.insert(message.id, message);
    }

    /// Removes a message.
    pub fn delete_message(&mut self, id: MessageId) {
        if self.changes.messages.remove(&id).is_none() {
            self.changes.deleted_messages.insert(id);
        }
    }

    /// Removes all messages of a room.
    pub fn clear_room(&mut self, id: RoomId) {
        self.changes.messages.retain(|_, message| message.room_id != id);
        self.changes.cleared.insert(id);
    }
}
