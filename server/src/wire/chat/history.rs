//! `chat.history`: a page of a room's messages.

use chat_spec::{events::ChatHistory, types::User};

use crate::{
    domain::{Needed, Refused, Transaction, chat::history},
    sequencer::{Effect, Surroundings},
    wire::action::Handle,
};

impl Handle for ChatHistory {
    const IS_READ: bool = true;

    fn needs(&self, _: &User, needed: &mut Needed) {
        needed.room(self.room_id);
    }

    fn handle(
        self,
        caller: &User,
        chat: &mut Transaction<'_>,
        surroundings: Surroundings<'_>,
    ) -> Result<Vec<Effect>, Refused> {
        let (room, side, page) =
            history::history(chat, caller.id, self.room_id, self.limit, self.last_id, surroundings.rules)?;
        Ok(vec![Effect::ShowPage { page, chat: side.to_wire(), room }])
    }
}
