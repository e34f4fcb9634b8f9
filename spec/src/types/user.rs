//! A user, as others see one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Date, UserId};

/// A user of the chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// When the user was made.
    pub created_at: Date,
}
