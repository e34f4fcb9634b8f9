//! `message.send`: a message to a room. `text.rs` has texts at their edges, `order.rs` ids and the order for all.

use std::{collections::BTreeSet, time::Duration};

use chat_spec::{
    events::{ChatRead, OnChatRead, OnMessageNew},
    types::{MAX_ID, Message, MessageId, RoomId},
};
use serde_json::json;

use crate::{
    scenario::scenarios,
    scenarios::conversation::{check_announced, clear, delete, exchange, fill, is_same, message},
    stop::Outcome,
    world::{Client, World},
};

scenarios! { "message.send";
    reaches_both_users_and_nobody_else ["SEND-1", "SEND-2", "SEND-3", "SEND-11", "START-2", "START-3"]
        "Both users hear a message, and nobody else does.";
    a_conversation_reaches_both ["SEND-1", "SEND-2", "SEND-3", "SEND-5", "SEND-6", "SEND-12"]
        "Every message of a conversation reaches both users, also after reconnecting, reading, clearing and deleting.";
    outlives_its_sender ["SEND-1"]
        "A message that is stored reaches the other user, even if its sender left as soon as it was sent.";
    is_in_the_history_from_then_on ["SEND-5"]
        "A message that was announced is in the history of both users.";
    all_of_many_are_in_the_history ["SEND-5", "SEND-1", "SEND-2", "SEND-6"]
        "Of a hundred and more messages all are announced, counted and stored.";
    counts_for_the_other_side_alone ["SEND-2"]
        "Each message adds one to what the other side has not read, and nothing to the sender's own.";
    an_outsider_cannot_send ["SEND-9"]
        "A user outside the room cannot send to it, and an unknown room gets nothing.";
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
pub(super) fn check_row(world: &World, messages: &[Message]) {
    let grow = messages.windows(2).all(|pair| pair[0].id < pair[1].id);
    world.check("SEND-6", grow, || "message ids do not grow in the order of the room's history".into());
    let forwards = messages.windows(2).all(|pair| pair[0].created_at <= pair[1].created_at);
    world.check("SEND-12", forwards, || "created_at runs backwards from one message to the next".into());
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

/// By how much later a sender leaves after each message.
const PAUSE: Duration = Duration::from_millis(1);

async fn outlives_its_sender(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript(); // whether what was sent last is taken is free
    let room = world.dialog(&alice, &bob).await?;
    let mut alice = alice;
    for round in 0..10 {
        let last = message(world, room, &format!("goodbye {round}"));
        alice.emit(&last).await?;
        // At once, then ever later while the server is busy with the message, or just was.
        tokio::time::sleep(PAUSE * round).await;
        alice.close().await;
        // The sender may have heard of it, and may not.
        while alice.take::<OnMessageNew>()?.is_some() {}
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
