//! What is stored, as a trait, so that the chat knows no database.
//!
//! To add a backend, do this: a folder here with a type that implements [`Store`]; a folder in `migrations/`; one line
//! in `tests/store_contract.rs`, whose suite says what every backend must do.

pub mod sqlite;

use async_trait::async_trait;
use chat_spec::types::{AttachmentId, Date, Dialog, File, Message, User, UserId};
use thiserror::Error;

use crate::{
    auth::{HashPrefix, TokenHash},
    domain::{Changes, Loaded, Needed, Sequences, chat::history::Page},
};

/// The storage failed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database cannot be had, or refused a statement. The action may succeed later.
    #[error("the database failed: {0}")]
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
    /// An attachment of an account has the id of another user's.
    #[error("attachment {attachment} of user {user} has the id of one that is another user's: give it another id")]
    AttachmentTaken {
        /// The attachment.
        attachment: AttachmentId,
        /// Who was to have it.
        user: UserId,
    },
    /// The database holds what this server never writes, such as an id of zero.
    #[error("the database holds something impossible: {0}")]
    Corrupt(String),
}

/// The result of asking the storage.
pub type Result<T> = std::result::Result<T, StoreError>;

/// An account as it is written at start or by `user add`.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// The user's id; `None` for the next free one.
    pub id: Option<UserId>,
    /// The hash of the user's token.
    pub token: TokenHash,
    /// Attachments that the user may send, each with its type.
    pub attachments: Vec<(AttachmentId, String)>,
}

/// A file that was uploaded.
#[derive(Debug, Clone)]
pub struct NewUpload {
    /// Who uploaded it.
    pub user_id: UserId,
    /// What kind of attachment it makes, such as `image`.
    pub kind: String,
    /// The file's name as the uploader called it.
    pub name: Option<String>,
    /// The file's media type.
    pub content_type: String,
    /// Its length in bytes.
    pub size: u64,
    /// The name of its content among the files.
    pub content: String,
}

/// A file that a user may download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// The file.
    pub file: File,
    /// Its name as the uploader called it.
    pub name: Option<String>,
    /// Its media type.
    pub content_type: Option<String>,
    /// The name of its content among the files; `None` where there is none, as with attachments of an accounts file.
    pub content: Option<String>,
}

/// A database. One task commits batches in order; everything else only reads, or adds accounts and uploads.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The last ids and the last time that were given out.
    async fn sequences(&self) -> Result<Sequences>;

    /// What actions need to know. What does not exist is not in the answer.
    async fn load(&self, needed: &Needed) -> Result<Loaded>;

    /// Stores a batch, all of it or nothing. It survives the loss of power when this returns `Ok`.
    async fn commit(&self, changes: &Changes) -> Result<()>;

    /// The messages of pages, in the order of the pages; oldest first in each.
    async fn pages(&self, pages: &[Page]) -> Result<Vec<Vec<Message>>>;

    /// The dialogs of users, in the order of the users; the most recently active dialog first (D16).
    async fn dialogs(&self, users: &[UserId]) -> Result<Vec<Vec<Dialog>>>;

    /// A user and the hash of the user's token.
    async fn credentials(&self, id: UserId) -> Result<Option<(User, TokenHash)>>;

    /// The users whose tokens' hashes have a prefix, with those hashes: one as a rule, or none.
    async fn credentials_by_prefix(&self, prefix: HashPrefix) -> Result<Vec<(User, TokenHash)>>;

    /// Adds accounts, or gives those that exist their new token and further attachments. An attachment that exists
    /// stays as it is: one that was sent stays sent. Returns the users' ids.
    async fn put_accounts(&self, accounts: &[NewAccount], now: Date) -> Result<Vec<UserId>>;

    /// Adds a file and the attachment that it makes.
    async fn add_upload(&self, upload: &NewUpload, now: Date) -> Result<(File, AttachmentId)>;

    /// The file of an attachment, if a user may have it: the owner while it was not sent, and the two users of the
    /// room of its message while that exists (D14).
    async fn download(&self, attachment: AttachmentId, user: UserId) -> Result<Option<Download>>;

    /// Whether the database answers.
    async fn check(&self) -> Result<()>;

    /// Writes back what is not yet and lets go of the database.
    async fn close(&self);
}
