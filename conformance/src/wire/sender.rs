//! The sending half of a connection.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;
use serde_json::{Value, json, value::RawValue};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_tungstenite::tungstenite::{Message, protocol::frame::Frame};

use super::{
    error::{AckError, SendError},
    incoming::{Ack, CloseReason},
    packet::{Kind, Packet},
    shared::Shared,
    writer::Outgoing,
};

/// Sends on a connection, in the order of the calls. Clones send on the same connection.
///
/// A send returns when the frame is queued. The queue is bounded: where the server does not read, a send waits, and
/// fails with [`SendError::Stalled`] once the connection's patience is over.
#[derive(Debug, Clone)]
pub struct Sender {
    pub(super) outgoing: mpsc::Sender<Outgoing>,
    pub(super) shared: Arc<Shared>,
    pub(super) patience: Duration,
}

/// What stands in the arguments of a binary event for its attachment with that number.
#[must_use]
pub fn placeholder(attachment: usize) -> Value {
    json!({"_placeholder": true, "num": attachment})
}

impl Sender {
    /// Sends an event.
    ///
    /// # Errors
    /// The connection is closed, or the server does not read.
    pub async fn emit(&self, event: &str, args: &[Value]) -> Result<(), SendError> {
        self.send_packet(event_packet(event, &joined(args))?, Vec::new()).await
    }

    /// Sends an event and asks for an acknowledgement.
    ///
    /// # Errors
    /// The connection is closed, or the server does not read.
    pub async fn emit_with_ack(&self, event: &str, args: &[Value]) -> Result<PendingAck, SendError> {
        self.send_expecting_ack(event_packet(event, &joined(args))?).await
    }

    /// Sends an event whose arguments are the given JSON text, to the letter: for what [`Value`] cannot hold, such as
    /// `1e400`. Several arguments are separated by commas; an empty text is none.
    ///
    /// # Errors
    /// The text is not JSON; the connection is closed; the server does not read.
    pub async fn emit_raw_payload(&self, event: &str, json_text: &str) -> Result<(), SendError> {
        self.send_packet(event_packet(event, json_text)?, Vec::new()).await
    }

    /// Like [`Sender::emit_raw_payload`], and asks for an acknowledgement.
    ///
    /// # Errors
    /// The text is not JSON; the connection is closed; the server does not read.
    pub async fn emit_raw_payload_with_ack(&self, event: &str, json_text: &str) -> Result<PendingAck, SendError> {
        self.send_expecting_ack(event_packet(event, json_text)?).await
    }

    /// Sends an event with binary attachments. The arguments hold a [`placeholder`] for each.
    ///
    /// # Errors
    /// The connection is closed, or the server does not read.
    pub async fn emit_binary(&self, event: &str, args: &[Value], attachments: Vec<Bytes>) -> Result<(), SendError> {
        let mut packet = event_packet(event, &joined(args))?;
        packet.kind = Kind::BinaryEvent;
        packet.attachments = attachments.len();
        self.send_packet(packet, attachments).await
    }

    /// Joins the default namespace. The answer is [`Incoming::Connected`](super::Incoming::Connected).
    ///
    /// # Errors
    /// The connection is closed, or the server does not read.
    pub async fn join_namespace(&self) -> Result<(), SendError> {
        self.send_packet(Packet::new(Kind::Connect, None), Vec::new()).await
    }

    /// Leaves the default namespace, and keeps the transport open.
    ///
    /// # Errors
    /// The connection is closed, or the server does not read.
    pub async fn leave_namespace(&self) -> Result<(), SendError> {
        self.send_packet(Packet::new(Kind::Disconnect, None), Vec::new()).await
    }

    /// Sends any text as an Engine.IO frame, malformed or not.
    ///
    /// # Errors
    /// The connection is closed, or the server does not read.
    pub async fn send_text(&self, frame: impl Into<String>) -> Result<(), SendError> {
        self.send(Outgoing::Frames(vec![Message::text(frame.into())])).await
    }

    /// Sends any bytes as a binary Engine.IO frame.
    ///
    /// # Errors
    /// The connection is closed, or the server does not read.
    pub async fn send_binary(&self, frame: impl Into<Bytes>) -> Result<(), SendError> {
        self.send(Outgoing::Frames(vec![Message::binary(frame.into())])).await
    }

