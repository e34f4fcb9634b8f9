//! Who gets what. Today the sockets of this process; a bus to other nodes would be one more [`Fanout`], around the
//! local one, so that delivery inside a node never depends on it.

mod local;

use std::sync::Arc;

use chat_spec::types::UserId;
use serde_json::value::RawValue;

pub use local::LocalFanout;

/// Names a connection to the default namespace. Never used twice while the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(u64);

impl SocketId {
    /// The socket with a number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }
}

/// Who hears an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// One socket, if it is authorised.
    Socket(SocketId),
    /// All authorised sockets of a user (D2).
    User(UserId),
    /// All authorised sockets of all users but one (D10).
    EveryoneBut(UserId),
}

/// A socket that events can be sent to.
pub trait Outgoing: Send + Sync + 'static {
    /// Sends an event, without waiting. Never fails: a socket that takes nothing more is closed.
    fn send(&self, event: &str, payload: &RawValue);
}

/// Delivers events. A seam: fault tests put their own around it.
///
/// Only the sequencer calls it, one call after the other, so that each socket gets events in the order of the calls.
pub trait Fanout: Send + Sync + 'static {
    /// From now on the socket is one of the user's.
    fn attach(&self, socket: SocketId, user: UserId, outgoing: Arc<dyn Outgoing>);

    /// From now on the socket is nobody's.
    fn detach(&self, socket: SocketId);

    /// Sends an event to each socket of the audience, once (EVT-1).
    fn deliver(&self, audience: Audience, event: &str, payload: &RawValue);
}
