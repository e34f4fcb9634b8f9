//! Messages: `on.message.*`.

pub mod delete;
pub mod new;
