//! `message.send`: a message to a room.

use chat_spec::{
    events::{ChatClear, ChatRead, MessageDelete, MessageSend, OnChatClear, OnChatRead, OnMessageDelete, OnMessageNew},
    types::{Message, MessageId, RoomId},
};
use futures_util::future::try_join;
use serde_json::json;

use crate::{
    scenario::scenarios,
    scenarios::texts,
    stop::Outcome,
    world::{Client, World},
};

scenarios! { "message.send";
    reaches_both_users_and_nobody_else ["SEND-1", "SEND-2", "SEND-3", "SEND-11", "START-3"]
        "Both users hear a message, and nobody else does.";
    text_stays_exact ["SEND-4"]
        "Every text arrives and is stored exactly as it was sent.";
    is_in_the_history_from_then_on ["SEND-5"]
        "A message that was announced is in the history of both users.";
    counts_for_the_other_side_alone ["SEND-2"]
        "Each message adds one to what the other side has not read, and nothing to the sender's own.";
    ids_grow_and_are_never_used_again ["SEND-6"]
        "Message ids grow across rooms, and deleting, clearing or starting anew does not bring an old one back.";
    pipelined_messages_keep_their_order ["SEND-7", "SEND-2", "SEND-12"]
        "Sixty messages that are sent without waiting are stored and announced in the order sent.";
    everyone_sees_one_order ["SEND-8", "EVT-1", "SEND-6"]
        "Both users send at once, and all their sockets see the messages in the same order, that of the history.";
    an_outsider_cannot_send ["SEND-9"]
        "A user outside the room cannot send to it, and an unknown room gets nothing.";
    empty_text_is_refused ["SEND-10"]
        "An empty text without an attachment is refused.";
    long_text_is_whole_or_refused ["SEND-10", "SEND-4"]
        "4,000 code points are accepted; of 20,000 all arrive or none.";
    null_for_an_attachment_is_none ["EVT-3", "SEND-11"]
        "`attachment_id: null` is the same as no attachment_id.";
    waits_for_a_user_who_is_away ["SEND-5", "AUTH-6", "AUTH-7"]
        "A message to a user who is not connected is there when the user comes.";
}

fn message(world: &World, room: RoomId, text: &str) -> MessageSend {
    MessageSend { room_id: room, text: world.text(text), attachment_id: None }
}

