//! The suite's client against tiny servers that speak Engine.IO by hand, well and badly.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod acks;
mod binary;
mod closing;
mod heartbeats;
mod misbehaving;
mod opening;
mod raw_frames;
mod recording;
mod server;
mod tls;
