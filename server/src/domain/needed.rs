//! What a batch of actions needs to know before its rules can run, and what was found of it.

use std::collections::{BTreeSet, HashMap};

use chat_spec::types::{Attachment, AttachmentId, Date, FileId, Message, MessageId, RoomId, User, UserId};

use super::Room;

/// Two different users, the lower id first: names the one dialog that they may have (D3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    /// The lower id.
    pub low: UserId,
    /// The higher id.
    pub high: UserId,
}

impl Pair {
    /// The pair of two users, in either order.
    #[must_use]
    pub fn new(one: UserId, other: UserId) -> Self {
        Self { low: one.min(other), high: one.max(other) }
    }
}

/// What actions need to know. Whatever a rule asks of a `Transaction` must have been named here before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needed {
    /// Users, by id.
    pub users: BTreeSet<UserId>,
    /// Rooms, by id.
    pub rooms: BTreeSet<RoomId>,
    /// Rooms, by their users.
    pub pairs: BTreeSet<Pair>,
    /// Messages, and the rooms that they are in.
    pub messages: BTreeSet<MessageId>,
    /// Attachments.
    pub attachments: BTreeSet<AttachmentId>,
}

impl Needed {
    /// Whether nothing is needed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// A room.
    pub fn room(&mut self, id: RoomId) -> &mut Self {
        self.rooms.insert(id);
        self
    }

    /// Another user, and the room that the caller may have with that user.
    pub fn dialog(&mut self, caller: UserId, other: UserId) -> &mut Self {
        self.users.insert(other);
        if caller != other {
            self.pairs.insert(Pair::new(caller, other));
        }
        self
    }

    /// An attachment, if there is one.
    pub fn attachment(&mut self, id: Option<AttachmentId>) -> &mut Self {
        self.attachments.extend(id);
        self
    }
}

/// An attachment as its owner has it: in no message yet, or in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedAttachment {
    /// The attachment's id.
    pub id: AttachmentId,
    /// What kind of file it is, such as `image`.
    pub kind: String,
    /// The file's id.
    pub file_id: FileId,
    /// Whose it is.
    pub user_id: UserId,
    /// When it was made.
    pub created_at: Date,
    /// Whether it was in a message before (ATT-4).
    pub used: bool,
}

impl OwnedAttachment {
    /// The attachment as it looks on the wire, in a message of a room (ATT-1).
    #[must_use]
    pub fn to_wire(&self, room_id: RoomId) -> Attachment {
        let Self { id, file_id, created_at, .. } = *self;
        Attachment { id, r#type: self.kind.clone(), file_id, room_id, created_at }
    }
}

/// What was found in the store. What was asked for and is not here does not exist.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// Users.
    pub users: Vec<User>,
    /// Rooms, whichever way they were asked for.
    pub rooms: Vec<Room>,
    /// Messages, by id.
    pub messages: HashMap<MessageId, Message>,
    /// Attachments, by id.
    pub attachments: HashMap<AttachmentId, OwnedAttachment>,
}
