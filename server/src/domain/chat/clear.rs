//! A history made empty.

use chat_spec::types::{RoomId, UserId};

use crate::domain::{Refused, Room, Transaction};

/// Removes all messages of a room, for both sides; the dialog stays, and nothing in it is unread (CLEAR-1 to CLEAR-3).
///
/// # Errors
/// No such room.
pub fn clear(chat: &mut Transaction<'_>, caller: UserId, room_id: RoomId) -> Result<Room, Refused> {
    let mut room = chat.room(room_id, caller)?;
    let now = chat.now();
    for side in &mut room.sides {
        side.unread_count = 0;
        side.updated_at = now;
    }
    chat.change_room(&room);
    chat.clear_room(room.id);
    Ok(room)
}
