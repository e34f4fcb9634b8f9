//! An uploaded file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Date, FileId, UserId};

/// A file that a user uploaded. No event carries one: it is seen in the answer to an upload alone (D14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct File {
    /// The file's id.
    pub id: FileId,
    /// The user who uploaded it.
    pub user_id: UserId,
    /// When it was uploaded.
    pub created_at: Date,
}
