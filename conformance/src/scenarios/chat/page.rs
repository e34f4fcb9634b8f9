//! What scenarios about the history have in common: asking for a page, and looking at what it holds.

use std::collections::BTreeSet;

use chat_spec::{
    events::{ChatHistory, OnChatHistory},
    types::{Limit, Message, MessageId, RoomId},
};

use crate::{
    stop::Outcome,
    world::{Client, World},
};

/// Asks for a page; the answer is asked for by the requirement that is given.
pub(super) async fn ask(
    client: &Client,
    room: RoomId,
    limit: Option<u64>,
    last: Option<MessageId>,
    requirement: &'static str,
) -> Outcome<Vec<Message>> {
    client.emit(&ChatHistory { room_id: room, limit: limit.and_then(Limit::new), last_id: last }).await?;
    Ok(client.expect::<OnChatHistory>(requirement).await?.messages)
}

pub(super) fn ids(messages: &[Message]) -> Vec<MessageId> {
    messages.iter().map(|message| message.id).collect()
}

/// Ids as a sentence shows them: relative to the messages that are there, and few of them.
pub(super) fn few(ids: &[MessageId]) -> String {
    let shown: Vec<String> = ids.iter().take(5).map(ToString::to_string).collect();
    let more = if ids.len() > shown.len() { format!(" and {} more", ids.len() - shown.len()) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// HIST-3: exactly these messages, each once.
pub(super) fn check_each_once(
    world: &World,
    requirement: &'static str,
    what: &str,
    got: &[Message],
    expected: &[Message],
) {
    let distinct: BTreeSet<MessageId> = got.iter().map(|message| message.id).collect();
    world.check(requirement, distinct.len() == got.len(), || format!("{what} give a message twice"));
    let missing: Vec<MessageId> = ids(expected).into_iter().filter(|id| !distinct.contains(id)).collect();
    world.check(requirement, missing.is_empty(), || {
        format!("{what} miss {} of {} messages: {}", missing.len(), expected.len(), few(&missing))
    });
    let known: BTreeSet<MessageId> = expected.iter().map(|message| message.id).collect();
    let foreign: Vec<MessageId> = distinct.into_iter().filter(|id| !known.contains(id)).collect();
    world.check(requirement, foreign.is_empty(), || {
        format!("{what} give messages that are not of the room: {}", few(&foreign))
    });
}

/// HIST-4: one direction of time, either of them (HIST-8).
pub(super) fn check_one_direction(world: &World, page: &[Message]) {
    let ids = ids(page);
    let one_way = ids.is_sorted() || ids.iter().rev().is_sorted();
    world.check("HIST-4", one_way, || {
        format!("a page is shuffled: {}", ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
    });
}
