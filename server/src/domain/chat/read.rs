//! A dialog marked as read.

use chat_spec::types::{RoomId, UserId};

use crate::domain::{Refused, Room, Transaction};

/// Marks all messages of a room as read by the caller; the other side does not change (READ-1, READ-3).
///
/// # Errors
/// No such room.
pub fn read(chat: &mut Transaction<'_>, caller: UserId, room_id: RoomId) -> Result<Room, Refused> {
    let mut room = chat.room(room_id, caller)?;
    let newest = chat.newest_message();
    room.change_side(caller, chat.now(), |side| {
        side.unread_count = 0;
        side.read_up_to = newest;
    });
    chat.change_room(&room);
    Ok(room)
}
