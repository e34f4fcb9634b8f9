//! Scenarios of `chat.*`.

pub(super) mod beside;
pub(super) mod clear;
pub(super) mod delete;
pub(super) mod history;
mod page;
pub(super) mod pages;
pub(super) mod read;
pub(super) mod start;
