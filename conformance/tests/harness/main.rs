//! What the suite stands on, against tiny servers that speak Engine.IO by hand, well and badly.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod accounts;
mod acks;
mod binary;
mod calibration;
mod closing;
mod heartbeats;
mod misbehaving;
mod opening;
mod raw_frames;
mod recording;
mod server;
mod server_process;
mod tls;