/// Sends a text and gives the message that both users heard.
async fn exchange(
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

async fn reaches_both_users_and_nobody_else(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;

    alice.emit(&message(world, room, "hello")).await?;

    let heard: OnMessageNew = bob.expect("SEND-1").await?;
    world.check_eq("SEND-1", "the author that bob hears of", &heard.message.user_id, &alice.id());
    world.check_eq("SEND-1", "the text that bob hears", &heard.message.text, &world.text("hello"));
    world.check_eq("SEND-1", "the room of the message", &heard.message.room_id, &room);
    world.check_eq("SEND-1", "the room that bob hears of", &heard.room.id, &room);
    world.check_eq("SEND-11", "the attachment of a message without one", &heard.message.attachment, &None);
    world.check_eq("START-3", "the side that bob hears of", &heard.chat.user_id, &bob.id());
    world.check_eq("SEND-2", "what bob has not read", &world.unread(&heard.chat, room), &2);

    let echoed: OnMessageNew = alice.expect("SEND-1").await?;
    world.check("SEND-1", echoed.message == heard.message, || "the two users hear of different messages".into());
    world.check_eq("START-3", "the side that alice hears of", &echoed.chat.user_id, &alice.id());
    world.check_eq("SEND-2", "what alice has not read", &world.unread(&echoed.chat, room), &0);

    carol.expect_nothing("SEND-3").await
}

async fn text_stays_exact(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let mut sent = Vec::new();
    for (what, text) in texts::NASTY {
        let message = MessageSend { room_id: room, text: (*text).to_owned(), attachment_id: None };
        let heard = exchange(&alice, &bob, &message, "SEND-4").await?;
        world.check("SEND-4", heard.message.text == *text, || {
            format!("{what}: `{}` arrived instead of `{}`", heard.message.text.escape_debug(), text.escape_debug())
        });
        sent.push((what, heard.message.id, *text));
    }
    for reader in [&alice, &bob] {
        let history = reader.history(room).await?;
        for (what, id, text) in &sent {
            let stored = history.iter().find(|message| message.id == *id).map(|message| message.text.as_str());
            world.check("SEND-4", stored == Some(*text), || {
                format!("{what}: the history has {stored:?} instead of {text:?}")
            });
        }
    }
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

async fn ids_grow_and_are_never_used_again(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let first = world.dialog(&alice, &bob).await?;
    let second = world.dialog(&alice, &carol).await?;
    let mut ids: Vec<MessageId> = Vec::new();
    let mut note = |message: &Message| {
        let newest = ids.iter().max().copied();
        world.check("SEND-6", newest.is_none_or(|newest| message.id > newest), || {
            format!("message {} came after message {}", message.id, newest.map_or(0, MessageId::get))
        });
        ids.push(message.id);
    };
    for round in 0..3 {
        note(&exchange(&alice, &bob, &message(world, first, &format!("to bob {round}")), "SEND-1").await?.message);
        note(&exchange(&alice, &carol, &message(world, second, &format!("to carol {round}")), "SEND-1").await?.message);
    }
    let newest = exchange(&alice, &bob, &message(world, first, "deleted at once"), "SEND-1").await?.message;
    note(&newest);
    alice.emit(&MessageDelete { message_id: newest.id }).await?;
    alice.expect::<OnMessageDelete>("DEL-1").await?;
    bob.expect::<OnMessageDelete>("DEL-1").await?;
    note(&exchange(&alice, &bob, &message(world, first, "after the deletion"), "SEND-1").await?.message);
    alice.emit(&ChatClear { room_id: first }).await?;
    alice.expect::<OnChatClear>("CLEAR-1").await?;
    bob.expect::<OnChatClear>("CLEAR-2").await?;
    note(&exchange(&bob, &alice, &message(world, first, "after the clearing"), "SEND-1").await?.message);
    Ok(())
}

async fn pipelined_messages_keep_their_order(world: &World) -> Outcome {
    const MESSAGES: i128 = 60;
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.no_transcript();
    let texts: Vec<String> = (0..MESSAGES).map(|number| world.text(&format!("number {number}"))).collect();
    for text in &texts {
        alice.emit(&MessageSend { room_id: room, text: text.clone(), attachment_id: None }).await?;
    }
    for reader in [&alice, &bob] {
        let mut heard = Vec::new();
        for _ in &texts {
            heard.push(reader.expect::<OnMessageNew>("SEND-1").await?);
        }
        let order: Vec<&String> = heard.iter().map(|event| &event.message.text).collect();
        world.check("SEND-7", order.iter().copied().eq(&texts), || {
            format!(
                "`{}` heard the messages in another order than they were sent: {}",
                reader.label(),
                order.iter().map(|text| text.as_str()).collect::<Vec<_>>().join(", ")
            )
        });
        let backwards = heard.windows(2).find(|pair| pair[1].message.created_at < pair[0].message.created_at);
        world.check("SEND-12", backwards.is_none(), || "created_at runs backwards from one message to the next".into());
        let last = heard.iter().max_by_key(|event| event.message.id);
        let unread = last.map_or(-1, |event| world.unread(&event.chat, room));
        let expected = if reader.id() == bob.id() { MESSAGES + 1 } else { 0 };
        world.check_eq("SEND-2", &format!("what {} has not read at the end", reader.label()), &unread, &expected);
    }
    let stored: Vec<String> = bob.history(room).await?.into_iter().map(|message| message.text).skip(1).collect();
    world.check("SEND-7", stored == texts, || {
        "the history has the messages in another order than they were sent".into()
    });
    Ok(())
}

async fn everyone_sees_one_order(world: &World) -> Outcome {
    const EACH: usize = 30;
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let laptop = world.another_socket(&alice, "alice/laptop").await?;
    world.no_transcript();
    let speak = |client: Client| async move {
        for number in 0..EACH {
            client.emit(&message(world, room, &format!("{} {number}", client.label()))).await?;
        }
        Ok(())
    };
    try_join(speak(alice.clone()), speak(bob.clone())).await?;
    let mut orders = Vec::new();
    for reader in [&alice, &bob, &laptop] {
        // That each of several sockets hears is a SHOULD.
        let requirement = if reader.label() == "alice/laptop" { "AUTH-11" } else { "SEND-1" };
        let mut order = Vec::new();
        for _ in 0..2 * EACH {
            order.push(reader.expect::<OnMessageNew>(requirement).await?.message.id);
        }
        let distinct: std::collections::BTreeSet<_> = order.iter().collect();
        world.check("SEND-6", distinct.len() == order.len(), || "two messages have the same id".into());
        world.check("SEND-8", order.is_sorted(), || {
            format!("`{}` heard the messages in another order than that of their ids", reader.label())
        });
        orders.push(order);
    }
    world.check("SEND-8", orders.windows(2).all(|pair| pair[0] == pair[1]), || {
        "the sockets heard the messages in different orders".into()
    });
    world.nobody_hears_more("EVT-1").await?;
    let stored: Vec<MessageId> = bob.history(room).await?.iter().map(|message| message.id).skip(1).collect();
    world.check("SEND-8", orders.first() == Some(&stored), || "the history has another order than was heard".into());
    Ok(())
}

async fn an_outsider_cannot_send(world: &World) -> Outcome {
    let [alice, bob, mallory] = world.users(["alice", "bob", "mallory"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let own = world.dialog(&mallory, &bob).await?;
    let unknown = RoomId::try_from(chat_spec::types::MAX_ID).unwrap_or(room);

    mallory.emit(&message(world, room, "let me in")).await?;
    mallory.emit(&message(world, unknown, "is anybody there")).await?;
    world.nobody_hears_more("SEND-9").await?;

    // The control: the same action from the same socket works in a room of its own.
    exchange(&mallory, &bob, &message(world, own, "in my own room"), "SEND-1").await?;
    let history = alice.history(room).await?;
    world.check("SEND-9", history.iter().all(|message| message.user_id != mallory.id()), || {
        "a message of a user outside the room is in its history".into()
    });
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
    let accepted = texts::long(4_000);
    let message = MessageSend { room_id: room, text: accepted.clone(), attachment_id: None };
    let heard = exchange(&alice, &bob, &message, "SEND-10").await?;
    world.check("SEND-4", heard.message.text == accepted, || "a text of 4,000 code points did not arrive whole".into());

    let mut longest = 4_000;
    for length in [10_000, 10_001, 20_000] {
        let text = texts::long(length);
        world.silently(alice.emit(&MessageSend { room_id: room, text: text.clone(), attachment_id: None })).await?;
        world.settle().await?;
        if !alice.is_open() {
            break; // so long a packet may cost the connection (ROB-5)
        }
        let events = world.silently(async { Ok((bob.take::<OnMessageNew>()?, alice.take::<OnMessageNew>()?)) }).await?;
        let (Some(heard), Some(_)) = events else {
            world.check("SEND-10", events.0.is_none() && events.1.is_none(), || {
                format!("a text of {length} code points was announced to one of the two users alone")
            });
            continue;
        };
        let whole = heard.message.text == text;
        world.check("SEND-4", whole, || format!("of a text of {length} code points another one arrived"));
        longest = length;
    }
    let said =
        if longest == 20_000 { "20,000 and more".to_owned() } else { format!("at least {longest}, less than 20,000") };
    world.dialect("SEND-10", "longest text, in code points", said, "10,000");
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
    alice.emit(&message(world, room, "are you there?")).await?;
    let sent: OnMessageNew = alice.expect("SEND-1").await?;
    let (bob, authorized) = world.come_back(&bob).await?;
    let dialog = authorized.dialogs.iter().find(|dialog| dialog.room.id == room);
    let Some(dialog) = dialog else {
        return Err(world.broken("AUTH-5", "the dialog is not listed at the next authorisation"));
    };
    world.check_eq(
        "AUTH-6",
        "the newest message of the dialog",
        &dialog.message.as_ref().map(|message| message.id),
        &Some(sent.message.id),
    );
    world.check_eq("AUTH-7", "what bob has not read", &world.unread(&dialog.chat, room), &2);
    let stored = bob.history(room).await?;
    world.check("SEND-5", stored.iter().any(|message| message.id == sent.message.id), || {
        "a message that was sent while the user was away is not in the history".into()
    });
    Ok(())
}
