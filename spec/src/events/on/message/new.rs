//! `on.message.new`: a new message.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::{Chat, Message, Room},
};

/// A message was sent (SEND-1, START-1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OnMessageNew {
    /// The receiving user's own side.
    pub chat: Chat,
    /// The room that the message is in.
    pub room: Room,
    /// The message.
    pub message: Message,
}

impl Example for OnMessageNew {
    fn example() -> Self {
        Self { chat: example::chat(), room: example::room(), message: example::message() }
    }
}
