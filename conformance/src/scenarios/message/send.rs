//! `message.send`: a message to a room.

use std::collections::BTreeSet;

use chat_spec::{
    events::{ChatRead, ChatStart, MessageSend, OnChatRead, OnMessageNew},
    types::{MAX_ID, Message, MessageId, RoomId},
};
use futures_util::future::try_join;
use serde_json::json;

use crate::{
    scenario::{Needs, scenarios},
    scenarios::{
        conversation::{check_announced, clear, delete, exchange, fill, is_same, message, part},
        texts,
    },
    stop::{Outcome, Stop},
    world::{Client, World},
};

scenarios! { "message.send";
    reaches_both_users_and_nobody_else ["SEND-1", "SEND-2", "SEND-3", "SEND-11", "START-2", "START-3"]
        "Both users hear a message, and nobody else does.";
    a_conversation_reaches_both ["SEND-1", "SEND-2", "SEND-3", "SEND-5", "SEND-6", "SEND-12"]
        "Every message of a conversation reaches both users, also after reconnecting, reading, clearing and deleting.";
    text_stays_exact ["SEND-4"]
        "Every text arrives and is stored exactly as it was sent.";
    nul_is_whole_or_refused ["SEND-4"]
        "A text with U+0000 in it arrives as it was sent, or not at all.";
    outlives_its_sender ["SEND-1"]
        "A message that is stored reaches the other user, even if its sender left as soon as it was sent.";
    is_in_the_history_from_then_on ["SEND-5"]
        "A message that was announced is in the history of both users.";
    all_of_many_are_in_the_history ["SEND-5", "SEND-1", "SEND-2", "SEND-6"]
        "Of a hundred and more messages all are announced, counted and stored.";
    counts_for_the_other_side_alone ["SEND-2"]
        "Each message adds one to what the other side has not read, and nothing to the sender's own.";
    ids_grow_and_are_never_used_again ["SEND-6"]
        "Message ids are unique across rooms and grow in each; deleting, clearing or starting anew brings none back."
        needs Needs::Nobody; // an id that is free again would be taken by others
    pipelined_messages_keep_their_order ["SEND-7", "SEND-1", "SEND-2", "SEND-5", "SEND-12"]
        "Sixty messages that are sent without waiting are stored and announced in the order sent.";
    everyone_sees_one_order ["SEND-8", "EVT-1", "SEND-1", "SEND-2", "SEND-6"]
        "Both users send at once, and both see the messages in the same order, that of the history.";
    every_socket_sees_one_order ["SEND-8", "AUTH-11"]
        "Both users send at once, and both sockets of one see the messages in the same order as the other user.";
    rooms_at_once_do_not_mix ["SEND-3", "SEND-6", "SEND-1"]
        "One user sends to two rooms and hears from both at the same time: every message is in its own room.";
    an_outsider_cannot_send ["SEND-9"]
        "A user outside the room cannot send to it, and an unknown room gets nothing.";
    empty_text_is_refused ["SEND-10"]
        "An empty text without an attachment is refused.";
    long_text_is_whole_or_refused ["SEND-10", "SEND-4", "SEND-1"]
        "4,000 code points are accepted; of 20,000 all arrive or none.";
    null_for_an_attachment_is_none ["EVT-3", "SEND-11"]
        "`attachment_id: null` is the same as no attachment_id.";
    waits_for_a_user_who_is_away ["SEND-5", "SEND-1", "SEND-2", "AUTH-6", "AUTH-7"]
        "Messages to a user who is not connected are there, and counted, when the user comes.";
}

