//! The command line: `serve`, and `user add`.
//!
//! Exit codes: 0 for a shutdown that was asked for, 1 for a server that broke, 2 for bad usage or input, 3 for a server
//! that could not be started.

mod failure;
mod greeting;
mod log;
mod serve;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::failure::Failure;

/// The reference server of the chat protocol.
#[derive(Debug, Parser)]
#[command(name = "chat-server", version, max_term_width = 120)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the chat until it is interrupted.
    Serve(Box<serve::Arguments>),
    /// Manages users.
    #[command(subcommand)]
    User(user::Command),
}

/// Runs the command that the process was started with.
pub(crate) fn run() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::start(anyhow::Error::new(error).context("failed to start threads")).report(),
    };
    let result = runtime.block_on(async {
        match command {
            Command::Serve(arguments) => serve::run(*arguments).await,
            Command::User(command) => user::run(command).await,
        }
    });
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
