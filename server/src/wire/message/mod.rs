//! Handlers of `message.*`.

pub(super) mod delete;
pub(super) mod send;
