//! What a batch of actions changes: the difference between two committed states.

use std::collections::{BTreeMap, BTreeSet};

use chat_spec::types::{AttachmentId, Date, IdOutOfRange, Message, MessageId, RoomId};

use super::Room;

/// The last ids that were given out, and the last time that was written. Ids are never given out twice, not even after
/// a deletion or a restart (SEND-6), and time does not run backwards (SEND-12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sequences {
    /// The last room id; 0 before the first.
    pub room: u64,
    /// The last message id; 0 before the first.
    pub message: u64,
    /// The last time that a message or room was stamped with.
    pub time: Date,
}

impl Default for Sequences {
    fn default() -> Self {
        Self { room: 0, message: 0, time: Date::from_milliseconds(0) }
    }
}

impl Sequences {
    /// Gives out the next room id.
    ///
    /// # Errors
    /// All 2^53-1 ids were given out.
    pub fn next_room(&mut self) -> Result<RoomId, IdOutOfRange> {
        self.room += 1;
        RoomId::try_from(self.room)
    }

    /// Gives out the next message id.
    ///
    /// # Errors
    /// All 2^53-1 ids were given out.
    pub fn next_message(&mut self) -> Result<MessageId, IdOutOfRange> {
        self.message += 1;
        MessageId::try_from(self.message)
    }
}

/// What became of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomChange {
    /// It is new.
    Created(Room),
    /// Its sides changed.
    Changed(Room),
    /// It is gone, with its messages.
    Deleted,
}

/// The message that an attachment went into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttachmentUse {
    /// The room of the message.
    pub room_id: RoomId,
    /// The message.
    pub message_id: MessageId,
}

/// What a batch changes, net of what it undid itself. To be stored in this order: rooms deleted, rooms created and
/// changed, rooms cleared, messages created, messages deleted, attachments used, sequences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The sequences after the batch.
    pub sequences: Sequences,
    /// Rooms that were created, changed or deleted.
    pub rooms: BTreeMap<RoomId, RoomChange>,
    /// Rooms whose messages from before this batch are gone.
    pub cleared: BTreeSet<RoomId>,
    /// Messages of this batch that exist at its end.
    pub messages: BTreeMap<MessageId, Message>,
    /// Messages from before this batch that are gone.
    pub deleted_messages: BTreeSet<MessageId>,
    /// Attachments that went into messages.
    pub attachments: BTreeMap<AttachmentId, AttachmentUse>,
}

impl Changes {
    /// No changes yet.
    #[must_use]
    pub fn new(sequences: Sequences) -> Self {
        Self { sequences, ..Self::default() }
    }

    /// Whether there is nothing to store.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rooms.is_empty()
            && self.cleared.is_empty()
            && self.messages.is_empty()
            && self.deleted_messages.is_empty()
            && self.attachments.is_empty()
    }
}
