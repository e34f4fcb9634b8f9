//! `chat.history`: a page of a room's messages.

use std::{collections::BTreeSet, time::Duration};

use chat_spec::{
    events::{ChatHistory, OnChatHistory},
    types::{Limit, MAX_ID, MessageId, RoomId},
};
use serde_json::{Value, json};

use crate::{
    scenario::scenarios,
    scenarios::chat::page::{ask, check_each_once, check_one_direction, few, ids},
    scenarios::conversation::{check_side, check_users, clear, delete, exchange, fill, is_same, message, say},
    stop::Outcome,
    world::{Client, World},
};

scenarios! { "chat.history";
    answers_the_caller_alone ["HIST-1"]
        "The caller gets the room, its own chat and the messages as they were announced, and nobody else hears of it.";
    holds_messages_of_that_room_alone ["HIST-1"]
        "With rooms that were written to in turns, each history holds its own messages.";
    holds_at_most_limit ["HIST-2"]
        "A page holds at most `limit` messages, the first and those after it.";
    an_empty_room_has_an_empty_page ["HIST-5", "HIST-12", "HIST-1"]
        "A room that was cleared, or whose only message was deleted, gives no messages, whatever page is asked for.";
    an_outsider_gets_no_messages ["HIST-6", "SEC-2"]
        "A user outside the room gets no messages of it, with or without `limit` and `last_id`.";
    pages_have_bounds ["HIST-9", "HIST-2", "SEND-5"]
        "Without `limit` a default applies, a limit over the maximum is cut to it, and a long history stays whole.";
    bad_limits_are_refused ["HIST-10"]
        "A limit of zero, a negative, a fractional one, and one that is no number are refused.";
    null_is_left_out ["EVT-3"]
        "`limit: null` and `last_id: null` are the same as leaving them out.";
    reading_it_does_not_mark_as_read ["HIST-11", "HIST-1"]
        "Reading the history, all pages of it, leaves the caller's unread_count as it was.";
}

async fn answers_the_caller_alone(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.dialog(&alice, &carol).await?;
    clear(world, &alice, &bob, room).await?;
    let mut sent = Vec::new();
    for (number, (from, to)) in [(&alice, &bob), (&bob, &alice), (&bob, &alice), (&bob, &alice)].into_iter().enumerate()
    {
        sent.push(say(world, from, to, room, &format!("message {number}")).await?);
    }
    for (reader, unread) in [(&alice, 3), (&bob, 1)] {
        let answer = reader.page(room, None, None).await?;
        world.check_eq("HIST-1", "the room of the history", &answer.room.id, &room);
        check_users(world, "HIST-1", &answer.room, [&alice, &bob]);
        check_side(world, "HIST-1", &answer.chat, reader);
        let what = format!("what `{}` has not read, as the history says", reader.label());
        world.check_eq("HIST-1", &what, &world.unread(&answer.chat, room), &unread);
        let complete = answer.messages.len() == sent.len()
            && sent.iter().all(|sent| answer.messages.iter().any(|kept| is_same(kept, sent)));
        world.check("HIST-1", complete, || {
            format!("the history holds {:?} instead of the four messages that were announced", ids(&answer.messages))
        });
        check_one_direction(world, &answer.messages);
        world.nobody_hears_more("HIST-1").await?;
    }
    // Who is in the room does not hang on who is there.
    bob.close().await;
    let answer = world.silently(alice.page(room, None, None)).await?;
    check_users(world, "HIST-1", &answer.room, [&alice, &bob]);
    Ok(())
}

