//! Who is online, as a client was told.

use chat_spec::{
    events::{OnUserOnline, Payload},
    types::UserId,
};
use serde_json::json;
use tokio::time::Instant;

use super::{Client, World};
use crate::{result::Heard, stop::Outcome};

impl World {
    /// Waits until everything that was said has reached everybody, and who came and went is announced, too: that may go
    /// a way that is slower than that of sentinels. How slow is learnt from the announcements that were waited for.
    ///
    /// # Errors
    /// A sentinel did not come back, so that silence cannot be shown.
    pub async fn settle_presence(&self) -> Outcome {
        self.settle().await?;
        let late = self.subject().slowest_presence() * 5 / 4;
        tokio::time::sleep(late.saturating_sub(self.patience().quiet)).await;
        Ok(())
    }
}

impl Client {
    /// Waits until a user is announced as online or offline, as the transcript shows. See
    /// [`Self::expect_announced`].
    pub async fn expect_presence(&self, requirement: &'static str, of: &Client, online: bool) -> Outcome {
        self.expect_announced(requirement, of, online).await?;
        let payload = json!({"id": of.id(), "online": online});
        self.world().state(|state| state.record(self.label(), Heard::Received, OnUserOnline::NAME, Some(payload)));
        Ok(())
    }

    /// Waits until a user is announced as online or offline, whatever was announced of it before: presence may go
    /// another way than messages do, and an older word may be late. Takes notice of all of it, outside of the transcript.
    pub async fn expect_announced(&self, requirement: &'static str, of: &Client, online: bool) -> Outcome {
        let world = self.world();
        world.state(|state| state.mark_checked(requirement));
        let (user, begun) = (of.id(), Instant::now());
        let find = |heard: &mut super::inbox::Heard| {
            let position = heard.presence.iter().position(|said| *said == (user, online))?;
            let after = heard.presence.split_off(position + 1);
            heard.presence.retain(|(id, _)| *id != user);
            heard.presence.extend(after);
            Some(())
        };
        let mut came = self.inbox().wait_for(world.patience().event, find).await;
        if came.is_none() && self.is_listening() {
            // No sentinel comes the way that presence may take: the whole patience of the run.
            self.send_sentinel().await?;
            let rest = world.patience().max.saturating_sub(world.patience().event).max(world.patience().quiet);
            came = self.inbox().wait_for(rest, find).await;
        }
        // Of others it is not known when it was to be announced.
        if came.is_some() && ["PRES-1", "PRES-2"].contains(&requirement) {
            world.subject().note_presence(begun.elapsed());
        }
        came.ok_or_else(|| {
            let is = word(online);
            let sentence = match self.announcements_of(of).last() {
                Some(&said) => {
                    format!("`{}` was told that `{}` is {}, and it is {is}", self.label(), of.label(), word(said))
                }
                None => format!("`{}` was not told that `{}` is {is} now", self.label(), of.label()),
            };
            world.broken(requirement, sentence)
        })
    }

    /// Waits, not longer than the patience for an event, until a user was announced as online. Takes notice of nothing
    /// and judges nothing.
    pub(crate) async fn wait_until_announced(&self, of: &Client) -> bool {
        let begun = Instant::now();
        let announced = |heard: &mut super::inbox::Heard| heard.presence.contains(&(of.id(), true)).then_some(());
        let came = self.inbox().wait_for(self.world().patience().event, announced).await.is_some();
        if came {
            self.world().subject().note_presence(begun.elapsed());
        }
        came
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
