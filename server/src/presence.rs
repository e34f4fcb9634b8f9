//! Who is online: a user with at least one authorised socket (PRES-1 to PRES-3, D10).

use std::collections::{HashMap, HashSet};

use chat_spec::types::UserId;

use crate::fanout::SocketId;

/// The authorised sockets of each user. Owned by the sequencer, so that presence has its place in the one order of
/// everything that is announced.
#[derive(Debug, Default)]
pub struct Presence {
    sockets: HashMap<UserId, HashSet<SocketId>>,
}

impl Presence {
    /// Adds a socket; whether the user is online by it and was not before.
    pub fn arrive(&mut self, user: UserId, socket: SocketId) -> bool {
        let sockets = self.sockets.entry(user).or_default();
        sockets.insert(socket) && sockets.len() == 1
    }

    /// Removes a socket; whether the user is offline by it and was not before.
    pub fn leave(&mut self, user: UserId, socket: SocketId) -> bool {
        let Some(sockets) = self.sockets.get_mut(&user) else { return false };
        if !sockets.remove(&socket) || !sockets.is_empty() {
            return false;
        }
        self.sockets.remove(&user);
        true
    }

    /// Whether the user has an authorised socket.
    #[must_use]
    pub fn is_online(&self, user: UserId) -> bool {
        self.sockets.contains_key(&user)
    }

    /// Whether the user may have one more socket, or has this one already.
    #[must_use]
    pub fn has_place_for(&self, user: UserId, socket: SocketId, most: usize) -> bool {
        self.sockets.get(&user).is_none_or(|sockets| sockets.len() < most || sockets.contains(&socket))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_socket_comes_online_and_the_last_goes_offline() {
        let (mut presence, user) = (Presence::default(), UserId::try_from(1_u64).unwrap());
        let [phone, laptop] = [1, 2].map(SocketId::new);
        assert!(presence.arrive(user, phone));
        assert!(!presence.arrive(user, phone), "it is there already");
        assert!(!presence.arrive(user, laptop));
        assert!(!presence.leave(user, phone));
        assert!(presence.is_online(user));
        assert!(presence.leave(user, laptop));
        assert!(!presence.leave(user, laptop), "it is offline already");
        assert!(!presence.is_online(user));
    }
}
