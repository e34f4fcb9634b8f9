//! A message.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Attachment, Date, MessageId, RoomId, UserId, nullable};

/// A message in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// The message's id; ids grow in the order of the room's history (SEND-6).
    pub id: MessageId,
    /// The room that it is in.
    pub room_id: RoomId,
    /// The user who wrote it.
    pub user_id: UserId,
    /// When it was stored; does not run backwards in a room (SEND-12).
    pub created_at: Date,
    /// When it last changed; never before `created_at` (TYPE-6).
    pub updated_at: Date,
    /// The text exactly as it was sent (SEND-4).
    pub text: String,
    /// The file that was sent with it, or `null` (SEND-11).
    #[serde(deserialize_with = "nullable::deserialize")]
    pub attachment: Option<Attachment>,
}
