//! One side's view of a dialog.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Date, UserId, count};

/// One side of a dialog: an event carries that of the user whom it is delivered to (START-3, D1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Chat {
    /// The user whose side this is.
    pub user_id: UserId,
    /// How many messages of the other side this side has not read.
    #[serde(deserialize_with = "count::deserialize")]
    #[schemars(schema_with = "count::schema")]
    pub unread_count: u64,
    /// When the dialog began for this side.
    pub created_at: Date,
    /// When this side last changed; never before `created_at` (TYPE-6). When it moves is free (D5).
    pub updated_at: Date,
}
