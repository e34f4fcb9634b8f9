//! Dialogs: `on.chat.*`.

pub mod clear;
pub mod delete;
pub mod history;
pub mod read;
