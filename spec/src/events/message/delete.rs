//! `message.delete`: a message taken back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::MessageId,
};

/// Deletes a message for both users (DEL-1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessageDelete {
    /// The message.
    pub message_id: MessageId,
}

impl Example for MessageDelete {
    fn example() -> Self {
        Self { message_id: example::id(70) }
    }
}
