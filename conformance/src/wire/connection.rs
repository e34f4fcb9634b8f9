//! A connection to a server: what scenarios hold.

use std::{
    collections::VecDeque,
    ops::Deref,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::task::AbortOnDropHandle;

use super::{
    assembler::Assembler,
    dial::{Deadline, Stream, dial},
    engine::{Handshake, PacketType},
    error::{OpenError, Stage},
    incoming::{CloseReason, Incoming},
    options::OpenOptions,
    reader::Reader,
    record::{Record, cut},
    sender::Sender,
    shared::Shared,
    target::Target,
    writer::{Outgoing, Writer},
};
use crate::result::Heard;

/// How many sends may be queued before a send waits.
const OUTGOING: usize = 1_024;
/// How many answers to heartbeats may be queued.
const PONGS: usize = 64;
/// How much of an unexpected first frame is shown, in characters.
const SHOWN: usize = 200;

/// A connection to a server. It sends like a [`Sender`] (see there), answers heartbeats even when nobody listens, and
/// ends with its two tasks when it is dropped, without a goodbye.
#[derive(Debug)]
pub struct Connection {
    sender: Sender,
    incoming: mpsc::Receiver<Incoming>,
    /// What came while opening, before the namespace was joined.
    early: VecDeque<Incoming>,
    /// Whether the end was heard.
    ended: bool,
    handshake: Handshake,
    namespace_sid: Option<String>,
    reading: watch::Sender<bool>,
    /// A second handle of the TCP socket.
    socket: socket2::Socket,
    tasks: Tasks,
}

/// The two tasks. They end with it.
#[derive(Debug)]
struct Tasks {
    reader: AbortOnDropHandle<()>,
    writer: AbortOnDropHandle<()>,
    shared: Arc<Shared>,
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.shared.close(CloseReason::ByClient);
    }
}

impl Connection {
    /// Opens a connection: TCP, TLS where the target is secure, WebSocket, Engine.IO and (unless told otherwise) the
    /// default namespace (CONN-1).
    ///
    /// # Errors
    /// Each step has its own: see [`OpenError`].
    pub async fn open(target: &Target, options: OpenOptions) -> Result<Self, OpenError> {
        let deadline = Deadline::new(target, options.patience);
        let (mut stream, socket) = dial(target, &options, &deadline).await?;
        let record = Arc::new(Record::new(options.record, Arc::clone(&options.secrets)));
        let handshake = deadline.wait(Stage::Open, greeting(target, &mut stream, &record)).await??;
        let mut connection = Self::start(stream, socket, handshake, record, &options);
        if options.auto_connect {
            deadline.wait(Stage::Namespace, connection.join(target)).await??;
        }
        if !options.read {
            // Joining needed an answer; from here on, nothing is read.
            connection.stop_reading();
        }
        Ok(connection)
    }

    fn start(
        stream: Stream,
        socket: socket2::Socket,
        handshake: Handshake,
        record: Arc<Record>,
        options: &OpenOptions,
    ) -> Self {
        let shared = Arc::new(Shared::new(record, options.answer_pings));
        let (sink, stream) = stream.split();
        let (outgoing, outgoing_frames) = mpsc::channel(OUTGOING);
        let (pongs, pong_frames) = mpsc::channel(PONGS);
        let (queue, incoming) = mpsc::channel(options.queue.max(1));
        let (reading, reading_now) = watch::channel(options.read || options.auto_connect);
        let reader = Reader {
            stream,
            queue,
            pongs,
            reading: reading_now,
            shared: Arc::clone(&shared),
            assembler: Assembler::default(),
        };
        let writer = Writer { sink, outgoing: outgoing_frames, pongs: pong_frames, shared: Arc::clone(&shared) };
        let tasks = Tasks {
            reader: AbortOnDropHandle::new(tokio::spawn(reader.run())),
            writer: AbortOnDropHandle::new(tokio::spawn(writer.run())),
            shared: Arc::clone(&shared),
        };
        let sender = Sender { outgoing, shared, patience: options.patience };
        Self {
            sender,
            incoming,
            early: VecDeque::new(),
            ended: false,
            handshake,
            namespace_sid: None,
            reading,
            socket,
            tasks,
        }
    }

    /// Joins the default namespace and waits for the answer. What else comes before it is heard later.
    async fn join(&mut self, target: &Target) -> Result<(), OpenError> {
        let closed = |reason| OpenError::Closed { target: target.clone(), stage: Stage::Namespace, reason };
        if self.sender.join_namespace().await.is_err() {
            return Err(closed(self.sender.shared.wait_closed().await));
        }
        loop {
            match self.incoming.recv().await {
                Some(Incoming::Connected { sid }) => {
                    self.namespace_sid = sid;
                    return Ok(());
                }
                Some(Incoming::ConnectionError { message }) => {
                    return Err(OpenError::NamespaceRefused { target: target.clone(), message });
                }
                Some(other) => self.early.push_back(other),
                None => return Err(closed(self.sender.shared.wait_closed().await)),
            }
        }
    }

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

    /// Closes as a client that leaves: out of the namespace (`41`), then a WebSocket close frame. Waits, with patience,
    /// until the server took notice. Says how the connection closed, which can be earlier and for another reason.
    pub async fn close(self) -> CloseReason {
        let Self { sender, reading, .. } = &self;
        if let Some((reason, _)) = sender.shared.closed() {
            return reason;
        }
        sender.shared.closing.store(true, Ordering::Relaxed);
        reading.send_replace(true);
        let goodbye = async {
            sender.leave_namespace().await?;
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

/// Reads the first frame, the Engine.IO open packet.
async fn greeting(target: &Target, stream: &mut Stream, record: &Record) -> Result<Handshake, OpenError> {
    let closed = |reason| OpenError::Closed { target: target.clone(), stage: Stage::Open, reason };
    loop {
        let message = match stream.next().await {
            Some(Ok(message)) => message,
            Some(Err(error)) => return Err(closed(CloseReason::Dropped(error.to_string()))),
            None => return Err(closed(CloseReason::Dropped("end of stream".to_owned()))),
        };
        record.frame(Heard::Received, &message, Instant::now());
        let shown = match &message {
            Message::Text(text) => match PacketType::split(text) {
                Some((PacketType::Open, json)) => {
                    let malformed =
                        |what| OpenError::MalformedOpen { target: target.clone(), what, frame: cut(text, SHOWN) };
                    return Handshake::parse(json).map_err(malformed);
                }
                _ => format!("`{}`", cut(text, SHOWN)),
            },
            Message::Binary(bytes) => format!("a binary one of {} bytes", bytes.len()),
            Message::Close(frame) => {
                let (code, reason) = frame.as_ref().map(|frame| (frame.code.into(), frame.reason.to_string())).unzip();
                return Err(closed(CloseReason::CloseFrame { code, reason: reason.unwrap_or_default() }));
            }
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
        };
        return Err(OpenError::NotEngineIo { target: target.clone(), frame: shown });
    }
}
