//! `chat.clear`: a history made empty.

use chat_spec::{
    events::{ChatClear, OnChatClear, Payload as _},
    types::User,
};

use crate::{
    domain::{Needed, Refused, Transaction, chat::clear},
    sequencer::{Effect, Surroundings},
    wire::{action::Handle, tell},
};

impl Handle for ChatClear {
    fn needs(&self, _: &User, needed: &mut Needed) {
        needed.room(self.room_id);
    }

    fn handle(self, caller: &User, chat: &mut Transaction<'_>, _: Surroundings<'_>) -> Result<Vec<Effect>, Refused> {
        let room = clear::clear(chat, caller.id, self.room_id)?;
        Ok(tell::both_of_room(OnChatClear::NAME, &room))
    }
}
