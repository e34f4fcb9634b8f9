//! What is written, in one transaction: all of it or nothing.
//!
//! SQLite ends a transaction by itself where it runs into a full disk, and does not where it runs into a lock. sqlx
//! counts transactions, and miscounts the first kind: from then on what it calls a commit is none. So the statements are
//! said here, and what is left of a failed transaction is taken back before anything else is written.

use sqlx::{Sqlite, SqliteConnection, SqlitePool, pool::PoolConnection};

use crate::store::Result;

/// A transaction at work. Where it is dropped without [`Transaction::commit`], because something failed or whoever
/// waited for it went away, nothing of it stays.
pub(super) struct Transaction {
    /// `None` when it is over.
    connection: Option<PoolConnection<Sqlite>>,
}

impl Transaction {
    /// Begins, when the transaction before it is over.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub(super) async fn begin(pool: &SqlitePool) -> Result<Self> {
        let mut begun = Self { connection: Some(pool.acquire().await?) };
        // A writer from the start: one that becomes so later cannot wait for another process.
        sqlx::query("BEGIN IMMEDIATE").execute(begun.connection()).await?;
        Ok(begun)
    }

    /// What statements are executed on.
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        self.connection.as_mut().expect("it is taken only where the transaction ends, which consumes it")
    }

    /// Makes it last.
    ///
    /// # Errors
    /// It could not be stored, and nothing of it stays.
    pub(super) async fn commit(mut self) -> Result<()> {
        sqlx::query("COMMIT").execute(self.connection()).await?;
        drop(self.connection.take());
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        match tokio::runtime::Handle::try_current() {
            // It holds the only connection that writes, so that nothing is written before it is done; and it does one
            // thing.
            Ok(runtime) => drop(runtime.spawn(take_back(connection))),
            Err(_) => connection.close_on_drop(),
        }
    }
}

async fn take_back(mut connection: PoolConnection<Sqlite>) {
    let Err(error) = sqlx::query("ROLLBACK").execute(&mut *connection).await else { return };
    let is_over = error.as_database_error().is_some_and(|error| error.message().contains("no transaction is active"));
    if !is_over {
        tracing::error!(%error, "a transaction that failed could not be taken back: its connection is closed");
        connection.close_on_drop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::SqliteStore;

    async fn write(pool: &SqlitePool, bytes: i64) -> Result<()> {
        let mut transaction = Transaction::begin(pool).await?;
        let statement = sqlx::query("INSERT INTO written (content) VALUES (zeroblob(?))").bind(bytes);
        statement.execute(transaction.connection()).await?;
        transaction.commit().await
    }

    async fn count(pool: &SqlitePool) -> i64 {
        let (count,): (i64,) = sqlx::query_as("SELECT count(*) FROM written").fetch_one(pool).await.unwrap();
        count
    }

    #[tokio::test]
    async fn of_one_that_is_not_committed_nothing_stays_and_the_next_one_lasts() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("chat.db")).await.unwrap();
        sqlx::query("CREATE TABLE written (content BLOB)").execute(&store.writer).await.unwrap();
        for _ in 0..3 {
            let mut broken = Transaction::begin(&store.writer).await.unwrap();
            sqlx::query("INSERT INTO written (content) VALUES (1)").execute(broken.connection()).await.unwrap();
            assert!(sqlx::query("INSERT INTO nowhere VALUES (1)").execute(broken.connection()).await.is_err());
            drop(broken);
            // As SQLite does where the disk is full: it is over already.
            let mut over = Transaction::begin(&store.writer).await.unwrap();
            sqlx::query("ROLLBACK").execute(over.connection()).await.unwrap();
            assert!(over.commit().await.is_err());
        }
        write(&store.writer, 2).await.unwrap();
        assert_eq!((count(&store.reader).await, count(&store.writer).await), (1, 1));
    }
}
