//! The sockets of this process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chat_spec::types::UserId;
use serde_json::value::RawValue;

use super::{Audience, Fanout, Outgoing, SocketId};

/// Delivers to the sockets of this process.
#[derive(Default)]
pub struct LocalFanout {
    sockets: Mutex<Sockets>,
}

#[derive(Default)]
struct Sockets {
    users: HashMap<SocketId, UserId>,
    of_user: HashMap<UserId, Vec<Attached>>,
}

struct Attached {
    socket: SocketId,
    outgoing: Arc<dyn Outgoing>,
}

impl Attached {
    fn send(&self, event: &str, payload: &RawValue) {
        self.outgoing.send(event, payload);
    }
}

impl LocalFanout {
    fn sockets(&self) -> MutexGuard<'_, Sockets> {
        self.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sockets {
    fn of(&self, user: UserId) -> &[Attached] {
        self.of_user.get(&user).map_or(&[], Vec::as_slice)
    }
}

impl Fanout for LocalFanout {
    fn attach(&self, socket: SocketId, user: UserId, outgoing: Arc<dyn Outgoing>) {
        let mut sockets = self.sockets();
        if sockets.users.insert(socket, user).is_none() {
            sockets.of_user.entry(user).or_default().push(Attached { socket, outgoing });
        }
    }

    fn detach(&self, socket: SocketId) {
        let mut sockets = self.sockets();
        let Some(user) = sockets.users.remove(&socket) else { return };
        if let Some(of_user) = sockets.of_user.get_mut(&user) {
            of_user.retain(|other| other.socket != socket);
            if of_user.is_empty() {
                sockets.of_user.remove(&user);
            }
        }
    }

    fn deliver(&self, audience: Audience, event: &str, payload: &RawValue) {
        let sockets = self.sockets();
        match audience {
            Audience::Socket(socket) => {
                let user = sockets.users.get(&socket);
                let of_user = user.map_or(&[][..], |user| sockets.of(*user));
                of_user.iter().filter(|other| other.socket == socket).for_each(|one| one.send(event, payload));
            }
            Audience::User(user) => sockets.of(user).iter().for_each(|one| one.send(event, payload)),
            Audience::EveryoneBut(user) => {
                let others = sockets.of_user.iter().filter(|(other, _)| **other != user);
                others.flat_map(|(_, of_user)| of_user).for_each(|one| one.send(event, payload));
            }
        }
    }
}
