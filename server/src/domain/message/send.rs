//! A message to a room.

use chat_spec::types::{AttachmentId, Message, RoomId, UserId};

use crate::domain::{Refused, Room, Rules, Transaction, check_text};

/// A message and the room that it is in, with both sides as they are after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InRoom {
    /// The room.
    pub room: Room,
    /// The message.
    pub message: Message,
}

/// What a message is made of, besides its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The text, kept exactly as it is (SEND-4).
    pub text: String,
    /// The attachment that goes with it.
    pub attachment_id: Option<AttachmentId>,
}

impl Content {
    /// Whether the content may be sent at all (SEND-10).
    ///
    /// # Errors
    /// A text that may not be sent.
    pub fn check(&self, rules: &Rules) -> Result<(), Refused> {
        check_text(&self.text, self.attachment_id.is_some(), rules)
    }
}

/// Sends a message to a room of the caller's.
///
/// # Errors
/// A text that may not be sent, no such room, no such attachment, an attachment that was sent before.
pub fn send(
    chat: &mut Transaction<'_>,
    caller: UserId,
    room_id: RoomId,
    content: Content,
    rules: &Rules,
) -> Result<InRoom, Refused> {
    content.check(rules)?;
    let room = chat.room(room_id, caller)?;
    add(chat, caller, room, content)
}

/// Adds a message to a room: one more for the other side to read (SEND-2).
pub(in crate::domain) fn add(
    chat: &mut Transaction<'_>,
    caller: UserId,
    mut room: Room,
    content: Content,
) -> Result<InRoom, Refused> {
    let attachment = match content.attachment_id {
        Some(id) => Some(chat.unused_attachment(id, caller)?.to_wire(room.id)),
        None => None,
    };
    let now = chat.now();
    let message = Message {
        id: chat.next_message()?,
        room_id: room.id,
        user_id: caller,
        created_at: now,
        updated_at: now,
        text: content.text,
        attachment,
    };
    for side in &mut room.sides {
        side.unread_count += u64::from(side.user.id != caller);
        side.updated_at = now;
    }
    chat.change_room(&room);
    chat.add_message(message.clone());
    Ok(InRoom { room, message })
}
