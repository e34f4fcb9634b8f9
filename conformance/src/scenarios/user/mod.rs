//! Scenarios of `user.*`.

pub(super) mod auth;
pub(super) mod dialogs;
pub(super) mod identity;
pub(super) mod online;
