//! `chat.delete`: a dialog removed.

use chat_spec::{
    events::{ChatDelete, OnChatDelete, Payload as _},
    types::User,
};

use crate::{
    domain::{Needed, Refused, Transaction, chat::delete},
    sequencer::{Effect, Surroundings},
    wire::{action::Handle, tell},
};

impl Handle for ChatDelete {
    fn needs(&self, _: &User, needed: &mut Needed) {
        needed.room(self.room_id);
    }

    fn handle(self, caller: &User, chat: &mut Transaction<'_>, _: Surroundings<'_>) -> Result<Vec<Effect>, Refused> {
        let room = delete::delete(chat, caller.id, self.room_id)?;
        Ok(tell::both_of_room(OnChatDelete::NAME, &room))
    }
}
