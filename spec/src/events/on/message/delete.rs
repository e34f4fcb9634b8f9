//! `on.message.delete`: a message was deleted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::{Chat, Message, Room},
};

/// A message was deleted (DEL-1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OnMessageDelete {
    /// The receiving user's own side.
    pub chat: Chat,
    /// The room that the message was in.
    pub room: Room,
    /// The message that is gone.
    pub message: Message,
}

impl Example for OnMessageDelete {
    fn example() -> Self {
        Self { chat: example::chat(), room: example::room(), message: example::message() }
    }
}
