//! The task that hears: answers heartbeats, hands acknowledgements to who waits for them, queues the rest.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use bytes::Bytes;
use futures_util::{StreamExt, stream::SplitStream};
use serde_json::{Value, value::RawValue};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::{self, Message, protocol::CloseFrame};

use super::{
    assembler::Assembler,
    dial::Stream,
    engine::PacketType,
    frame::cut,
    incoming::{Ack, CloseReason, Event, Incoming},
    json,
    packet::{Kind, Packet},
    shared::Shared,
};
use crate::result::Heard;

/// How much of a malformed frame is shown, in characters.
const SHOWN: usize = 200;

pub(super) struct Reader {
    pub(super) stream: SplitStream<Stream>,
    pub(super) queue: mpsc::Sender<Incoming>,
    pub(super) pongs: mpsc::Sender<Message>,
    pub(super) reading: watch::Receiver<bool>,
    pub(super) shared: Arc<Shared>,
    pub(super) assembler: Assembler,
}

/// The connection ends, and how.
type Ended = CloseReason;

impl Reader {
    /// Reads until the connection closes.
    pub(super) async fn run(mut self) {
        let Err(reason) = self.hear_all().await;
        self.shared.close(reason);
    }

    async fn hear_all(&mut self) -> Result<std::convert::Infallible, Ended> {
        loop {
            // The sender lives in the connection, which owns this task: it is there as long as we run.
            if self.reading.wait_for(|reading| *reading).await.is_err() {
                return Err(CloseReason::ByClient);
            }
            let message = tokio::select! {
                message = self.stream.next() => message,
                _ = self.reading.changed() => continue,
            };
            let message = message.unwrap_or(Err(tungstenite::Error::ConnectionClosed));
            let message = message.map_err(|error| self.ended(error))?;
            let at = Instant::now();
            let seq = self.shared.record.frame(Heard::Received, &message, at);
            match message {
                Message::Text(text) => self.text(&text, at, seq)?,
                Message::Binary(bytes) => self.binary(bytes, at, seq)?,
                Message::Close(frame) => return Err(self.closed(frame)),
                // WebSocket's own heartbeats are answered by the library.
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    fn text(&mut self, text: &str, at: Instant, seq: u64) -> Result<(), Ended> {
        match PacketType::split(text) {
            Some((PacketType::Message, text)) => match Packet::parse(text) {
                Ok(packet) => {
                    let (packet, interrupted) = self.assembler.packet(packet);
                    if let Err(why) = interrupted {
                        self.malformed(text, why)?;
                    }
                    packet.map_or(Ok(()), |packet| self.packet(packet, Vec::new(), at, seq))
                }
                Err(error) => self.malformed(text, error.to_string()),
            },
            Some((PacketType::Ping, data)) => self.ping(data),
            Some((PacketType::Close, _)) => Err(CloseReason::EngineClose),
            // Legal, and of no consequence over WebSocket.
            Some((PacketType::Noop | PacketType::Upgrade | PacketType::Pong, _)) => Ok(()),
            Some((PacketType::Open, _)) => self.malformed(text, "a second Engine.IO open packet".to_owned()),
            None => self.malformed(text, "no Engine.IO packet begins like this".to_owned()),
        }
    }

    fn binary(&mut self, bytes: Bytes, at: Instant, seq: u64) -> Result<(), Ended> {
        let length = bytes.len();
        match self.assembler.attachment(bytes) {
            Ok(Some((packet, attachments))) => self.packet(packet, attachments, at, seq),
            Ok(None) => Ok(()),
            Err(why) => self.malformed(&format!("<{length} bytes>"), why),
        }
    }

    fn ping(&mut self, data: &str) -> Result<(), Ended> {
        self.shared.pings.fetch_add(1, Ordering::Relaxed);
        if !self.shared.answer_pings.load(Ordering::Relaxed) {
            return Ok(());
        }
        match self.pongs.try_send(Message::text(format!("3{data}"))) {
            // The writer is stuck or gone: an answer more in its queue would change nothing.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.shared.record.note("a heartbeat was not answered: the server does not read".to_owned());
                Ok(())
            }
        }
    }

    fn packet(&mut self, packet: Packet, attachments: Vec<Bytes>, at: Instant, seq: u64) -> Result<(), Ended> {
        if packet.namespace != "/" {
            let why = format!("it is of the namespace `{}`, which was never joined", packet.namespace);
            return self.malformed(&packet.to_string(), why);
        }
        let binary = packet.kind.is_binary();
        match (packet.kind, packet.data) {
            (Kind::Event | Kind::BinaryEvent, Some(raw)) => {
                let mut args: Vec<Value> = json::elements(&raw).into_iter().map(json::to_value).collect();
                if !args.first().is_some_and(Value::is_string) {
                    return self.malformed(raw.get(), "an event begins with its name, a string".to_owned());
                }
                let name = args.remove(0).as_str().unwrap_or_default().to_owned();
                self.hear(Incoming::Event(Event { name, args, ack_id: packet.id, attachments, binary, at, seq, raw }))
            }
            (Kind::Ack | Kind::BinaryAck, Some(raw)) => {
                let args = json::elements(&raw).into_iter().map(json::to_value).collect();
                self.ack(Ack { id: packet.id.unwrap_or_default(), args, attachments, at, seq })
            }
            (Kind::Connect, data) => {
                self.shared.joined.store(true, Ordering::Relaxed);
                let sid = data.and_then(|data| json::to_value(&data).get("sid")?.as_str().map(str::to_owned));
                self.hear(Incoming::Connected { sid })
            }
            (Kind::ConnectError, data) => self.hear(Incoming::ConnectionError { message: message_of(data.as_deref()) }),
            (Kind::Disconnect, _) => {
                self.shared.joined.store(false, Ordering::Relaxed);
                self.hear(Incoming::Disconnected)
            }
            // The parser lets neither pass without its payload.
            (_, None) => self.malformed("", "its payload is missing".to_owned()),
        }
    }

    fn ack(&mut self, ack: Ack) -> Result<(), Ended> {
        let waiting = self.shared.acks().remove(&ack.id);
        match waiting {
            // Who waited may have given up at this very moment.
            Some(waiting) => waiting.send(ack).or_else(|ack| self.hear(Incoming::Ack(ack))),
            None => self.hear(Incoming::Ack(ack)),
        }
    }

    fn malformed(&mut self, frame: &str, why: String) -> Result<(), Ended> {
        self.hear(Incoming::Malformed { frame: cut(frame, SHOWN), why })
    }

    fn hear(&mut self, incoming: Incoming) -> Result<(), Ended> {
        match self.queue.try_send(incoming) {
            Ok(()) => Ok(()),
            Err(mpsc::error::TrySendError::Full(_)) => Err(CloseReason::QueueFull(self.queue.max_capacity())),
            // Nobody is left to listen; whoever left ends this task.
            Err(mpsc::error::TrySendError::Closed(_)) => Err(CloseReason::ByClient),
        }
    }

    fn closed(&self, frame: Option<CloseFrame>) -> CloseReason {
        if self.shared.closing.load(Ordering::Relaxed) {
            return CloseReason::ByClient;
        }
        let (code, reason) = frame.map(|frame| (u16::from(frame.code), frame.reason.to_string())).unzip();
        CloseReason::CloseFrame { code, reason: reason.unwrap_or_default() }
    }

    fn ended(&self, error: tungstenite::Error) -> CloseReason {
        use tungstenite::{Error, error::ProtocolError};
        if self.shared.closing.load(Ordering::Relaxed) {
            return CloseReason::ByClient;
        }
        match error {
            Error::Io(error) => CloseReason::Dropped(error.to_string()),
            Error::ConnectionClosed
            | Error::AlreadyClosed
            | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
                CloseReason::Dropped("end of stream".to_owned())
            }
            Error::Protocol(error) => CloseReason::Protocol(error.to_string()),
            error => CloseReason::Protocol(error.to_string()),
        }
    }
}

/// What a refusal says: Socket.IO puts it into `message`.
fn message_of(data: Option<&RawValue>) -> String {
    let Some(data) = data else { return "no reason given".to_owned() };
    let value = json::to_value(data);
    let message = value.get("message").and_then(Value::as_str).map(str::to_owned);
    message.unwrap_or_else(|| cut(data.get(), SHOWN))
}
