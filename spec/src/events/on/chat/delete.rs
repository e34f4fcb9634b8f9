//! `on.chat.delete`: a dialog was removed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::{Chat, Room},
};

/// A dialog was removed, with its messages (DROP-1, D13).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OnChatDelete {
    /// The receiving user's own side, as it was.
    pub chat: Chat,
    /// The room that is gone.
    pub room: Room,
}

impl Example for OnChatDelete {
    fn example() -> Self {
        Self { chat: example::chat(), room: example::room() }
    }
}
