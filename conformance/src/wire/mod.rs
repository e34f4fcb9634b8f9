//! The suite's own client: Engine.IO 4 and Socket.IO 5 over WebSocket, as the protocol documents its use (CONN-1).
//!
//! It shares no code with any server, so that no mistake can hide on both sides. It answers heartbeats by itself,
//! keeps what it hears in wire order, records every frame, and can misbehave on request: send what is malformed, stop
//! reading, stop answering pings, vanish without a goodbye.
//!
//! Start reading at [`Connection`]. Outside in:
//!
//! | module | what it does |
//! |---|---|
//! | [`target`] | the URL of a server, as a user gives it |
//! | `open`, `dial`, `tls` | name, TCP, TLS, WebSocket upgrade, namespace: each failure told apart |
//! | [`engine`] | Engine.IO: the open packet, frame types |
//! | [`packet`] | Socket.IO: packets as text |
//! | `reader`, `writer`, `assembler` | the two tasks of a connection |
//! | [`connection`], [`sender`], [`incoming`] | what scenarios use |
//! | [`record`], [`secrets`] | every frame that went by, and whether it carried a token (SEC-5) |

mod assembler;
pub mod connection;
mod dial;
pub mod engine;
pub mod error;
mod frame;
pub mod incoming;
mod json;
mod open;
pub mod options;
pub mod packet;
mod reader;
pub mod record;
pub mod secrets;
pub mod sender;
mod shared;
pub mod target;
mod tls;
mod writer;

pub use connection::Connection;
pub use engine::Handshake;
pub use error::{AckError, OpenError, SendError};
pub use incoming::{Ack, CloseReason, Event, Incoming};
pub use options::OpenOptions;
pub use record::Record;
pub use secrets::Secrets;
pub use sender::{PendingAck, Sender};
pub use target::Target;
