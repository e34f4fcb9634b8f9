//! `chat.delete`: a dialog removed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::RoomId,
};

/// Removes a dialog and its messages, for both users (DROP-1, D13).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatDelete {
    /// The room.
    pub room_id: RoomId,
}

impl Example for ChatDelete {
    fn example() -> Self {
        Self { room_id: example::id(5) }
    }
}
