//! Payloads that are derived from each action's published schema: those at its edges are accepted and have their
//! documented effect; those with one thing wrong change nothing, are told to nobody, and cost nobody anything.
//!
//! * `shape`: the fields of an action, read from its schema.
//! * `symbols`: ids that are not known yet when a payload is generated.
//! * `valid`, `invalid`: what is generated; `simpler`: what it shrinks to. `scene`: between whom; `effect`: what is
//!   heard.
//! * `accepted`, `refused`: trying it, and finding the one payload and the smallest that shows what is wrong.
//! * `credentials`: the same for `user.auth`, which takes connections of its own.

mod accepted;
mod credentials;
mod effect;
mod invalid;
mod refused;
mod scene;
mod shape;
mod simpler;
mod symbols;
mod valid;

pub(crate) use self::{accepted::accepted, credentials::credentials, refused::refused};
