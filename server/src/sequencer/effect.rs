//! What follows from an action that was carried out.

use chat_spec::types::Chat;
use serde_json::value::RawValue;

use crate::{
    domain::{Room, chat::history::Page},
    fanout::Audience,
};

/// What is to happen once the batch is committed.
#[derive(Debug)]
pub enum Effect {
    /// An event is sent.
    Tell {
        /// Who hears it.
        audience: Audience,
        /// The event's name on the wire.
        event: &'static str,
        /// Its payload.
        payload: Box<RawValue>,
    },
    /// A page of the history is sent to the calling socket.
    ShowPage {
        /// Which messages.
        page: Page,
        /// The room.
        room: Room,
        /// The caller's side of it.
        chat: Chat,
    },
}
