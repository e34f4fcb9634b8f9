//! What no single script says: properties of the server that hold whatever is done, tried with much that is random.
//!
//! * `concurrent`: all users at once, and the recorded history checked as a whole.
//! * `payloads`: payloads at the edges of each action's schema, and beyond them.
//! * `seed`: randomness that a seed repeats. `shown`: how a payload that went wrong is shown.
//!   `volume`: how much is tried.
//! * [`sessions`]: one step after the other, each compared with a model of the chat.

pub(crate) mod concurrent;
pub(crate) mod payloads;
pub(crate) mod seed;
pub mod sessions;
mod shown;
mod volume;
