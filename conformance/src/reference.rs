//! `--reference`: this workspace's server, built and started with a temporary database.

use std::{env, path::PathBuf, process::Stdio};

use chat_spec::types::IdOutOfRange;
use rand::{Rng, distr::Alphanumeric};
use serde_json::Value;
use thiserror::Error;
use tokio::process::Command;

use crate::{
    accounts::{Account, Accounts, KnownAttachment},
    server_process::{ServerCommand, Storage},
};

/// The package and binary of the reference server.
const SERVER: &str = "chat-server";
/// How many attachments each user has.
const ATTACHMENTS: u64 = 6;
/// Heartbeats as short as CONN-2 and CONN-3 need them to be seen in a few seconds.
const FLAGS: &str = "--ping-interval 1s --ping-timeout 3s --join-timeout 4s";

/// Why the reference server could not be built.
#[derive(Debug, Error)]
pub enum BuildError {
    /// `cargo` cannot be run.
    #[error(
        "`cargo` cannot be run to build the reference server: {0}; --reference works in a checkout of this workspace"
    )]
    Cargo(std::io::Error),
    /// It does not compile, or this is not a checkout of this workspace.
    #[error("the reference server could not be built; cargo said:\n{0}")]
    Failed(String),
    /// cargo did not say where the binary is.
    #[error("cargo built the reference server and did not say where it is")]
    NoBinary,
}

/// Builds the reference server, and gives the command that starts it.
///
/// # Errors
/// It cannot be built.
pub async fn command(accounts: &Accounts) -> Result<ServerCommand, BuildError> {
    let binary = build().await?;
    let binary =
        shlex::try_quote(&binary.to_string_lossy()).map_or_else(|_| SERVER.to_owned(), |path| path.into_owned());
    let command = format!(
        "exec {binary} serve --listen 127.0.0.1:{{port}} --database {{dir}}/chat.db --accounts {{accounts}} {FLAGS}"
    );
    Ok(ServerCommand { storage: Storage::Memory, ..ServerCommand::new(command, accounts.to_json()) })
}

/// Builds the server as it was built itself, in debug or release mode.
async fn build() -> Result<PathBuf, BuildError> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    // No --package: resolved as the suite was, so that the dependencies are built once.
    build.args(["build", "--bin", SERVER, "--message-format", "json-render-diagnostics"]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let output = build.stdin(Stdio::null()).output().await.map_err(BuildError::Cargo)?;
    if !output.status.success() {
        return Err(BuildError::Failed(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let executable = |line: &str| {
        let message: Value = serde_json::from_str(line).ok()?;
        let is_server = message["target"]["name"] == SERVER;
        is_server.then(|| message["executable"].as_str().map(PathBuf::from)).flatten()
    };
    String::from_utf8_lossy(&output.stdout).lines().find_map(executable).ok_or(BuildError::NoBinary)
}

/// Fresh users for a server that is started with them: ids, tokens and attachments that nobody used before.
#[must_use]
pub fn accounts(count: u64) -> Accounts {
    let mut random = rand::rng();
    let pool = (1..=count).map(|number| Account {
        id: small_id(1_000 + number),
        token: (&mut random).sample_iter(Alphanumeric).take(32).map(char::from).collect(),
        attachments: (0..ATTACHMENTS)
            .map(|index| KnownAttachment {
                id: small_id(100_000 + number * ATTACHMENTS + index),
                r#type: "image".into(),
            })
            .collect(),
    });
    Accounts { pool: pool.collect(), fresh: true, profiles: vec!["errors".into()] }
}

fn small_id<Id: TryFrom<u64, Error = IdOutOfRange>>(number: u64) -> Id {
    Id::try_from(number).expect("numbers of users are far from the largest id")
}
