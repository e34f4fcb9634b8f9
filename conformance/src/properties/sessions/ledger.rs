//! What the names of the model are called by the server: ids, as they were seen first.

use std::collections::BTreeMap;

use chat_spec::types::{Date, MAX_ID, MessageId, RoomId, UserId};
use serde_json::{Value, json};

use crate::model::{MessageKey, Model, RoomKey, User};

/// The ids of everything that was seen in a session.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    users: BTreeMap<User, UserId>,
    rooms: BTreeMap<RoomKey, RoomId>,
    messages: BTreeMap<MessageKey, Stored>,
    mark: String,
    /// A user that there is not.
    nobody: UserId,
}

/// What the server made of a message.
#[derive(Debug, Clone, Copy)]
struct Stored {
    id: MessageId,
    created_at: Date,
}

/// What is wrong with an id that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clash {
    /// It had another id before.
    Another(u64),
    /// Something else has this id.
    Taken,
    /// It is not larger than those before it.
    NotGrowing(u64),
}

impl Ledger {
    /// A ledger that knows users alone, and one that is none; `mark` tells the texts of this session from all others.
    pub(super) fn new(users: BTreeMap<User, UserId>, nobody: UserId, mark: String) -> Self {
        Self { users, rooms: BTreeMap::new(), messages: BTreeMap::new(), mark, nobody }
    }

    /// The id of a user.
    pub(super) fn user(&self, user: User) -> u64 {
        self.users.get(&user).unwrap_or(&self.nobody).get()
    }

    /// The id of a user that there is not.
    pub(super) fn nobody(&self) -> u64 {
        self.nobody.get()
    }

    /// The user of an id.
    pub(super) fn user_of(&self, id: UserId) -> Option<User> {
        self.users.iter().find(|(_, known)| **known == id).map(|(user, _)| *user)
    }

    /// The id of a room; one that nothing has, where it is unknown.
    pub(super) fn room(&self, room: Option<RoomKey>) -> u64 {
        room.and_then(|room| self.rooms.get(&room)).map_or(MAX_ID, |id| id.get())
    }

    /// The newest room of an id: a deleted dialog may begin anew under its old one.
    pub(super) fn room_of(&self, id: RoomId) -> Option<RoomKey> {
        self.rooms.iter().rev().find(|(_, known)| **known == id).map(|(room, _)| *room)
    }

    /// The id of a message; one that nothing has, where it is unknown.
    pub(super) fn message(&self, message: Option<MessageKey>) -> u64 {
        message.and_then(|message| self.messages.get(&message)).map_or(MAX_ID, |stored| stored.id.get())
    }

    /// The message of an id.
    pub(super) fn message_of(&self, id: MessageId) -> Option<MessageKey> {
        self.messages.iter().find(|(_, stored)| stored.id == id).map(|(message, _)| *message)
    }

    /// Takes notice of the id of a room.
    pub(super) fn see_room(&mut self, model: &Model, room: RoomKey, id: RoomId) -> Result<(), Clash> {
        if let Some(known) = self.rooms.get(&room) {
            return if *known == id { Ok(()) } else { Err(Clash::Another(known.get())) };
        }
        let of_others =
            |other: &RoomKey| model.room(*other).pair != model.room(room).pair || !model.room(*other).dropped;
        if self.room_of(id).is_some_and(|other| of_others(&other)) {
            return Err(Clash::Taken);
        }
        self.rooms.insert(room, id);
        Ok(())
    }

    /// Takes notice of the id of a message, which must be larger than all before it in its room (SEND-6).
    pub(super) fn see_message(&mut self, message: MessageKey, id: MessageId, created_at: Date) -> Result<(), Clash> {
        if let Some(known) = self.messages.get(&message) {
            return if known.id == id { Ok(()) } else { Err(Clash::Another(known.id.get())) };
        }
        if self.message_of(id).is_some() {
            return Err(Clash::Taken);
        }
        let before = self.in_room(message.room).map(|stored| stored.id).max();
        self.messages.insert(message, Stored { id, created_at });
        match before {
            Some(before) if before > id => Err(Clash::NotGrowing(before.get())),
            _ => Ok(()),
        }
    }

    /// When the newest message before this one was stored, as far as it was seen (SEND-12).
    pub(super) fn newest_before(&self, message: MessageKey) -> Option<Date> {
        let before = self.messages.iter().filter(|(key, _)| key.room == message.room && key.place < message.place);
        before.map(|(_, stored)| stored.created_at).max_by_key(|date| date.milliseconds())
    }

    /// The messages of a room, and of those before it that had the same id.
    fn in_room(&self, room: RoomKey) -> impl Iterator<Item = &Stored> {
        let id = self.rooms.get(&room);
        let same = move |other: &RoomKey| *other == room || (id.is_some() && self.rooms.get(other) == id);
        self.messages.iter().filter(move |(key, _)| same(&key.room)).map(|(_, stored)| stored)
    }

    /// The text of a message, as it is sent.
    pub(super) fn text(&self, text: crate::model::Text, serial: usize) -> String {
        text.written(&format!(" #{serial}{}", self.mark))
    }
}

/// What a call carries: `ice_candidate` and `session_description`, any JSON (CALL-3).
pub(super) fn signal(number: u8) -> (Value, Value) {
    let values = [
        (
            json!({"candidate": "candidate:1 1 UDP 2122 192.0.2.1 54400 typ host"}),
            json!({"type": "offer", "sdp": "v=0\r\n"}),
        ),
        (Value::Null, json!("v=0\r\n")),
        (json!([]), json!({"deep": [{"a": null}, [[1]], "😀"]})),
        (json!("a string"), json!(false)),
    ];
    values[usize::from(number) % values.len()].clone()
}

/// How many different signals there are.
pub(super) const SIGNALS: u8 = 4;
