//! `call.answer`: a call answered.

use chat_spec::{
    events::{CallAnswer, OnCallAnswer, Payload as _},
    types::User,
};

use crate::{
    domain::{Needed, Refused, Transaction, call},
    fanout::Audience,
    sequencer::{Effect, Surroundings, encode},
    wire::action::Handle,
};

impl Handle for CallAnswer {
    fn needs(&self, _: &User, needed: &mut Needed) {
        needed.users.insert(self.user_id);
    }

    fn handle(
        self,
        caller: &User,
        chat: &mut Transaction<'_>,
        surroundings: Surroundings<'_>,
    ) -> Result<Vec<Effect>, Refused> {
        let Self { user_id, ice_candidate, session_description } = self;
        let fields = [("ice_candidate", &ice_candidate), ("session_description", &session_description)];
        call::check(chat, caller, user_id, fields, |user| surroundings.presence.is_online(user))?;
        let event = OnCallAnswer { user: caller.clone(), ice_candidate, session_description };
        Ok(vec![Effect::Tell { audience: Audience::User(user_id), event: OnCallAnswer::NAME, payload: encode(&event) }])
    }
}
