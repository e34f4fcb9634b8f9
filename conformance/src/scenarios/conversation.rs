//! What scenarios about messages have in common: saying something, and looking at what was heard of it.

use std::{collections::BTreeSet, time::Instant};

use chat_spec::{
    events::{
        ChatClear, ChatDelete, MessageDelete, MessageSend, OnChatClear, OnMessageDelete, OnMessageNew, OnUserAuthorized,
    },
    types::{Chat, Dialog, Message, MessageId, Room, RoomId, UserId},
};

use crate::{
    stop::Outcome,
    world::{Client, World},
};

/// How many messages are under way at a time where a room is filled.
const BATCH: usize = 25;

/// A message without an attachment, its text with the tag of the scenario.
pub(super) fn message(world: &World, room: RoomId, text: &str) -> MessageSend {
    MessageSend { room_id: room, text: world.text(text), attachment_id: None }
}

/// Sends a message; gives what the other user heard, after the sender heard it too.
pub(super) async fn exchange(
    from: &Client,
    to: &Client,
    message: &MessageSend,
    requirement: &'static str,
) -> Outcome<OnMessageNew> {
    from.emit(message).await?;
    let heard = to.expect::<OnMessageNew>(requirement).await?;
    from.expect::<OnMessageNew>(requirement).await?;
    Ok(heard)
}

/// Sends a text outside of the transcript; gives the message.
pub(super) async fn say(world: &World, from: &Client, to: &Client, room: RoomId, text: &str) -> Outcome<Message> {
    Ok(world.silently(exchange(from, to, &message(world, room, text), "SEND-1")).await?.message)
}

/// Fills a room with messages of both users outside of the transcript, many under way at a time; gives them in the
/// order of their ids. Where the server is slow, there are fewer after `longest`.
pub(super) async fn fill(
    world: &World,
    [one, other]: [&Client; 2],
    room: RoomId,
    count: usize,
    longest: std::time::Duration,
) -> Outcome<Vec<Message>> {
    let begun = Instant::now();
    let mut messages = Vec::new();
    world
        .silently(async {
            while messages.len() < count && begun.elapsed() < longest {
                let (from, to) = if (messages.len() / BATCH).is_multiple_of(2) { (one, other) } else { (other, one) };
                let numbers = messages.len()..count.min(messages.len() + BATCH);
                for number in numbers.clone() {
                    from.emit(&message(world, room, &format!("number {number}"))).await?;
                }
                for _ in numbers {
                    messages.push(to.expect::<OnMessageNew>("SEND-1").await?.message);
                    from.expect::<OnMessageNew>("SEND-1").await?;
                }
            }
            Ok(())
        })
        .await?;
    messages.sort_by_key(|message| message.id);
    Ok(messages)
}

/// Its author deletes a message, outside of the transcript.
pub(super) async fn delete(world: &World, author: &Client, other: &Client, message: MessageId) -> Outcome {
    world
        .silently(async {
            author.emit(&MessageDelete { message_id: message }).await?;
            author.expect::<OnMessageDelete>("DEL-1").await?;
            other.expect::<OnMessageDelete>("DEL-1").await.map(drop)
        })
        .await
}

/// One user clears a room, outside of the transcript.
pub(super) async fn clear(world: &World, by: &Client, other: &Client, room: RoomId) -> Outcome {
    world
        .silently(async {
            by.emit(&ChatClear { room_id: room }).await?;
            by.expect::<OnChatClear>("CLEAR-1").await?;
            other.expect::<OnChatClear>("CLEAR-2").await.map(drop)
        })
        .await
}

/// Deletes a dialog outside of the transcript, however the server tells it (D13), and whether it can or not.
pub(crate) async fn part(world: &World, one: &Client, other: &Client, room: RoomId) -> Outcome {
    world
        .silently(async {
            one.emit(&ChatDelete { room_id: room }).await?;
            world.settle().await?;
            for client in [one, other] {
                client.forget_dropped(room).await;
            }
            Ok(())
        })
        .await
}

/// Deletes the dialogs that earlier scenarios or runs left between two users, so that the next `chat.start` makes one.
pub(super) async fn as_strangers(world: &World, one: &Client, other: &Client) -> Outcome {
    for room in world.rooms_between(one.id(), other.id()) {
        part(world, one, other, room).await?;
    }
    Ok(())
}

/// The dialogs with a user in an answer to an authorisation.
pub(super) fn dialogs_with<'a>(authorized: &'a OnUserAuthorized, user: &Client) -> Vec<&'a Dialog> {
    let takes_part = |dialog: &&Dialog| dialog.room.users.iter().any(|member| member.id == user.id());
    authorized.dialogs.iter().filter(takes_part).collect()
}

/// Whether a message is the one that was announced. When `updated_at` moves is free (D5).
pub(super) fn is_same(one: &Message, other: &Message) -> bool {
    Message { updated_at: other.updated_at, ..one.clone() } == *other
}

/// A room's users are exactly its two, each once: START-2, or what asks for the room of an event.
pub(super) fn check_users(world: &World, requirement: &'static str, room: &Room, users: [&Client; 2]) {
    let got: Vec<UserId> = room.users.iter().map(|user| user.id).collect();
    let expected: BTreeSet<UserId> = users.iter().map(|user| user.id()).collect();
    let exactly = got.len() == expected.len() && got.iter().copied().collect::<BTreeSet<_>>() == expected;
    world.check(requirement, exactly, || {
        format!(
            "the users of the room are {got:?} instead of {expected:?}",
            expected = expected.iter().collect::<Vec<_>>()
        )
    });
}

/// The side in an event is that of the user whom it was delivered to: START-3, or what asks for the chat of an event.
pub(super) fn check_side(world: &World, requirement: &'static str, chat: &Chat, reader: &Client) {
    world.check_eq(requirement, &format!("the side that `{}` hears of", reader.label()), &chat.user_id, &reader.id());
}

/// What every `on.message.new` must say, whichever requirement asks for it: SEND-1 or START-1.
pub(super) fn check_announced(
    world: &World,
    requirement: &'static str,
    event: &OnMessageNew,
    reader: &Client,
    [author, other]: [&Client; 2],
    text: &str,
) {
    let label = reader.label();
    world.check_eq(requirement, &format!("the author that `{label}` hears of"), &event.message.user_id, &author.id());
    world.check_eq(requirement, &format!("the text that `{label}` hears"), &event.message.text.as_str(), &text);
    world.check(requirement, event.message.room_id == event.room.id, || {
        format!("`{label}` hears of a message of room {} in room {}", event.message.room_id, event.room.id)
    });
    check_users(world, "START-2", &event.room, [author, other]);
    check_side(world, "START-3", &event.chat, reader);
}
