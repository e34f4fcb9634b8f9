//! Handlers of `chat.*`.

pub(super) mod clear;
pub(super) mod delete;
pub(super) mod history;
pub(super) mod read;
pub(super) mod start;
