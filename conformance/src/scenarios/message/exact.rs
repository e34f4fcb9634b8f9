//! `message.send`: texts that servers take for something else than a text, and characters that they drop or replace.

use chat_spec::{
    events::{MessageSend, OnMessageNew},
    types::{MessageId, RoomId},
};

use crate::{
    scenario::scenarios,
    scenarios::texts,
    stop::Outcome,
    world::{Client, World},
};

scenarios! { "message.send";
    text_is_not_interpreted ["SEND-4"]
        "A text that looks like a value, a command or markup arrives and is stored as it was sent.";
    no_character_is_lost ["SEND-4"]
        "White space, marks, unseen characters and scripts of all planes arrive and are stored as they were sent.";
}

/// How many texts are under way at a time.
const BATCH: usize = 25;

/// What was sent: what is special about it, the text, and the message that it became.
type Sent = (&'static str, String, MessageId);

async fn text_is_not_interpreted(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let texts: Vec<_> = texts::WHOLE.iter().map(|(what, text)| (*what, (*text).to_owned())).collect();
    let sent = send_all(world, [&alice, &bob], room, &texts).await?;
    check_stored(world, &[&alice, &bob], room, &sent).await
}

async fn no_character_is_lost(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let mut texts = texts::characters();
    // There are servers that change what lists show, not what is announced: the last one is in the dialogs.
    let together: Vec<String> = texts.iter().map(|(_, text)| text.clone()).collect();
    texts.push(("all of them together", together.join("|")));
    let sent = send_all(world, [&alice, &bob], room, &texts).await?;
    check_stored(world, &[&alice, &bob], room, &sent).await?;
    let (_, authorized) = world.come_back(&bob).await?;
    let newest = authorized.dialogs.into_iter().filter_map(|dialog| dialog.message);
    for newest in newest.filter(|newest| newest.room_id == room) {
        // Which message is the newest is AUTH-6.
        let text = sent.iter().find(|(_, _, id)| *id == newest.id).map(|(_, text, _)| text);
        world.check("SEND-4", text.is_none_or(|text| *text == newest.text), || {
            format!("the dialogs have `{}` instead of what was sent", newest.text.escape_debug())
        });
    }
    Ok(())
}

/// Sends texts as they are, many under way at a time; checks that both hear each of them. In which order is SEND-7.
async fn send_all(
    world: &World,
    [from, to]: [&Client; 2],
    room: RoomId,
    texts: &[(&'static str, String)],
) -> Outcome<Vec<Sent>> {
    let mut sent = Vec::new();
    for batch in texts.chunks(BATCH) {
        for (_, text) in batch {
            from.emit(&MessageSend { room_id: room, text: text.clone(), attachment_id: None }).await?;
        }
        for reader in [from, to] {
            let (heard, outcome) = hear_all(reader, batch.len()).await;
            // What arrived and was not sent is what one of the others became.
            let others: Vec<_> =
                heard.iter().filter(|(_, heard)| batch.iter().all(|(_, text)| text != heard)).collect();
            for (what, text) in batch {
                let found = heard.iter().find(|(_, heard)| heard == text);
                world.check("SEND-4", found.is_some(), || {
                    let others: Vec<_> = others.iter().map(|(_, other)| other.escape_debug().to_string()).collect();
                    format!(
                        "{what}: `{}` did not arrive at `{}`, but these did: {others:?}",
                        text.escape_debug(),
                        reader.label()
                    )
                });
                if reader.id() == to.id()
                    && let Some((id, _)) = found
                {
                    sent.push((*what, text.clone(), *id));
                }
            }
            outcome?;
        }
    }
    Ok(sent)
}

/// The messages that a client hears, up to a number; why there are fewer, where there are.
async fn hear_all(reader: &Client, count: usize) -> (Vec<(MessageId, String)>, Outcome) {
    let mut heard = Vec::new();
    while heard.len() < count {
        match reader.expect::<OnMessageNew>("SEND-4").await {
            Ok(event) => heard.push((event.message.id, event.message.text)),
            Err(stop) => return (heard, Err(stop)),
        }
    }
    (heard, Ok(()))
}

/// The history has each text as it was sent. That it has each message is SEND-5.
async fn check_stored(world: &World, readers: &[&Client], room: RoomId, sent: &[Sent]) -> Outcome {
    for reader in readers {
        let history = reader.history(room).await?;
        for (what, text, id) in sent {
            let stored = history.iter().find(|message| message.id == *id).map(|message| message.text.as_str());
            world.check("SEND-4", stored.is_none_or(|stored| stored == text), || {
                let stored = stored.unwrap_or_default();
                format!("{what}: the history has `{}` instead of `{}`", stored.escape_debug(), text.escape_debug())
            });
        }
    }
    Ok(())
}
