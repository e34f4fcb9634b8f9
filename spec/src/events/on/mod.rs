//! Events that servers send: `on.*`.

pub mod call;
pub mod chat;
pub mod error;
pub mod message;
pub mod user;
