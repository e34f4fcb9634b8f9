//! What is said on the wire: every payload of the chat protocol as a Rust type, and everything that can be derived
//! from those types.
//!
//! No I/O and no async. Start reading at [`events`], the table of contents: one line an action or event, with its wire
//! name, its payload type, who sends it and who hears it. An event has the same path in every crate of this
//! workspace, spelled as the wire spells it: `message.send` is `events/message/send.rs` here.
//!
//! * [`types`]: the objects that payloads are made of (`Chat`, `Room`, `Message`, …), ids and dates.
//! * [`schema`]: JSON Schemas (2020-12) generated from the types, and compiled validators.
//! * [`requirements`]: every requirement of the protocol with its id, level and source.
//! * [`topics`]: which actions and events a group of requirements is about.
//! * [`conversations`]: who says what to whom, one after the other, in the typical uses of the protocol.
//! * [`publish`]: the contract as other languages' tools and people read it.
//! * [`check`]: whether a newer contract breaks the clients of an older one.

pub mod check;
pub mod conversations;
pub mod decode;
pub mod events;
pub mod publish;
pub mod requirements;
pub mod schema;
pub mod topics;
pub mod types;

/// The version of the protocol that these types describe (semantic versioning of the contract, not of the crates).
pub const PROTOCOL_VERSION: &str = "1.0.0";
