//! What no single script says: properties of the server that hold whatever is done, tried with much that is random.
//!
//! * `concurrent`: all users at once, and the recorded history checked as a whole.
//! * `seed`: randomness that a seed repeats.
//! * [`sessions`]: one step after the other, each compared with a model of the chat.

pub(crate) mod concurrent;
pub(crate) mod seed;
pub mod sessions;