async fn reaches_both_users_and_nobody_else(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    // Who has dialogs with both is outside of theirs all the same.
    world.dialog(&alice, &carol).await?;
    world.dialog(&carol, &bob).await?;

    alice.emit(&message(world, room, "hello")).await?;

    let heard: OnMessageNew = bob.expect("SEND-1").await?;
    check_announced(world, "SEND-1", &heard, &bob, [&alice, &bob], &world.text("hello"));
    world.check_eq("SEND-1", "the room that bob hears of", &heard.room.id, &room);
    world.check_eq("SEND-11", "the attachment of a message without one", &heard.message.attachment, &None);
    world.check_eq("SEND-2", "what bob has not read", &world.unread(&heard.chat, room), &2);

    let echoed: OnMessageNew = alice.expect("SEND-1").await?;
    world.check("SEND-1", echoed.message == heard.message, || "the two users hear of different messages".into());
    check_announced(world, "SEND-1", &echoed, &alice, [&alice, &bob], &world.text("hello"));
    world.check_eq("SEND-2", "what alice has not read", &world.unread(&echoed.chat, room), &0);

    carol.expect_nothing("SEND-3").await
}

/// The steps of a conversation.
enum Step {
    AliceSays,
    BobSays,
    AliceComesBack,
    BobComesBack,
    BobReads,
    AliceClears,
    BobDeletesItsNewest,
}

