//! A page of a room's messages.

use chat_spec::types::{Limit, MessageId, RoomId, UserId};

use crate::domain::{Refused, Room, Rules, Side, Transaction};

/// Which messages a page holds: the newest ones of a room that are older than a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The room.
    pub room_id: RoomId,
    /// Only messages older than this one; it need not exist (HIST-12). `None` for the newest page.
    pub before: Option<MessageId>,
    /// At most this many.
    pub limit: u32,
}

/// Which page the caller gets, the room, and the caller's side of it. Reading the history marks nothing as read
/// (HIST-11).
///
/// # Errors
/// No such room.
pub fn history(
    chat: &Transaction<'_>,
    caller: UserId,
    room_id: RoomId,
    limit: Option<Limit>,
    before: Option<MessageId>,
    rules: &Rules,
) -> Result<(Room, Side, Page), Refused> {
    let room = chat.room(room_id, caller)?;
    let side = room.side(caller).cloned().ok_or(Refused::NoSuchRoom)?;
    let largest = rules.largest_page;
    let limit = limit.map_or(rules.default_page, |limit| u32::try_from(limit.get()).unwrap_or(largest)).min(largest);
    Ok((room, side, Page { room_id, before, limit }))
}
