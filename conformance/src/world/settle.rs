//! Sentinels: how silence is shown.
//!
//! That a socket does *not* hear something is shown by something that it does hear, later on the same ordered path. An
//! authorised socket sends a message to the beacon, a user that is never connected, and hears its own `on.message.new`;
//! one that is not authorised sends a wrong token and hears the refusal. Where a server is wrong in just that (it is
//! asked before the first scenario), an authorised socket authorises once more instead. Two rounds over all sockets:
//! after the first, the server has gone past everything that any of them sent before; after the second, whatever that
//! caused has reached every one of them. Only then is what did not come held to be absent. A quiet time that is scaled
//! to the measured round trip comes on top, for servers that work on several things at once.
//!
//! Servers may close a connection after more than five refusals (AUTH-8), and a wrong token is one. So a socket that is
//! not authorised takes part in the first round only where it said something, and in none when it was refused five
//! times: then the sentinels of the others and the quiet time must do.
//!
//! A sentinel that is not answered says nothing of what was asked, but of the server: a message that nobody may refuse is
//! not announced to who sent it. Where that happens twice, on a connection that did nothing to be cut off, and the server
//! is there, that is what is found.

use chat_spec::{
    events::{ChatStart, OnUserAuthorized, Payload, UserAuth},
    types::UserId,
};

use super::{Client, World};
use crate::{
    stop::{Outcome, Stop},
    wire::Connection,
};

/// How the text of a sentinel begins.
pub(crate) const MARK: &str = "sentinel ";

/// A connection stays open for so many refusals (AUTH-8).
const REFUSALS: u32 = 5;

/// The number of a sentinel of this client, from its text; `None` for any other text.
pub(super) fn own(client: &Client, world: &World, text: &str) -> Option<u64> {
    let number = text.strip_prefix(MARK)?.strip_suffix(&world.inner.tag)?;
    number.strip_prefix(client.label())?.strip_prefix(' ')?.parse().ok()
}

/// Whether a text is a sentinel of another socket of the same user, which hears it as well.
pub(super) fn is_of_same_user(client: &Client, world: &World, text: &str) -> bool {
    let Some(label) = text
        .strip_prefix(MARK)
        .and_then(|rest| rest.strip_suffix(&world.inner.tag))
        .and_then(|rest| rest.rsplit_once(' '))
        .map(|(label, _)| label)
    else {
        return false;
    };
    world.clients().iter().any(|other| other.label() == label && other.id() == client.id())
}

/// Whether a text is a sentinel of any connection of a scenario.
pub(super) fn is_sentinel(world: &World, text: &str) -> bool {
    text.starts_with(MARK) && text.ends_with(&world.inner.tag)
}

impl World {
    /// Waits until everything that was said has reached everybody whom it will ever reach.
    ///
    /// # Errors
    /// A sentinel did not come back, so that silence cannot be shown.
    pub async fn settle(&self) -> Outcome {
        for round in 1..=2 {
            let clients: Vec<Client> = self.clients().into_iter().filter(Client::is_listening).collect();
            let asked = clients.iter().filter(|client| round == 2 || client.is_authorised() || client.take_spoke());
            futures_util::future::try_join_all(asked.map(Client::send_sentinel)).await?;
        }
        // The labelled addition: sentinels prove order, and this gives a server time that keeps none.
        tokio::time::sleep(self.patience().quiet).await;
        Ok(())
    }

    /// Checks that nobody hears anything that was not expected so far.
    pub async fn nobody_hears_more(&self, requirement: &'static str) -> Outcome {
        self.settle().await?;
        for client in self.clients() {
            client.find_leftovers(Some(requirement));
        }
        Ok(())
    }
}

impl Client {
    /// Sends a sentinel and waits until it is back.
    pub(crate) async fn send_sentinel(&self) -> Outcome {
        match self.is_authorised() {
            true if self.world().subject().hears_itself => self.send_to_beacon().await,
            true => self.authorise_once_more().await,
            false => self.send_wrong_token().await,
        }
    }

    async fn send_to_beacon(&self) -> Outcome {
        const WHAT: &str = "a message to a third user";
        let first = self.write_to_beacon().await?;
        let unanswered = match self.back(|heard| heard.sentinels.contains(&first).then_some(()), WHAT).await {
            Err(stop) if self.must_be_heard() => stop,
            answered => return answered,
        };
        // Once more, and as long again: a server that is far behind, or lost one message, is not deaf.
        let second = self.write_to_beacon().await?;
        let either = |heard: &mut super::inbox::Heard| {
            [first, second].iter().any(|number| heard.sentinels.contains(number)).then_some(())
        };
        if self.back(either, WHAT).await.is_ok() {
            let came_late = self.inbox().with(|heard| heard.sentinels.contains(&first));
            return if came_late || self.is_cut_off() { Ok(()) } else { Err(unanswered) };
        }
        let world = self.world();
        let options = world.open_options();
        let Ok(other) = Connection::open(&world.subject().target, options).await else { return Err(unanswered) };
        other.close().await;
        Err(world.broken(
            "START-1",
            format!(
                "`{}` is connected and authorised, and its chat.start with a third user was not announced to it, twice, \
                 in {:.0} s each, while the server takes new connections: it does not listen to this one any more",
                self.label(),
                world.patience().max.as_secs_f64()
            ),
        ))
    }

    /// Sends a message to the user who is never there; gives its number.
    async fn write_to_beacon(&self) -> Outcome<u64> {
        let number = self.next_sentinel();
        let world = self.world();
        let text = world.text(&format!("{MARK}{} {number}", self.label()));
        let beacon: UserId = world.subject().casting.beacon().id;
        self.emit_silently(&ChatStart { user_id: beacon, text, attachment_id: None }).await?;
        Ok(number)
    }

    /// The second best: the right token once more is answered once more (AUTH-9). For servers that are wrong in what
    /// the best rests on, so that all the rest can be evaluated all the same.
    async fn authorise_once_more(&self) -> Outcome {
        let before = self.inbox().with(|heard| heard.pending.back().map_or(0, |event| event.seq));
        self.emit_silently(&super::auth(self.account())).await?;
        let answered =
            |heard: &mut super::inbox::Heard| heard.take_after(before, OnUserAuthorized::NAME, |_| true).map(drop);
        self.back(answered, "the right token once more").await
    }

    async fn send_wrong_token(&self) -> Outcome {
        if self.refusals() >= REFUSALS {
            return Ok(());
        }
        let wrong = UserAuth { id: self.id(), token: "a token that nobody has".into() };
        self.emit_silently(&wrong).await?;
        self.take_spoke();
        let refused = |heard: &mut super::inbox::Heard| {
            heard.take(OnUserAuthorized::NAME, |answer| answer["success"] == false).map(drop)
        };
        self.back(refused, "a wrong token").await
    }

    async fn back(&self, found: impl FnMut(&mut super::inbox::Heard) -> Option<()>, what: &str) -> Outcome {
        let mut found = found;
        let patience = self.world().patience().max;
        // A connection that closes answers nothing any more; its silence is shown by its end.
        let found = self
            .inbox()
            .wait_for(patience, |heard| found(heard).or((heard.left || heard.closed.is_some()).then_some(())))
            .await;
        found.ok_or_else(|| {
            Stop::not_evaluable(format!(
                "silence could not be shown: `{}` sent {what} as a sentinel, and it was not answered in {:.1} s",
                self.label(),
                patience.as_secs_f64()
            ))
        })
    }
}
