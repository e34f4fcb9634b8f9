//! Scenarios of `user.*`.

pub(super) mod again;
pub(super) mod auth;
pub(super) mod devices;
pub(super) mod dialogs;
pub(super) mod identity;
pub(super) mod meanwhile;
pub(super) mod online;
pub(super) mod refused;
pub(super) mod tokens;
