//! `chat.clear`: a history made empty.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::RoomId,
};

/// Removes all messages of a room, for both users (CLEAR-1, D12).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatClear {
    /// The room.
    pub room_id: RoomId,
}

impl Example for ChatClear {
    fn example() -> Self {
        Self { room_id: example::id(5) }
    }
}
