//! Socket.IO 5: packets as text, both ways.
//!
//! `<type>[<attachments>-][<namespace>,][<id>][JSON]`. JSON is kept as the text that it is, so that nothing that a peer
//! may send (`1e400`, an escape for half a surrogate pair) is lost or refused here.

use serde_json::value::RawValue;
use thiserror::Error;

/// The largest number of attachments that a packet may announce.
const MAX_ATTACHMENTS: usize = 1_000;

/// What a packet says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `0`: joins a namespace, or confirms that.
    Connect,
    /// `1`: leaves a namespace.
    Disconnect,
    /// `2`: an event.
    Event,
    /// `3`: the answer to an event.
    Ack,
    /// `4`: joining is refused.
    ConnectError,
    /// `5`: an event with binary attachments.
    BinaryEvent,
    /// `6`: an answer with binary attachments.
    BinaryAck,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Connect,
        Self::Disconnect,
        Self::Event,
        Self::Ack,
        Self::ConnectError,
        Self::BinaryEvent,
        Self::BinaryAck,
    ];

    /// Whether binary frames follow.
    #[must_use]
    pub const fn is_binary(self) -> bool {
        matches!(self, Self::BinaryEvent | Self::BinaryAck)
    }
}

/// A Socket.IO packet.
#[derive(Debug, Clone)]
pub struct Packet {
    /// What it says.
    pub kind: Kind,
    /// How many binary frames follow.
    pub attachments: usize,
    /// The namespace, `/` by default.
    pub namespace: String,
    /// The number that ties an answer to its event.
    pub id: Option<u64>,
    /// The JSON text, for events and answers an array.
    pub data: Option<Box<RawValue>>,
}

/// A text that is no Socket.IO packet.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PacketError {
    /// The first character is no type.
    #[error("its type is not one of 0 to 6")]
    Type,
    /// The number of attachments is missing, none or too large.
    #[error("a binary packet must begin with the number of its attachments, at most {MAX_ATTACHMENTS}, and a hyphen")]
    Attachments,
    /// The namespace has no end.
    #[error("the namespace does not end in a comma")]
    Namespace,
    /// The id is too large, or missing.
    #[error("the number of an acknowledgement is missing or over 2^64-1")]
    Id,
    /// What follows is not JSON.
    #[error("its payload is not JSON: {0}")]
    Json(String),
    /// What follows is JSON of the wrong kind.
    #[error("its payload must be {0}")]
    Payload(&'static str),
}

impl Packet {
    /// A packet of the default namespace.
    #[must_use]
    pub fn new(kind: Kind, data: Option<Box<RawValue>>) -> Self {
        Self { kind, attachments: 0, namespace: "/".to_owned(), id: None, data }
    }

    /// Reads a packet from the text of an Engine.IO message.
    ///
    /// # Errors
    /// It is none, with what is wrong.
    pub fn parse(text: &str) -> Result<Self, PacketError> {
        let digit = text.bytes().next().filter(u8::is_ascii_digit).ok_or(PacketError::Type)?;
        let kind = *Kind::ALL.get(usize::from(digit - b'0')).ok_or(PacketError::Type)?;
        let mut rest = &text[1..];

        let mut attachments = 0;
        if kind.is_binary() {
            let (count, after) = rest.split_once('-').ok_or(PacketError::Attachments)?;
            attachments = count.parse().map_err(|_| PacketError::Attachments)?;
            if !(1..=MAX_ATTACHMENTS).contains(&attachments) {
                return Err(PacketError::Attachments);
            }
            rest = after;
        }

        let mut namespace = "/";
        if rest.starts_with('/') {
            // A namespace with nothing behind it may leave the comma out.
            (namespace, rest) = match rest.split_once(',') {
                Some(split) => split,
                None if matches!(kind, Kind::Connect | Kind::Disconnect) => (rest, ""),
                None => return Err(PacketError::Namespace),
            };
        }

        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (id, json) = rest.split_at(digits);
        let id = if id.is_empty() { None } else { Some(id.parse().map_err(|_| PacketError::Id)?) };
        let data = match json {
            "" => None,
            json => Some(serde_json::from_str(json).map_err(|error| PacketError::Json(error.to_string()))?),
        };
        let packet = Self { kind, attachments, namespace: namespace.to_owned(), id, data };
        packet.check()?;
        Ok(packet)
    }

    /// Whether the payload is of the kind that the type asks for.
    fn check(&self) -> Result<(), PacketError> {
        let begins = self.data.as_deref().and_then(|data| data.get().bytes().next());
        match self.kind {
            Kind::Connect if !matches!(begins, None | Some(b'{')) => Err(PacketError::Payload("an object, or none")),
            Kind::Disconnect if begins.is_some() => Err(PacketError::Payload("empty")),
            Kind::Event | Kind::BinaryEvent if begins != Some(b'[') => {
                Err(PacketError::Payload("an array that begins with the event's name"))
            }
            Kind::Ack | Kind::BinaryAck if begins != Some(b'[') => Err(PacketError::Payload("an array")),
            Kind::Ack | Kind::BinaryAck if self.id.is_none() => Err(PacketError::Id),
            _ => Ok(()),
        }
    }
}

impl std::fmt::Display for Packet {
    /// The packet as it goes over the wire, without Engine.IO's `4`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.kind as u8)?;
        if self.kind.is_binary() {
            write!(f, "{}-", self.attachments)?;
        }
        if self.namespace != "/" {
            write!(f, "{},", self.namespace)?;
        }
        if let Some(id) = self.id {
            write!(f, "{id}")?;
        }
        self.data.as_deref().map_or(Ok(()), |data| f.write_str(data.get()))
    }
}

#[cfg(test)]
mod tests;
