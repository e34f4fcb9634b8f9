//! `message.send`: texts, at their edges.

use chat_spec::{
    events::{MessageSend, OnMessageNew},
    types::{MessageId, RoomId},
};

use crate::{
    scenario::scenarios,
    scenarios::{
        conversation::{exchange, message},
        texts,
    },
    stop::Outcome,
    world::{Client, World},
};

scenarios! { "message.send";
    text_stays_exact ["SEND-4"]
        "Every text arrives and is stored exactly as it was sent.";
    nul_is_whole_or_refused ["SEND-4"]
        "A text with U+0000 in it arrives as it was sent, or not at all.";
    empty_text_is_refused ["SEND-10"]
        "An empty text without an attachment is refused.";
    long_text_is_whole_or_refused ["SEND-10", "SEND-4", "SEND-1"]
        "4,000 code points are accepted; of 20,000 all arrive or none.";
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
