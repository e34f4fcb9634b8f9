//! `on.call.answer`: a call was answered.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::{AnyJson, User},
};

/// A user answered a call (CALL-2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OnCallAnswer {
    /// The user who answered.
    pub user: User,
    /// The answering side's `ice_candidate`, unchanged.
    pub ice_candidate: AnyJson,
    /// The answering side's `session_description`, unchanged.
    pub session_description: AnyJson,
}

impl Example for OnCallAnswer {
    fn example() -> Self {
        Self {
            user: example::user(2),
            ice_candidate: example::ice_candidate(),
            session_description: example::session_description("answer"),
        }
    }
}
