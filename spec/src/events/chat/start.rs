//! `chat.start`: a first message to another user.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::{AttachmentId, UserId},
};

/// Sends a message to a user, in the one room that the two have (START-1, D3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatStart {
    /// The other user.
    pub user_id: UserId,
    /// The message's text, kept exactly as it is (SEND-4).
    pub text: String,
    /// An attachment of the caller's that was not sent before (ATT-1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment_id: Option<AttachmentId>,
}

impl Example for ChatStart {
    fn example() -> Self {
        Self { user_id: example::id(2), text: "Hello!".into(), attachment_id: None }
    }
}
