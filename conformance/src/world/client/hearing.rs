//! Waiting for what should come, and taking notice of what came.

use std::time::Duration;

use chat_spec::events::{OnChatClear, OnChatDelete, OnChatRead, Payload};
use serde_json::Value;

use super::Client;
use crate::{
    stop::{Outcome, Stop},
    transcript::canonical::canonical,
    world::{
        inbox::{Heard, HeardEvent},
        observer,
    },
};

impl Client {
    /// Waits for an event that a requirement asks for, and takes notice of it.
    pub async fn expect<E: Payload>(&self, requirement: &'static str) -> Outcome<E> {
        self.expect_where(requirement, |_| true).await
    }

    /// Waits for an event that a requirement asks for and that fits. Events that do not fit stay where they are.
    pub async fn expect_where<E: Payload>(&self, requirement: &'static str, fits: impl Fn(&E) -> bool) -> Outcome<E> {
        let world = &self.inner.world;
        world.state(|state| state.mark_checked(requirement));
        // One that cannot be read is taken as well: that it is malformed is found already (TYPE-1 to TYPE-3).
        let fits = |payload: &Value| serde_json::from_value::<E>(payload.clone()).map_or(true, |event| fits(&event));
        let patience = world.patience();
        let find = |heard: &mut Heard| match heard.take(E::NAME, fits) {
            Some(event) => Some(Ok(event)),
            None => heard.closed.clone().map(Err),
        };
        let mut came = self.inner.inbox.wait_for(patience.event, find).await;
        let mut answered = false;
        if came.is_none() && self.is_listening() {
            // Late is not wrong: it is absent only when something later on the same path has come. Where nothing comes
            // at all, it is absent when the whole patience of the run is over, which a sentinel is waited for.
            answered = self.send_sentinel().await.is_ok();
            came = self.inner.inbox.wait_for(patience.quiet, find).await;
        }
        match came {
            Some(Ok(event)) => self.read(event),
            Some(Err(reason)) => {
                let sentence =
                    format!("`{}` expected {}, and the connection was closed: {reason}", self.label(), E::NAME);
                Err(world.broken(requirement, sentence))
            }
            None => Err(self.missing(requirement, E::NAME, answered)),
        }
    }

    fn missing(&self, requirement: &'static str, name: &str, answered: bool) -> Stop {
        let got = self.inner.inbox.with(|heard| heard.pending_names());
        let later = match answered {
            true => "although a later action of its was answered".to_owned(),
            false => format!("nor an answer to a later action, in {:.1} s", self.world().patience().max.as_secs_f64()),
        };
        let sentence = format!("`{}` never heard {name}, {later}", self.label());
        self.inner.world.state(|state| {
            state.find(requirement, sentence, Some(format!("{name} at `{}`", self.label())), Some(got));
        });
        Stop::Broken
    }

    /// Reads an event that came, and writes it into the transcript.
    fn read<E: Payload>(&self, event: HeardEvent) -> Outcome<E> {
        let world = &self.inner.world;
        let parsed: E = serde_json::from_value(event.payload.clone()).map_err(|error| {
            let sentence = format!("{} cannot be read: {error}", E::NAME);
            world.state(|state| {
                state.find("TYPE-1", sentence, None, Some(observer::shorten(&event.payload.to_string())))
            });
            Stop::Broken
        })?;
        let canonical = canonical(&parsed);
        world.state(|state| {
            if [OnChatRead::NAME, OnChatClear::NAME, OnChatDelete::NAME].contains(&E::NAME)
                && let (Some(user), Some(room)) =
                    (event.payload["chat"]["user_id"].as_u64(), event.payload["room"]["id"].as_u64())
                && let (Ok(user), Ok(room)) = (user.try_into(), room.try_into())
            {
                state.forget_unread(user, room);
            }
            state.record_heard::<E>(self.label(), canonical);
        });
        Ok(parsed)
    }

    /// Waits for an event as long as is said, and takes notice of it where it comes. For what need not come.
    pub async fn hear_within<E: Payload>(&self, patience: Duration) -> Outcome<Option<E>> {
        let find = |heard: &mut Heard| match heard.take(E::NAME, |_| true) {
            None => heard.closed.is_some().then_some(None),
            event => Some(event),
        };
        self.inner.inbox.wait_for(patience, find).await.flatten().map(|event| self.read(event)).transpose()
    }

    /// Takes notice of an event that decides between two right behaviours, where it comes: after a settling, and some
    /// time more. What is said in one room need not come before what is said in another, so that a sentinel alone does
    /// not show that a server refused.
    pub async fn may_hear<E: Payload>(&self) -> Outcome<Option<E>> {
        self.hear_within(self.inner.world.patience().straggler()).await
    }

    /// Takes notice of an event where one came already; does not wait.
    pub fn take<E: Payload>(&self) -> Outcome<Option<E>> {
        self.inner.inbox.with(|heard| heard.take(E::NAME, |_| true)).map(|event| self.read(event)).transpose()
    }
}
