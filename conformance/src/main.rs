//! `chat-conformance`: the command line of the suite. Thin: everything is in the library.

use std::process::ExitCode;

use chat_conformance::{cli::Cli, command};
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    command::run(Cli::parse()).await.into()
}
