//! The server from outside: over real sockets and a real database, on free ports of this machine.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod actions;
mod attachments;
mod authorisation;
mod batches;
mod command_line;
mod connections;
mod durability;
mod errors;
mod interop;
mod limits;
mod names;
mod order;
mod presence;
mod shutdown;
mod store_contract;
mod support;
