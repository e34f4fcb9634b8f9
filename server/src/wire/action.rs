//! Which handler an action has.

use chat_spec::{
    decode::decode,
    events::{
        Action, CallAnswer, CallStart, ChatClear, ChatDelete, ChatHistory, ChatRead, ChatStart, MessageDelete,
        MessageSend, Payload as _,
    },
    types::User,
};
use serde_json::value::RawValue;

use crate::{
    domain::{Needed, Refused, Transaction},
    sequencer::{Effect, Step, Surroundings},
};

/// What the server does with an action of an authorised user: names what it needs to know, runs the rule, and says
/// who is told what.
pub(crate) trait Handle: Action {
    /// Whether it only reads.
    const IS_READ: bool = false;

    /// Names what the rule will ask the [`Transaction`] for.
    fn needs(&self, caller: &User, needed: &mut Needed);

    /// Runs the rule.
    fn handle(
        self,
        caller: &User,
        chat: &mut Transaction<'_>,
        surroundings: Surroundings<'_>,
    ) -> Result<Vec<Effect>, Refused>;
}

impl<A: Handle> Step for A {
    fn is_read(&self) -> bool {
        A::IS_READ
    }

    fn needs(&self, caller: &User, needed: &mut Needed) {
        Handle::needs(self, caller, needed);
    }

    fn run(
        self: Box<Self>,
        caller: &User,
        chat: &mut Transaction<'_>,
        surroundings: Surroundings<'_>,
    ) -> Result<Vec<Effect>, Refused> {
        self.handle(caller, chat, surroundings)
    }
}

/// Reads an action from its payload.
pub(crate) type Decode = fn(&RawValue) -> Result<Box<dyn Step>, Refused>;

fn step<A: Handle>(payload: &RawValue) -> Result<Box<dyn Step>, Refused> {
    Ok(Box::new(decode::<A>(payload)?))
}

/// Every action of an authorised user. `user.auth`, which makes one, is in `user/auth.rs`.
const ACTIONS: &[(&str, Decode)] = &[
    (ChatStart::NAME, step::<ChatStart>),
    (MessageSend::NAME, step::<MessageSend>),
    (MessageDelete::NAME, step::<MessageDelete>),
    (ChatHistory::NAME, step::<ChatHistory>),
    (ChatRead::NAME, step::<ChatRead>),
    (ChatClear::NAME, step::<ChatClear>),
    (ChatDelete::NAME, step::<ChatDelete>),
    (CallStart::NAME, step::<CallStart>),
    (CallAnswer::NAME, step::<CallAnswer>),
];

/// How the action with a name is read; `None` where there is no such action.
pub(crate) fn find(name: &str) -> Option<Decode> {
    ACTIONS.iter().find(|(action, _)| *action == name).map(|(_, decode)| *decode)
}

#[cfg(test)]
mod tests {
    use chat_spec::events::{Direction, TABLE, UserAuth};

    use super::*;

    #[test]
    fn every_action_of_the_protocol_has_a_handler() {
        for entry in TABLE.iter().filter(|entry| entry.direction == Direction::ClientToServer) {
            assert_eq!(find(entry.name).is_none(), entry.name == UserAuth::NAME, "{}", entry.name);
        }
        assert_eq!(ACTIONS.len() + 1, TABLE.iter().filter(|entry| entry.answered_by.is_some()).count());
    }
}