    /// Sends text frames one after the other, without waiting in between. [`event_text`] makes them of events.
    ///
    /// # Errors
    /// The connection is closed, or the server does not read.
    pub async fn send_many(&self, frames: impl IntoIterator<Item = String>) -> Result<(), SendError> {
        let frames = frames.into_iter().map(Message::text).collect();
        self.send(Outgoing::Frames(frames)).await
    }

    /// Sends WebSocket frames as they are made, such as fragments, or what breaks the rules of WebSocket. They are
    /// masked on their way.
    ///
    /// # Errors
    /// The connection is closed, or the server does not read.
    pub async fn send_frames(&self, frames: Vec<Frame>) -> Result<(), SendError> {
        self.send(Outgoing::Frames(frames.into_iter().map(Message::Frame).collect())).await
    }

    pub(super) async fn send(&self, outgoing: Outgoing) -> Result<(), SendError> {
        match timeout(self.patience, self.outgoing.send(outgoing)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(SendError::Closed(self.why_closed())),
            Err(_) => Err(SendError::Stalled(self.patience)),
        }
    }

    async fn send_packet(&self, packet: Packet, attachments: Vec<Bytes>) -> Result<(), SendError> {
        let text = Message::text(format!("4{packet}"));
        let frames = std::iter::once(text).chain(attachments.into_iter().map(Message::binary)).collect();
        self.send(Outgoing::Frames(frames)).await
    }

    async fn send_expecting_ack(&self, mut packet: Packet) -> Result<PendingAck, SendError> {
        let id = self.shared.next_ack.fetch_add(1, Ordering::Relaxed);
        packet.id = Some(id);
        let (answer, answered) = oneshot::channel();
        self.shared.acks().insert(id, answer);
        // From here on, dropping it takes it off the list again.
        let pending = PendingAck { id, answered, shared: Arc::clone(&self.shared) };
        self.send_packet(packet, Vec::new()).await?;
        if let Some((reason, _)) = self.shared.closed() {
            return Err(SendError::Closed(reason));
        }
        Ok(pending)
    }

    fn why_closed(&self) -> CloseReason {
        let dropped = || CloseReason::Dropped("it cannot be written to".to_owned());
        self.shared.closed().map_or_else(dropped, |(reason, _)| reason)
    }
}

/// An acknowledgement that was asked for.
#[derive(Debug)]
pub struct PendingAck {
    id: u64,
    answered: oneshot::Receiver<Ack>,
    shared: Arc<Shared>,
}

impl PendingAck {
    /// The number that the acknowledgement will name.
    #[must_use]
    pub const fn id(&self) -> u64 {
        self.id
    }

    /// Waits for the acknowledgement.
    ///
    /// # Errors
    /// It did not come in time, or the connection closed before.
    pub async fn wait(mut self, patience: Duration) -> Result<Ack, AckError> {
        match timeout(patience, &mut self.answered).await {
            Ok(Ok(ack)) => Ok(ack),
            Ok(Err(_)) => {
                let unknown = || CloseReason::Dropped("it was given up".to_owned());
                Err(AckError::Closed(self.shared.closed().map_or_else(unknown, |(reason, _)| reason)))
            }
            Err(_) => Err(AckError::Timeout(patience)),
        }
    }
}

impl Drop for PendingAck {
    fn drop(&mut self) {
        self.shared.acks().remove(&self.id);
    }
}

/// An event as the text frame that [`Sender::send_many`] takes.
#[must_use]
pub fn event_text(event: &str, args: &[Value]) -> String {
    let mut array = vec![Value::from(event)];
    array.extend_from_slice(args);
    format!("42{}", Value::Array(array))
}

fn event_packet(event: &str, args: &str) -> Result<Packet, SendError> {
    let comma = if args.trim().is_empty() { "" } else { "," };
    let data = RawValue::from_string(format!("[{}{comma}{args}]", Value::from(event)));
    let data = data.map_err(|error| SendError::Payload(error.to_string()))?;
    Ok(Packet::new(Kind::Event, Some(data)))
}

/// Arguments as JSON, separated by commas.
fn joined(args: &[Value]) -> String {
    args.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
