//! Who is online, as a client was told.

use chat_spec::{
    events::{OnUserOnline, Payload},
    types::UserId,
};
use serde_json::json;

use super::Client;
use crate::{
    result::Heard,
    stop::{Outcome, Stop},
};

impl Client {
    /// Waits for the next announcement of a user, whatever it says, and takes notice of it.
    pub async fn expect_presence(&self, requirement: &'static str, of: &Client, online: bool) -> Outcome {
        let world = self.world();
        world.state(|state| state.mark_checked(requirement));
        let (patience, user) = (world.patience(), of.id());
        let find = |heard: &mut super::inbox::Heard| {
            let position = heard.presence.iter().position(|(id, _)| *id == user)?;
            heard.presence.remove(position)
        };
        let mut came = self.inbox().wait_for(patience.event, find).await;
        if came.is_none() && self.is_listening() {
            self.send_sentinel().await?;
            came = self.inbox().wait_for(patience.quiet, find).await;
        }
        let Some((_, said)) = came else {
            let sentence = format!("`{}` was never told that `{}` is {}", self.label(), of.label(), word(online));
            return Err(world.broken(requirement, sentence));
        };
        world.check(requirement, said == online, || {
            format!("`{}` was told that `{}` is {}, and it is {}", self.label(), of.label(), word(said), word(online))
        });
        let payload = json!({"id": user, "online": said});
        world.state(|state| state.record(self.label(), Heard::Received, OnUserOnline::NAME, Some(payload)));
        if said == online { Ok(()) } else { Err(Stop::Broken) }
    }

    /// Waits until a user is announced as online or offline, whatever was announced of it before. Takes notice of all
    /// of it, outside of the transcript.
    pub async fn expect_announced(&self, requirement: &'static str, of: &Client, online: bool) -> Outcome {
        let world = self.world();
        world.state(|state| state.mark_checked(requirement));
        let user = of.id();
        let find = |heard: &mut super::inbox::Heard| {
            let position = heard.presence.iter().position(|said| *said == (user, online))?;
            let after = heard.presence.split_off(position + 1);
            heard.presence.retain(|(id, _)| *id != user);
            heard.presence.extend(after);
            Some(())
        };
        let mut came = self.inbox().wait_for(world.patience().event, find).await;
        if came.is_none() && self.is_listening() {
            self.send_sentinel().await?;
            came = self.inbox().wait_for(world.patience().quiet, find).await;
        }
        came.ok_or_else(|| {
            let sentence = format!("`{}` was never told that `{}` is {}", self.label(), of.label(), word(online));
            world.broken(requirement, sentence)
        })
    }

    /// The announcements of a user that came and nobody took notice of yet, in order. Takes notice of them.
    #[must_use]
    pub fn announcements_of(&self, of: &Client) -> Vec<bool> {
        self.announcements_of_id(of.id())
    }

    /// The same of a user that has no connection in the scenario, or that there is not.
    #[must_use]
    pub fn announcements_of_id(&self, user: UserId) -> Vec<bool> {
        self.inbox().with(|heard| {
            let said = heard.presence.iter().filter(|(id, _)| *id == user).map(|(_, online)| *online).collect();
            heard.presence.retain(|(id, _)| *id != user);
            said
        })
    }
}

fn word(online: bool) -> &'static str {
    if online { "online" } else { "offline" }
}
