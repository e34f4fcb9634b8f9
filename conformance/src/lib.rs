//! The conformance suite of the chat protocol: drives any server by its URL and says which requirements it keeps.

pub mod report;
pub mod result;
pub mod run_event;
pub mod verdict;
pub mod wire;
