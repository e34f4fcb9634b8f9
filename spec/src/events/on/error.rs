//! `on.error`: a refused action (profile `errors`).

use crate::{
    events::example::Example,
    types::{ErrorCode, Refusal},
};

impl Example for Refusal {
    fn example() -> Self {
        Self {
            action: "message.send".into(),
            code: ErrorCode::InvalidPayload,
            message: "`room_id` is missing: expected an id, an integer from 1 to 9007199254740991".into(),
        }
    }
}
