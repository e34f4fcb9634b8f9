//! The reference server of the chat protocol, as a library: the binary only reads its command line.
//!
//! An action's way through it is one line of rooms. [`wire`] decodes a frame, queues it in its socket's inbox, and
//! handles what is in the inbox in order; [`sequencer`] runs the rules of [`domain`] over everything that is queued,
//! commits to the [`store`] in one transaction, and only then hands the events to the [`fanout`] and answers.
//!
//! [`app::Server`] starts one. What it is made of can be wrapped from outside, see [`app::ServerBuilder`].

pub mod accounts;
pub mod app;
pub mod auth;
pub mod clock;
pub mod config;
pub mod domain;
pub mod fanout;
pub mod http;
pub mod net;
pub mod presence;
pub mod sequencer;
pub mod store;
pub mod wire;
