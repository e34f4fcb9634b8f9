//! Calls (WebRTC signalling): `call.*`.

pub mod answer;
pub mod start;
