//! From what the wire said to a history. Lenient: whether events are well formed is found where they come in.

use std::time::Instant;

use chat_spec::{
    events::{OnChatClear, OnChatHistory, OnChatRead, OnMessageDelete, OnMessageNew, Payload as _},
    types::{self, Date},
};
use serde_json::Value;

use super::history::{Event, Heard, Message, Moment, Side};
use crate::world::{Direction, HeardEvent, Walk};

/// What a socket heard, and whether something of it could not be read.
pub(crate) fn heard(events: Vec<HeardEvent>, begun: Instant) -> (Vec<Heard>, bool) {
    let count = events.len();
    let heard: Vec<Heard> = events.iter().filter_map(|event| read(event, begun)).collect();
    let unreadable = heard.len() < count;
    (heard, unreadable)
}

fn read(event: &HeardEvent, begun: Instant) -> Option<Heard> {
    let payload = &event.payload;
    let what = match event.name.as_str() {
        OnMessageNew::NAME => Event::New(message(&payload["message"])?),
        OnMessageDelete::NAME => Event::Deleted(message(&payload["message"])?),
        OnChatRead::NAME => Event::Read,
        OnChatClear::NAME => Event::Cleared,
        OnChatHistory::NAME => {
            let messages: Option<Vec<Message>> = payload["messages"].as_array()?.iter().map(message).collect();
            Event::Page(messages?)
        }
        name => Event::Other(name.to_owned()),
    };
    let since = event.at.saturating_duration_since(begun).as_micros();
    let is_other = matches!(what, Event::Other(_));
    Some(Heard {
        at: Moment::try_from(since).unwrap_or(Moment::MAX),
        room: payload["room"]["id"].as_u64().or(is_other.then_some(0))?,
        side: side(&payload["chat"]).or(is_other.then_some(Side { user: 0, unread: 0 }))?,
        what,
    })
}

fn side(chat: &Value) -> Option<Side> {
    Some(Side { user: chat["user_id"].as_u64()?, unread: chat["unread_count"].as_u64()? })
}

fn message(value: &Value) -> Option<Message> {
    Some(Message {
        id: value["id"].as_u64()?,
        room: value["room_id"].as_u64()?,
        author: value["user_id"].as_u64()?,
        text: value["text"].as_str()?.to_owned(),
        created_at: value["created_at"].as_str()?.parse::<Date>().ok()?.milliseconds(),
    })
}

/// A room's whole history in its own order, the oldest first, whichever way the server walks and turns its pages (D6).
pub(crate) fn in_order(walk: &Walk) -> Vec<Message> {
    let steps = || walk.pages.iter().flat_map(|page| page.windows(2));
    let newest_first = steps().filter(|pair| pair[0].id > pair[1].id).count() * 2 > steps().count();
    let mut pages: Vec<Vec<types::Message>> = walk.pages.clone();
    if walk.direction == Some(Direction::Older) {
        pages.reverse();
    }
    if newest_first {
        pages.iter_mut().for_each(|page| page.reverse());
    }
    pages.iter().flatten().map(stored).collect()
}

fn stored(message: &types::Message) -> Message {
    Message {
        id: message.id.get(),
        room: message.room_id.get(),
        author: message.user_id.get(),
        text: message.text.clone(),
        created_at: message.created_at.milliseconds(),
    }
}
