//! Messages: `message.*`.

pub mod delete;
pub mod send;
