//! `message.send`: ids, and one order for all.

use std::collections::BTreeSet;

use chat_spec::{
    events::{ChatStart, MessageSend, OnMessageNew},
    types::{Message, MessageId, RoomId},
};
use futures_util::future::try_join;

use crate::{
    scenario::{Needs, scenarios},
    scenarios::{
        conversation::{clear, delete, exchange, fill, message, part},
        message::send::check_row,
    },
    stop::{Outcome, Stop},
    world::{Client, World},
};

scenarios! { "message.send";
    ids_grow_and_are_never_used_again ["SEND-6"]
        "Message ids are unique across rooms and grow in each; deleting, clearing or starting anew brings none back."
        needs Needs::Nobody; // an id that is free again would be taken by others
    ids_of_a_deleted_dialog_are_not_used_again ["SEND-6"]
        "The ids of many messages that went with their dialog, cleared or deleted, are not used again when it goes on."
        needs Needs::Nobody; // others would take the ids
    pipelined_messages_keep_their_order ["SEND-7", "SEND-1", "SEND-2", "SEND-5", "SEND-12"]
        "Sixty messages that are sent without waiting are stored and announced in the order sent.";
    everyone_sees_one_order ["SEND-8", "EVT-1", "SEND-1", "SEND-2", "SEND-6"]
        "Both users send at once, and both see the messages in the same order, that of the history.";
    every_socket_sees_one_order ["SEND-8", "AUTH-11"]
        "Both users send at once, and both sockets of one see the messages in the same order as the other user.";
    rooms_at_once_do_not_mix ["SEND-3", "SEND-6", "SEND-1"]
        "One user sends to two rooms and hears from both at the same time: every message is in its own room.";
}

/// The ids that were seen so far: of which room each is, and which are still there.
struct Seen<'a> {
    world: &'a World,
    all: BTreeSet<MessageId>,
}

impl Seen<'_> {
    /// Notes a message; `kept` are those that are in its room before it.
    fn note(&mut self, message: &Message, kept: &[MessageId], when: &str) {
        let Self { world, all } = self;
        world.check("SEND-6", all.insert(message.id), || {
            format!("the id {} was used before, and is used again {when}", message.id)
        });
        world.check("SEND-6", kept.iter().all(|before| *before < message.id), || {
            format!(
                "message {} came after message {} of the same room {when}",
                message.id,
                kept.iter().max().map_or(0, |id| id.get())
            )
        });
    }
}

async fn ids_grow_and_are_never_used_again(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let first = world.dialog(&alice, &bob).await?;
    let second = world.dialog(&alice, &carol).await?;
    let mut seen = Seen { world, all: BTreeSet::new() };
    let (mut in_first, mut in_second) = (Vec::new(), Vec::new());
    for round in 0..6 {
        let to_bob =
            exchange(&alice, &bob, &message(world, first, &format!("to bob {round}")), "SEND-1").await?.message;
        seen.note(&to_bob, &in_first, "in a room beside another");
        in_first.push(to_bob.id);
        let to_carol =
            exchange(&alice, &carol, &message(world, second, &format!("to carol {round}")), "SEND-1").await?.message;
        seen.note(&to_carol, &in_second, "in a room beside another");
        in_second.push(to_carol.id);
    }
    for round in 0..2 {
        let gone = exchange(&alice, &bob, &message(world, first, &format!("deleted at once {round}")), "SEND-1")
            .await?
            .message;
        seen.note(&gone, &in_first, "after a deletion");
        delete(world, &alice, &bob, gone.id).await?;
    }
    for message_id in in_first.drain(3..) {
        delete(world, &alice, &bob, message_id).await?;
    }
    let after = exchange(&alice, &bob, &message(world, first, "after deletions"), "SEND-1").await?.message;
    seen.note(&after, &in_first, "after deletions");
    clear(world, &alice, &bob, first).await?;
    let after = exchange(&bob, &alice, &message(world, first, "after the clearing"), "SEND-1").await?.message;
    seen.note(&after, &[], "after clearing");
    part(world, &alice, &bob, first).await?;
    // The room is another one or the same: both are fine.
    let began = world
        .silently(async {
            let text = world.text("starting anew");
            alice.emit(&ChatStart { user_id: bob.id(), text, attachment_id: None }).await?;
            bob.expect::<OnMessageNew>("START-1").await?;
            alice.expect::<OnMessageNew>("START-1").await
        })
        .await?;
    seen.note(&began.message, &[], "after the dialog was deleted");
    let after =
        world.silently(exchange(&bob, &alice, &message(world, began.room.id, "and on"), "SEND-1")).await?.message;
    seen.note(&after, &[began.message.id], "after the dialog was deleted and began anew");
    Ok(())
}

