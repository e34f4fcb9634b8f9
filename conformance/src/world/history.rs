//! Asking for the history of a room, whichever of the tolerated readings of D6 a server follows.

use chat_spec::{
    events::{ChatHistory, OnChatHistory},
    types::{Limit, Message, MessageId, RoomId},
};

use super::Client;
use crate::stop::Outcome;

/// The direction that a walk through the history takes (D6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the newest messages to older ones: our reading.
    Older,
    /// From the oldest messages to newer ones: tolerated.
    Newer,
}

/// A walk through the whole history of a room.
#[derive(Debug, Clone)]
pub struct Walk {
    /// The pages in the order in which they were asked for, each as it came.
    pub pages: Vec<Vec<Message>>,
    /// Which way the server goes; `None` where one page was enough to hold everything.
    pub direction: Option<Direction>,
}

impl Walk {
    /// Every message that came, in the order of ids.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        let mut messages: Vec<Message> = self.pages.iter().flatten().cloned().collect();
        messages.sort_by_key(|message| message.id);
        messages
    }
}

impl Client {
    /// One page, as the transcript shows.
    pub async fn page(&self, room: RoomId, limit: Option<u64>, last: Option<MessageId>) -> Outcome<OnChatHistory> {
        let limit = limit.and_then(Limit::new);
        self.emit(&ChatHistory { room_id: room, limit, last_id: last }).await?;
        self.expect("HIST-1").await
    }

    /// All messages of a room, in the order of ids, outside of the transcript.
    pub async fn history(&self, room: RoomId) -> Outcome<Vec<Message>> {
        Ok(self.walk(room, 50).await?.messages())
    }

    /// Walks through all of a room's history, outside of the transcript. Ends when a page brings nothing new, so that a
    /// server that repeats itself cannot hold the suite.
    pub async fn walk(&self, room: RoomId, limit: u64) -> Outcome<Walk> {
        self.world().clone().silently(self.walk_pages(room, Some(limit))).await
    }

    /// The same in pages of whatever size the server gives without `limit` (HIST-9).
    pub async fn walk_by_default(&self, room: RoomId) -> Outcome<Walk> {
        self.world().clone().silently(self.walk_pages(room, None)).await
    }

    async fn walk_pages(&self, room: RoomId, limit: Option<u64>) -> Outcome<Walk> {
        let first = self.page(room, limit, None).await?.messages;
        let Some((oldest, newest)) = ends(&first) else {
            return Ok(Walk { pages: vec![first], direction: None });
        };
        // Whether there is more on the side of the oldest says which way the server goes.
        let below = self.page(room, limit, Some(oldest)).await?.messages;
        let (direction, second) = match ends(&below) {
            Some((_, below_newest)) if below_newest < oldest => (Direction::Older, below),
            _ => {
                let above = self.page(room, limit, Some(newest)).await?.messages;
                match ends(&above) {
                    Some((above_oldest, _)) if above_oldest > newest => (Direction::Newer, above),
                    _ => return Ok(Walk { pages: vec![first], direction: None }),
                }
            }
        };
        let mut pages = vec![first, second];
        while let Some((oldest, newest)) = pages.last().and_then(|page| ends(page)) {
            let last = if direction == Direction::Older { oldest } else { newest };
            let page = self.page(room, limit, Some(last)).await?.messages;
            let goes_on = ends(&page).is_some_and(|(page_oldest, page_newest)| match direction {
                Direction::Older => page_oldest < oldest,
                Direction::Newer => page_newest > newest,
            });
            if page.is_empty() {
                break;
            }
            pages.push(page);
            if !goes_on {
                break;
            }
        }
        Ok(Walk { pages, direction: Some(direction) })
    }
}

/// The smallest and the largest id of a page.
fn ends(page: &[Message]) -> Option<(MessageId, MessageId)> {
    let ids = || page.iter().map(|message| message.id);
    Some((ids().min()?, ids().max()?))
}
