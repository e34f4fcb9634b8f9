//! The state of the model: who is there, and what was said.

use std::collections::BTreeMap;

use super::{MessageName, Pair, RoomName, Socket, Text, User};

/// A room, by its place among all that were ever made in the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomKey(pub usize);

/// A message, by its room and its place among all that were ever sent to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageKey {
    /// The room.
    pub room: RoomKey,
    /// Its place, those that are gone counted.
    pub place: usize,
}

/// What has become of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is in the history.
    Stored,
    /// It was deleted.
    Deleted,
    /// The room was cleared.
    Cleared,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who wrote it.
    pub author: User,
    /// What it says.
    pub text: Text,
    /// Makes its text different from all others.
    pub serial: usize,
    /// What has become of it.
    pub fate: Fate,
    /// Whether the other side has read it.
    pub read: bool,
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Its two users.
    pub pair: Pair,
    /// Whether the dialog was deleted.
    pub dropped: bool,
    /// All that was ever sent to it.
    pub messages: Vec<Message>,
}

/// What is known of a socket that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Connected {
    /// Who it is, where it is authorised.
    pub user: Option<User>,
    /// How many authorisations succeeded on it.
    pub authorisations: u8,
    /// How many were refused (AUTH-8 speaks of five).
    pub refusals: u8,
}

/// Whether presence is announced by user, as decided, or in the ways that D10 tolerates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// First socket on, last socket off, as far as was seen.
    ByUser,
    /// It was seen that a user heard of itself, or that a second socket was announced: what else is announced is free.
    Free,
}

/// The model of the chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// How many users act.
    pub(super) users: u8,
    /// Whether the server declares the profile `errors`.
    pub(crate) errors: bool,
    /// The sockets that are open.
    pub(crate) sockets: BTreeMap<Socket, Connected>,
    /// All rooms that were ever made.
    pub(super) rooms: Vec<Room>,
    /// How presence is announced.
    pub(crate) presence: Presence,
    /// How many texts were sent, to make each different.
    pub(super) texts: usize,
}

impl Model {
    /// The beginning of a session: so many users and the onlooker, each with one authorised socket, and nothing said.
    #[must_use]
    pub fn begin(users: u8, errors: bool) -> Self {
        let there = Connected { authorisations: 1, ..Connected::default() };
        let cast = (0..users).map(User).chain([User::ONLOOKER]);
        let sockets = cast.map(|user| (user.first_socket(), Connected { user: Some(user), ..there })).collect();
        Self { users, errors, sockets, rooms: Vec::new(), presence: Presence::ByUser, texts: 0 }
    }

    /// Whether a user takes part.
    #[must_use]
    pub fn has(&self, user: User) -> bool {
        user.0 < self.users
    }

    /// The users that act.
    pub fn cast(&self) -> impl Iterator<Item = User> {
        (0..self.users).map(User)
    }

    /// How many users act.
    #[must_use]
    pub const fn users(&self) -> u8 {
        self.users
    }

    /// The sockets that are open.
    pub fn open(&self) -> impl Iterator<Item = Socket> {
        self.sockets.keys().copied()
    }

    /// Who a socket is; `None` where it is not authorised or not open.
    #[must_use]
    pub fn user_of(&self, socket: Socket) -> Option<User> {
        self.sockets.get(&socket)?.user
    }

    /// The sockets that are authorised as a user.
    pub fn sockets_of(&self, user: User) -> impl Iterator<Item = Socket> {
        self.authorised().filter(move |(_, who)| *who == user).map(|(socket, _)| socket)
    }

    /// All sockets that are authorised, with their users.
    pub fn authorised(&self) -> impl Iterator<Item = (Socket, User)> {
        self.sockets.iter().filter_map(|(socket, known)| Some((*socket, known.user?)))
    }

    /// Whether a socket is open that is not authorised.
    #[must_use]
    pub fn has_unauthorised(&self) -> bool {
        self.sockets.values().any(|known| known.user.is_none())
    }

    /// Whether a socket was authorised more than once.
    #[must_use]
    pub fn authorised_again(&self) -> bool {
        self.sockets.values().any(|known| known.authorisations > 1)
    }

    /// Whether a user has an authorised socket.
    #[must_use]
    pub fn is_online(&self, user: User) -> bool {
        self.sockets_of(user).next().is_some()
    }

    /// Whether a user has several authorised sockets, so that AUTH-11 decides and not the MUSTs.
    #[must_use]
    pub fn has_several(&self, user: User) -> bool {
        self.sockets_of(user).nth(1).is_some()
    }

    /// The newest room of a pair, deleted or not.
    #[must_use]
    pub fn room_of(&self, pair: Pair) -> Option<RoomKey> {
        self.rooms.iter().rposition(|room| room.pair == pair).map(RoomKey)
    }

    /// The rooms that a user finds in its list.
    pub fn dialogs_of(&self, user: User) -> impl Iterator<Item = RoomKey> {
        let listed = move |room: &Room| room.pair.has(user) && !room.dropped;
        (0..self.rooms.len()).map(RoomKey).filter(move |key| listed(self.room(*key)))
    }

    /// A room.
    #[must_use]
    pub fn room(&self, key: RoomKey) -> &Room {
        &self.rooms[key.0]
    }

    /// A message.
    #[must_use]
    pub fn message(&self, key: MessageKey) -> &Message {
        &self.room(key.room).messages[key.place]
    }

    pub(super) fn message_mut(&mut self, key: MessageKey) -> &mut Message {
        &mut self.rooms[key.room.0].messages[key.place]
    }

    /// The messages that are in a room's history, oldest first.
    #[must_use]
    pub fn history(&self, room: RoomKey) -> Vec<MessageKey> {
        let messages = self.room(room).messages.iter().enumerate();
        let stored = messages.filter(|(_, message)| message.fate == Fate::Stored);
        stored.map(|(place, _)| MessageKey { room, place }).collect()
    }

    /// How many messages of the other side a user has not read (D1).
    #[must_use]
    pub fn unread(&self, room: RoomKey, user: User) -> u64 {
        let counts = |message: &&Message| message.author != user && message.fate == Fate::Stored && !message.read;
        self.room(room).messages.iter().filter(counts).count() as u64
    }

    /// The room that a name means; `None` for an unknown one.
    #[must_use]
    pub fn find_room(&self, name: RoomName) -> Option<RoomKey> {
        match name {
            RoomName::Of(pair) => self.room_of(pair),
            RoomName::Unknown => None,
        }
    }

    /// The message that a name means; `None` for an unknown one.
    #[must_use]
    pub fn find_message(&self, name: MessageName) -> Option<MessageKey> {
        let room = self.room_of(name.of)?;
        let place = self.room(room).messages.len().checked_sub(usize::from(name.back) + 1)?;
        Some(MessageKey { room, place })
    }

    /// How many texts were sent so far: makes the next one different from all others.
    #[must_use]
    pub const fn texts_so_far(&self) -> usize {
        self.texts
    }

    /// Takes notice that presence is announced in a way that D10 tolerates.
    pub fn learn_free_presence(&mut self) {
        self.presence = Presence::Free;
    }
}
