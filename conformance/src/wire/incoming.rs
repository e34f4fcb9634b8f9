//! What a connection hears.

use std::time::Instant;

use bytes::Bytes;
use serde_json::{Value, value::RawValue};
use thiserror::Error;

use super::json;

/// Something that a connection heard, in wire order. Heartbeats are answered and recorded, not heard.
#[derive(Debug, Clone)]
pub enum Incoming {
    /// The default namespace is joined.
    Connected {
        /// The socket's id, where the server gave one.
        sid: Option<String>,
    },
    /// An event.
    Event(Event),
    /// An acknowledgement that nobody waits for: a second one, or one that was never asked for.
    Ack(Ack),
    /// Joining the namespace is refused.
    ConnectionError {
        /// What the server says.
        message: String,
    },
    /// The server left the namespace (`41`); the transport may still be open.
    Disconnected,
    /// A frame that is not as Engine.IO or Socket.IO documents it. The connection goes on.
    Malformed {
        /// The beginning of the frame.
        frame: String,
        /// What is wrong with it.
        why: String,
    },
    /// The connection is closed. Heard once, and last.
    Closed {
        /// How it closed.
        reason: CloseReason,
        /// When.
        at: Instant,
    },
}

/// An event with its arguments.
#[derive(Debug, Clone)]
pub struct Event {
    /// The event's name.
    pub name: String,
    /// Its arguments. What [`Value`] cannot hold is `null`; [`Event::raw_args`] has it to the letter.
    pub args: Vec<Value>,
    /// The number that an acknowledgement of it would have to name.
    pub ack_id: Option<u64>,
    /// Its binary attachments, which the arguments have placeholders for. Empty for a text event.
    pub attachments: Vec<Bytes>,
    /// Whether it came as a binary event.
    pub binary: bool,
    /// When its last frame came.
    pub at: Instant,
    /// The place of its last frame among all that the connection received, from 0 on.
    pub seq: u64,
    pub(super) raw: Box<RawValue>,
}

impl Event {
    /// The arguments as the texts that came over the wire.
    #[must_use]
    pub fn raw_args(&self) -> Vec<&RawValue> {
        json::elements(&self.raw).split_off(1)
    }
}

/// An acknowledgement with its arguments.
#[derive(Debug, Clone)]
pub struct Ack {
    /// The number of the event that it answers.
    pub id: u64,
    /// Its arguments. What [`Value`] cannot hold is `null`.
    pub args: Vec<Value>,
    /// Its binary attachments.
    pub attachments: Vec<Bytes>,
    /// When its last frame came.
    pub at: Instant,
    /// The place of its last frame among all that the connection received, from 0 on.
    pub seq: u64,
}

/// How a connection closed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CloseReason {
    /// The suite closed it, and the server took notice.
    #[error("closed by the client")]
    ByClient,
    /// The suite closed it, and the server did not take notice in time.
    #[error("closed by the client, but the server did not answer the close frame")]
    Unanswered,
    /// The server sent a WebSocket close frame.
    #[error("the server sent a WebSocket close frame{}", code.map(|code| format!(", code {code} {reason}")).unwrap_or_default())]
    CloseFrame {
        /// The code, where there was one.
        code: Option<u16>,
        /// The reason that the server gave.
        reason: String,
    },
    /// The server sent an Engine.IO close packet.
    #[error("the server sent an Engine.IO close packet")]
    EngineClose,
    /// The TCP connection ended, or was reset, without a close frame.
    #[error("the server dropped the connection without a close frame: {0}")]
    Dropped(String),
    /// The server broke the WebSocket protocol.
    #[error("the server broke the WebSocket protocol: {0}")]
    Protocol(String),
    /// More was heard than the queue holds, and nobody took it off.
    #[error("the suite closed it: more than {0} events were waiting to be looked at")]
    QueueFull(usize),
}
