//! A message taken back.

use chat_spec::types::{MessageId, UserId};

use super::send::InRoom;
use crate::domain::{Refused, Transaction};

/// Deletes a message of the caller's for both sides. A side that had not read it has one less to read (DEL-5).
///
/// # Errors
/// No such message, or a message of the other side's (D11).
pub fn delete(chat: &mut Transaction<'_>, caller: UserId, id: MessageId) -> Result<InRoom, Refused> {
    let (message, mut room) = chat.message(id, caller)?;
    if message.user_id != caller {
        return Err(Refused::NotTheAuthor);
    }
    let now = chat.now();
    for side in &mut room.sides {
        if side.user.id != message.user_id && !side.has_read(id) {
            side.unread_count = side.unread_count.saturating_sub(1);
        }
        side.updated_at = now;
    }
    chat.change_room(&room);
    chat.delete_message(id);
    Ok(InRoom { room, message })
}
