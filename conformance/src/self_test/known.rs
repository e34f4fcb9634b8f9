//! What the proxy learnt from what passed: who is behind which connection, who shares which room.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::frame::{Frame, Towards};

/// Names a connection through the proxy, in the order in which they were opened.
pub type Link = u64;

/// An account of the server under test.
#[derive(Debug, Clone, Default)]
pub struct KnownAccount {
    /// Its token.
    pub token: String,
    /// Its attachments.
    pub attachments: BTreeSet<u64>,
}

/// What the proxy knows.
#[derive(Debug, Default)]
pub struct Known {
    /// The accounts of the server, by user.
    pub accounts: BTreeMap<u64, KnownAccount>,
    /// The connections that are open.
    pub links: BTreeSet<Link>,
    /// The user of each connection that was authorised.
    pub users: BTreeMap<Link, u64>,
    /// Who each connection said to be last.
    pub claims: HashMap<Link, u64>,
    /// The users of each room that was seen.
    pub rooms: HashMap<u64, Vec<u64>>,
    /// Each room that was seen, as it was seen last.
    pub room_objects: HashMap<u64, Value>,
    /// Each side of a room that was seen, by room and user, as it was seen last.
    pub chats: HashMap<(u64, u64), Value>,
    /// Each message that was seen, as it was seen last.
    pub messages: HashMap<u64, Value>,
    /// The event of each acknowledgement that was asked for.
    asked: HashMap<(Link, u64), String>,
    /// The action that each text was sent with, by user.
    texts: HashMap<(u64, String), String>,
}

impl Known {
    /// Nothing but the accounts.
    pub(super) fn new(accounts: BTreeMap<u64, KnownAccount>) -> Self {
        Self { accounts, ..Self::default() }
    }

    /// The open connections of a user.
    #[must_use]
    pub fn links_of(&self, user: u64) -> Vec<Link> {
        self.users.iter().filter(|(_, other)| **other == user).map(|(link, _)| *link).collect()
    }

    /// Whether a user has an open connection.
    #[must_use]
    pub fn is_online(&self, user: u64) -> bool {
        self.users.values().any(|other| *other == user)
    }

    /// Whether a user is of a room, as far as is known.
    #[must_use]
    pub fn is_member(&self, room: u64, user: u64) -> bool {
        self.rooms.get(&room).is_some_and(|users| users.contains(&user))
    }

    /// The other user of a room.
    #[must_use]
    pub fn other_of(&self, room: u64, user: u64) -> Option<u64> {
        self.rooms.get(&room)?.iter().copied().find(|other| *other != user)
    }

    /// The action that a user sent a text with last, such as `chat.start`.
    #[must_use]
    pub fn cause(&self, user: u64, text: &str) -> Option<&str> {
        self.texts.get(&(user, text.to_owned())).map(String::as_str)
    }

    /// The event that an acknowledgement answers.
    #[must_use]
    pub fn asked(&self, link: Link, id: u64) -> Option<&str> {
        self.asked.get(&(link, id)).map(String::as_str)
    }

    /// Takes notice of a frame before a rule sees it.
    pub(super) fn learn(&mut self, link: Link, towards: Towards, frame: &Frame) {
        match frame {
            Frame::Event { name, args, ack } => {
                let payload = args.first().unwrap_or(&Value::Null);
                if towards == Towards::Server {
                    if let Some(id) = ack {
                        self.asked.insert((link, *id), name.clone());
                    }
                    self.learn_action(link, name, payload);
                } else {
                    self.learn_event(link, name, payload);
                }
            }
            Frame::Gone(_) if towards == Towards::Server => {
                self.links.remove(&link);
                self.users.remove(&link);
            }
            _ => {}
        }
    }

    fn learn_action(&mut self, link: Link, name: &str, payload: &Value) {
        if name == "user.auth"
            && let Some(user) = payload["id"].as_u64()
        {
            self.claims.insert(link, user);
        }
        if let (Some(user), Some(text)) = (self.users.get(&link), payload["text"].as_str()) {
            self.texts.insert((*user, text.to_owned()), name.to_owned());
        }
    }

    fn learn_event(&mut self, link: Link, name: &str, payload: &Value) {
        if name == "on.user.authorized" && payload["success"] == true {
            if let Some(user) = payload["user"]["id"].as_u64() {
                self.users.insert(link, user);
            }
            for dialog in payload["dialogs"].as_array().into_iter().flatten() {
                self.learn_room(dialog);
            }
        }
        self.learn_room(payload);
        for message in payload["messages"].as_array().into_iter().flatten() {
            self.learn_message(message);
        }
    }

    fn learn_room(&mut self, value: &Value) {
        if let (Some(room), Some(users)) = (value["room"]["id"].as_u64(), value["room"]["users"].as_array()) {
            self.rooms.insert(room, users.iter().filter_map(|user| user["id"].as_u64()).collect());
            self.room_objects.insert(room, value["room"].clone());
            if let Some(user) = value["chat"]["user_id"].as_u64() {
                self.chats.insert((room, user), value["chat"].clone());
            }
        }
        self.learn_message(&value["message"]);
    }

    fn learn_message(&mut self, message: &Value) {
        if let Some(id) = message["id"].as_u64() {
            self.messages.insert(id, message.clone());
        }
    }
}
