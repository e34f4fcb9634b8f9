//! Robustness: section 4, ROB. Whatever one client sends, the server and all others go on.
//!
//! * `malformed`: payloads that are not as documented (ROB-1, ROB-9).
//! * `unknown`: event names and fields that nobody knows (ROB-2, ROB-3).
//! * `packets`, `frames`, `oversized`, `binary`: what is no proper packet, or too much of one (ROB-4, ROB-5, ROB-6).
//! * `latency`: how long the others wait (ROB-7, ROB-8).

pub(super) mod binary;
mod bystanders;
pub(super) mod frames;
pub(super) mod latency;
pub(super) mod malformed;
pub(super) mod oversized;
pub(super) mod packets;
mod payloads;
pub(super) mod unknown;
