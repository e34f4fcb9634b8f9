//! Engine.IO 4: the types of its packets, and the open packet (CONN-1).

use std::time::Duration;

use serde_json::{Map, Value};

/// What an Engine.IO packet says, by the first character of a text frame. Over WebSocket, a binary frame is always a
/// message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PacketType {
    /// `0`: the server's greeting.
    Open,
    /// `1`: the connection ends.
    Close,
    /// `2`: a heartbeat, from the server.
    Ping,
    /// `3`: its answer, from the client.
    Pong,
    /// `4`: a Socket.IO packet.
    Message,
    /// `5`: a change of transport.
    Upgrade,
    /// `6`: nothing.
    Noop,
}

impl PacketType {
    /// Splits a text frame into its type and the rest. `None` where the first character is no type.
    #[must_use]
    pub fn split(frame: &str) -> Option<(Self, &str)> {
        let packet_type = match frame.as_bytes().first()? {
            b'0' => Self::Open,
            b'1' => Self::Close,
            b'2' => Self::Ping,
            b'3' => Self::Pong,
            b'4' => Self::Message,
            b'5' => Self::Upgrade,
            b'6' => Self::Noop,
            _ => return None,
        };
        Some((packet_type, &frame[1..]))
    }
}

/// The greeting of a server, read leniently: whatever is missing or wrong is listed in [`Handshake::problems`], with
/// the default of Socket.IO in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Handshake {
    /// The session's id. Empty where the server gave none. Its length is free: Node's has 20 characters.
    pub sid: String,
    /// The time between two pings of the server.
    pub ping_interval: Duration,
    /// How long the server waits for the answer to a ping.
    pub ping_timeout: Duration,
    /// The largest packet that the server takes, in bytes.
    pub max_payload: u64,
    /// What is missing or wrong.
    pub problems: Vec<Problem>,
    /// The open packet as it came.
    pub raw: Value,
}

/// A field of the open packet that is not as Engine.IO documents it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field, such as `pingInterval`.
    pub field: &'static str,
    /// What is wrong, in words that follow the field's name.
    pub what: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` {}", self.field, self.what)
    }
}

impl Handshake {
    /// The longest that a silent client may stay connected: CONN-3's `pingInterval + pingTimeout`.
    #[must_use]
    pub fn longest_silence(&self) -> Duration {
        self.ping_interval + self.ping_timeout
    }

    /// Reads what follows the `0` of an open packet.
    ///
    /// # Errors
    /// It is no JSON object; the text says what it is instead.
    pub(super) fn parse(json: &str) -> Result<Self, String> {
        let raw: Value = serde_json::from_str(json).map_err(|error| format!("it is not JSON: {error}"))?;
        let Value::Object(fields) = &raw else {
            return Err(format!("it is {}, not an object", kind(&raw)));
        };
        let mut problems = Vec::new();
        let sid = sid(fields, &mut problems);
        let ping_interval = number("pingInterval", fields, 25_000, &mut problems);
        let ping_timeout = number("pingTimeout", fields, 20_000, &mut problems);
        let max_payload = number("maxPayload", fields, 1_000_000, &mut problems);
        Ok(Self {
            sid,
            ping_interval: Duration::from_millis(ping_interval),
            ping_timeout: Duration::from_millis(ping_timeout),
            max_payload,
            problems,
            raw,
        })
    }
}

fn sid(fields: &Map<String, Value>, problems: &mut Vec<Problem>) -> String {
    let what = match fields.get("sid") {
        Some(Value::String(sid)) if !sid.is_empty() => return sid.clone(),
        Some(Value::String(_)) => "is empty".to_owned(),
        Some(other) => format!("is {}, not a string", kind(other)),
        None => "is missing".to_owned(),
    };
    problems.push(Problem { field: "sid", what });
    String::new()
}

fn number(field: &'static str, fields: &Map<String, Value>, default: u64, problems: &mut Vec<Problem>) -> u64 {
    let what = match fields.get(field) {
        Some(value) => match value.as_u64() {
            Some(0) => "is zero".to_owned(),
            Some(number) => return number,
            None => format!("is {}, not a whole number from 1 on", kind(value)),
        },
        None => "is missing".to_owned(),
    };
    problems.push(Problem { field, what });
    default
}

/// What a JSON value is, in words.
fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(_) => "a string".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_greeting() {
        let json =
            r#"{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000}"#;
        let handshake = Handshake::parse(json).unwrap();
        assert_eq!(handshake.sid.len(), 20);
        assert_eq!(handshake.longest_silence(), Duration::from_millis(500));
        assert_eq!((handshake.max_payload, handshake.problems), (1_000_000, vec![]));
    }

    #[test]
    fn lists_what_is_wrong_and_goes_on_with_defaults() {
        let handshake = Handshake::parse(r#"{"sid":7,"pingInterval":"300","pingTimeout":0}"#).unwrap();
        let problems: Vec<String> = handshake.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "`sid` is 7, not a string",
                "`pingInterval` is a string, not a whole number from 1 on",
                "`pingTimeout` is zero",
                "`maxPayload` is missing",
            ]
        );
        assert_eq!(handshake.ping_interval, Duration::from_secs(25));
    }

    #[test]
    fn refuses_what_is_no_object() {
        assert_eq!(Handshake::parse("[]").unwrap_err(), "it is an array, not an object");
        assert!(Handshake::parse("<html>").unwrap_err().starts_with("it is not JSON"));
    }

    #[test]
    fn splits_frames() {
        assert_eq!(PacketType::split("42[]"), Some((PacketType::Message, "2[]")));
        assert_eq!(PacketType::split("6"), Some((PacketType::Noop, "")));
        assert_eq!(PacketType::split(""), None);
        assert_eq!(PacketType::split("é"), None);
        assert_eq!(PacketType::split("7x"), None);
    }
}
