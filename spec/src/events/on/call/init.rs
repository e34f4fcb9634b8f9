//! `on.call.init`: a call comes in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::{AnyJson, User},
};

/// A user calls (CALL-1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OnCallInit {
    /// The user who calls.
    pub user: User,
    /// The caller's `ice_candidate`, unchanged.
    pub ice_candidate: AnyJson,
    /// The caller's `session_description`, unchanged.
    pub session_description: AnyJson,
}

impl Example for OnCallInit {
    fn example() -> Self {
        Self {
            user: example::user(1),
            ice_candidate: example::ice_candidate(),
            session_description: example::session_description("offer"),
        }
    }
}
