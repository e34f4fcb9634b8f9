//! Looking at what a client heard before anybody takes notice of it, for scenarios in which all users act at once.

use serde_json::Value;

use super::{Client, HeardEvent, World, inbox::Heard};
use crate::stop::{Outcome, Stop};

/// So many times in a row silence is tried to be shown while more and more is heard.
const TRIES: usize = 6;

impl World {
    /// Settles, and goes on trying as long as more is heard: a slow server that has much to do is not silent.
    pub(crate) async fn settle_patiently(&self) -> Outcome {
        let heard = || self.clients().iter().map(|client| client.record().counts().received).sum::<u64>();
        for _ in 1..TRIES {
            let before = heard();
            match self.settle().await {
                Err(Stop::NotEvaluable(_)) if heard() > before => {}
                outcome => return outcome,
            }
        }
        self.settle().await
    }
}

impl Client {
    /// What is found first in the events that came and nobody took notice of. They stay where they are.
    pub(crate) fn look_for<R>(&self, find: impl Fn(&HeardEvent) -> Option<R>) -> Option<R> {
        self.inbox().with(|heard| heard.pending.iter().find_map(find))
    }

    /// The same, and waits for it as long as events are waited for; not where the connection is closed.
    pub(crate) async fn wait_to_find<R>(&self, find: impl Fn(&HeardEvent) -> Option<R>) -> Option<R> {
        let patience = self.world().patience().event;
        let found = self
            .inbox()
            .wait_for(patience, |heard| match heard.pending.iter().find_map(&find) {
                None => heard.closed.is_some().then_some(None),
                found => Some(found),
            })
            .await;
        found.flatten()
    }

    /// Waits for an event of one of these names that fits, and takes it off. Late is not wrong: it is absent only when
    /// something later on the same path has come.
    pub(crate) async fn hears(&self, names: &[&str], fits: impl Fn(&Value) -> bool) -> Outcome<bool> {
        let patience = self.world().patience();
        let mut find = |heard: &mut Heard| {
            let taken = names.iter().any(|name| heard.take(name, &fits).is_some());
            (taken || heard.closed.is_some()).then_some(taken)
        };
        if let Some(taken) = self.inbox().wait_for(patience.event, &mut find).await {
            return Ok(taken);
        }
        self.barrier().await?;
        Ok(self.inbox().wait_for(patience.quiet, find).await.unwrap_or(false))
    }

    /// Whether the server put an end to it, so that it may have missed something.
    pub(crate) fn missed_something(&self) -> bool {
        self.is_cut_off()
    }
}
