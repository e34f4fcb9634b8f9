//! The Socket.IO side: a frame is decoded, queued in its socket's inbox, handled in order, answered.
//!
//! `connect` mounts the protocol and registers an `inbox` for each socket that joins; one `conversation` a socket
//! drains it; `upgrade` puts `names` around each WebSocket; `action` says which handler an action has; `answer` and
//! `outbox` bring results back. Each action has a file at the path that its wire name spells. To add one: write that
//! file, and add its line to the table in `action`.

mod action;
mod answer;
mod call;
mod chat;
mod connect;
mod conversation;
mod inbox;
mod message;
mod names;
mod outbox;
mod packet;
mod tell;
mod upgrade;
mod user;

pub(crate) use connect::{Services, SocketIoRoutes, SocketSettings, build};
pub use inbox::InboxLimits;