async fn ids_of_a_deleted_dialog_are_not_used_again(world: &World) -> Outcome {
    // More than sentinels are sent meanwhile, which would take ids that are free again.
    const MESSAGES: usize = 25;
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let mut room = world.dialog(&alice, &bob).await?;
    let mut used: BTreeSet<MessageId> = BTreeSet::new();
    for (round, before) in ["at first", "after the room was cleared", "after the dialog was deleted"].iter().enumerate()
    {
        let sent = fill(world, [&alice, &bob], room, MESSAGES, world.patience().max).await?;
        let again = sent.iter().filter(|message| !used.insert(message.id)).count();
        world.check("SEND-6", again == 0, || {
            format!("{again} of {} message ids that were used before are used again {before}", sent.len())
        });
        match round {
            0 => clear(world, &alice, &bob, room).await?,
            1 => {
                part(world, &alice, &bob, room).await?;
                let (_, began) = world.start("START-1", &alice, &bob, "starting anew").await?;
                world.check("SEND-6", used.insert(began.message.id), || {
                    "a message id of a deleted dialog is used again when the two start anew".into()
                });
                room = began.room.id;
            }
            _ => {}
        }
    }
    Ok(())
}

async fn pipelined_messages_keep_their_order(world: &World) -> Outcome {
    const MESSAGES: i128 = 60;
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.no_transcript();
    // A long one takes a server longer: it must not be overtaken. That it is taken is a SHOULD of its own (SEND-10).
    let long = "x".repeat(3_000);
    alice.emit(&message(world, room, &long)).await?;
    world.settle().await?;
    let takes_long = bob.may_hear::<OnMessageNew>().await?.is_some();
    alice.may_hear::<OnMessageNew>().await?;
    let before: usize = if takes_long { 2 } else { 1 };
    let long = |number: i128| if takes_long && number % 3 == 1 { long.as_str() } else { "" };
    let texts: Vec<String> =
        (0..MESSAGES).map(|number| world.text(&format!("number {number} {}", long(number)))).collect();
    let number = |text: &str| text.split(' ').nth(1).unwrap_or_default().to_owned();
    for text in &texts {
        alice.emit(&MessageSend { room_id: room, text: text.clone(), attachment_id: None }).await?;
    }
    for reader in [&alice, &bob] {
        let mut heard = Vec::new();
        for _ in &texts {
            heard.push(reader.expect::<OnMessageNew>("SEND-1").await?);
        }
        let order: Vec<&str> = heard.iter().map(|event| event.message.text.as_str()).collect();
        let complete = order.iter().copied().collect::<BTreeSet<_>>() == texts.iter().map(String::as_str).collect();
        world.check("SEND-1", complete, || format!("`{}` did not hear every message that was sent", reader.label()));
        world.check("SEND-7", order.iter().copied().eq(texts.iter().map(String::as_str)), || {
            format!(
                "`{}` heard the messages in another order than they were sent: {}",
                reader.label(),
                order.iter().map(|text| number(text)).collect::<Vec<_>>().join(", ")
            )
        });
        let mut row: Vec<Message> = heard.iter().map(|event| event.message.clone()).collect();
        row.sort_by_key(|message| message.id);
        check_row(world, &row);
        let last = heard.iter().max_by_key(|event| event.message.id);
        let unread = last.map_or(-1, |event| world.unread(&event.chat, room));
        let expected = if reader.id() == bob.id() { MESSAGES + before as i128 } else { 0 };
        world.check_eq("SEND-2", &format!("what {} has not read at the end", reader.label()), &unread, &expected);
    }
    for reader in [&bob, &alice] {
        let mut stored: Vec<String> = reader.history(room).await?.into_iter().map(|message| message.text).collect();
        stored.drain(..stored.len().min(before));
        let complete = stored.iter().collect::<BTreeSet<_>>() == texts.iter().collect::<BTreeSet<_>>();
        world.check("SEND-5", complete, || {
            format!("the history of `{}` does not have what was announced", reader.label())
        });
        world.check("SEND-7", !complete || stored == texts, || {
            "the history has the messages in another order than they were sent".into()
        });
    }
    Ok(())
}

/// How many messages each side sends where both send at once.
const EACH: usize = 30;

/// Both users send to a room without waiting, at the same time.
async fn speak_at_once(world: &World, room: RoomId, alice: &Client, bob: &Client) -> Outcome {
    let speak = |client: Client| async move {
        for number in 0..EACH {
            client.emit(&message(world, room, &format!("{} {number}", client.label()))).await?;
        }
        Ok(())
    };
    try_join(speak(alice.clone()), speak(bob.clone())).await.map(drop)
}

