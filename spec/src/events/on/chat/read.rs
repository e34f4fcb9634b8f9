//! `on.chat.read`: a dialog was marked as read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::{Chat, Room},
};

/// The user has read a room (READ-1); the other user is not told (READ-4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OnChatRead {
    /// The receiving user's own side; nothing in it is unread.
    pub chat: Chat,
    /// The room that was read.
    pub room: Room,
}

impl Example for OnChatRead {
    fn example() -> Self {
        Self { chat: example::chat_read(), room: example::room() }
    }
}
