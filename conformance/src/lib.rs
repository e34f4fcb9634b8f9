//! The conformance suite of the chat protocol: drives any server by its URL and says which requirements it keeps.
//!
//! A library first: [`suite::run`] gives the result of a run as data. The command line is thin.
//!
//! * [`wire`]: the suite's own Engine.IO and Socket.IO client; records every frame.
//! * [`world`]: the language that scenarios are written in.
//! * [`scenarios`]: the catalogue. `scenarios/message/send.rs` has those of `message.send`.
//! * [`properties`]: what holds whatever is done, tried with much that is random; [`model`]: what the chat should do.
//! * [`transcript`]: what was said, in canonical form, compared with the verified transcripts.
//! * [`runner`], [`aggregate`]: from scenarios to verdicts, as a stream of run events.
//! * [`report`]: consumes that stream.

pub mod accounts;
pub mod aggregate;
pub mod attribution;
pub mod calibration;
pub mod cli;
pub mod command;
mod evidence;
pub mod expect;
pub mod explain;
pub mod model;
pub mod options;
mod process_group;
pub mod program;
pub mod properties;
pub mod random;
pub mod recording;
pub mod reference;
pub mod report;
pub mod result;
pub mod run_event;
pub mod runner;
pub mod scenario;
pub mod scenarios;
pub mod selection;
pub mod self_test;
pub mod server_process;
pub mod stop;
pub mod subject;
pub mod suite;
pub mod transcript;
pub mod verdict;
pub mod wire;
pub mod world;
