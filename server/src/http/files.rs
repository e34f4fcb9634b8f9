//! The content of uploaded files.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use axum::body::Body;
use bytes::Bytes;
use rand::RngCore as _;
use tokio::io::AsyncWriteExt as _;
use tokio_util::io::ReaderStream;

/// Where the content of uploaded files is.
pub enum Files {
    /// In a directory, one file each.
    Directory(PathBuf),
    /// In memory.
    Memory(Mutex<HashMap<String, Bytes>>),
}

/// The content of a file, as it is sent.
pub(super) struct Content {
    /// In bytes.
    pub(super) length: u64,
    pub(super) body: Body,
}

impl Files {
    /// In memory.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::Memory(Mutex::default())
    }

    /// In a directory beside a database file, `<file>.attachments`. It is made with the first upload.
    #[must_use]
    pub fn beside(database: &Path) -> Self {
        let mut name = database.as_os_str().to_owned();
        name.push(".attachments");
        Self::Directory(name.into())
    }

    /// Keeps a content, and says under which name. It survives the loss of power when this returns.
    ///
    /// # Errors
    /// It cannot be written.
    pub async fn put(&self, content: Bytes) -> io::Result<String> {
        let mut name = [0; 16];
        rand::rng().fill_bytes(&mut name);
        let name = hex::encode(name);
        match self {
            Self::Directory(directory) => write(directory, &name, &content).await?,
            Self::Memory(contents) => {
                contents.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), content);
            }
        }
        Ok(name)
    }

    /// A content by its name. It is read as fast as its reader takes it, so that it is never whole in memory.
    ///
    /// # Errors
    /// It is not there, or cannot be opened.
    pub(super) async fn get(&self, name: &str) -> io::Result<Content> {
        match self {
            Self::Directory(directory) => {
                let file = tokio::fs::File::open(directory.join(name)).await?;
                let length = file.metadata().await?.len();
                Ok(Content { length, body: Body::from_stream(ReaderStream::new(file)) })
            }
            Self::Memory(contents) => {
                let contents = contents.lock().unwrap_or_else(PoisonError::into_inner);
                let content = contents.get(name).cloned().ok_or(io::ErrorKind::NotFound)?;
                Ok(Content { length: content.len() as u64, body: content.into() })
            }
        }
    }
}

async fn write(directory: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    tokio::fs::create_dir_all(directory).await?;
    let mut file = tokio::fs::File::create_new(directory.join(name)).await?;
    file.write_all(content).await?;
    file.sync_all().await?;
    tokio::fs::File::open(directory).await?.sync_all().await
}
