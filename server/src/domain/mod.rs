//! The rules of the chat. Names neither sockets nor SQL; time, ids and what is stored come in as arguments.
//!
//! A rule is a function over a [`Transaction`]: it reads what it needs, refuses with one of [`Refused`], or writes and
//! says what came of it. Who is told of that is decided in `wire`, how it is stored in `store`.

pub mod call;
pub mod chat;
pub mod message;

mod cache;
mod changes;
mod needed;
mod refused;
mod room;
mod text;
mod transaction;

pub use cache::Cache;
pub use changes::{AttachmentUse, Changes, RoomChange, Sequences};
pub use needed::{Loaded, Needed, OwnedAttachment, Pair};
pub use refused::Refused;
pub use room::{Room, Side};
pub use text::check_text;
pub use transaction::Transaction;

/// Limits that are part of the rules, and not of the transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The longest text of a message, in Unicode code points (SEND-10).
    pub text_length: usize,
    /// How many messages a page of the history holds where the client does not say (HIST-9).
    pub default_page: u32,
    /// How many messages a page of the history holds at most (HIST-9).
    pub largest_page: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self { text_length: 10_000, default_page: 50, largest_page: 100 }
    }
}
