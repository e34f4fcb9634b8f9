//! `message.send`: a message to a room.

use chat_spec::{
    events::{MessageSend, OnMessageNew, Payload as _},
    types::User,
};

use crate::{
    domain::{
        Needed, Refused, Transaction,
        message::send::{self, Content},
    },
    sequencer::{Effect, Surroundings},
    wire::{action::Handle, tell},
};

impl Handle for MessageSend {
    fn needs(&self, _: &User, needed: &mut Needed) {
        needed.room(self.room_id).attachment(self.attachment_id);
    }

    fn handle(
        self,
        caller: &User,
        chat: &mut Transaction<'_>,
        surroundings: Surroundings<'_>,
    ) -> Result<Vec<Effect>, Refused> {
        let content = Content { text: self.text, attachment_id: self.attachment_id };
        let sent = send::send(chat, caller.id, self.room_id, content, surroundings.rules)?;
        Ok(tell::both_of_message(OnMessageNew::NAME, &sent))
    }
}
