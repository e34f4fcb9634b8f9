//! TCP connections: their options, and how the server lets go of one whose client misbehaves.

mod connection;
mod connections;
mod listener;

pub use connection::{ConnectionHandle, ConnectionLimits};
pub(crate) use connections::Connections;
pub(crate) use listener::ConnectionListener;
