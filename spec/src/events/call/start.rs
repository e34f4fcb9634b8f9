//! `call.start`: a call offered.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::{AnyJson, UserId},
};

/// Calls a user (CALL-1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CallStart {
    /// The user to call.
    pub user_id: UserId,
    /// An `RTCIceCandidate`, passed through unchanged, as any JSON (CALL-3).
    pub ice_candidate: AnyJson,
    /// An `RTCSessionDescription`, passed through unchanged, as any JSON (CALL-3).
    pub session_description: AnyJson,
}

impl Example for CallStart {
    fn example() -> Self {
        Self {
            user_id: example::id(2),
            ice_candidate: example::ice_candidate(),
            session_description: example::session_description("offer"),
        }
    }
}
