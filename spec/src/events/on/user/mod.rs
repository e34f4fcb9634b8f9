//! Users: `on.user.*`.

pub mod authorized;
pub mod online;
