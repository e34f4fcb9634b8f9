//! A line of the list of dialogs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Chat, Message, Room, nullable};

/// One dialog of the authorised user, as `on.user.authorized` lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dialog {
    /// The authorised user's own side (AUTH-7).
    pub chat: Chat,
    /// The room of the dialog.
    pub room: Room,
    /// The newest message of the room, or `null` when there is none (AUTH-6).
    #[serde(deserialize_with = "nullable::deserialize")]
    pub message: Option<Message>,
}
