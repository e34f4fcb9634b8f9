//! Steps in words, as people read them.

use std::fmt;

use super::{Action, Credentials, Goodbye, MessageName, RoomName, Someone, Spoil, Step};

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(socket) => write!(f, "{socket} connects"),
            Self::Arrive(socket) => write!(f, "{socket} connects and authorises"),
            Self::Leave(socket, Goodbye::Said) => write!(f, "{socket} disconnects"),
            Self::Leave(socket, Goodbye::Unsaid) => write!(f, "{socket} vanishes (TCP reset)"),
            Self::Authorise(socket, credentials) => write!(f, "{socket}: user.auth {credentials}"),
            Self::Act(socket, action) => write!(f, "{socket}: {action}"),
            Self::Spoilt(socket, action, spoil) => write!(f, "{socket}: {action}, malformed: {spoil}"),
        }
    }
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Right => f.write_str("with the right token"),
            Self::WrongToken => f.write_str("with a wrong token"),
            Self::UnknownUser => f.write_str("as an unknown user"),
            Self::TokenOf(user) => write!(f, "with the token of {user}"),
            Self::As(user) => write!(f, "as {user}"),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.wire_name())?;
        match self {
            Self::Start(with, text) => write!(f, " with {with}, {text}"),
            Self::Send(room, text) => write!(f, " to {room}, {text}"),
            Self::Delete(message) => write!(f, " {message}"),
            Self::History(room, limit, last) => {
                write!(f, " of {room}")?;
                limit.map_or(Ok(()), |limit| write!(f, ", limit {limit}"))?;
                last.map_or(Ok(()), |last| write!(f, ", last_id {last}"))
            }
            Self::Read(room) | Self::Clear(room) | Self::Drop(room) => write!(f, " {room}"),
            Self::Call(user, _) | Self::Answer(user, _) => write!(f, " to {user}"),
        }
    }
}

impl fmt::Display for Someone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => user.fmt(f),
            Self::Unknown => f.write_str("an unknown user"),
        }
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(pair) => write!(f, "the room of {pair}"),
            Self::Unknown => f.write_str("an unknown room"),
        }
    }
}

impl fmt::Display for MessageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.back {
            0 => write!(f, "the newest message of {}", self.of),
            back => write!(f, "the message of {} that is {back} before the newest", self.of),
        }
    }
}

impl fmt::Display for Spoil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoPayload => "no payload",
            Self::Null => "null as the payload",
            Self::AsText => "the payload as a string",
            Self::InArray => "the payload in an array",
            Self::Empty => "an empty object",
            Self::IdTrue => "true as the id",
            Self::IdZero => "zero as the id",
            Self::IdNegative => "a negative id",
            Self::IdTooLarge => "2^53 as the id",
            Self::IdNull => "null as the id",
        })
    }
}
