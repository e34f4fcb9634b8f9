//! What a step sends.

use chat_spec::types::MAX_ID;
use serde_json::{Value, json};

use super::ledger::{self, Ledger};
use crate::model::{Action, Model, Someone, Spoil};

/// The payload of an action, as it is before the action.
pub(super) fn of(model: &Model, ledger: &Ledger, action: &Action) -> Value {
    let room = |name| ledger.room(model.find_room(name));
    let text = |text| ledger.text(text, model.texts_so_far());
    match action {
        Action::Start(with, words) => json!({"user_id": id_of(ledger, *with), "text": text(*words)}),
        Action::Send(name, words) => json!({"room_id": room(*name), "text": text(*words)}),
        Action::Delete(name) => json!({"message_id": ledger.message(model.find_message(*name))}),
        Action::History(name, limit, last) => {
            let mut payload = json!({"room_id": room(*name)});
            if let Some(limit) = limit {
                payload["limit"] = json!(limit);
            }
            if let Some(last) = last {
                payload["last_id"] = json!(ledger.message(model.find_message(*last)));
            }
            payload
        }
        Action::Read(name) | Action::Clear(name) | Action::Drop(name) => json!({"room_id": room(*name)}),
        Action::Call(whom, number) | Action::Answer(whom, number) => {
            let (candidate, description) = ledger::signal(*number);
            json!({"user_id": id_of(ledger, *whom), "ice_candidate": candidate, "session_description": description})
        }
    }
}

fn id_of(ledger: &Ledger, someone: Someone) -> u64 {
    match someone {
        Someone::User(user) => ledger.user(user),
        Someone::Unknown => ledger.nobody(),
    }
}

/// The arguments of an action whose payload is malformed: right in everything but one thing.
pub(super) fn spoilt(right: &Value, spoil: Spoil) -> Vec<Value> {
    let with_id = |id: Value| {
        let mut payload = right.clone();
        if let Some((_, value)) =
            payload.as_object_mut().and_then(|fields| fields.iter_mut().find(|(name, _)| is_id(name)))
        {
            *value = id;
        }
        vec![payload]
    };
    match spoil {
        Spoil::NoPayload => Vec::new(),
        Spoil::Null => vec![Value::Null],
        Spoil::AsText => vec![json!(right.to_string())],
        Spoil::InArray => vec![json!([right])],
        Spoil::Empty => vec![json!({})],
        Spoil::IdTrue => with_id(json!(true)),
        Spoil::IdZero => with_id(json!(0)),
        Spoil::IdNegative => with_id(json!(-1)),
        Spoil::IdTooLarge => with_id(json!(MAX_ID + 1)),
        Spoil::IdNull => with_id(Value::Null),
    }
}

/// The id that an action cannot do without.
fn is_id(field: &str) -> bool {
    matches!(field, "room_id" | "user_id" | "message_id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_spoilt_payload_is_malformed() {
        for (action, right) in [
            ("chat.start", json!({"text": "hello", "user_id": 5})),
            ("chat.read", json!({"room_id": 5})),
            ("message.delete", json!({"message_id": 5})),
        ] {
            for spoil in Spoil::ALL {
                let arguments = spoilt(&right, spoil);
                let valid = arguments.first().and_then(|payload| chat_spec::schema::is_valid(action, payload));
                assert_ne!(valid, Some(true), "{action}: {spoil}");
            }
        }
    }
}
