//! `user.auth`: authorisation, and the list of dialogs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::UserId,
};

/// Asks to be authorised as a user (AUTH-1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserAuth {
    /// Who the caller says to be.
    pub id: UserId,
    /// The user's secret.
    pub token: String,
}

impl Example for UserAuth {
    fn example() -> Self {
        Self { id: example::id(1), token: "a-secret-of-user-1".into() }
    }
}
