//! Scenarios of `user.*`.

pub(super) mod auth;
pub(super) mod online;
