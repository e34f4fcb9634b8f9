//! `on.user.online`: a user came or went.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::UserId,
};

/// A user's first socket was authorised, or its last one went (PRES-1, PRES-2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OnUserOnline {
    /// The user.
    pub id: UserId,
    /// Whether the user is online from now on.
    pub online: bool,
}

impl Example for OnUserOnline {
    fn example() -> Self {
        Self { id: example::id(2), online: true }
    }
}
