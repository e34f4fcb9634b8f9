//! TCP connections: their options, and how the server lets go of one whose client misbehaves.

mod connection;
mod listener;

pub use connection::{ConnectionHandle, ConnectionLimits};
pub(crate) use listener::ConnectionListener;
