//! A connection to a server: what scenarios hold.

use std::{
    collections::VecDeque,
    ops::Deref,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};
use tokio_util::task::AbortOnDropHandle;

use super::{
    engine::Handshake,
    incoming::{CloseReason, Incoming},
    record::Record,
    sender::Sender,
    shared::Shared,
    writer::Outgoing,
};

/// A connection to a server. It sends like a [`Sender`] (see there), answers heartbeats even when nobody listens, and
/// ends with its two tasks when it is dropped, without a goodbye.
#[derive(Debug)]
pub struct Connection {
    pub(super) sender: Sender,
    pub(super) incoming: mpsc::Receiver<Incoming>,
    /// What came while opening, before the namespace was joined.
    pub(super) early: VecDeque<Incoming>,
    /// Whether the end was heard.
    pub(super) ended: bool,
    pub(super) handshake: Handshake,
    pub(super) namespace_sid: Option<String>,
    pub(super) reading: watch::Sender<bool>,
    /// A second handle of the TCP socket.
    pub(super) socket: socket2::Socket,
    pub(super) tasks: Tasks,
}

/// The two tasks. They end with it.
#[derive(Debug)]
pub(super) struct Tasks {
    pub(super) reader: AbortOnDropHandle<()>,
    pub(super) writer: AbortOnDropHandle<()>,
    pub(super) shared: Arc<Shared>,
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.shared.close(CloseReason::ByClient);
    }
}

impl Connection {
    /// The server's greeting.
    #[must_use]
    pub const fn handshake(&self) -> &Handshake {
        &self.handshake
    }

    /// The socket's id in the default namespace, where the server gave one while the connection opened.
    #[must_use]
    pub fn namespace_sid(&self) -> Option<&str> {
        self.namespace_sid.as_deref()
    }

    /// The sending half, which can be cloned and used elsewhere.
    #[must_use]
    pub const fn sender(&self) -> &Sender {
        &self.sender
    }

    /// Every frame that went by. The record outlives the connection.
    #[must_use]
    pub fn record(&self) -> Arc<Record> {
        Arc::clone(&self.sender.shared.record)
    }

    /// How many pings came so far.
    #[must_use]
    pub fn pings(&self) -> u64 {
        self.sender.shared.pings.load(Ordering::Relaxed)
    }

    /// How and when the connection closed, if it has, whether that was heard yet or not.
    #[must_use]
    pub fn closed(&self) -> Option<(CloseReason, Instant)> {
        self.sender.shared.closed()
    }

    /// The next that is heard. `None` when nothing came in time, or after [`Incoming::Closed`].
    pub async fn next(&mut self, patience: Duration) -> Option<Incoming> {
        if let Some(early) = self.early.pop_front() {
            return Some(early);
        }
        match timeout(patience, self.incoming.recv()).await {
            Ok(Some(incoming)) => Some(incoming),
            Ok(None) => self.end().await,
            Err(_) => None,
        }
    }

    /// The next that was heard already. `None` when there is nothing, or after [`Incoming::Closed`].
    pub fn try_next(&mut self) -> Option<Incoming> {
        if let Some(early) = self.early.pop_front() {
            return Some(early);
        }
        match self.incoming.try_recv() {
            Ok(incoming) => Some(incoming),
            Err(mpsc::error::TryRecvError::Empty) => None,
            Err(mpsc::error::TryRecvError::Disconnected) => self.end_now(),
        }
    }

    /// Leaves heartbeats unanswered from now on (CONN-3).
    pub fn stop_answering_pings(&self) {
        self.sender.shared.answer_pings.store(false, Ordering::Relaxed);
    }

    /// Stops reading: what the server sends piles up in the network (ROB-7). Heartbeats go unanswered, and a close is
    /// not noticed.
    pub fn stop_reading(&self) {
        self.reading.send_replace(false);
    }

    /// Goes on reading.
    pub fn resume_reading(&self) {
        self.reading.send_replace(true);
    }

    /// Closes as a client that leaves: out of the namespace (`41`) where it is in it, then a WebSocket close frame.
    /// Waits, with patience, until the server took notice. Says how the connection closed, which can be earlier and for
    /// another reason.
    pub async fn close(self) -> CloseReason {
        let Self { sender, reading, .. } = &self;
        if let Some((reason, _)) = sender.shared.closed() {
            return reason;
        }
        sender.shared.closing.store(true, Ordering::Relaxed);
        reading.send_replace(true);
        let goodbye = async {
            if sender.shared.joined.load(Ordering::Relaxed) {
                sender.leave_namespace().await?;
            }
            sender.send(Outgoing::Close).await
        };
        // Where the goodbye cannot be sent, the connection is closing already: the reader finds out why.
        let said = goodbye.await;
        match timeout(sender.patience, sender.shared.wait_closed()).await {
            Ok(reason) => reason,
            Err(_) => {
                sender.shared.close(CloseReason::Unanswered);
                if let Err(error) = said {
                    sender.shared.record.note(format!("the goodbye was not sent: {error}"));
                }
                CloseReason::Unanswered
            }
        }
    }

    /// Vanishes: the TCP connection is reset, without a goodbye of any kind (PRES-5). It is gone on return.
    ///
    /// # Errors
    /// The operating system refuses the reset; the connection is closed all the same.
    pub async fn abort(self) -> std::io::Result<()> {
        let Self { socket, mut tasks, .. } = self;
        tasks.shared.close(CloseReason::ByClient);
        // Closing a socket that does not linger sends a reset. It closes with its last handle.
        let reset = socket.set_linger(Some(Duration::ZERO));
        tasks.end().await;
        drop(socket);
        reset
    }

    /// The end of what is heard: once its reason, then nothing.
    async fn end(&mut self) -> Option<Incoming> {
        // The queue closes a moment before the reason is known.
        self.sender.shared.wait_closed().await;
        self.end_now()
    }

    fn end_now(&mut self) -> Option<Incoming> {
        let (reason, at) = self.sender.shared.closed().filter(|_| !self.ended)?;
        self.ended = true;
        Some(Incoming::Closed { reason, at })
    }
}

impl Tasks {
    /// Ends both tasks, and waits until they are gone.
    async fn end(&mut self) {
        for task in [&mut self.reader, &mut self.writer] {
            task.abort();
            match task.await {
                // It had ended before, or it has now.
                Ok(()) | Err(_) => {}
            }
        }
    }
}

/// A connection sends, too.
impl Deref for Connection {
    type Target = Sender;

    fn deref(&self) -> &Sender {
        &self.sender
    }
}
