//! What a server must keep, that scenarios about durability say and ask for.

use chat_spec::{
    events::{MessageSend, OnChatClear, OnChatDelete, OnMessageNew},
    types::RoomId,
};

use crate::{
    stop::Outcome,
    world::{Client, World},
};

/// Texts that are changed on their way to a disk or back, where they are right in memory (SEND-4).
const KEPT: &[&str] = &[
    "a\r\nb\rc\nd",
    "  \t blanks at both ends \n ",
    "composed é Å, decomposed e\u{301} A\u{30A}, ﬁ",
    "007",
    "1e3",
    "true",
    "null",
    "astral 😀 𝒳 👩‍👩‍👧‍👦 \u{10FFFF}",
    r#"quotes ' '' " "" ` \ \\ \n %s $1 ;--"#,
    "\"in quotes\"",
    "<b>&amp;</b> {\"a\": [1]}",
    " ",
];

/// Says such texts, exactly as they are, and a long one; and one of nothing but an attachment, where there is one more.
pub(super) async fn say_exactly(world: &World, one: &Client, other: &Client, room: RoomId) -> Outcome {
    let long = format!("{}the end", "a text of some length, é😀 ".repeat(40));
    let texts: Vec<&str> = KEPT.iter().copied().chain([long.as_str()]).collect();
    for text in &texts {
        one.emit(&MessageSend { room_id: room, text: (*text).to_owned(), attachment_id: None }).await?;
    }
    for hearer in [other, one] {
        for _ in &texts {
            hearer.expect::<OnMessageNew>("SEND-4").await?;
        }
    }
    if let Some(offered) = world.attachment(other).await {
        // It may have been sent in an earlier run, and an empty text may be refused (ATT-5).
        other.emit(&MessageSend { room_id: room, text: String::new(), attachment_id: Some(offered.id) }).await?;
        world.settle().await?;
        for hearer in [one, other] {
            hearer.may_hear::<OnMessageNew>().await?;
            drop(hearer.errors());
        }
    }
    Ok(())
}

/// START-6: also after a restart `chat.start` between two users goes to the room that they have.
pub(super) async fn check_same_room(world: &World, [one, other]: [&Client; 2], room: RoomId) -> Outcome {
    let (own, _) = world.start("START-1", one, other, "once more, after a restart").await?;
    world.check_eq("START-6", "the room of a chat.start after a restart", &own.room.id, &room);
    Ok(())
}

/// Waits until a user hears that its dialog is deleted, by whichever event (D13). Nothing is sent meanwhile: a later
/// action could make a server store what it did before.
pub(super) async fn hear_of_deletion(world: &World, user: &Client) -> Outcome {
    let patience = world.patience().max;
    let told = tokio::select! {
        told = user.hear_within::<OnChatDelete>(patience) => told?.is_some(),
        told = user.hear_within::<OnChatClear>(patience) => told?.is_some(),
    };
    if told { Ok(()) } else { Err(world.broken("DROP-1", "nobody heard that the dialog was deleted")) }
}