async fn holds_messages_of_that_room_alone(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let rooms =
        [world.dialog(&alice, &bob).await?, world.dialog(&alice, &carol).await?, world.dialog(&bob, &carol).await?];
    let pairs = [(&alice, &bob), (&alice, &carol), (&bob, &carol)];
    let mut sent = [const { Vec::new() }; 3];
    for (room, (one, other)) in rooms.into_iter().zip(pairs) {
        clear(world, one, other, room).await?;
    }
    for round in 0..5 {
        for (place, (one, other)) in pairs.into_iter().enumerate() {
            let (from, to) = if round % 2 == 0 { (one, other) } else { (other, one) };
            sent[place].push(say(world, from, to, rooms[place], &format!("{round} in room {place}")).await?);
        }
    }
    for (place, (one, other)) in pairs.into_iter().enumerate() {
        for reader in [one, other] {
            let walk = reader.walk(rooms[place], 3).await?;
            check_each_once(world, "HIST-1", "the pages of a room beside others", &walk.messages(), &sent[place]);
            let page = world.silently(reader.page(rooms[place], None, None)).await?;
            check_each_once(world, "HIST-1", "the page of a room beside others", &page.messages, &sent[place]);
            let inside = page.messages.iter().all(|message| message.room_id == rooms[place]);
            world.check("HIST-1", inside, || "a message in the history names another room".into());
        }
    }
    Ok(())
}

async fn holds_at_most_limit(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript(); // which page comes first is free (D6)
    let room = world.dialog(&alice, &bob).await?;
    let sent = fill(world, [&alice, &bob], room, 40, world.patience().max).await?;
    for limit in [1_u64, 2, 7, 39, 40] {
        for last in [None, Some(sent[20].id), Some(sent[39].id)] {
            let page = alice.page(room, Some(limit), last).await?.messages;
            world.check("HIST-2", page.len() as u64 <= limit, || {
                format!("a page of at most {limit} holds {}", page.len())
            });
            world.check("HIST-2", last.is_some() || !page.is_empty(), || {
                format!("a page of at most {limit} of a room with 41 messages is empty")
            });
        }
    }
    Ok(())
}

async fn an_empty_room_has_an_empty_page(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let before = say(world, &alice, &bob, room, "cleared").await?;
    clear(world, &alice, &bob, room).await?;
    for reader in [&alice, &bob] {
        check_empty(world, reader, room, None, "was cleared").await?;
    }
    let only = say(world, &alice, &bob, room, "the only one").await?;
    // The control: the page shows what is there.
    let page = alice.page(room, Some(10), None).await?;
    world.check_eq("HIST-5", "the page of a room with one message", &ids(&page.messages), &vec![only.id]);
    delete(world, &alice, &bob, only.id).await?;
    for reader in [&alice, &bob] {
        check_empty(world, reader, room, None, "lost its only message").await?;
    }
    check_empty(world, &bob, room, Some(before.id), "lost its only message").await?;
    check_empty(world, &alice, room, Some(only.id), "lost its only message").await
}

async fn check_empty(world: &World, reader: &Client, room: RoomId, last: Option<MessageId>, why: &str) -> Outcome {
    // That a position is answered whose message is gone is a SHOULD of its own.
    let requirement = if last.is_some() { "HIST-12" } else { "HIST-5" };
    reader.emit(&ChatHistory { room_id: room, limit: Limit::new(10), last_id: last }).await?;
    let OnChatHistory { messages, chat, .. } = reader.expect(requirement).await?;
    world.check("HIST-5", messages.is_empty(), || format!("a room that {why} gives {} messages", messages.len()));
    check_side(world, "HIST-1", &chat, reader);
    Ok(())
}

