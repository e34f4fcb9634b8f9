//! `chat.read`: a dialog marked as read.

use chat_spec::{
    events::{ChatRead, OnChatRead, Payload as _},
    types::User,
};

use crate::{
    domain::{Needed, Refused, Transaction, chat::read},
    sequencer::{Effect, Surroundings},
    wire::{action::Handle, tell},
};

impl Handle for ChatRead {
    fn needs(&self, _: &User, needed: &mut Needed) {
        needed.room(self.room_id);
    }

    fn handle(self, caller: &User, chat: &mut Transaction<'_>, _: Surroundings<'_>) -> Result<Vec<Effect>, Refused> {
        let room = read::read(chat, caller.id, self.room_id)?;
        Ok(tell::one_of_room(OnChatRead::NAME, &room, caller.id))
    }
}
