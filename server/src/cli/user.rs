//! `chat-server user`: accounts from the command line.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use chat_server::{
    auth::{TokenHash, new_token},
    clock::{Clock as _, SystemClock},
    store::{NewAccount, Store as _, sqlite::SqliteStore},
};
use chat_spec::types::UserId;
use clap::Subcommand;
use serde_json::json;

use super::failure::Failure;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Makes an account and prints its token, which is shown this once: only its hash is stored.
    ///
    /// A server that runs on the same database knows the account at once.
    Add {
        /// The user's id; the next free one where it is left out.
        #[arg(long, value_parser = parse_id)]
        id: Option<UserId>,
        /// The database file.
        #[arg(long, env = "CHAT_DATABASE", default_value = "chat.db")]
        database: PathBuf,
    },
    /// Prints the demo accounts that a server without `--accounts` starts with.
    Demo,
}

pub(super) async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Add { id, database } => add(id, database).await,
        Command::Demo => {
            print!("{}", chat_fixtures::ACCOUNTS);
            Ok(())
        }
    }
}

async fn add(id: Option<UserId>, database: PathBuf) -> Result<(), Failure> {
    if database.as_os_str() == ":memory:" {
        return Err(Failure::input(anyhow!(
            "a database in memory is gone at once: name the database file of the server with --database"
        )));
    }
    let store = SqliteStore::open(&database)
        .await
        .with_context(|| format!("failed to open the database {}", database.display()))
        .map_err(Failure::start)?;
    if let Some(id) = id {
        let existing = store.credentials(id).await.map_err(|error| Failure::start(error.into()))?;
        if existing.is_some() {
            return Err(Failure::input(anyhow!("there is a user {id} already")));
        }
    }
    let token = new_token();
    let account = NewAccount { id, token: TokenHash::of(&token), attachments: Vec::new() };
    let ids = store.put_accounts(&[account], SystemClock.now()).await;
    let ids = ids.map_err(|error| Failure::start(anyhow::Error::new(error).context("failed to store the account")))?;
    store.close().await;
    for id in ids {
        println!("{}", json!({ "id": id, "token": token }));
    }
    Ok(())
}

fn parse_id(text: &str) -> Result<UserId, String> {
    let expected = |_| "expected an integer from 1 to 9007199254740991".to_owned();
    let number: u64 = text.parse().map_err(|_| expected(()))?;
    UserId::try_from(number).map_err(|_| expected(()))
}
