//! `chat.history`: a page of a room's messages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::{Limit, MessageId, RoomId},
};

/// Asks for a page of messages (HIST-1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatHistory {
    /// The room.
    pub room_id: RoomId,
    /// The most messages that the page may hold; 50 where it is left out, and 100 at most (HIST-9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// The oldest message that the client already has: the page holds those before it. A position, not a reference (HIST-12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_id: Option<MessageId>,
}

impl Example for ChatHistory {
    fn example() -> Self {
        Self { room_id: example::id(5), limit: Limit::new(20), last_id: Some(example::id(70)) }
    }
}
