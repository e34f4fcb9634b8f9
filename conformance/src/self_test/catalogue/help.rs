//! What several rules need: the objects inside of a payload, and payloads that no server sent.

use serde_json::{Value, json};

use crate::self_test::{fault::Rule, known::Known, passage::Passage};

/// A date for what is made up.
pub(super) const DATE: &str = "2026-01-31T09:30:00.000Z";

/// An id that no server of a run gives out.
pub(super) const FAR: u64 = 1 << 40;

/// A rule of a closure.
pub(super) fn rule(rule: impl FnMut(&mut Passage<'_>) + Send + 'static) -> Rule {
    Box::new(rule)
}

/// A rule that changes the payloads of one event.
pub(super) fn edit(event: &'static str, change: impl Fn(&mut Value) + Send + 'static) -> Rule {
    rule(move |passing| {
        if passing.is(event) {
            passing.edit(&change);
        }
    })
}

/// A rule that changes the payloads of all events on their way to clients.
pub(super) fn edit_all(change: impl Fn(&mut Value) + Send + 'static) -> Rule {
    rule(move |passing| {
        if passing.name().starts_with("on.") {
            passing.edit(&change);
        }
    })
}

/// A rule that keeps one event from passing where something holds.
pub(super) fn swallow(event: &'static str, when: impl Fn(&Passage<'_>) -> bool + Send + 'static) -> Rule {
    rule(move |passing| {
        if passing.is(event) && when(passing) {
            passing.swallow();
        }
    })
}

/// Changes each message of a payload: the one that it is about, those of a page, the newest of each dialog.
pub(super) fn messages(payload: &mut Value, mut change: impl FnMut(&mut Value)) {
    parts(payload, "message", &mut change);
    for message in payload.get_mut("messages").and_then(Value::as_array_mut).into_iter().flatten() {
        change(message);
    }
}

/// Changes the text of each message of a payload.
pub(super) fn texts(payload: &mut Value, change: impl Fn(&str) -> String) {
    messages(payload, |message| {
        if let Some(text) = message["text"].as_str() {
            message["text"] = change(text).into();
        }
    });
}

/// A rule that changes the text of each message wherever clients see it: it was stored so.
pub(super) fn stored_text(change: impl Fn(&str) -> String + Send + 'static) -> Rule {
    edit_all(move |payload| texts(payload, &change))
}

/// Changes each object of a name: the payload's own, and those of its dialogs.
pub(super) fn parts(payload: &mut Value, name: &str, mut change: impl FnMut(&mut Value)) {
    if let Some(part) = payload.get_mut(name).filter(|part| part.is_object()) {
        change(part);
    }
    for dialog in payload.get_mut("dialogs").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(part) = dialog.get_mut(name).filter(|part| part.is_object()) {
            change(part);
        }
    }
}

/// Changes every date of a payload.
pub(super) fn dates(value: &mut Value, change: &impl Fn(&str) -> Value) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields.iter_mut() {
                match inner {
                    Value::String(date) if name.ends_with("_at") => *inner = change(date),
                    inner => dates(inner, change),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| dates(item, change)),
        _ => {}
    }
}

/// A counter of a payload.
pub(super) fn unread(payload: &Value) -> u64 {
    payload["chat"]["unread_count"].as_u64().unwrap_or(0)
}

/// Changes the counter of a payload.
pub(super) fn set_unread(payload: &mut Value, count: u64) {
    payload["chat"]["unread_count"] = count.into();
}

/// A user of whom nothing is known but the id.
pub(super) fn user(id: u64) -> Value {
    json!({"id": id, "created_at": DATE})
}

/// The `chat` and the `room` of a side, as they were seen last, or made up.
pub(super) fn dialog_of(known: &Known, room: u64, side: u64) -> Value {
    let made_up = || json!({"id": room, "users": [user(side), user(side + 1)], "created_at": DATE});
    let no_chat = || json!({"user_id": side, "unread_count": 0, "created_at": DATE, "updated_at": DATE});
    json!({
        "chat": known.chats.get(&(room, side)).cloned().unwrap_or_else(no_chat),
        "room": known.room_objects.get(&room).cloned().unwrap_or_else(made_up),
    })
}

/// The announcement of a message that no server stored.
pub(super) fn announcement(known: &Known, room: u64, from: u64, to: u64, text: &str, id: u64) -> Value {
    let mut event = dialog_of(known, room, to);
    event["message"] = json!({
        "id": id, "room_id": room, "user_id": from, "created_at": DATE, "updated_at": DATE,
        "text": text, "attachment": null,
    });
    event
}

/// A number of an action's payload.
pub(super) fn number(passing: &Passage<'_>, field: &str) -> Option<u64> {
    passing.payload()[field].as_u64()
}
