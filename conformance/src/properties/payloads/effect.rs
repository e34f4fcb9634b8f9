//! The documented effect of an action: what its two users hear of it.

use chat_spec::events::{
    OnCallAnswer, OnCallInit, OnChatClear, OnChatDelete, OnChatHistory, OnChatRead, OnMessageDelete, OnMessageNew,
    Payload as _,
};
use serde_json::Value;

use super::scene::Scene;
use crate::{stop::Outcome, world::Client};

/// Sends an action, and gives who does not hear its effect; `None` where all is heard that should be.
pub(super) async fn missing(scene: &mut Scene<'_>, action: &str, arguments: &[Value]) -> Outcome<Option<String>> {
    if action == "chat.clear" {
        // Whether clearing an empty dialog is told is free (R10).
        scene.fill().await?;
    }
    scene.alice.emit_arguments(action, arguments.to_vec()).await?;
    let sent = arguments.first().unwrap_or(&Value::Null);
    let (alice, bob) = (&scene.alice, &scene.bob);
    let (names, hearers): (&[&str], Vec<&Client>) = match action {
        "chat.start" | "message.send" => (&[OnMessageNew::NAME], vec![alice, bob]),
        "message.delete" => (&[OnMessageDelete::NAME], vec![alice, bob]),
        "chat.history" => (&[OnChatHistory::NAME], vec![alice]),
        "chat.read" => (&[OnChatRead::NAME], vec![alice]),
        "chat.clear" => (&[OnChatClear::NAME], vec![alice, bob]),
        // Which of the two tells of a deletion is tolerated (D13).
        "chat.delete" => (&[OnChatDelete::NAME, OnChatClear::NAME], vec![alice, bob]),
        "call.start" => (&[OnCallInit::NAME], vec![bob]),
        _ => (&[OnCallAnswer::NAME], vec![bob]),
    };
    for hearer in hearers {
        if !hearer.hears(names, |heard| is_effect(action, sent, heard)).await? {
            return Ok(Some(format!("`{}` never heard {} as it should", hearer.label(), names[0])));
        }
    }
    if action == "chat.delete" {
        // Both events may come.
        scene.world.settle().await?;
        scene.clear_the_stage();
        scene.renew().await?;
    }
    Ok(None)
}

/// Whether what was heard is the effect of what was sent.
fn is_effect(action: &str, sent: &Value, heard: &Value) -> bool {
    match action {
        "chat.start" | "message.send" => heard["message"]["text"] == sent["text"],
        "message.delete" => heard["message"]["id"] == sent["message_id"],
        "chat.history" => {
            let most = sent["limit"].as_u64().unwrap_or(u64::MAX);
            heard["messages"].as_array().is_some_and(|messages| messages.len() as u64 <= most)
        }
        "call.start" | "call.answer" => {
            ["ice_candidate", "session_description"].iter().all(|field| heard[*field] == sent[*field])
        }
        _ => heard["room"]["id"] == sent["room_id"],
    }
}