async fn a_conversation_reaches_both(world: &World) -> Outcome {
    use Step::{AliceClears, AliceComesBack, AliceSays, BobComesBack, BobDeletesItsNewest, BobReads, BobSays};
    let [mut alice, mut bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let steps = [
        AliceSays,
        AliceSays,
        AliceSays,
        BobSays,
        BobSays,
        BobSays,
        BobComesBack,
        BobSays,
        AliceSays,
        AliceComesBack,
        AliceSays,
        BobSays,
        BobReads,
        AliceSays,
        BobSays,
        BobDeletesItsNewest,
        BobSays,
        AliceSays,
        AliceClears,
        AliceSays,
        BobSays,
        AliceSays,
    ];
    let (mut of_alice, mut of_bob) = (0, 1);
    let mut said: Vec<Message> = Vec::new();
    for (number, step) in steps.into_iter().enumerate() {
        match step {
            AliceSays => {
                of_bob += 1;
                let unread = [(&alice, of_alice), (&bob, of_bob)];
                said.push(converse(world, [&alice, &bob], room, &format!("step {number}"), unread).await?);
            }
            BobSays => {
                of_alice += 1;
                let unread = [(&alice, of_alice), (&bob, of_bob)];
                said.push(converse(world, [&bob, &alice], room, &format!("step {number}"), unread).await?);
            }
            AliceComesBack => alice = world.come_back(&alice).await?.0,
            BobComesBack => bob = world.come_back(&bob).await?.0,
            BobReads => {
                bob.emit(&ChatRead { room_id: room }).await?;
                bob.expect::<OnChatRead>("READ-1").await?;
                of_bob = 0;
            }
            AliceClears => {
                clear(world, &alice, &bob, room).await?;
                (of_alice, of_bob) = (0, 0);
                said.clear();
            }
            BobDeletesItsNewest => {
                if let Some(newest) = said.pop() {
                    delete(world, &bob, &alice, newest.id).await?;
                }
                // Whether a deletion lowers the counter is a SHOULD of its own (DEL-5): alice reads, so that it is
                // known.
                alice.emit(&ChatRead { room_id: room }).await?;
                alice.expect::<OnChatRead>("READ-1").await?;
                of_alice = 0;
            }
        }
    }
    check_row(world, &said);
    let stored = bob.history(room).await?;
    let complete = stored.len() == said.len() && stored.iter().zip(&said).all(|(kept, said)| is_same(kept, said));
    world.check("SEND-5", complete, || "the history is not the conversation that was announced".into());
    carol.expect_nothing("SEND-3").await
}

/// Sends, and checks what both hear and have not read.
async fn converse(
    world: &World,
    [from, to]: [&Client; 2],
    room: RoomId,
    text: &str,
    unread: [(&Client, i128); 2],
) -> Outcome<Message> {
    from.emit(&message(world, room, text)).await?;
    let mut heard = Vec::new();
    for (reader, expected) in unread {
        let event: OnMessageNew = reader.expect("SEND-1").await?;
        check_announced(world, "SEND-1", &event, reader, [from, to], &world.text(text));
        world.check_eq("SEND-1", "the room that is heard of", &event.room.id, &room);
        world.check_eq(
            "SEND-2",
            &format!("what `{}` has not read at {text}", reader.label()),
            &world.unread(&event.chat, room),
            &expected,
        );
        heard.push(event.message);
    }
    world.check("SEND-1", heard[0] == heard[1], || format!("the two users hear of different messages at {text}"));
    Ok(heard.swap_remove(0))
}

/// SEND-6 and SEND-12 for messages of one room in the order in which they were sent.
fn check_row(world: &World, messages: &[Message]) {
    let grow = messages.windows(2).all(|pair| pair[0].id < pair[1].id);
    world.check("SEND-6", grow, || "message ids do not grow in the order of the room's history".into());
    let forwards = messages.windows(2).all(|pair| pair[0].created_at <= pair[1].created_at);
    world.check("SEND-12", forwards, || "created_at runs backwards from one message to the next".into());
}

async fn text_stays_exact(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let mut sent = Vec::new();
    for (what, text) in texts::NASTY {
        let id = send_exactly(world, [&alice, &bob], room, what, text).await?;
        sent.push((*what, id, (*text).to_owned()));
    }
    let (spaced, hard) = ("  \t x \n ".to_owned(), texts::hard());
    let last = [("white space at both ends", spaced), ("a long text of all that is hard", hard)];
    let more = texts::MORE.iter().map(|(what, text)| (*what, (*text).to_owned()));
    world
        .silently(async {
            for (what, text) in more.chain(last.clone()) {
                let id = send_exactly(world, [&alice, &bob], room, what, &text).await?;
                sent.push((what, id, text));
            }
            Ok(())
        })
        .await?;
    // Pages of two sizes: there are servers that treat the pages after the first in another way.
    for (reader, limit) in [(&alice, 50), (&bob, 6)] {
        let history = reader.walk(room, limit).await?.messages();
        for (what, id, text) in &sent {
            let stored = history.iter().find(|message| message.id == *id).map(|message| message.text.as_str());
            // That small pages leave one out is HIST-3.
            let absent = stored.is_none() && limit < 50;
            world.check("SEND-4", absent || stored == Some(text), || {
                format!("{what}: the history has {stored:?} instead of {text:?}")
            });
        }
    }
    // In the dialogs, too: the one with white space around it comes behind the long one.
    let mut bob = bob;
    for (what, text) in last.iter().rev() {
        let id = world.silently(send_exactly(world, [&alice, &bob], room, what, text)).await?;
        let (back, authorized) = world.come_back(&bob).await?;
        let newest = authorized.dialogs.into_iter().filter_map(|dialog| dialog.message).find(|newest| newest.id == id);
        // Which message is the newest is AUTH-6.
        world.check("SEND-4", newest.as_ref().is_none_or(|newest| newest.text == *text), || {
            format!("{what}: the dialogs have {:?} instead of {text:?}", newest.map(|newest| newest.text))
        });
        bob = back;
    }
    Ok(())
}

/// Sends a text as it is, without the tag; checks what both hear of it.
async fn send_exactly(
    world: &World,
    [from, to]: [&Client; 2],
    room: RoomId,
    what: &str,
    text: &str,
) -> Outcome<MessageId> {
    from.emit(&MessageSend { room_id: room, text: text.to_owned(), attachment_id: None }).await?;
    let mut ids = Vec::new();
    for reader in [to, from] {
        let heard: OnMessageNew = reader.expect("SEND-4").await?;
        world.check("SEND-4", heard.message.text == text, || {
            format!("{what}: `{}` arrived instead of `{}`", heard.message.text.escape_debug(), text.escape_debug())
        });
        ids.push(heard.message.id);
    }
    Ok(ids[0])
}

async fn nul_is_whole_or_refused(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript(); // both are fine
    let room = world.dialog(&alice, &bob).await?;
    let mut accepted = false;
    for text in ["a\0b", "\0", "at the end\0"] {
        alice.emit(&MessageSend { room_id: room, text: text.to_owned(), attachment_id: None }).await?;
        world.settle().await?;
        for reader in [&bob, &alice] {
            let Some(heard) = reader.take::<OnMessageNew>()? else { continue };
            accepted = true;
            world.check("SEND-4", heard.message.text == text, || {
                format!("of a text with U+0000 {:?} arrived", heard.message.text)
            });
        }
        let newest = bob.history(room).await?.pop().map(|message| message.text).unwrap_or_default();
        world.check("SEND-4", newest == text || newest == world.text("the dialog begins") || accepted, || {
            format!("of a text with U+0000 {newest:?} was stored")
        });
    }
    world.dialect("SEND-4", "U+0000 in a text", if accepted { "accepted" } else { "refused" }, "refused");
    Ok(())
}

async fn is_in_the_history_from_then_on(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    for round in 1..=5 {
        let (from, to) = if round % 2 == 0 { (&alice, &bob) } else { (&bob, &alice) };
        from.emit(&message(world, room, &format!("message {round}"))).await?;
        // The reader asks as soon as it hears, before the sender has heard.
        let heard: OnMessageNew = to.expect("SEND-1").await?;
        for reader in [to, from] {
            let history = reader.history(room).await?;
            let stored = history.iter().find(|message| message.id == heard.message.id);
            world.check("SEND-5", stored.is_some(), || {
                format!("message {round} was announced and is not in the history of `{}`", reader.label())
            });
        }
        from.expect::<OnMessageNew>("SEND-1").await?;
    }
    Ok(())
}

async fn outlives_its_sender(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript(); // whether what was sent last is taken is free
    let room = world.dialog(&alice, &bob).await?;
    let mut alice = alice;
    for round in 1..=5 {
        let last = message(world, room, &format!("goodbye {round}"));
        alice.emit(&last).await?;
        alice.close().await;
        world.settle().await?;
        let stored = bob.history(room).await?.iter().any(|kept| kept.text == last.text);
        let is_it = |event: &OnMessageNew| event.message.text == last.text;
        if stored {
            bob.expect_where("SEND-1", is_it).await?;
        } else if let Some(event) = bob.may_hear::<OnMessageNew>().await? {
            world.check("SEND-1", is_it(&event), || "bob heard another message than the last that was sent".into());
        }
        alice = world.arrive(alice.account(), alice.label()).await?.0;
    }
    // The control: a sender who stays.
    exchange(&alice, &bob, &message(world, room, "I am back"), "SEND-1").await.map(drop)
}

async fn counts_for_the_other_side_alone(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    // (who sends, what alice has not read afterwards, what bob has not read afterwards)
    let turns = [(&alice, 0, 2), (&alice, 0, 3), (&bob, 1, 3), (&bob, 2, 3), (&alice, 2, 4)];
    for (turn, (sender, of_alice, of_bob)) in turns.into_iter().enumerate() {
        sender.emit(&message(world, room, &format!("turn {turn}"))).await?;
        for (reader, expected) in [(&alice, of_alice), (&bob, of_bob)] {
            let event: OnMessageNew = reader.expect("SEND-2").await?;
            let what = format!("what {} has not read after turn {turn}", reader.label());
            world.check_eq("SEND-2", &what, &world.unread(&event.chat, room), &expected);
        }
    }
    bob.emit(&ChatRead { room_id: room }).await?;
    bob.expect::<OnChatRead>("READ-1").await?;
    let after = exchange(&alice, &bob, &message(world, room, "after reading"), "SEND-2").await?;
    world.check_eq("SEND-2", "what bob has not read after reading", &world.unread(&after.chat, room), &1);
    Ok(())
}

async fn all_of_many_are_in_the_history(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    clear(world, &alice, &bob, room).await?;
    let sent = fill(world, [&alice, &bob], room, 110, world.patience().max).await?;
    let distinct: BTreeSet<MessageId> = sent.iter().map(|message| message.id).collect();
    world.check("SEND-6", distinct.len() == sent.len(), || "two messages of a room have the same id".into());
    for reader in [&alice, &bob] {
        let stored = reader.history(room).await?;
        let missing = sent.iter().filter(|sent| !stored.iter().any(|kept| is_same(kept, sent))).count();
        world.check("SEND-5", missing == 0, || {
            format!(
                "{missing} of {} messages that were announced are not in the history of `{}` as announced",
                sent.len(),
                reader.label()
            )
        });
    }
    for (from, to) in [(&alice, &bob), (&bob, &alice)] {
        let before = sent.iter().filter(|message| message.user_id == from.id()).count();
        let event = world.silently(exchange(from, to, &message(world, room, "one more"), "SEND-1")).await?;
        let what = format!("what `{}` has not read of many messages", to.label());
        world.check_eq("SEND-2", &what, &world.unread(&event.chat, room), &(before as i128 + 1));
    }
    Ok(())
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

async fn an_outsider_cannot_send(world: &World) -> Outcome {
    let [alice, bob, mallory] = world.users(["alice", "bob", "mallory"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    // Who has dialogs with both is outside of theirs all the same.
    let own = world.dialog(&mallory, &bob).await?;
    world.dialog(&alice, &mallory).await?;
    let unknown = RoomId::try_from(MAX_ID).unwrap_or(room);

    mallory.emit(&message(world, room, "let me in")).await?;
    mallory.emit(&message(world, unknown, "is anybody there")).await?;
    world.nobody_hears_more("SEND-9").await?;

    // The control: the same action from the same socket works in a room of its own.
    exchange(&mallory, &bob, &message(world, own, "in my own room"), "SEND-1").await?;
    let after = exchange(&alice, &bob, &message(world, room, "only us"), "SEND-1").await?;
    world.check_eq(
        "SEND-9",
        "what bob has not read, when an outsider tried to send",
        &world.unread(&after.chat, room),
        &2,
    );
    for reader in [&alice, &bob] {
        let history = reader.history(room).await?;
        let inside =
            history.iter().all(|message| message.user_id != mallory.id() && message.text != world.text("let me in"));
        world.check("SEND-9", inside, || "a message of a user outside the room is in its history".into());
    }
    Ok(())
}

async fn empty_text_is_refused(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    alice.emit(&MessageSend { room_id: room, text: String::new(), attachment_id: None }).await?;
    world.nobody_hears_more("SEND-10").await?;
    // The control differs in the text alone.
    exchange(&alice, &bob, &message(world, room, "x"), "SEND-1").await?;
    let history = bob.history(room).await?;
    world.check("SEND-10", history.iter().all(|message| !message.text.is_empty()), || {
        "the empty message is in the history".into()
    });
    Ok(())
}

async fn long_text_is_whole_or_refused(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    for accepted in [texts::long(4_000), texts::astral(4_000)] {
        alice.emit(&MessageSend { room_id: room, text: accepted.clone(), attachment_id: None }).await?;
        for reader in [&bob, &alice] {
            let heard: OnMessageNew = reader.expect("SEND-10").await?;
            world.check("SEND-4", heard.message.text == accepted, || {
                format!("a text of 4,000 code points did not arrive whole at `{}`", reader.label())
            });
        }
    }
    let (mut longest, mut refused) = (4_000, None);
    for length in [10_000, 10_001, 20_000] {
        let text = texts::long(length);
        match world.silently(try_long(world, &alice, &bob, room, &text)).await? {
            Some(true) => longest = length,
            Some(false) => refused = refused.or(Some(length)),
            None => break, // so long a packet may cost the connection (ROB-5)
        }
    }
    let whole =
        [texts::long(4_000), texts::astral(4_000), texts::long(10_000), texts::long(10_001), texts::long(20_000)];
    let page = world.silently(bob.page(room, Some(50), None)).await?;
    let stored =
        page.messages.iter().map(|message| &message.text).filter(|text| **text != world.text("the dialog begins"));
    for text in stored {
        world.check("SEND-4", whole.contains(text), || {
            format!("a text of {} code points is stored that nobody sent", text.chars().count())
        });
    }
    let most = refused.map_or_else(|| "no maximum seen".to_owned(), |length| format!("less than {length}"));
    world.dialect(
        "SEND-10",
        "longest text, in code points",
        format!("at least {longest}, {most}"),
        "at least 10000, less than 10001",
    );
    Ok(())
}

/// Sends a text that may be too long: whether it was accepted; `None` where it cost the connection.
async fn try_long(world: &World, alice: &Client, bob: &Client, room: RoomId, text: &str) -> Outcome<Option<bool>> {
    alice.emit(&MessageSend { room_id: room, text: text.to_owned(), attachment_id: None }).await?;
    world.settle().await?;
    let events = [bob.may_hear::<OnMessageNew>().await?, alice.may_hear::<OnMessageNew>().await?];
    for event in events.iter().flatten() {
        world.check("SEND-4", event.message.text == text, || {
            format!("of a text of {} code points another one arrived", text.chars().count())
        });
    }
    if !alice.is_open() {
        return Ok(None);
    }
    world.check("SEND-1", events[0].is_some() == events[1].is_some(), || {
        format!("a text of {} code points was announced to one of the two users alone", text.chars().count())
    });
    Ok(Some(events[0].is_some()))
}

async fn null_for_an_attachment_is_none(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let payload = json!({"room_id": room, "text": world.text("without"), "attachment_id": null});
    alice.emit_arguments("message.send", vec![payload]).await?;
    let heard: OnMessageNew = bob.expect("EVT-3").await?;
    world.check_eq("SEND-11", "the attachment", &heard.message.attachment, &None);
    alice.expect::<OnMessageNew>("EVT-3").await?;
    Ok(())
}

async fn waits_for_a_user_who_is_away(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    bob.close().await;
    let mut sent = Vec::new();
    for number in 0..3 {
        let text = format!("are you there? {number}");
        alice.emit(&message(world, room, &text)).await?;
        let echoed: OnMessageNew = alice.expect("SEND-1").await?;
        check_announced(world, "SEND-1", &echoed, &alice, [&alice, &bob], &world.text(&text));
        world.check_eq("SEND-2", "what alice has not read while bob is away", &world.unread(&echoed.chat, room), &0);
        sent.push(echoed.message);
    }
    let (bob, authorized) = world.come_back(&bob).await?;
    let dialog = authorized.dialogs.iter().find(|dialog| dialog.room.id == room);
    let Some(dialog) = dialog else {
        return Err(world.broken("AUTH-5", "the dialog is not listed at the next authorisation"));
    };
    let newest = dialog.message.as_ref().map(|message| message.id);
    world.check_eq("AUTH-6", "the newest message of the dialog", &newest, &sent.last().map(|message| message.id));
    world.check_eq("AUTH-7", "what bob has not read", &world.unread(&dialog.chat, room), &4);
    let stored = bob.history(room).await?;
    for message in &sent {
        world.check("SEND-5", stored.iter().any(|kept| is_same(kept, message)), || {
            "a message that was sent while the user was away is not in the history".into()
        });
    }
    let next = exchange(&alice, &bob, &message(world, room, "there you are"), "SEND-1").await?;
    world.check_eq("SEND-2", "what bob has not read after coming back", &world.unread(&next.chat, room), &5);
    Ok(())
}
