//! All that a client heard, for those who compare it as a whole.

use std::time::{Duration, Instant};

use chat_spec::events::{OnUserOnline, Payload};
use serde_json::json;

use super::{Client, HeardEvent, World, settle};
use crate::result::Heard;

impl World {
    /// Whether a text is a sentinel of a connection of this scenario.
    #[must_use]
    pub fn is_sentinel(&self, text: &str) -> bool {
        settle::is_sentinel(self, text)
    }
}

impl Client {
    /// Waits until an event of this name is there, or the connection is closed, without taking notice of it.
    pub async fn wait_for_event(&self, name: &str, patience: Duration) {
        let is_there = |heard: &mut super::inbox::Heard| {
            let came = heard.pending.iter().any(|event| event.name == name);
            (came || heard.left || heard.closed.is_some()).then_some(())
        };
        // Whether it came is for the caller to see, in all that came.
        self.inbox().wait_for(patience, is_there).await.unwrap_or_default();
    }

    /// Takes notice of everything that came and nobody took notice of, announcements and refusals included, and writes
    /// it into the transcript. Sentinels of other sockets of the user are left out.
    #[must_use]
    pub fn take_all(&self) -> Vec<HeardEvent> {
        let mut events = self.leftovers();
        let (presence, errors) = self.inbox().with(|heard| {
            let presence: Vec<_> = heard.presence.drain(..).collect();
            let errors: Vec<_> = heard.errors.drain(..).collect();
            (presence, errors)
        });
        let presence = presence.into_iter().map(|(user, online)| HeardEvent {
            name: OnUserOnline::NAME.to_owned(),
            payload: json!({"id": user, "online": online}),
            seq: 0,
            at: Instant::now(),
        });
        events.extend(presence.chain(errors));
        let world = self.world();
        for event in &events {
            let payload = Some(event.payload.clone());
            world.state(|state| state.record(self.label(), Heard::Received, &event.name, payload));
        }
        events
    }
}
