//! What came and nobody expected, and connections that ended though nothing was done that may cost them.

use std::sync::{Arc, atomic::Ordering};

use chat_spec::events::{OnUserAuthorized, Payload, UserAuth};
use serde_json::Value;

use super::Client;
use crate::{
    attribution::{self, Unexpected},
    result::Heard,
    stop::Outcome,
    wire::{CloseReason, record::Frame},
    world::{
        event_of,
        inbox::{self, HeardEvent},
        observer,
    },
};

impl Client {
    /// Checks that this client hears nothing that was not expected so far: with sentinels, not by waiting.
    pub async fn expect_nothing(&self, requirement: &'static str) -> Outcome {
        self.inner.world.settle().await?;
        self.find_leftovers(Some(requirement));
        Ok(())
    }

    /// Records everything that came and nobody took notice of.
    pub(in crate::world) fn find_leftovers(&self, requirement: Option<&'static str>) {
        let world = &self.inner.world;
        if let Some(requirement) = requirement {
            world.state(|state| state.mark_checked(requirement));
        }
        let leftovers = self.inner.inbox.with(|heard| {
            let repeated: Vec<bool> = heard.pending.iter().map(|event| heard.is_repeated(event)).collect();
            let events: Vec<HeardEvent> = heard.pending.drain(..).collect();
            heard.taken.extend(events.iter().cloned());
            events.into_iter().zip(repeated).collect::<Vec<_>>()
        });
        for (event, repeated) in leftovers {
            if self.is_due(&event) {
                continue;
            }
            self.find_unexpected(&event, repeated, requirement);
        }
    }

    /// Whether it is the answer to one of this client's own authorisations. Those of sentinels are all alike, and the
    /// last of them may come when nobody waits for it any more.
    fn is_due(&self, event: &HeardEvent) -> bool {
        if event.name != OnUserAuthorized::NAME || event.payload["success"] != false {
            return false;
        }
        let record = self.record().snapshot();
        let count = |name: &str, heard: Heard| {
            let is_it = |frame: &Frame| matches!(frame, Frame::Text(text) if event_of(text).0 == name);
            record.iter().filter(|recorded| recorded.direction == heard && is_it(&recorded.frame)).count()
        };
        count(OnUserAuthorized::NAME, Heard::Received) <= count(UserAuth::NAME, Heard::Sent)
    }

    /// Whether an event is about a dialog of this socket's user: its side of a room that it is in.
    fn takes_part(&self, payload: &Value) -> bool {
        let is_self = |id: &Value| id.as_u64() == Some(self.id().get());
        let users = payload["room"]["users"].as_array();
        is_self(&payload["chat"]["user_id"])
            && users.is_none_or(|users| users.is_empty() || users.iter().any(|user| is_self(&user["id"])))
    }

    fn find_unexpected(&self, event: &HeardEvent, repeated: bool, requirement: Option<&'static str>) {
        let unexpected = Unexpected {
            event: &event.name,
            repeated,
            authorised: self.is_authorised(),
            member: self.takes_part(&event.payload),
            one_of_several: self.has_siblings(),
        };
        let requirement = match requirement {
            Some(requirement) if !repeated => attribution::of_unexpected_while_checking(unexpected, requirement),
            _ => attribution::of_unexpected(unexpected),
        };
        let world = &self.inner.world;
        let requirement = if requirement == "EVT-1" { world.state(|state| state.repeats) } else { requirement };
        let how = if repeated { "once more" } else { "and nothing of the kind should come" };
        let sentence = format!("`{}` heard {} {how}", self.label(), event.name);
        let got = Some(observer::shorten(&event.payload.to_string()));
        world.state(|state| state.find(requirement, sentence, None, got));
    }

    /// Whether another connection of the same user is open.
    fn has_siblings(&self) -> bool {
        let is_sibling = |other: &Self| other.id() == self.id() && !Arc::ptr_eq(&self.inner, &other.inner);
        self.inner.world.clients().iter().any(|other| is_sibling(other) && other.is_open())
    }

    /// At the end of a scenario that stopped half-way: what came before already is found all the same.
    pub(in crate::world) fn find_repetitions(&self) {
        let repeated = |heard: &mut inbox::Heard| {
            heard.pending.iter().filter(|event| heard.is_repeated(event)).cloned().collect::<Vec<_>>()
        };
        for event in self.inbox().with(repeated) {
            if event.name.starts_with("on.message.") {
                self.find_unexpected(&event, true, None);
            }
        }
    }

    /// At the end of a scenario: every event that came was expected, or is found.
    pub(in crate::world) fn account_for_the_rest(&self) {
        self.find_leftovers(None);
    }

    /// Finds a connection that the server closed although nothing was done that may cost it: its silence would prove
    /// nothing. Who is not authorised may be cut off after refusals (AUTH-8 is a SHOULD), and so may one of several
    /// sockets of a user (AUTH-11 is one).
    pub(in crate::world) fn find_unexpected_end(&self) {
        let is_another = |other: &Self| other.id() == self.id() && !Arc::ptr_eq(&self.inner, &other.inner);
        let one_of_several = || self.world().clients().iter().any(|other| is_another(other) && other.is_open());
        if !self.is_authorised() || one_of_several() {
            return;
        }
        let reason = self.inner.inbox.with(|heard| heard.closed.clone());
        let Some(reason) = reason.filter(|reason| !matches!(reason, CloseReason::ByClient | CloseReason::Unanswered))
        else {
            return;
        };
        let excused = [&self.inner.may_be_closed, &self.inner.misbehaving];
        if !excused.iter().any(|excuse| excuse.load(Ordering::Acquire)) {
            let sentence =
                format!("the connection of `{}` was lost, and it answered every ping: {reason}", self.label());
            self.inner.world.state(|state| state.find("CONN-2", sentence, None, None));
        }
    }
}
