//! SQLite, embedded: a file with a write-ahead log, or memory.

mod accounts;
mod commit;
mod dialogs;
mod load;
mod lock;
mod pages;
mod rows;
mod transaction;
mod uploads;

use std::{path::Path, time::Duration};

use anyhow::Context as _;
use async_trait::async_trait;
use chat_spec::types::{AttachmentId, Date, Dialog, File, Message, User, UserId};
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub use self::lock::DatabaseLock;
use super::{Download, NewAccount, NewUpload, Result, Store, StoreError};
use crate::{
    auth::{HashPrefix, TokenHash},
    domain::{Changes, Loaded, Needed, Sequences, chat::history::Page},
};

/// Connections that read beside the one that writes.
const READERS: u32 = 2;

/// A SQLite database.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    /// One connection: SQLite has one writer at a time, and waiting here is fair.
    writer: SqlitePool,
    /// The same connection for a database in memory, where a second one would see another database.
    reader: SqlitePool,
}

impl SqliteStore {
    /// Opens a database file, makes it if there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// The file cannot be made or written, is no database, or is newer than this server.
    pub async fn open(path: &Path) -> anyhow::Result<Self> {
        let options = options()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An announced message survives the loss of power; NORMAL would gain nothing at this batch size.
            .synchronous(SqliteSynchronous::Full)
            .pragma("wal_autocheckpoint", "10000");
        let writer = one_connection(options.clone()).await?;
        migrate(&writer).await?;
        let reader = SqlitePoolOptions::new().max_connections(READERS).connect_with(options.read_only(true)).await?;
        Ok(Self { writer, reader })
    }

    /// Makes an empty database in memory.
    ///
    /// # Errors
    /// SQLite cannot be started.
    pub async fn in_memory() -> anyhow::Result<Self> {
        let writer = one_connection(options().in_memory(true)).await?;
        migrate(&writer).await?;
        Ok(Self { reader: writer.clone(), writer })
    }
}

fn options() -> SqliteConnectOptions {
    SqliteConnectOptions::new().foreign_keys(true).busy_timeout(Duration::from_secs(5))
}

async fn one_connection(options: SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(options)
        .await
}

async fn migrate(pool: &SqlitePool) -> anyhow::Result<()> {
    sqlx::migrate!("migrations/sqlite").run(pool).await.context("failed to bring the tables up to date")
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unavailable(error.into())
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn sequences(&self) -> Result<Sequences> {
        load::sequences(&self.writer).await
    }

    async fn load(&self, needed: &Needed) -> Result<Loaded> {
        load::load(&self.writer, needed).await
    }

    async fn commit(&self, changes: &Changes) -> Result<()> {
        commit::commit(&self.writer, changes).await
    }

    async fn pages(&self, pages: &[Page]) -> Result<Vec<Vec<Message>>> {
        pages::pages(&self.writer, pages).await
    }

    async fn dialogs(&self, users: &[UserId]) -> Result<Vec<Vec<Dialog>>> {
        dialogs::dialogs(&self.writer, users).await
    }

    async fn credentials(&self, id: UserId) -> Result<Option<(User, TokenHash)>> {
        accounts::credentials(&self.reader, id).await
    }

    async fn credentials_by_prefix(&self, prefix: HashPrefix) -> Result<Vec<(User, TokenHash)>> {
        accounts::credentials_by_prefix(&self.reader, prefix).await
    }

    async fn put_accounts(&self, accounts: &[NewAccount], now: Date) -> Result<Vec<UserId>> {
        accounts::put(&self.writer, accounts, now).await
    }

    async fn add_upload(&self, upload: &NewUpload, now: Date) -> Result<(File, AttachmentId)> {
        uploads::add(&self.writer, upload, now).await
    }

    async fn download(&self, attachment: AttachmentId, user: UserId) -> Result<Option<Download>> {
        uploads::download(&self.reader, attachment, user).await
    }

    async fn check(&self) -> Result<()> {
        sqlx::query("SELECT one FROM sequences").fetch_one(&self.reader).await?;
        Ok(())
    }

    async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}
