//! A model of the chat: what a server should do, without any input or output.
//!
//! [`Model::predict`] says what each socket hears after a [`Step`]. Where servers are free, or a decision tolerates a
//! second reading (D6, D9, D10, D11, D13), it gives several [`Branch`]es, ours first: a server follows any of them, and
//! the branch that it followed is the model from then on.
//!
//! * [`name`]: users, sockets and pairs, by names that mean the same in every run.
//! * [`step`], `words`: what is done, in the same names, so that any part of a session can be played by itself.
//! * [`state`]: who is there, and what was said.
//! * [`expected`]: what a socket hears, and which requirement is broken where it does not.
//! * `rules`: from a step to what is expected. A new action is a function there and its arm in [`Model::predict`].

pub mod expected;
pub mod name;
mod rules;
pub mod state;
pub mod step;
pub mod text;
mod words;

#[cfg(test)]
mod tests;

pub use self::{
    expected::{Branch, Due, Event, Expectation, Refused},
    name::{Pair, Socket, User},
    state::{MessageKey, Model, RoomKey},
    step::{Action, Credentials, Goodbye, MessageName, RoomName, Someone, Spoil, Step},
    text::Text,
};
