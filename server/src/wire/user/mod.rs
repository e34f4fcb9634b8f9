//! Handlers of `user.*`.

pub(super) mod auth;
