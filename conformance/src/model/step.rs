//! What is done in a session, one step after the other.
//!
//! Steps name users, sockets, rooms and messages, never ids: any part of a session can be played, against any server.
//! A step that makes no sense where it stands, such as one of a socket that is not open, does nothing.

use serde::{Deserialize, Serialize};

use super::{Pair, Socket, Text, User};

/// One step of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A socket connects, and is not authorised.
    Connect(Socket),
    /// A socket that is open sends `user.auth`.
    Authorise(Socket, Credentials),
    /// A socket connects and authorises as its own user.
    Arrive(Socket),
    /// A socket goes.
    Leave(Socket, Goodbye),
    /// A socket sends any other action.
    Act(Socket, Action),
    /// A socket sends an action with a payload that is malformed (ROB-1).
    Spoilt(Socket, Action, Spoil),
}

/// What a socket says to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credentials {
    /// Its own user, with the right token.
    Right,
    /// Its own user, with a token that nobody has (AUTH-2).
    WrongToken,
    /// A user that there is not (AUTH-3).
    UnknownUser,
    /// Its own user, with the token of another (AUTH-4).
    TokenOf(User),
    /// Another user, with that user's right token (AUTH-10).
    As(User),
}

/// How a socket goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goodbye {
    /// It closes the connection in order.
    Said,
    /// The connection is reset.
    Unsaid,
}

/// An action besides `user.auth`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// `chat.start`.
    Start(Someone, Text),
    /// `message.send`.
    Send(RoomName, Text),
    /// `message.delete`.
    Delete(MessageName),
    /// `chat.history`, with `limit` and `last_id`.
    History(RoomName, Option<u8>, Option<MessageName>),
    /// `chat.read`.
    Read(RoomName),
    /// `chat.clear`.
    Clear(RoomName),
    /// `chat.delete`.
    Drop(RoomName),
    /// `call.start`.
    Call(Someone, u8),
    /// `call.answer`.
    Answer(Someone, u8),
}

/// A user that an action names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Someone {
    /// One of the cast.
    User(User),
    /// A user that there is not.
    Unknown,
}

/// A room that an action names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomName {
    /// The newest room of these two, deleted or not; an unknown one where they never had any.
    Of(Pair),
    /// A room that there is not.
    Unknown,
}

/// A message that an action names: so many before the newest of the newest room of a pair, those that are gone
/// included; an unknown one where there are not so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageName {
    /// Whose room.
    pub of: Pair,
    /// How many messages came after it.
    pub back: u8,
}

/// What is wrong with a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spoil {
    /// There is none.
    NoPayload,
    /// It is `null`.
    Null,
    /// It is its own text.
    AsText,
    /// It is in an array.
    InArray,
    /// It has no field.
    Empty,
    /// Its id is `true`.
    IdTrue,
    /// Its id is zero.
    IdZero,
    /// Its id is negative.
    IdNegative,
    /// Its id is 2^53.
    IdTooLarge,
    /// Its id is `null`.
    IdNull,
}

impl Spoil {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::NoPayload,
        Self::Null,
        Self::AsText,
        Self::InArray,
        Self::Empty,
        Self::IdTrue,
        Self::IdZero,
        Self::IdNegative,
        Self::IdTooLarge,
        Self::IdNull,
    ];
}

impl Step {
    /// The socket that takes it.
    #[must_use]
    pub const fn socket(&self) -> Socket {
        match self {
            Self::Connect(socket)
            | Self::Authorise(socket, _)
            | Self::Arrive(socket)
            | Self::Leave(socket, _)
            | Self::Act(socket, _)
            | Self::Spoilt(socket, ..) => *socket,
        }
    }
}

impl Action {
    /// Its name on the wire.
    #[must_use]
    pub const fn wire_name(&self) -> &'static str {
        match self {
            Self::Start(..) => "chat.start",
            Self::Send(..) => "message.send",
            Self::Delete(..) => "message.delete",
            Self::History(..) => "chat.history",
            Self::Read(..) => "chat.read",
            Self::Clear(..) => "chat.clear",
            Self::Drop(..) => "chat.delete",
            Self::Call(..) => "call.start",
            Self::Answer(..) => "call.answer",
        }
    }
}
