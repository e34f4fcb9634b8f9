//! `on.user.authorized`: the answer to `user.auth`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::{Dialog, User, nullable},
};

/// Whether the socket is authorised now, and the user's dialogs (AUTH-1, AUTH-2, AUTH-5).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OnUserAuthorized {
    /// Whether the id and the token are right.
    pub success: bool,
    /// Every dialog of the user, most recently active first (D16); empty after a refusal.
    pub dialogs: Vec<Dialog>,
    /// The authorised user; `null` after a refusal.
    #[serde(deserialize_with = "nullable::deserialize")]
    pub user: Option<User>,
}

impl Example for OnUserAuthorized {
    fn example() -> Self {
        Self { success: true, dialogs: vec![example::dialog()], user: Some(example::user(1)) }
    }
}
