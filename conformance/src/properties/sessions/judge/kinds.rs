//! Which event is which.

use chat_spec::{
    events::{
        OnCallAnswer, OnCallInit, OnChatClear, OnChatDelete, OnChatHistory, OnChatRead, OnMessageDelete, OnMessageNew,
        OnUserAuthorized, OnUserOnline, Payload,
    },
    types::Refusal,
};

use super::Judge;
use crate::{model::Event, world::HeardEvent};

impl Judge<'_> {
    /// Whether an event is of the kind that is expected. What it carries is compared later.
    pub(super) fn is_it(&self, expected: &Event, event: &HeardEvent) -> bool {
        let name = event.name.as_str();
        match expected {
            Event::Welcome(_) | Event::Unwelcome => name == OnUserAuthorized::NAME,
            Event::Online(user, online) => {
                let same = event.payload["id"] == self.ledger.user(*user) && event.payload["online"] == *online;
                name == OnUserOnline::NAME && same
            }
            Event::New(..) => name == OnMessageNew::NAME,
            Event::Deleted(_) => name == OnMessageDelete::NAME,
            Event::Page(..) => name == OnChatHistory::NAME,
            Event::Read(_) => name == OnChatRead::NAME,
            Event::Cleared(_) => name == OnChatClear::NAME,
            Event::Dropped(_) => [OnChatDelete::NAME, OnChatClear::NAME].contains(&name),
            Event::Called(..) => name == OnCallInit::NAME,
            Event::Answered(..) => name == OnCallAnswer::NAME,
            Event::Refusal(..) => name == Refusal::NAME,
        }
    }

    /// The second of the two events that may tell of a deletion (D13).
    pub(super) fn is_other_goodbye(&self, event: &HeardEvent, matched: &[HeardEvent]) -> bool {
        let kinds = [OnChatDelete::NAME, OnChatClear::NAME];
        let told = matched.iter().find(|event| kinds.contains(&event.name.as_str()));
        let same_room = told.is_some_and(|told| told.payload["room"]["id"] == event.payload["room"]["id"]);
        same_room && kinds.contains(&event.name.as_str()) && told.is_some_and(|told| told.name != event.name)
    }

    /// An event that is expected, in words.
    pub(super) fn in_words(&self, event: &Event) -> String {
        match event {
            Event::Welcome(user) => format!("{} that welcomes {user}", OnUserAuthorized::NAME),
            Event::Unwelcome => format!("{} with success false", OnUserAuthorized::NAME),
            Event::Online(user, true) => format!("{}: {user} is online", OnUserOnline::NAME),
            Event::Online(user, false) => format!("{}: {user} is offline", OnUserOnline::NAME),
            Event::New(..) => OnMessageNew::NAME.to_owned(),
            Event::Deleted(_) => OnMessageDelete::NAME.to_owned(),
            Event::Page(..) => OnChatHistory::NAME.to_owned(),
            Event::Read(_) => OnChatRead::NAME.to_owned(),
            Event::Cleared(_) => OnChatClear::NAME.to_owned(),
            Event::Dropped(_) => OnChatDelete::NAME.to_owned(),
            Event::Called(user, _) => format!("{} from {user}", OnCallInit::NAME),
            Event::Answered(user, _) => format!("{} from {user}", OnCallAnswer::NAME),
            Event::Refusal(action, code) => format!("{} about {action} ({code})", Refusal::NAME),
        }
    }
}
