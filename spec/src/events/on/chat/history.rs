//! `on.chat.history`: a page of a room's messages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::{Chat, Message, Room},
};

/// A page of messages (HIST-1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OnChatHistory {
    /// The messages of the page, oldest first (D6).
    pub messages: Vec<Message>,
    /// The calling user's own side.
    pub chat: Chat,
    /// The room.
    pub room: Room,
}

impl Example for OnChatHistory {
    fn example() -> Self {
        Self { messages: vec![example::message()], chat: example::chat(), room: example::room() }
    }
}