/// The messages that a socket hears while both users send, in the order in which it hears them.
async fn hear_all(reader: &Client, requirement: &'static str) -> Outcome<Vec<OnMessageNew>> {
    let mut heard = Vec::new();
    for _ in 0..2 * EACH {
        heard.push(reader.expect::<OnMessageNew>(requirement).await?);
    }
    Ok(heard)
}

fn order_of(events: &[OnMessageNew]) -> Vec<MessageId> {
    events.iter().map(|event| event.message.id).collect()
}

async fn everyone_sees_one_order(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.no_transcript();
    speak_at_once(world, room, &alice, &bob).await?;
    let mut orders = Vec::new();
    for (reader, before) in [(&alice, 0), (&bob, 1)] {
        let heard = hear_all(reader, "SEND-1").await?;
        let order = order_of(&heard);
        let distinct: BTreeSet<_> = order.iter().collect();
        world.check("SEND-6", distinct.len() == order.len(), || "two messages have the same id".into());
        world.check("SEND-8", order.is_sorted(), || {
            format!("`{}` heard the messages in another order than that of their ids", reader.label())
        });
        let most = heard.iter().map(|event| world.unread(&event.chat, room)).max();
        let what = format!("what `{}` has not read after both sent at once", reader.label());
        world.check_eq("SEND-2", &what, &most, &Some(EACH as i128 + before));
        orders.push(order);
    }
    world.check("SEND-8", orders[0] == orders[1], || "the two users heard the messages in different orders".into());
    world.nobody_hears_more("EVT-1").await?;
    let stored: Vec<MessageId> = bob.history(room).await?.iter().map(|message| message.id).skip(1).collect();
    let all = |ids: &[MessageId]| ids.iter().copied().collect::<BTreeSet<_>>();
    world.check("SEND-5", all(&stored) == all(&orders[0]), || "the history does not have what was announced".into());
    world.check("SEND-8", orders[0] == stored, || "the history has another order than was heard".into());
    Ok(())
}

async fn every_socket_sees_one_order(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.no_transcript();
    let laptop = world.another_socket(&alice, "alice/laptop").await?;
    world.settle().await?; // a server of one device closes one of them about now
    if !alice.is_open() || !laptop.is_open() {
        return Err(world.broken("AUTH-11", "of two sockets of a user one is closed"));
    }
    speak_at_once(world, room, &alice, &bob).await?;
    // That each of several sockets hears is a SHOULD.
    let of_bob = order_of(&hear_all(&bob, "SEND-1").await?);
    for socket in [&alice, &laptop] {
        let order = order_of(&hear_all(socket, "AUTH-11").await?);
        world.check("SEND-8", order == of_bob, || {
            format!("`{}` heard the messages in another order than `bob`", socket.label())
        });
    }
    Ok(())
}

async fn rooms_at_once_do_not_mix(world: &World) -> Outcome {
    const MESSAGES: usize = 20;
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    world.no_transcript();
    let [with_bob, with_carol] = [world.dialog(&alice, &bob).await?, world.dialog(&alice, &carol).await?];
    let speaks = |client: Client, rooms: Vec<RoomId>| async move {
        for number in 0..MESSAGES {
            for room in &rooms {
                client.emit(&message(world, *room, &format!("{} {number} in {room}", client.label()))).await?;
            }
        }
        Ok::<(), Stop>(())
    };
    tokio::try_join!(
        speaks(alice.clone(), vec![with_bob, with_carol]),
        speaks(bob.clone(), vec![with_bob]),
        speaks(carol.clone(), vec![with_carol]),
    )?;
    let mut all: BTreeSet<MessageId> = BTreeSet::new();
    for (reader, count) in [(&bob, 2 * MESSAGES), (&carol, 2 * MESSAGES), (&alice, 4 * MESSAGES)] {
        let mut own = BTreeSet::new();
        for _ in 0..count {
            let event: OnMessageNew = reader.expect("SEND-1").await?;
            let right = event.message.text == world.text(&in_its_room(&event.message, &[&alice, &bob, &carol]));
            world.check("SEND-1", right && event.message.room_id == event.room.id, || {
                format!("`{}` heard a message of another room or author than it was sent to and by", reader.label())
            });
            own.insert(event.message.id);
        }
        world.check("SEND-6", own.len() == count, || "two messages have the same id".into());
        all.extend(own);
    }
    world.check("SEND-6", all.len() == 4 * MESSAGES, || "messages of two rooms have the same id".into());
    world.nobody_hears_more("SEND-3").await
}

/// The text that a message must have by its author and room; its number is taken from the text itself.
fn in_its_room(message: &Message, users: &[&Client]) -> String {
    let author = users.iter().find(|user| user.id() == message.user_id).map_or("nobody", |user| user.label());
    let number = message.text.split(' ').nth(1).unwrap_or_default();
    format!("{author} {number} in {}", message.room_id)
}
