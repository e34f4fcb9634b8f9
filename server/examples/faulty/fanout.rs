//! Deliveries that reach too many or too few.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_server::fanout::{Audience, Fanout, Outgoing, SocketId};
use chat_spec::types::UserId;
use serde_json::value::RawValue;

use crate::trace::Trace;

/// What is wrong with a delivery.
#[derive(Clone, Copy)]
pub(crate) enum Distortion {
    /// A table with one socket a user: others of the same user hear nothing.
    OneSocketAUser,
    /// A user with two sockets hears everything twice.
    TwiceForTwo,
    /// The socket that came last hears every message.
    NewestHearsAll,
    /// Users are kept in two shards by their ids, and presence stays inside of one.
    ShardHearsPresence,
}

/// Delivers with a fault.
pub(crate) struct Faulty {
    inner: Arc<dyn Fanout>,
    /// The sockets in the order in which they came.
    sockets: Mutex<Vec<(SocketId, UserId)>>,
    distortion: Distortion,
    trace: Trace,
}

impl Faulty {
    pub(crate) fn new(inner: Arc<dyn Fanout>, distortion: Distortion, trace: Trace) -> Self {
        Self { inner, sockets: Mutex::default(), distortion, trace }
    }

    fn sockets(&self) -> MutexGuard<'_, Vec<(SocketId, UserId)>> {
        self.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, user: UserId) -> Vec<SocketId> {
        self.sockets().iter().filter(|(_, other)| *other == user).map(|(socket, _)| *socket).collect()
    }
}

impl Fanout for Faulty {
    fn attach(&self, socket: SocketId, user: UserId, outgoing: Arc<dyn Outgoing>) {
        {
            let mut sockets = self.sockets();
            if !sockets.iter().any(|(other, _)| *other == socket) {
                sockets.push((socket, user));
            }
        }
        self.inner.attach(socket, user, outgoing);
    }

    fn detach(&self, socket: SocketId) {
        self.sockets().retain(|(other, _)| *other != socket);
        self.inner.detach(socket);
    }

    fn deliver(&self, audience: Audience, event: &str, payload: &RawValue) {
        match (self.distortion, audience) {
            (Distortion::OneSocketAUser, Audience::User(user)) => {
                let sockets = self.of(user);
                self.trace.note_if(sockets.len() > 1, "left a second socket out");
                if let Some(first) = sockets.first() {
                    self.inner.deliver(Audience::Socket(*first), event, payload);
                }
            }
            (Distortion::TwiceForTwo, Audience::User(user)) if self.of(user).len() > 1 => {
                self.trace.note("told a user with two sockets twice");
                self.inner.deliver(audience, event, payload);
                self.inner.deliver(audience, event, payload);
            }
            (Distortion::NewestHearsAll, Audience::User(user)) if event == "on.message.new" => {
                self.inner.deliver(audience, event, payload);
                let newest = self.sockets().last().copied().filter(|(_, other)| *other != user);
                if let Some((socket, _)) = newest {
                    self.trace.note("told a socket that has nothing to do with it");
                    self.inner.deliver(Audience::Socket(socket), event, payload);
                }
            }
            (Distortion::ShardHearsPresence, Audience::EveryoneBut(user)) => {
                let shard = |user: UserId| user.get() % 2;
                let (near, far): (Vec<_>, Vec<_>) =
                    self.sockets().iter().copied().partition(|(_, other)| shard(*other) == shard(user));
                self.trace.note_if(!far.is_empty(), "left the other shard out");
                for (socket, _) in near.into_iter().filter(|(_, other)| *other != user) {
                    self.inner.deliver(Audience::Socket(socket), event, payload);
                }
            }
            _ => self.inner.deliver(audience, event, payload),
        }
    }
}
