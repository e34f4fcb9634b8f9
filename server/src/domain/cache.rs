//! What is known of the committed state: users and rooms with their unread counters, never messages.

use std::collections::HashMap;

use chat_spec::types::{RoomId, User, UserId};

use super::{Changes, Loaded, Needed, Pair, Room, RoomChange, Sequences};

/// The part of the committed state that is kept in memory. Bounded: it is forgotten as a whole when it grows over its
/// capacity, and filled again on demand.
#[derive(Debug, Clone)]
pub struct Cache {
    /// The last ids that were given out, and the last time that was written.
    pub(super) sequences: Sequences,
    users: HashMap<UserId, User>,
    rooms: HashMap<RoomId, Room>,
    pairs: HashMap<Pair, RoomId>,
    capacity: usize,
}

impl Cache {
    /// An empty cache of at most about `capacity` rooms.
    #[must_use]
    pub fn new(sequences: Sequences, capacity: usize) -> Self {
        Self { sequences, users: HashMap::new(), rooms: HashMap::new(), pairs: HashMap::new(), capacity }
    }

    /// Removes from `needed` what is known already, and makes room for what is not.
    pub fn subtract_known(&mut self, needed: &mut Needed) {
        if self.rooms.len() > self.capacity || self.users.len() > self.capacity.saturating_mul(2) {
            self.users.clear();
            self.rooms.clear();
            self.pairs.clear();
        }
        needed.users.retain(|id| !self.users.contains_key(id));
        needed.rooms.retain(|id| !self.rooms.contains_key(id));
        needed.pairs.retain(|pair| !self.pairs.contains_key(pair));
    }

    /// Remembers users and rooms that were read from the store.
    pub fn learn(&mut self, loaded: &mut Loaded) {
        self.users.extend(loaded.users.drain(..).map(|user| (user.id, user)));
        for room in loaded.rooms.drain(..) {
            self.put(room);
        }
    }

    /// Takes over changes that were committed.
    pub fn apply(&mut self, changes: Changes) {
        self.sequences = changes.sequences;
        for (id, change) in changes.rooms {
            match change {
                RoomChange::Created(room) | RoomChange::Changed(room) => self.put(room),
                RoomChange::Deleted => {
                    if let Some(room) = self.rooms.remove(&id) {
                        self.forget_pair(&room);
                    }
                }
            }
        }
    }

    pub(super) fn user(&self, id: UserId) -> Option<&User> {
        self.users.get(&id)
    }

    pub(super) fn room(&self, id: RoomId) -> Option<&Room> {
        self.rooms.get(&id)
    }

    pub(super) fn room_of(&self, pair: Pair) -> Option<&Room> {
        self.pairs.get(&pair).and_then(|id| self.rooms.get(id))
    }

    fn put(&mut self, room: Room) {
        self.pairs.insert(room.pair(), room.id);
        self.rooms.insert(room.id, room);
    }

    fn forget_pair(&mut self, room: &Room) {
        // A new room of the same two may have taken its place in the same batch.
        if self.pairs.get(&room.pair()) == Some(&room.id) {
            self.pairs.remove(&room.pair());
        }
    }
}

impl Room {
    /// The two users of the room.
    #[must_use]
    pub fn pair(&self) -> Pair {
        Pair::new(self.sides[0].user.id, self.sides[1].user.id)
    }
}
