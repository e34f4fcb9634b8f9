//! A first message to another user.

use chat_spec::types::{User, UserId};

use crate::domain::{
    Refused, Rules, Transaction,
    message::send::{self, Content, InRoom},
};

/// Sends a message to a user, in the one room that the two have, or in a new one (D3).
///
/// # Errors
/// A text that may not be sent, oneself or nobody as the other side, no such attachment, or one that was sent before.
/// Nothing is made then, no room either.
pub fn start(
    chat: &mut Transaction<'_>,
    caller: &User,
    other: UserId,
    content: Content,
    rules: &Rules,
) -> Result<InRoom, Refused> {
    if other == caller.id {
        return Err(Refused::Oneself);
    }
    content.check(rules)?;
    let other = chat.user(other)?;
    if let Some(id) = content.attachment_id {
        chat.unused_attachment(id, caller.id)?;
    }
    let room = match chat.room_of(caller.id, other.id) {
        Some(room) => room,
        None => chat.create_room(caller.clone(), other)?,
    };
    send::add(chat, caller.id, room, content)
}
