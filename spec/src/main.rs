//! `chat-spec`: publishes the contract, and compares two published ones.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use chat_spec::{
    check::{Contract, compare},
    publish::json_schema::BUNDLE_PATH,
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
    /// Writes the reference as one HTML page that needs no network.
    Page {
        /// The file to write.
        file: PathBuf,
    },
    /// Compares two published contracts, and fails with 1 on a breaking change without a new major version.
    Check {
        /// A published folder, or the bundle of its schemas.
        old: PathBuf,
        /// The same of the newer contract; the one of this program where it is left out.
        new: Option<PathBuf>,
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
        Command::Page { file } => write(file, &chat_spec::publish::html::page()).map(|()| ExitCode::SUCCESS),
        Command::Check { old, new } => check(old, new.as_deref()),
    }
}

fn publish(folder: &Path) -> Result<(), String> {
    let files = chat_spec::publish::files();
    for (path, contents) in &files {
        write(&folder.join(path), contents)?;
    }
    println!("{} files of version {} in {}", files.len(), chat_spec::PROTOCOL_VERSION, folder.display());
    Ok(())
}

/// Writes a file, and makes its folder if that is not there.
fn write(path: &Path, contents: &str) -> Result<(), String> {
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, contents));
    written.map_err(|error| format!("failed to write {}: {error}", path.display()))
}

fn check(old: &Path, new: Option<&Path>) -> Result<ExitCode, String> {
    let old = contract(old)?;
    let new = new.map_or_else(|| Ok(Contract::built_in()), contract)?;
    let report = compare(&old, &new);
    print!("{report}");
    Ok(if report.is_allowed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads a published folder, or a bundle.
fn contract(path: &Path) -> Result<Contract, String> {
    let path = if path.is_dir() { path.join(BUNDLE_PATH) } else { path.to_owned() };
    let text = fs::read_to_string(&path).map_err(|error| format!("failed to read {}: {error}", path.display()))?;
    text.parse().map_err(|error| format!("{} is no published contract: {error}", path.display()))
}
