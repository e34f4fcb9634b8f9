//! Which server a database file belongs to.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

/// Says that a database file is this process's, for as long as it lives: a lock on a file beside it, `<file>.lock`, which
/// the operating system takes back however the process ends. Not on the file itself, whose locks are SQLite's own.
#[derive(Debug)]
pub struct DatabaseLock {
    _file: File,
}

impl DatabaseLock {
    /// Takes the lock.
    ///
    /// # Errors
    /// Another process has it ([`TryLockError::WouldBlock`]), or the file beside the database cannot be made.
    pub fn take(database: &Path) -> Result<Self, TryLockError> {
        let mut name = database.as_os_str().to_owned();
        name.push(".lock");
        let file = File::options().create(true).truncate(false).write(true).open(&name).map_err(TryLockError::Error)?;
        match file.try_lock() {
            // A file system that has no locks cannot tell, and serves all the same.
            Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => {
                tracing::warn!(%error, "whether another server runs on this database cannot be told");
            }
            locked => locked?,
        }
        Ok(Self { _file: file })
    }
}
