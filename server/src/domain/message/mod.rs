//! Messages.

pub mod delete;
pub mod send;
