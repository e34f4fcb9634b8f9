//! `on.user.authorized`: the answer to `user.auth`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    events::example::{self, Example},
    types::{Dialog, User},
};

/// Whether the socket is authorised now, and the user's dialogs (AUTH-1, AUTH-2, AUTH-5).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct OnUserAuthorized {
    /// Whether the id and the token are right.
    pub success: bool,
    /// Every dialog of the user, most recently active first (D16); empty after a refusal.
    pub dialogs: Vec<Dialog>,
    /// The authorised user; `null` after a refusal.
    pub user: Option<User>,
}

impl Example for OnUserAuthorized {
    fn example() -> Self {
        Self { success: true, dialogs: vec![example::dialog()], user: Some(example::user(1)) }
    }
}
