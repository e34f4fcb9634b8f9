//! The place that the messages of one dialog are in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Date, RoomId, User};

/// The room of a dialog between two users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Room {
    /// The room's id.
    pub id: RoomId,
    /// Exactly the two users of the dialog, in no particular order (START-2).
    pub users: Vec<User>,
    /// When the room was made.
    pub created_at: Date,
}
