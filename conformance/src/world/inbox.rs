//! What a client heard and nobody took notice of yet.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use chat_spec::{
    events::{OnUserOnline, Payload},
    types::UserId,
};
use serde_json::Value;
use tokio::sync::Notify;

use crate::wire::CloseReason;

/// An event that came.
#[derive(Debug, Clone, PartialEq)]
pub struct HeardEvent {
    /// Its wire name.
    pub name: String,
    /// Its first argument; `null` where there was none.
    pub payload: Value,
    /// Its place among all frames that the connection received.
    pub seq: u64,
    /// When it came.
    pub at: Instant,
}

/// What is known about what a client heard.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// Documented events that nobody took notice of yet, in the order in which they came.
    pub(super) pending: VecDeque<HeardEvent>,
    /// Announcements of users, in the order in which they came.
    pub(super) presence: VecDeque<(UserId, bool)>,
    /// Refusals by `on.error`, in the order in which they came.
    pub(super) errors: VecDeque<HeardEvent>,
    /// The sentinels of this client that came back.
    pub(super) sentinels: HashSet<u64>,
    /// Events that were taken notice of, to know a repetition.
    pub(super) taken: Vec<HeardEvent>,
    /// Acknowledgements that nobody waited for: second ones, and such as were never asked for.
    pub(super) stray_acknowledgements: Vec<u64>,
    /// Whether the server took the socket out of the namespace.
    pub(super) left: bool,
    /// Why the connection is closed; `None` while it is open.
    pub(super) closed: Option<CloseReason>,
}

/// A place that one task fills and that others wait at.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    heard: Mutex<Heard>,
    news: Notify,
}

impl Inbox {
    /// Works on what was heard. The lock is never held over an await.
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut Heard) -> R) -> R {
        work(&mut self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds what was heard, and wakes who waits.
    pub(super) fn add(&self, work: impl FnOnce(&mut Heard)) {
        self.with(work);
        self.news.notify_waiters();
    }

    /// Waits until something is there, or the time is over.
    pub(super) async fn wait_for<R>(
        &self,
        patience: Duration,
        mut find: impl FnMut(&mut Heard) -> Option<R>,
    ) -> Option<R> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let news = self.news.notified();
            tokio::pin!(news);
            // Registered before looking, so that nothing is missed between looking and waiting.
            news.as_mut().enable();
            if let Some(found) = self.with(&mut find) {
                return Some(found);
            }
            if tokio::time::timeout_at(deadline, news).await.is_err() {
                return self.with(&mut find);
            }
        }
    }
}

impl Heard {
    /// Takes the first event of a name that fits.
    pub(super) fn take(&mut self, name: &str, fits: impl Fn(&Value) -> bool) -> Option<HeardEvent> {
        let position = self.pending.iter().position(|event| event.name == name && fits(&event.payload))?;
        let event = self.pending.remove(position)?;
        self.taken.push(event.clone());
        Some(event)
    }

    /// Takes the last event of a name that fits, if it came after a place among the frames. It is no event that the
    /// scenario asked for, and is not remembered.
    pub(super) fn take_after(&mut self, seq: u64, name: &str, fits: impl Fn(&Value) -> bool) -> Option<HeardEvent> {
        let is_it = |event: &HeardEvent| event.seq > seq && event.name == name && fits(&event.payload);
        let position = self.pending.iter().rposition(is_it)?;
        self.pending.remove(position)
    }

    /// The socket is authorised: what it heard of others a moment before its answer is no secret any more (PRES-4).
    /// Servers are free to tell everyone first and the newcomer second.
    pub(super) fn presence_from_now_on(&mut self) {
        let (early, others) =
            std::mem::take(&mut self.pending).into_iter().partition(|event| event.name == OnUserOnline::NAME);
        let early: VecDeque<HeardEvent> = early;
        self.pending = others;
        let read = |event: HeardEvent| serde_json::from_value::<OnUserOnline>(event.payload).ok();
        self.presence.extend(early.into_iter().filter_map(read).map(|presence| (presence.id, presence.online)));
    }

    /// The names of what came and nobody took notice of, for a sentence.
    pub(super) fn pending_names(&self) -> String {
        let names: Vec<&str> = self.pending.iter().map(|event| event.name.as_str()).collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    }

    /// Whether the very same event was taken notice of before.
    pub(super) fn is_repeated(&self, event: &HeardEvent) -> bool {
        self.taken.iter().any(|known| known.name == event.name && known.payload == event.payload)
    }
}
