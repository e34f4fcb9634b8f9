//! `on.chat.clear`: a history was made empty.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::{Chat, Room},
};

/// All messages of a room were removed (CLEAR-1, CLEAR-2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OnChatClear {
    /// The receiving user's own side; nothing in it is unread.
    pub chat: Chat,
    /// The room that is empty now.
    pub room: Room,
}

impl Example for OnChatClear {
    fn example() -> Self {
        Self { chat: example::chat_read(), room: example::room() }
    }
}
