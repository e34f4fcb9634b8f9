//! Opening a connection: from the URL to the joined namespace.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use futures_util::StreamExt;
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::task::AbortOnDropHandle;

use super::{
    assembler::Assembler,
    connection::{Connection, Tasks},
    dial::{Deadline, Stream, dial},
    engine::{Handshake, PacketType},
    error::{OpenError, Stage},
    frame::cut,
    incoming::{CloseReason, Incoming},
    options::OpenOptions,
    reader::Reader,
    record::Record,
    sender::Sender,
    shared::Shared,
    target::Target,
    writer::Writer,
};
use crate::result::Heard;

/// How many sends may be queued before a send waits.
const OUTGOING: usize = 1_024;
/// How many answers to heartbeats may be queued.
const PONGS: usize = 64;
/// How much of an unexpected first frame is shown, in characters.
const SHOWN: usize = 200;

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
