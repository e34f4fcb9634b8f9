//! Stores that do not keep what they were given.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chat_server::{
    auth::{HashPrefix, TokenHash},
    domain::{Changes, Loaded, Needed, RoomChange, Sequences, chat::history::Page},
    store::{Download, NewAccount, NewUpload, Result, Store},
};
use chat_spec::types::{AttachmentId, Date, Dialog, File, Message, RoomId, User, UserId};

use crate::{store::Hook, trace::Trace};

/// Every third message of a room is not stored.
pub(crate) struct LosesEveryThird {
    messages: Mutex<HashMap<RoomId, u64>>,
    trace: Trace,
}

impl LosesEveryThird {
    pub(crate) fn new(trace: Trace) -> Self {
        Self { messages: Mutex::default(), trace }
    }
}

#[async_trait]
impl Hook for LosesEveryThird {
    async fn commit(&self, inner: &dyn Store, changes: &Changes) -> Result<()> {
        let mut kept = changes.clone();
        {
            let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
            kept.messages.retain(|_, message| {
                let stored = messages.entry(message.room_id).or_default();
                *stored += 1;
                !stored.is_multiple_of(3)
            });
        }
        self.trace.note_if(kept.messages.len() < changes.messages.len(), "lost a message");
        inner.commit(&kept).await
    }
}

/// Counters are known until the process ends.
pub(crate) struct CountersInMemory {
    counters: Mutex<HashMap<(RoomId, UserId), u64>>,
    trace: Trace,
}

impl CountersInMemory {
    pub(crate) fn new(trace: Trace) -> Self {
        Self { counters: Mutex::default(), trace }
    }
}

#[async_trait]
impl Hook for CountersInMemory {
    async fn commit(&self, inner: &dyn Store, changes: &Changes) -> Result<()> {
        let mut kept = changes.clone();
        {
            let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
            for (id, change) in &mut kept.rooms {
                if let RoomChange::Created(room) | RoomChange::Changed(room) = change {
                    for side in &mut room.sides {
                        counters.insert((*id, side.user.id), std::mem::take(&mut side.unread_count));
                    }
                }
            }
        }
        inner.commit(&kept).await
    }

    async fn load(&self, inner: &dyn Store, needed: &Needed) -> Result<Loaded> {
        let mut loaded = inner.load(needed).await?;
        let counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        for room in &mut loaded.rooms {
            for side in &mut room.sides {
                side.unread_count = counters.get(&(room.id, side.user.id)).copied().unwrap_or(0);
            }
        }
        Ok(loaded)
    }

    async fn dialogs(&self, inner: &dyn Store, users: &[UserId]) -> Result<Vec<Vec<Dialog>>> {
        let mut listed = inner.dialogs(users).await?;
        let counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        for dialog in listed.iter_mut().flatten() {
            let known = counters.get(&(dialog.room.id, dialog.chat.user_id));
            self.trace.note_if(known.is_none(), "does not know a counter any more");
            dialog.chat.unread_count = known.copied().unwrap_or(0);
        }
        Ok(listed)
    }
}

/// How long a batch waits before it is stored.
const BEHIND: Duration = Duration::from_millis(250);

/// Batches are announced at once and stored a moment later, or when somebody reads.
pub(crate) struct WritesBehind {
    inner: Arc<dyn Store>,
    waiting: Arc<tokio::sync::Mutex<Vec<Changes>>>,
    trace: Trace,
}

impl WritesBehind {
    pub(crate) fn new(inner: Arc<dyn Store>, trace: Trace) -> Self {
        Self { inner, waiting: Arc::default(), trace }
    }

    async fn store_all(inner: &dyn Store, waiting: &tokio::sync::Mutex<Vec<Changes>>) -> Result<()> {
        let mut waiting = waiting.lock().await;
        for changes in waiting.drain(..) {
            inner.commit(&changes).await?;
        }
        Ok(())
    }

    async fn caught_up(&self) -> Result<&dyn Store> {
        Self::store_all(&*self.inner, &self.waiting).await?;
        Ok(&*self.inner)
    }
}

#[async_trait]
impl Store for WritesBehind {
    async fn commit(&self, changes: &Changes) -> Result<()> {
        let mut waiting = self.waiting.lock().await;
        waiting.push(changes.clone());
        if waiting.len() == 1 {
            self.trace.note("announced before it was stored");
            let (inner, all) = (Arc::clone(&self.inner), Arc::clone(&self.waiting));
            tokio::spawn(async move {
                tokio::time::sleep(BEHIND).await;
                // Nobody is told: it was announced long ago.
                drop(Self::store_all(&*inner, &all).await);
            });
        }
        Ok(())
    }

    async fn sequences(&self) -> Result<Sequences> {
        self.caught_up().await?.sequences().await
    }

    async fn load(&self, needed: &Needed) -> Result<Loaded> {
        self.caught_up().await?.load(needed).await
    }

    async fn pages(&self, pages: &[Page]) -> Result<Vec<Vec<Message>>> {
        self.caught_up().await?.pages(pages).await
    }

    async fn dialogs(&self, users: &[UserId]) -> Result<Vec<Vec<Dialog>>> {
        self.caught_up().await?.dialogs(users).await
    }

    async fn credentials(&self, id: UserId) -> Result<Option<(User, TokenHash)>> {
        self.inner.credentials(id).await
    }

    async fn credentials_by_prefix(&self, prefix: HashPrefix) -> Result<Vec<(User, TokenHash)>> {
        self.inner.credentials_by_prefix(prefix).await
    }

    async fn put_accounts(&self, accounts: &[NewAccount], now: Date) -> Result<Vec<UserId>> {
        self.inner.put_accounts(accounts, now).await
    }

    async fn add_upload(&self, upload: &NewUpload, now: Date) -> Result<(File, AttachmentId)> {
        self.inner.add_upload(upload, now).await
    }

    async fn download(&self, attachment: AttachmentId, user: UserId) -> Result<Option<Download>> {
        self.caught_up().await?.download(attachment, user).await
    }

    async fn check(&self) -> Result<()> {
        self.inner.check().await
    }

    async fn close(&self) {
        drop(Self::store_all(&*self.inner, &self.waiting).await);
        self.inner.close().await;
    }
}
