//! `message.send`: a message to a room.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::{AttachmentId, RoomId},
};

/// Sends a message to a room of the caller's (SEND-1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessageSend {
    /// The room.
    pub room_id: RoomId,
    /// The message's text, kept exactly as it is (SEND-4).
    pub text: String,
    /// An attachment of the caller's that was not sent before (ATT-1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment_id: Option<AttachmentId>,
}

impl Example for MessageSend {
    fn example() -> Self {
        Self { room_id: example::id(5), text: "See the picture.".into(), attachment_id: Some(example::id(10)) }
    }
}
