//! The one order of everything: a single task owns the state of the chat, takes what is queued as a batch, runs its
//! rules, commits once, and only then announces, in order. See [`task`] for how a batch goes.

mod batch;
mod command;
mod effect;
mod handle;
mod task;

pub use command::{Origin, Responder, Step, Surroundings};
pub use effect::Effect;
pub use handle::{Sequencer, SequencerSettings, Stopped};
pub(crate) use task::{encode, spawn};
