//! The conformance suite of the chat protocol: drives any server by its URL and says which requirements it keeps.

pub mod accounts;
pub mod calibration;
mod process_group;
pub mod report;
pub mod result;
pub mod run_event;
pub mod server_process;
pub mod verdict;
pub mod wire;
