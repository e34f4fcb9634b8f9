//! Lists of dialogs that are wrong.

use async_trait::async_trait;
use chat_server::{
    domain::chat::history::Page,
    store::{Result, Store},
};
use chat_spec::types::{Dialog, Message, RoomId, UserId};

use crate::{store::Hook, trace::Trace};

/// A dialog's message is the oldest of its room.
pub(crate) struct OldestMessage(pub(crate) Trace);

#[async_trait]
impl Hook for OldestMessage {
    async fn dialogs(&self, inner: &dyn Store, users: &[UserId]) -> Result<Vec<Vec<Dialog>>> {
        let mut listed = inner.dialogs(users).await?;
        for dialog in listed.iter_mut().flatten() {
            let oldest = whole_room(inner, dialog.room.id).await?.into_iter().next();
            self.0.note_if(dialog.message != oldest, "showed another message than the newest");
            dialog.message = oldest;
        }
        Ok(listed)
    }
}

/// A dialog's message is the newest of the user's own.
pub(crate) struct OwnMessage(pub(crate) Trace);

#[async_trait]
impl Hook for OwnMessage {
    async fn dialogs(&self, inner: &dyn Store, users: &[UserId]) -> Result<Vec<Vec<Dialog>>> {
        let mut listed = inner.dialogs(users).await?;
        for dialog in listed.iter_mut().flatten() {
            let messages = whole_room(inner, dialog.room.id).await?;
            let own = messages.into_iter().rev().find(|message| message.user_id == dialog.chat.user_id);
            self.0.note_if(own.is_some() && dialog.message != own, "showed an older message of the user's own");
            dialog.message = own.or(dialog.message.take());
        }
        Ok(listed)
    }
}

/// Everything counts as read.
pub(crate) struct CountsNothing(pub(crate) Trace);

#[async_trait]
impl Hook for CountsNothing {
    async fn dialogs(&self, inner: &dyn Store, users: &[UserId]) -> Result<Vec<Vec<Dialog>>> {
        let mut listed = inner.dialogs(users).await?;
        for dialog in listed.iter_mut().flatten() {
            self.0.note_if(dialog.chat.unread_count > 0, "said that everything was read");
            dialog.chat.unread_count = 0;
        }
        Ok(listed)
    }
}

/// The user's own messages count as unread.
pub(crate) struct CountsOwn(pub(crate) Trace);

#[async_trait]
impl Hook for CountsOwn {
    async fn dialogs(&self, inner: &dyn Store, users: &[UserId]) -> Result<Vec<Vec<Dialog>>> {
        let mut listed = inner.dialogs(users).await?;
        for dialog in listed.iter_mut().flatten() {
            let messages = whole_room(inner, dialog.room.id).await?;
            let own = messages.iter().filter(|message| message.user_id == dialog.chat.user_id).count();
            self.0.note_if(own > 0, "counted the user's own messages as unread");
            dialog.chat.unread_count += own as u64;
        }
        Ok(listed)
    }
}

/// All messages of a room, oldest first.
pub(crate) async fn whole_room(inner: &dyn Store, room_id: RoomId) -> Result<Vec<Message>> {
    let page = Page { room_id, before: None, limit: 1_000_000 };
    Ok(inner.pages(&[page]).await?.into_iter().flatten().collect())
}
