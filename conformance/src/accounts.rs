//! The users that the suite may be: ids, tokens and attachments that the server under test knows.
//!
//! They come from a file, a command or a URL ([`Source`]), always in the same format:
//!
//! ```json
//! {"accounts": [{"id": 1, "token": "…", "attachments": [{"id": 10, "type": "image"}]}], "profiles": ["errors"]}
//! ```
//!
//! `attachments` and `profiles` may be left out. New source: a variant of [`Source`], and an arm in [`Source::load`].

mod format;
mod provision;

use std::{fmt, io, path::PathBuf, time::Duration};

use chat_spec::types::{AttachmentId, UserId};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use crate::wire::Secrets;

/// The profiles that a server may declare: what it can beyond sections 1 to 4 of the protocol.
pub const PROFILES: [&str; 2] = ["errors", "attachments"];
/// How long a command or a URL may take to make accounts.
pub const PROVISION_PATIENCE: Duration = Duration::from_secs(60);

/// A user of the server under test.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The user's id.
    pub id: UserId,
    /// The token that authorises as this user. Never shown: `Debug` leaves it out.
    pub token: String,
    /// Attachments that this user may send, each once (D14).
    #[serde(default)]
    pub attachments: Vec<KnownAttachment>,
}

/// An attachment that a user may send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAttachment {
    /// Its id.
    pub id: AttachmentId,
    /// Its type, such as `image`.
    pub r#type: String,
}

/// The users of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts {
    /// The users, at least as many as were asked for as the minimum.
    pub pool: Vec<Account>,
    /// Whether they were made for this run, so that nothing is known of them to anybody.
    pub fresh: bool,
    /// The profiles that the server declares, such as `errors`.
    pub profiles: Vec<String>,
}

/// Where accounts come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The demo accounts that are built in. The server must have been seeded with them.
    Fixtures,
    /// A file.
    File(PathBuf),
    /// A shell command. The number of accounts wanted is its last argument, and it prints them.
    Command(String),
    /// A URL. The number of accounts wanted is posted to it as `{"count": n}`, and it answers with them.
    Url(Url),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixtures => f.write_str("the built-in accounts"),
            Self::File(path) => write!(f, "the accounts file `{}`", path.display()),
            Self::Command(command) => write!(f, "the provision command `{command}`"),
            Self::Url(url) => write!(f, "the provision URL {}", without_password(url)),
        }
    }
}

/// Why there are no accounts. Each says where it looked; none repeats a token.
#[derive(Debug, Error)]
pub enum AccountsError {
    /// The file cannot be read.
    #[error("{origin} cannot be read: {cause}")]
    Read {
        /// Where the accounts come from.
        origin: String,
        /// What the operating system says.
        cause: io::Error,
    },
    /// The text is not JSON.
    #[error("{origin}: it is not JSON: {what}")]
    NotJson {
        /// Where the accounts come from.
        origin: String,
        /// What is wrong, with line and column.
        what: String,
    },
    /// A field is missing, or is not what belongs there.
    #[error("{origin}: `{field}` {what}")]
    Field {
        /// Where the accounts come from.
        origin: String,
        /// The field, such as `accounts[3].token`. Accounts are counted from 0.
        field: String,
        /// What is wrong, in words that follow the field.
        what: String,
    },
    /// There are too few for the suite's scenarios.
    #[error("{origin}: {got} accounts, but the suite needs at least {minimum}")]
    TooFew {
        /// Where the accounts come from.
        origin: String,
        /// How many there are.
        got: usize,
        /// How many are needed.
        minimum: usize,
    },
    /// A command or a URL did not make any.
    #[error("{origin} failed: {what}")]
    Provision {
        /// Where the accounts should have come from.
        origin: String,
        /// What went wrong, with what the command printed or the URL answered.
        what: String,
    },
}

impl Source {
    /// Gets the accounts.
    ///
    /// `wanted` is how many a command or a URL is asked for; fewer will do, down to `minimum`.
    ///
    /// # Errors
    /// They cannot be had, are malformed, or are too few.
    pub async fn load(&self, wanted: usize, minimum: usize) -> Result<Accounts, AccountsError> {
        let (text, fresh) = match self {
            Self::Fixtures => (chat_fixtures::ACCOUNTS.to_owned(), false),
            Self::File(path) => {
                let read = tokio::fs::read_to_string(path).await;
                (read.map_err(|cause| AccountsError::Read { origin: self.to_string(), cause })?, false)
            }
            Self::Command(command) => (provision::command(self, command, wanted, PROVISION_PATIENCE).await?, true),
            Self::Url(url) => (provision::url(self, url, wanted, PROVISION_PATIENCE).await?, true),
        };
        let accounts = format::parse(self, &text, fresh)?;
        let got = accounts.pool.len();
        if got < minimum {
            return Err(AccountsError::TooFew { origin: self.to_string(), got, minimum });
        }
        Ok(accounts)
    }
}

/// A URL as it may be shown.
pub(crate) fn without_password(url: &Url) -> Url {
    let mut shown = url.clone();
    if shown.password().is_some() && shown.set_password(None).is_err() {
        tracing::debug!("a URL has a password that cannot be taken out of it");
    }
    shown
}

impl Accounts {
    /// The accounts as the text of an accounts file, as a server is seeded with.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::json!({"accounts": self.pool, "profiles": self.profiles}).to_string()
    }

    /// All tokens, to be looked for in what the server sends (SEC-5) and masked in reports.
    ///
    /// # Errors
    /// There are more than can be searched for at once (many millions of characters).
    pub fn secrets(&self) -> Result<Secrets, aho_corasick::BuildError> {
        Secrets::new(self.pool.iter().map(|account| (format!("token of user {}", account.id), account.token.clone())))
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("id", &self.id).field("attachments", &self.attachments).finish_non_exhaustive()
    }
}