async fn an_outsider_gets_no_messages(world: &World) -> Outcome {
    let [alice, bob, mallory] = world.users(["alice", "bob", "mallory"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    // Who has dialogs with both is outside of theirs all the same.
    world.dialog(&mallory, &alice).await?;
    let own = world.dialog(&mallory, &bob).await?;
    let first = say(world, &alice, &bob, room, "between us").await?;
    let last = say(world, &bob, &alice, room, "yes, between us").await?;
    let elsewhere = say(world, &mallory, &bob, own, "what are they saying?").await?;
    for (limit, position) in [
        (None, None),
        (Some(10), None),
        (None, Some(last.id)),
        (Some(1), Some(first.id)),
        (Some(5), Some(elsewhere.id)),
    ] {
        let request = ChatHistory { room_id: room, limit: limit.and_then(Limit::new), last_id: position };
        mallory.emit(&request).await?;
        world.settle().await?;
        let answer = world.silently(async { mallory.take::<OnChatHistory>() }).await?;
        let told = answer
            .iter()
            .flat_map(|answer| &answer.messages)
            .any(|message| [first.id, last.id].contains(&message.id) || message.room_id == room);
        world.check("HIST-6", !told, || "a user outside the room gets its messages".into());
        world.check("SEC-2", answer.is_none(), || "`chat.history` of a user outside the room is answered".into());
        world.nobody_hears_more("SEC-2").await?;
    }
    // The controls: the same user in a room of its own, the same room by a user of it.
    let page = mallory.page(own, Some(10), None).await?;
    world.check("HIST-1", page.messages.iter().any(|message| message.id == elsewhere.id), || {
        "a message is missing in the history of a user of the room".into()
    });
    let page = alice.page(room, Some(10), None).await?;
    world.check("HIST-1", page.messages.iter().any(|message| message.id == last.id), || {
        "a message is missing in the history of a user of the room".into()
    });
    // That a room is empty is no less between its users.
    clear(world, &alice, &bob, room).await?;
    for (limit, position) in [(None, None), (Some(10), Some(last.id))] {
        let request = ChatHistory { room_id: room, limit: limit.and_then(Limit::new), last_id: position };
        world.silently(mallory.emit(&request)).await?;
        world.settle().await?;
        let answer = world.silently(async { mallory.take::<OnChatHistory>() }).await?;
        world.check("SEC-2", answer.is_none(), || {
            "`chat.history` of a user outside the room is answered when the room is empty".into()
        });
        world.nobody_hears_more("SEC-2").await?;
    }
    Ok(())
}

/// More messages than any page should hold; a maximum of a thousand is not unusual.
const MANY: usize = 1_050;

/// The largest page that is held to be bounded.
const LARGEST: usize = 1_000;

async fn pages_have_bounds(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript(); // both bounds are free
    let room = world.dialog(&alice, &bob).await?;
    clear(world, &alice, &bob, room).await?;
    // Fewer where the server is slow: then no more is known of its bounds.
    let sent = fill(world, [&alice, &bob], room, MANY, Duration::from_secs(25)).await?;
    let default = ask(&alice, room, None, None, "HIST-9").await?.len();
    world.check("HIST-9", default > 0 && default <= LARGEST, || {
        format!("without `limit` a page of a room with {} messages holds {default}", sent.len())
    });
    let mut sizes: Vec<(u64, usize)> = Vec::new();
    for limit in [10, 60, 100, 101, 1_000, 1_001, 1_000_000, 1 << 31, (1 << 32) + 1, MAX_ID] {
        let size = ask(&bob, room, Some(limit), None, "HIST-9").await?.len();
        world.check("HIST-2", size as u64 <= limit, || format!("a page of at most {limit} holds {size}"));
        let smaller = sizes.iter().find(|(_, before)| *before > size);
        world.check("HIST-9", smaller.is_none(), || {
            let (limit_before, before) = smaller.copied().unwrap_or_default();
            format!("a limit of {limit} gives {size} messages, and one of {limit_before} gives {before}: it is not cut to the maximum")
        });
        sizes.push((limit, size));
    }
    let largest = sizes.iter().map(|(_, size)| *size).max().unwrap_or(0);
    world.check("HIST-9", largest <= LARGEST, || {
        format!(
            "a limit of 1,000,000 in a room with {} messages gives {largest}: it is not cut to a maximum",
            sent.len()
        )
    });
    if largest < sent.len() {
        let at_maximum = ask(&bob, room, Some(largest as u64), None, "HIST-9").await?.len();
        world.check_eq("HIST-9", "the size of a page whose limit is the maximum", &at_maximum, &largest);
    }
    // However many there are: none is lost with the next.
    let stored: BTreeSet<MessageId> = alice.history(room).await?.iter().map(|message| message.id).collect();
    let missing: Vec<MessageId> = ids(&sent).into_iter().filter(|id| !stored.contains(id)).collect();
    world.check("SEND-5", missing.is_empty(), || {
        format!("the history misses {} of {} messages of a long room: {}", missing.len(), sent.len(), few(&missing))
    });
    let bound = |size: usize| if size < sent.len() { size.to_string() } else { "more than were tried".to_owned() };
    world.dialect("HIST-9", "messages in a page without `limit`", bound(default), "50");
    world.dialect("HIST-9", "messages in a page at most", bound(largest), "100");
    Ok(())
}

async fn bad_limits_are_refused(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    say(world, &bob, &alice, room, "there is something to see").await?;
    let bad = [
        json!(0),
        json!(-1),
        json!(-50),
        json!(1.5),
        json!(0.5),
        json!("10"),
        json!("ten"),
        json!(true),
        json!([10]),
        json!({}),
    ];
    for limit in bad {
        alice.emit_arguments("chat.history", vec![json!({"room_id": room, "limit": limit})]).await?;
        refuses_limit(world, &alice, &limit).await?;
    }
    // What counts as nothing where it is only asked whether there is something, and what begins with a number.
    for limit in [json!(false), json!(""), json!([]), json!("5 "), json!("0x10")] {
        let arguments = vec![json!({"room_id": room, "limit": limit})];
        world.silently(alice.emit_arguments("chat.history", arguments)).await?;
        refuses_limit(world, &alice, &limit).await?;
    }
    // The control differs in the limit alone.
    alice.emit_arguments("chat.history", vec![json!({"room_id": room, "limit": 10})]).await?;
    alice.expect::<OnChatHistory>("HIST-1").await?;
    Ok(())
}

/// HIST-10: no page comes after a limit that is none.
async fn refuses_limit(world: &World, client: &Client, limit: &Value) -> Outcome {
    world.settle().await?;
    let answer = world.silently(async { client.take::<OnChatHistory>() }).await?;
    world.check("HIST-10", answer.is_none(), || format!("a limit of {limit} is accepted"));
    Ok(())
}

async fn null_is_left_out(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let plain = alice.page(room, None, None).await?;
    let with: [Value; 3] = [
        json!({"room_id": room, "limit": null}),
        json!({"room_id": room, "last_id": null}),
        json!({"room_id": room, "limit": null, "last_id": null}),
    ];
    for payload in with {
        alice.emit_arguments("chat.history", vec![payload]).await?;
        let answer: OnChatHistory = alice.expect("EVT-3").await?;
        world.check_eq("EVT-3", "the page with `null`", &ids(&answer.messages), &ids(&plain.messages));
    }
    Ok(())
}

async fn reading_it_does_not_mark_as_read(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    for number in 0..4 {
        say(world, &alice, &bob, room, &format!("unread {number}")).await?;
    }
    say(world, &bob, &alice, room, "unread by alice").await?;
    for round in 0..2 {
        let answer = bob.page(room, Some(50), None).await?;
        let what =
            format!("what bob has not read when he asks for the history for the {} time", ["first", "second"][round]);
        world.check_eq("HIST-11", &what, &world.unread(&answer.chat, room), &5);
        // Without a limit as well.
        world.silently(bob.page(room, None, None)).await?;
    }
    bob.walk(room, 2).await?;
    let (bob, authorized) = world.come_back(&bob).await?;
    let dialog = authorized.dialogs.iter().find(|dialog| dialog.room.id == room);
    let unread = dialog.map(|dialog| world.unread(&dialog.chat, room));
    world.check_eq("HIST-11", "what bob has not read at the next authorisation", &unread, &Some(5));
    let next = exchange(&alice, &bob, &message(world, room, "one more"), "SEND-1").await?;
    world.check_eq("HIST-11", "what bob has not read after one more message", &world.unread(&next.chat, room), &6);
    let back = exchange(&bob, &alice, &message(world, room, "and back"), "SEND-1").await?;
    world.check_eq(
        "HIST-11",
        "what alice has not read, whose history bob asked for",
        &world.unread(&back.chat, room),
        &2,
    );
    Ok(())
}
