//! One form for what servers are free in, so that a tolerated reading gives the same transcript.

use chat_spec::events::{OnChatDelete, Payload};
use serde_json::Value;

/// What stands for a value that servers are free in.
pub const FREE: &str = "<free>";

/// A payload in canonical form. It went through its type, so undocumented fields are gone already (TYPE-5 is found by
/// the validator, not here).
pub fn canonical<T: Payload>(payload: &T) -> Value {
    let mut value = serde_json::to_value(payload).unwrap_or(Value::Null);
    if let Some(messages) = value.get_mut("messages").and_then(Value::as_array_mut) {
        // Order inside a page is free (HIST-8); that it is in one direction is checked by a scenario (HIST-4).
        messages.sort_by_key(|message| message["id"].as_u64());
    }
    if T::NAME == OnChatDelete::NAME {
        // What a dialog that is gone had unread is free (DROP-1).
        value["chat"]["unread_count"] = FREE.into();
    }
    value
}
