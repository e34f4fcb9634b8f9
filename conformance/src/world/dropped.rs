//! Hearing that a dialog was deleted, by whichever event a server tells it (D13).

use chat_spec::{
    events::{OnChatClear, OnChatDelete, Payload},
    types::{Chat, Room, RoomId},
};
use serde_json::Value;

use super::{Client, World, inbox::Heard, observer};
use crate::{
    stop::{Outcome, Stop},
    transcript::canonical::canonical,
};

/// What a user was told when a dialog was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The user's own side.
    pub chat: Chat,
    /// The room that is gone.
    pub room: Room,
    /// By which events.
    pub told_by: ToldBy,
}

/// By which event a deletion is told (D13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToldBy {
    /// `on.chat.delete`, as DROP-6 wants it.
    Delete,
    /// `on.chat.clear`: tolerated.
    Clear,
    /// Both events.
    Both,
}

impl World {
    /// Waits until these users were told that a dialog was deleted. The transcript shows `on.chat.delete` whichever it
    /// was.
    pub async fn expect_dropped<const N: usize>(
        &self,
        requirement: &'static str,
        users: [&Client; N],
        room: RoomId,
    ) -> Outcome<[Dropped; N]> {
        for user in users {
            user.wait_until_told(requirement, room).await?;
        }
        // Whether the other event comes besides is known when all is said.
        self.settle().await?;
        let mut told = Vec::new();
        for user in users {
            told.push(user.read_dropped(room)?);
        }
        told.try_into().map_err(|_| Stop::Harness("another number of users was told".into()))
    }
}

impl Client {
    /// Takes what says that a dialog was deleted, where it comes: after a settling and some time more, as the events of
    /// different rooms may come in any order.
    pub async fn forget_dropped(&self, room: RoomId) {
        let patience = self.world().patience();
        let take = |heard: &mut Heard| {
            let mut take = |name| heard.take(name, |payload| is_about(payload, room)).is_some();
            let told = take(OnChatDelete::NAME) | take(OnChatClear::NAME);
            (told || heard.closed.is_some()).then_some(())
        };
        if self.inbox().wait_for(patience.straggler(), take).await.is_some() {
            // The other event may come besides (D13).
            let _both = self.inbox().wait_for(patience.quiet, take).await;
        }
    }

    async fn wait_until_told(&self, requirement: &'static str, room: RoomId) -> Outcome {
        let world = self.world();
        world.state(|state| state.mark_checked(requirement));
        let told = |heard: &mut Heard| {
            let told = heard.pending.iter().any(|event| {
                [OnChatDelete::NAME, OnChatClear::NAME].contains(&event.name.as_str()) && is_about(&event.payload, room)
            });
            (told || heard.closed.is_some()).then_some(told)
        };
        let mut came = self.inbox().wait_for(world.patience().event, told).await;
        if came.is_none() {
            self.barrier().await?;
            came = self.inbox().wait_for(world.patience().quiet, told).await;
        }
        match came {
            Some(true) => Ok(()),
            Some(false) => {
                let sentence = format!("`{}` expected on.chat.delete, and the connection was closed", self.label());
                Err(world.broken(requirement, sentence))
            }
            None => {
                let sentence = format!("`{}` never heard that the dialog was deleted", self.label());
                Err(world.broken(requirement, sentence))
            }
        }
    }

    /// Takes one event of each kind; a repetition stays where it is, and is found as such.
    fn read_dropped(&self, room: RoomId) -> Outcome<Dropped> {
        let take = |name| self.inbox().with(|heard| heard.take(name, |payload| is_about(payload, room)));
        let (deleted, cleared) = (take(OnChatDelete::NAME), take(OnChatClear::NAME));
        let told_by = match (&deleted, &cleared) {
            (Some(_), Some(_)) => ToldBy::Both,
            (Some(_), None) => ToldBy::Delete,
            _ => ToldBy::Clear,
        };
        let payload = deleted.or(cleared).map(|event| event.payload).unwrap_or(Value::Null);
        let world = self.world();
        let event: OnChatDelete = serde_json::from_value(payload.clone()).map_err(|error| {
            let got = Some(observer::shorten(&payload.to_string()));
            world.state(|state| state.find("TYPE-1", format!("on.chat.delete cannot be read: {error}"), None, got));
            Stop::Broken
        })?;
        let canonical = canonical(&event);
        world.state(|state| {
            state.forget_unread(event.chat.user_id, event.room.id);
            state.record_heard::<OnChatDelete>(self.label(), canonical);
        });
        Ok(Dropped { chat: event.chat, room: event.room, told_by })
    }
}

/// Whether an event is about a room; one that cannot be read is taken for it, and found malformed.
fn is_about(payload: &Value, room: RoomId) -> bool {
    payload["room"]["id"].as_u64().is_none_or(|id| id == room.get())
}
