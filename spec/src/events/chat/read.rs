//! `chat.read`: a dialog marked as read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::RoomId,
};

/// Marks all messages of a room as read by the caller (READ-1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatRead {
    /// The room.
    pub room_id: RoomId,
}

impl Example for ChatRead {
    fn example() -> Self {
        Self { room_id: example::id(5) }
    }
}
