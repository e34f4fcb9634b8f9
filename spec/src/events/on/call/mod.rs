//! Calls (WebRTC signalling): `on.call.*`.

pub mod answer;
pub mod init;
