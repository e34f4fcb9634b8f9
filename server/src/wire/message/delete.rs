//! `message.delete`: a message taken back.

use chat_spec::{
    events::{MessageDelete, OnMessageDelete, Payload as _},
    types::User,
};

use crate::{
    domain::{Needed, Refused, Transaction, message::delete},
    sequencer::{Effect, Surroundings},
    wire::{action::Handle, tell},
};

impl Handle for MessageDelete {
    fn needs(&self, _: &User, needed: &mut Needed) {
        needed.messages.insert(self.message_id);
    }

    fn handle(self, caller: &User, chat: &mut Transaction<'_>, _: Surroundings<'_>) -> Result<Vec<Effect>, Refused> {
        let deleted = delete::delete(chat, caller.id, self.message_id)?;
        Ok(tell::both_of_message(OnMessageDelete::NAME, &deleted))
    }
}
