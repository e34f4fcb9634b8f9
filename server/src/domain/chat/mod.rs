//! Dialogs.

pub mod clear;
pub mod delete;
pub mod history;
pub mod read;
pub mod start;
