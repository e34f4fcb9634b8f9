//! Names for what differs from run to run: `room#1`, `message#2`, `alice`; hidden dates; texts without their tag.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// What an id is an id of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    User,
    Room,
    Message,
    Attachment,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Room => "room",
            Self::Message => "message",
            Self::Attachment => "attachment",
        }
    }
}

/// The longest text that a transcript shows in full, in code points.
const LONGEST_TEXT: usize = 80;

/// The names that were given so far. Names are given in the order in which a scenario meets things.
#[derive(Debug, Default)]
pub struct Aliases {
    names: HashMap<(Kind, u64), String>,
    counts: HashMap<Kind, usize>,
    tag: String,
}

impl Aliases {
    /// No names yet; `tag` is what the run appends to its texts, and is hidden.
    #[must_use]
    pub fn new(tag: &str) -> Self {
        Self { tag: tag.to_owned(), ..Self::default() }
    }

    /// Gives a user the name that the scenario calls it.
    pub fn name_user(&mut self, id: u64, name: &str) {
        self.names.insert((Kind::User, id), name.to_owned());
    }

    /// The name of a room, given now where it has none.
    pub fn room(&mut self, id: u64) -> String {
        self.name(Kind::Room, id)
    }

    /// The room gets another name when it is met again.
    pub fn forget_room(&mut self, id: u64) {
        self.names.remove(&(Kind::Room, id));
    }

    /// Who takes part in a dialog, by name; users without one come last, by their ids.
    pub fn users_of(&self, dialog: &Value) -> Vec<(Option<String>, u64)> {
        let users = dialog["room"]["users"].as_array().into_iter().flatten();
        let ids = users.filter_map(|user| user["id"].as_u64());
        let mut users: Vec<_> = ids.map(|id| (self.names.get(&(Kind::User, id)).cloned(), id)).collect();
        users.sort_by_key(|(name, id)| (name.is_none(), name.clone(), *id));
        users
    }

    fn name(&mut self, kind: Kind, id: u64) -> String {
        let Self { names, counts, .. } = self;
        let give = || {
            let count = counts.entry(kind).or_default();
            *count += 1;
            format!("{}#{count}", kind.as_str())
        };
        names.entry((kind, id)).or_insert_with(give).clone()
    }

    /// Puts names in the place of everything in a payload that differs from run to run.
    pub fn apply(&mut self, event: &str, payload: &mut Value) {
        if let Value::Object(fields) = payload {
            self.object(
                fields,
                if event == "user.auth" || event == "on.user.online" { Kind::User } else { kind_of(fields) },
            );
        }
    }

    fn object(&mut self, fields: &mut Map<String, Value>, kind: Kind) {
        // Keys are met in alphabetical order, which is not that of importance: rooms and messages get their names in
        // the order of the fields all the same, run for run.
        for (name, value) in fields.iter_mut() {
            match (name.as_str(), &mut *value) {
                ("created_at" | "updated_at", Value::String(date)) => *date = "<date>".to_owned(),
                ("file_id", id) => *id = "<file>".into(),
                ("token", token) => *token = "<token>".into(),
                ("ice_candidate" | "session_description", _) => {}
                ("text", Value::String(text)) => *text = self.text(text),
                ("id", id) => self.id(kind, id),
                ("user_id", id) => self.id(Kind::User, id),
                ("room_id", id) => self.id(Kind::Room, id),
                ("message_id" | "last_id", id) => self.id(Kind::Message, id),
                ("attachment_id", id) => self.id(Kind::Attachment, id),
                (_, Value::Object(inner)) => {
                    let kind = kind_of(inner);
                    self.object(inner, kind);
                }
                (name, Value::Array(items)) => {
                    if name == "users" {
                        self.sort_users(items);
                    }
                    for item in items {
                        if let Value::Object(inner) = item {
                            let kind = kind_of(inner);
                            self.object(inner, kind);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The order of a room's users is free: here it is that of their names.
    fn sort_users(&self, users: &mut [Value]) {
        users.sort_by_cached_key(|user| {
            let id = user["id"].as_u64().unwrap_or_default();
            let name = self.names.get(&(Kind::User, id)).cloned();
            (name.is_none(), name, id)
        });
    }

    fn id(&mut self, kind: Kind, id: &mut Value) {
        match id {
            // A malformed payload may carry an id where it does not belong.
            Value::Array(items) => items.iter_mut().for_each(|item| self.id(kind, item)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.id(kind, value)),
            id => {
                if let Some(number) = id.as_u64() {
                    *id = self.name(kind, number).into();
                }
            }
        }
    }

    /// A text without the tag of the run, and cut where it is long.
    fn text(&self, text: &str) -> String {
        let bare = if self.tag.is_empty() { text.to_owned() } else { text.replace(&self.tag, "") };
        let length = bare.chars().count();
        if length <= LONGEST_TEXT {
            return bare;
        }
        let start: String = bare.chars().take(LONGEST_TEXT / 2).collect();
        format!("{start}… ({length} code points)")
    }
}

/// What an object is, by the fields that only such an object has.
fn kind_of(fields: &Map<String, Value>) -> Kind {
    if fields.contains_key("users") {
        Kind::Room
    } else if fields.contains_key("text") {
        Kind::Message
    } else if fields.contains_key("file_id") {
        Kind::Attachment
    } else {
        Kind::User
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keeps_identity_and_hides_the_rest() {
        let mut aliases = Aliases::new(" ~t1");
        aliases.name_user(7, "alice");
        let mut event = json!({
            "chat": {"user_id": 7, "unread_count": 1, "created_at": "2026-01-31T09:30:00.000Z"},
            "message": {"id": 90, "room_id": 7, "user_id": 8, "text": "hello ~t1", "attachment": null},
            "room": {"id": 7, "users": [{"id": 8}, {"id": 7}]},
        });
        aliases.apply("on.message.new", &mut event);
        assert_eq!(
            event,
            json!({
                "chat": {"user_id": "alice", "unread_count": 1, "created_at": "<date>"},
                "message": {"id": "message#1", "room_id": "room#1", "user_id": "user#1", "text": "hello", "attachment": null},
                "room": {"id": "room#1", "users": [{"id": "alice"}, {"id": "user#1"}]},
            })
        );
    }

    #[test]
    fn long_texts_are_cut() {
        let mut event = json!({"text": "é".repeat(200), "room_id": 1});
        Aliases::new("").apply("message.send", &mut event);
        assert!(event["text"].as_str().unwrap().ends_with("… (200 code points)"), "{event}");
    }
}
