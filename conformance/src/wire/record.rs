//! Every frame that went by on a connection, with its time and direction.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use tokio_tungstenite::tungstenite::Message;

pub use super::frame::{Frame, Recorded};
use super::secrets::Secrets;
use crate::result::{Heard, WireLine};

/// How many leaks are kept; one is enough to fail.
const MAX_LEAKS: usize = 100;

/// How much of what goes by is kept. Everything is counted and searched for tokens in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The last frames, up to both limits.
    Last {
        /// How many frames.
        frames: usize,
        /// How many bytes in all.
        bytes: usize,
    },
    /// Nothing but counts, for floods.
    CountsOnly,
}

impl Default for Keep {
    fn default() -> Self {
        Self::Last { frames: 20_000, bytes: 16 << 20 }
    }
}

/// A frame from the server that carries a token (SEC-5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// The token's name, such as `token of user 7`.
    pub secret: String,
    /// The frame, with tokens masked, cut where it is long.
    pub frame: String,
}

/// How many frames went by, whether kept or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Frames that the client sent.
    pub sent: u64,
    /// Frames that the client received.
    pub received: u64,
    /// Frames that were not kept.
    pub dropped: u64,
}

/// The record of one connection. It outlives the connection.
#[derive(Debug)]
pub struct Record {
    keep: Keep,
    secrets: Arc<Secrets>,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    frames: VecDeque<Recorded>,
    bytes: usize,
    counts: Counts,
    leaks: Vec<Leak>,
}

impl Record {
    /// An empty record.
    #[must_use]
    pub fn new(keep: Keep, secrets: Arc<Secrets>) -> Self {
        Self { keep, secrets, inner: Mutex::default() }
    }

    /// How many frames went by.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.lock().counts
    }

    /// The frames that were kept, in the order of time.
    #[must_use]
    pub fn snapshot(&self) -> Vec<Recorded> {
        self.lock().frames.iter().cloned().collect()
    }

    /// The frames from the server that carried a token, the first hundred of them.
    #[must_use]
    pub fn leaks(&self) -> Vec<Leak> {
        self.lock().leaks.clone()
    }

    /// The kept frames from the server whose text holds a text.
    #[must_use]
    pub fn received_with(&self, text: &str) -> Vec<Recorded> {
        let holds = |recorded: &&Recorded| match &recorded.frame {
            Frame::Text(frame) => recorded.direction == Heard::Received && frame.contains(text),
            Frame::Binary(_) | Frame::Note(_) => false,
        };
        self.lock().frames.iter().filter(holds).cloned().collect()
    }

    /// The record as lines of a report: tokens masked, long frames cut, times counted from `start`.
    #[must_use]
    pub fn lines(&self, start: Instant, socket: &str) -> Vec<WireLine> {
        let line = |recorded: Recorded| WireLine {
            at_ms: recorded.at.saturating_duration_since(start).as_secs_f64() * 1_000.0,
            socket: socket.to_owned(),
            direction: recorded.direction,
            frame: recorded.frame.shown(&self.secrets),
        };
        self.snapshot().into_iter().map(line).collect()
    }

    /// Notes a frame. Control frames of WebSocket are not worth a note. Returns the frame's number among those of its
    /// direction, from 0 on.
    pub(super) fn frame(&self, direction: Heard, message: &Message, at: Instant) -> u64 {
        let (frame, bytes) = match message {
            Message::Text(text) => (Frame::Text(text.clone()), text.as_bytes()),
            Message::Binary(bytes) => (Frame::Binary(bytes.clone()), bytes.as_ref()),
            _ => return 0,
        };
        let leak = if direction == Heard::Received { self.secrets.find(bytes) } else { None };
        let leak = leak.map(|secret| Leak { secret: secret.to_owned(), frame: frame.shown(&self.secrets) });

        let mut inner = self.lock();
        if inner.leaks.len() < MAX_LEAKS {
            inner.leaks.extend(leak);
        }
        let count = match direction {
            Heard::Sent => &mut inner.counts.sent,
            Heard::Received | Heard::Connection => &mut inner.counts.received,
        };
        *count += 1;
        let number = *count - 1;
        inner.push(self.keep, Recorded { at, direction, frame });
        number
    }

    /// Notes what happened to the connection.
    pub(super) fn note(&self, what: String) {
        let noted = Recorded { at: Instant::now(), direction: Heard::Connection, frame: Frame::Note(what) };
        self.lock().push(self.keep, noted);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic elsewhere leaves a record that is whole: each change is one step.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn push(&mut self, keep: Keep, recorded: Recorded) {
        let Keep::Last { frames, bytes } = keep else {
            self.counts.dropped += 1;
            return;
        };
        self.bytes += recorded.frame.len();
        self.frames.push_back(recorded);
        while self.frames.len() > frames || self.bytes > bytes {
            let Some(oldest) = self.frames.pop_front() else { break };
            self.bytes -= oldest.frame.len();
            self.counts.dropped += 1;
        }
    }
}
