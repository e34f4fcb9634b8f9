//! Why an action is refused: the one place where that becomes a code and a sentence of the wire.

use chat_spec::{
    decode::Malformed,
    types::{ErrorCode, Refusal},
};
use thiserror::Error;

/// Why an action is refused. The sentences go to clients: they name no internals and repeat nothing that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// The event name is no action of the protocol.
    #[error("there is no such action")]
    UnknownAction,
    /// The socket is not authorised yet.
    #[error("authorise with `user.auth` first")]
    Unauthenticated,
    /// The id and the token do not belong together, or the id is unknown: the two cannot be told apart (AUTH-3).
    #[error("the id or the token is wrong")]
    WrongCredentials,
    /// The payload is not what the action documents.
    #[error("{0}")]
    Malformed(#[from] Malformed),
    /// The payload holds binary data.
    #[error("the payload is malformed: expected JSON without binary data")]
    Binary,
    /// A call field is nested deeper than peers can be trusted to read.
    #[error("`{field}` is malformed: expected JSON of at most {most} levels")]
    TooDeep {
        /// Which field.
        field: &'static str,
        /// How many levels are allowed.
        most: usize,
    },
    /// The text is empty and there is no attachment.
    #[error("`text` is malformed: expected at least one character, or an attachment")]
    TextEmpty,
    /// The text is longer than the server's maximum.
    #[error("`text` is malformed: expected at most {most} characters")]
    TextTooLong {
        /// The most code points that are accepted.
        most: usize,
    },
    /// The text holds U+0000.
    #[error("`text` is malformed: expected no U+0000 in it")]
    TextHoldsNul,
    /// The other side is the caller.
    #[error("`user_id` is malformed: expected another user than yourself")]
    Oneself,
    /// The room does not exist or is not the caller's.
    #[error("there is no such room")]
    NoSuchRoom,
    /// The message does not exist or is in no room of the caller's.
    #[error("there is no such message")]
    NoSuchMessage,
    /// The user does not exist.
    #[error("there is no such user")]
    NoSuchUser,
    /// The attachment does not exist or is not the caller's.
    #[error("there is no such attachment")]
    NoSuchAttachment,
    /// The message is the other side's.
    #[error("only its author may delete a message")]
    NotTheAuthor,
    /// The attachment was in a message before.
    #[error("the attachment was sent before")]
    AttachmentUsed,
    /// The socket is authorised as somebody else.
    #[error("this connection is authorised as another user")]
    AnotherUser,
    /// The user called is not connected.
    #[error("the user is offline")]
    Offline,
    /// A limit was reached.
    #[error("too many requests: try again later")]
    RateLimited,
    /// The storage cannot be had, or the server is shutting down.
    #[error("the action cannot be carried out at the moment: try again later")]
    Unavailable,
    /// A defect of the server.
    #[error("the server failed to carry out the action")]
    Internal,
}

impl Refused {
    /// The code on the wire (ERR-3).
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::UnknownAction => ErrorCode::UnknownAction,
            Self::Unauthenticated | Self::WrongCredentials => ErrorCode::Unauthenticated,
            Self::Malformed(_)
            | Self::Binary
            | Self::TooDeep { .. }
            | Self::TextEmpty
            | Self::TextTooLong { .. }
            | Self::TextHoldsNul
            | Self::Oneself => ErrorCode::InvalidPayload,
            Self::NoSuchRoom | Self::NoSuchMessage | Self::NoSuchUser | Self::NoSuchAttachment => ErrorCode::NotFound,
            Self::NotTheAuthor => ErrorCode::Forbidden,
            Self::AttachmentUsed | Self::AnotherUser => ErrorCode::Conflict,
            Self::Offline => ErrorCode::Offline,
            Self::RateLimited => ErrorCode::RateLimited,
            Self::Unavailable => ErrorCode::Unavailable,
            Self::Internal => ErrorCode::Internal,
        }
    }

    /// The refusal of an action as it looks on the wire.
    #[must_use]
    pub fn to_wire(&self, action: &str) -> Refusal {
        Refusal { action: action.to_owned(), code: self.code(), message: self.to_string() }
    }
}
