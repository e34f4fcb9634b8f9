//! What the two tasks of a connection and its handles share.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64},
    },
    time::Instant,
};

use tokio::sync::{oneshot, watch};

use super::{
    incoming::{Ack, CloseReason},
    record::Record,
};

/// The state of one connection.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) record: Arc<Record>,
    pub(super) answer_pings: AtomicBool,
    /// How many pings came.
    pub(super) pings: AtomicU64,
    /// Whether the default namespace is joined.
    pub(super) joined: AtomicBool,
    /// Set when the client began to close.
    pub(super) closing: AtomicBool,
    pub(super) next_ack: AtomicU64,
    acks: Mutex<HashMap<u64, oneshot::Sender<Ack>>>,
    closed: watch::Sender<Option<(CloseReason, Instant)>>,
}

impl Shared {
    pub(super) fn new(record: Arc<Record>, answer_pings: bool) -> Self {
        Self {
            record,
            answer_pings: AtomicBool::new(answer_pings),
            pings: AtomicU64::new(0),
            joined: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            next_ack: AtomicU64::new(0),
            acks: Mutex::default(),
            closed: watch::Sender::new(None),
        }
    }

    /// The acknowledgements that somebody waits for.
    pub(super) fn acks(&self) -> MutexGuard<'_, HashMap<u64, oneshot::Sender<Ack>>> {
        // A panic elsewhere leaves a map that is whole: each change is one step.
        self.acks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how the connection closed. The first reason counts: later ones follow from it.
    pub(super) fn close(&self, reason: CloseReason) {
        let first = self.closed.send_if_modified(|closed| {
            let first = closed.is_none();
            closed.get_or_insert_with(|| (reason.clone(), Instant::now()));
            first
        });
        if first {
            self.record.note(reason.to_string());
        }
        // Whoever waits for an acknowledgement is told that there will be none.
        self.acks().clear();
    }

    /// How and when the connection closed, if it has.
    pub(super) fn closed(&self) -> Option<(CloseReason, Instant)> {
        self.closed.borrow().clone()
    }

    /// Waits until the connection is closed.
    pub(super) async fn wait_closed(&self) -> CloseReason {
        let mut closed = self.closed.subscribe();
        let closed = closed.wait_for(Option::is_some).await.map(|closed| closed.clone());
        match closed {
            Ok(Some((reason, _))) => reason,
            // The sender lives in `self`, so neither can happen.
            Ok(None) | Err(_) => CloseReason::Unanswered,
        }
    }
}
