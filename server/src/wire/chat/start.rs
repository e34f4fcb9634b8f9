//! `chat.start`: a first message to another user.

use chat_spec::{
    events::{ChatStart, OnMessageNew, Payload as _},
    types::User,
};

use crate::{
    domain::{Needed, Refused, Transaction, chat::start, message::send::Content},
    sequencer::{Effect, Surroundings},
    wire::{action::Handle, tell},
};

impl Handle for ChatStart {
    fn needs(&self, caller: &User, needed: &mut Needed) {
        needed.dialog(caller.id, self.user_id).attachment(self.attachment_id);
    }

    fn handle(
        self,
        caller: &User,
        chat: &mut Transaction<'_>,
        surroundings: Surroundings<'_>,
    ) -> Result<Vec<Effect>, Refused> {
        let content = Content { text: self.text, attachment_id: self.attachment_id };
        let sent = start::start(chat, caller, self.user_id, content, surroundings.rules)?;
        Ok(tell::both_of_message(OnMessageNew::NAME, &sent))
    }
}
