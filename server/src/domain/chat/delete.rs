//! A dialog removed.

use chat_spec::types::{RoomId, UserId};

use crate::domain::{Refused, Room, Transaction};

/// Removes a dialog and its messages, for both sides. The two may start a new one, in a new room (DROP-4).
///
/// # Errors
/// No such room.
pub fn delete(chat: &mut Transaction<'_>, caller: UserId, room_id: RoomId) -> Result<Room, Refused> {
    let room = chat.room(room_id, caller)?;
    chat.delete_room(&room);
    Ok(room)
}
