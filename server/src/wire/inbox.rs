//! What comes in on one socket: queued in the order of the wire, within limits (D15).
//!
//! Socket.IO calls the handler inline while it reads, so that nothing is reordered; it must not wait. A client that
//! sends faster than it may is refused, not ignored.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use bytes::Bytes;
use socketioxide::{
    adapter::LocalAdapter,
    handler::{MessageHandler, Value},
    socket::Socket,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::{answer::Answer, outbox::Outbox, packet::Event};
use crate::domain::Refused;

/// How much one socket may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InboxLimits {
    /// Actions that may wait to be handled.
    pub actions: usize,
    /// Bytes of actions that may wait to be handled.
    pub bytes: u32,
    /// Actions a second…
    pub rate: u32,
    /// …and how many more at once after a pause.
    pub burst: u32,
    /// Actions that may be on their way through the sequencer at once.
    pub under_way: u32,
}

impl Default for InboxLimits {
    fn default() -> Self {
        Self { actions: 2_048, bytes: 4 << 20, rate: 1_000, burst: 2_000, under_way: 64 }
    }
}

/// An action that waits to be handled.
pub(crate) struct Request {
    pub(crate) packet: Value,
    pub(crate) ack_id: Option<i64>,
    /// The action's share of the bytes that may wait; given back when it is taken out.
    _bytes: OwnedSemaphorePermit,
}

/// Why an action is not taken in.
enum NoPlace {
    /// The client sends faster than it may.
    TooFast,
    /// The server stops, or the socket is gone.
    Stopping,
}

/// Takes the events of one socket.
pub(crate) struct Inbox {
    requests: mpsc::Sender<Request>,
    bytes: Arc<Semaphore>,
    rate: Mutex<Rate>,
    limits: InboxLimits,
    outbox: Outbox,
}

impl Inbox {
    /// An inbox, and the end where its requests are taken out.
    pub(crate) fn new(limits: InboxLimits, outbox: Outbox) -> (Self, mpsc::Receiver<Request>) {
        let (requests, waiting) = mpsc::channel(limits.actions);
        let bytes = Arc::new(Semaphore::new(limits.bytes as usize));
        let rate = Mutex::new(Rate { left: f64::from(limits.burst), at: Instant::now() });
        (Self { requests, bytes, rate, limits, outbox }, waiting)
    }

    /// A place for an action of so many bytes, if the socket may have one now.
    fn place(&self, bytes: usize) -> Result<(mpsc::Permit<'_, Request>, OwnedSemaphorePermit), NoPlace> {
        if !self.rate.lock().unwrap_or_else(PoisonError::into_inner).take(&self.limits, Instant::now()) {
            return Err(NoPlace::TooFast);
        }
        let bytes = u32::try_from(bytes).map_err(|_| NoPlace::TooFast)?;
        let bytes = self.bytes.clone().try_acquire_many_owned(bytes).map_err(|_| NoPlace::TooFast)?;
        let place = self.requests.try_reserve().map_err(|error| match error {
            mpsc::error::TrySendError::Full(()) => NoPlace::TooFast,
            mpsc::error::TrySendError::Closed(()) => NoPlace::Stopping,
        })?;
        Ok((place, bytes))
    }
}

/// Marks the handler that runs inline.
pub(crate) struct Inline;

impl MessageHandler<LocalAdapter, Inline> for Inbox {
    fn call(&self, _: Arc<Socket<LocalAdapter>>, mut packet: Value, ack_id: Option<i64>) {
        // That there is binary data is told by its number, and is all that is asked of it: no action takes any.
        if let Value::Str(_, Some(binary)) = &mut packet {
            binary.iter_mut().for_each(|bytes| *bytes = Bytes::new());
        }
        match self.place(packet.as_str().map_or(0, |text| text.len())) {
            Ok((place, bytes)) => place.send(Request { packet, ack_id, _bytes: bytes }),
            Err(why) => {
                let answer = Answer::new(self.outbox.clone(), Event::read(&packet).name, ack_id);
                match why {
                    NoPlace::TooFast => {
                        self.outbox.connection().slow_down();
                        answer.refuse(&Refused::RateLimited);
                    }
                    NoPlace::Stopping => answer.too_late(),
                }
            }
        }
    }
}

/// A bucket that fills with time, and that each action takes one from.
struct Rate {
    left: f64,
    at: Instant,
}

impl Rate {
    fn take(&mut self, limits: &InboxLimits, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        self.left = elapsed.mul_add(f64::from(limits.rate), self.left).min(f64::from(limits.burst));
        self.at = now;
        let is_allowed = self.left >= 1.0;
        if is_allowed {
            self.left -= 1.0;
        }
        is_allowed
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_a_rate() {
        let limits = InboxLimits { rate: 2, burst: 3, ..InboxLimits::default() };
        let start = Instant::now();
        let mut rate = Rate { left: 3.0, at: start };
        let mut take = |milliseconds| rate.take(&limits, start + Duration::from_millis(milliseconds));
        assert_eq!([take(0), take(0), take(0), take(0)], [true, true, true, false]);
        assert_eq!([take(500), take(500), take(10_000)], [true, false, true]);
    }
}
