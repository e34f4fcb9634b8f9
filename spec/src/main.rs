//! `chat-spec`: publishes the contract, and compares two published ones.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

/// The contract of the chat protocol.
#[derive(Debug, Parser)]
#[command(version = chat_spec::PROTOCOL_VERSION)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes JSON Schemas, AsyncAPI, TypeScript types and the reference into a folder.
    Publish {
        /// The folder; made if it is not there.
        folder: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(&Arguments::parse().command) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("chat-spec: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(command: &Command) -> Result<ExitCode, String> {
    match command {
        Command::Publish { folder } => publish(folder).map(|()| ExitCode::SUCCESS),
    }
}

fn publish(folder: &Path) -> Result<(), String> {
    let files = chat_spec::publish::files();
    for (path, contents) in &files {
        let path = folder.join(path);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, contents));
        written.map_err(|error| format!("failed to write {}: {error}", path.display()))?;
    }
    println!("{} files of version {} in {}", files.len(), chat_spec::PROTOCOL_VERSION, folder.display());
    Ok(())
}
