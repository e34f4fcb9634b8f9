//! What passes through the proxy, read as far as rules need it.

use bytes::Bytes;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::wire::packet::{Kind, Packet};

/// Which way something passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Towards {
    /// From a client to the server.
    Server,
    /// From the server to a client.
    Client,
}

/// How a side ended its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With a close frame.
    Goodbye,
    /// Without one.
    Dropped,
    /// With a TCP reset.
    Reset,
}

/// What passes.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// An event.
    Event {
        /// Its name.
        name: String,
        /// Its arguments.
        args: Vec<Value>,
        /// The number of the acknowledgement that is asked for.
        ack: Option<u64>,
    },
    /// An acknowledgement.
    Ack {
        /// The number of the event that it answers.
        id: u64,
        /// Its arguments.
        args: Vec<Value>,
    },
    /// Engine.IO's greeting.
    Open(Value),
    /// A heartbeat.
    Ping,
    /// Its answer.
    Pong,
    /// Any other text, malformed ones too.
    Text(String),
    /// Binary data.
    Binary(Bytes),
    /// One side is gone.
    Gone(End),
}

impl Frame {
    /// An event without an acknowledgement.
    #[must_use]
    pub fn event(name: &str, payload: Value) -> Self {
        Self::Event { name: name.to_owned(), args: vec![payload], ack: None }
    }

    /// Reads a message; `None` for WebSocket's own pings, which each side answers by itself.
    pub(super) fn read(message: &Message) -> Option<Self> {
        match message {
            Message::Text(text) => Some(Self::read_text(text.as_str())),
            Message::Binary(bytes) => Some(Self::Binary(bytes.clone())),
            _ => None,
        }
    }

    fn read_text(text: &str) -> Self {
        let read = match text {
            "2" => Some(Self::Ping),
            "3" => Some(Self::Pong),
            _ => match text.split_at_checked(1) {
                Some(("0", json)) => serde_json::from_str(json).ok().map(Self::Open),
                Some(("4", packet)) => Self::read_packet(packet),
                _ => None,
            },
        };
        read.unwrap_or_else(|| Self::Text(text.to_owned()))
    }

    fn read_packet(text: &str) -> Option<Self> {
        let packet = Packet::parse(text).ok().filter(|packet| packet.namespace == "/")?;
        let mut args: Vec<Value> = serde_json::from_str(packet.data.as_ref()?.get()).ok()?;
        match packet.kind {
            Kind::Event => {
                let Value::String(name) = (!args.is_empty()).then(|| args.remove(0))? else { return None };
                Some(Self::Event { name, args, ack: packet.id })
            }
            Kind::Ack => Some(Self::Ack { id: packet.id?, args }),
            _ => None,
        }
    }

    /// The frame as a message; `None` for an end, which is no message.
    pub(super) fn write(&self) -> Option<Message> {
        let text = match self {
            Self::Event { name, args, ack } => {
                let number = ack.map(|ack| ack.to_string()).unwrap_or_default();
                let mut all = vec![json!(name)];
                all.extend(args.iter().cloned());
                format!("42{number}{}", Value::Array(all))
            }
            Self::Ack { id, args } => format!("43{id}{}", Value::Array(args.clone())),
            Self::Open(greeting) => format!("0{greeting}"),
            Self::Ping => "2".to_owned(),
            Self::Pong => "3".to_owned(),
            Self::Text(text) => text.clone(),
            Self::Binary(bytes) => return Some(Message::Binary(bytes.clone())),
            Self::Gone(_) => return None,
        };
        Some(Message::text(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        for text in [
            r#"42["message.send",{"room_id":1,"text":"😀"}]"#,
            r#"427["chat.read",{"room_id":1}]"#,
            r#"437[{"ok":true}]"#,
            r#"0{"maxPayload":1,"pingInterval":2,"pingTimeout":3,"sid":"a"}"#,
            "2",
            "3",
            "40",
            r#"40{"sid":"a"}"#,
            "41",
            r#"42["broken"#,
            r#"451-["x",{"_placeholder":true,"num":0}]"#,
            "",
            "é",
        ] {
            let frame = Frame::read(&Message::text(text)).unwrap();
            assert_eq!(frame.write(), Some(Message::text(text)), "{frame:?}");
        }
    }
}
