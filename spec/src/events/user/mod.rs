//! Users: `user.*`.

pub mod auth;
