//! A file as part of a message.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AttachmentId, Date, FileId, RoomId};

/// A file that was sent with a message (D14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// The attachment's id, as `attachment_id` names it.
    pub id: AttachmentId,
    /// What kind of file it is, such as `image`.
    pub r#type: String,
    /// The file's id.
    pub file_id: FileId,
    /// The room of the message that carries it (ATT-1).
    pub room_id: RoomId,
    /// When the attachment was made.
    pub created_at: Date,
}
