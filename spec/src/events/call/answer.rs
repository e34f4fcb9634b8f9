//! `call.answer`: a call answered.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    events::example::{self, Example},
    types::{AnyJson, UserId},
};

/// Answers a call (CALL-2). Needs no call before it (CALL-7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CallAnswer {
    /// The user who called.
    pub user_id: UserId,
    /// An `RTCIceCandidate`, passed through unchanged, as any JSON (CALL-3).
    pub ice_candidate: AnyJson,
    /// An `RTCSessionDescription`, passed through unchanged, as any JSON (CALL-3).
    pub session_description: AnyJson,
}

impl Example for CallAnswer {
    fn example() -> Self {
        Self {
            user_id: example::id(1),
            ice_candidate: example::ice_candidate(),
            session_description: example::session_description("answer"),
        }
    }
}
