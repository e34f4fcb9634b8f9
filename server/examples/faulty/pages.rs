//! Pages of the history that are wrong.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use chat_server::{
    domain::{Changes, RoomChange, chat::history::Page},
    store::{Result, Store},
};
use chat_spec::types::{Message, RoomId, UserId};

use crate::{dialogs::whole_room, store::Hook, trace::Trace};

/// A page holds messages of other rooms, too.
pub(crate) struct MixesRooms {
    rooms: Mutex<BTreeMap<RoomId, [UserId; 2]>>,
    trace: Trace,
}

impl MixesRooms {
    pub(crate) fn new(trace: Trace) -> Self {
        Self { rooms: Mutex::default(), trace }
    }

    /// The rooms that share a user with one.
    fn neighbours(&self, room: RoomId) -> Vec<RoomId> {
        let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(users) = rooms.get(&room) else { return Vec::new() };
        let shared = |others: &[UserId; 2]| others.iter().any(|user| users.contains(user));
        rooms.iter().filter(|(other, others)| **other != room && shared(others)).map(|(other, _)| *other).collect()
    }
}

#[async_trait]
impl Hook for MixesRooms {
    async fn commit(&self, inner: &dyn Store, changes: &Changes) -> Result<()> {
        {
            let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
            for (id, change) in &changes.rooms {
                if let RoomChange::Created(room) = change {
                    rooms.insert(*id, room.sides.each_ref().map(|side| side.user.id));
                }
            }
        }
        inner.commit(changes).await
    }

    async fn pages(&self, inner: &dyn Store, asked: &[Page]) -> Result<Vec<Vec<Message>>> {
        let mut pages = inner.pages(asked).await?;
        for (page, asked) in pages.iter_mut().zip(asked) {
            for room_id in self.neighbours(asked.room_id) {
                let others = inner.pages(&[Page { room_id, ..*asked }]).await?;
                page.extend(others.into_iter().flatten());
            }
            page.sort_by_key(|message| message.id);
            let surplus = page.len().saturating_sub(asked.limit as usize);
            page.drain(..surplus);
            let mixed = page.iter().any(|message| message.room_id != asked.room_id);
            self.trace.note_if(mixed, "showed messages of another room");
        }
        Ok(pages)
    }
}

/// What is older than the newest 50 messages of a room is on no page.
pub(crate) struct NewestFifty(pub(crate) Trace);

#[async_trait]
impl Hook for NewestFifty {
    async fn pages(&self, inner: &dyn Store, asked: &[Page]) -> Result<Vec<Vec<Message>>> {
        let mut pages = inner.pages(asked).await?;
        for (page, asked) in pages.iter_mut().zip(asked) {
            let newest = Page { before: None, limit: 50, ..*asked };
            let oldest = inner.pages(&[newest]).await?.into_iter().flatten().map(|message| message.id).min();
            let before = page.len();
            page.retain(|message| oldest.is_some_and(|oldest| message.id >= oldest));
            self.0.note_if(page.len() < before, "hid old messages");
        }
        Ok(pages)
    }
}

/// The first page is the oldest.
pub(crate) struct OldestFirst(pub(crate) Trace);

#[async_trait]
impl Hook for OldestFirst {
    async fn pages(&self, inner: &dyn Store, asked: &[Page]) -> Result<Vec<Vec<Message>>> {
        let mut pages = inner.pages(asked).await?;
        for (page, asked) in pages.iter_mut().zip(asked).filter(|(_, asked)| asked.before.is_none()) {
            let mut oldest = whole_room(inner, asked.room_id).await?;
            oldest.truncate(asked.limit as usize);
            self.0.note_if(*page != oldest, "gave the oldest page for the newest");
            *page = oldest;
        }
        Ok(pages)
    }
}
