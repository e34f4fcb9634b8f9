//! `chat-conformance`: the command line of the suite. Thin: everything is in the library.

use std::process::ExitCode;

use chat_conformance::{cli::Cli, command, program};
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    program::notice_how_it_was_started();
    command::run(Cli::parse()).await.into()
}
