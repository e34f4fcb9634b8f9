//! The accounts that a server starts with, as a JSON file:
//! `{"accounts": [{"id": 1, "token": "…", "attachments": [{"id": 10, "type": "image"}]}]}`.

use std::collections::HashMap;

use chat_spec::types::{AttachmentId, UserId};
use serde::Deserialize;
use thiserror::Error;

use crate::{auth::TokenHash, store::NewAccount};

/// A user who may authorise.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Account {
    /// The user's id.
    pub id: UserId,
    /// The user's secret.
    pub token: String,
    /// Attachments that the user may send (D14).
    #[serde(default)]
    pub attachments: Vec<AccountAttachment>,
}

/// An attachment that comes with an account. It has no content to download.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AccountAttachment {
    /// The attachment's id.
    pub id: AttachmentId,
    /// What kind of file it is, such as `image`.
    pub r#type: String,
}

#[derive(Deserialize)]
struct AccountsFile {
    accounts: Vec<Account>,
}

/// A text that is no list of accounts.
#[derive(Debug, Error)]
pub enum AccountsError {
    /// It is not JSON of the right form.
    #[error("`{path}`: {message}")]
    Form {
        /// Where in the file.
        path: String,
        /// What is wrong there.
        message: String,
    },
    /// There is no account in it.
    #[error("`accounts` is empty")]
    Empty,
    /// A user's token is empty.
    #[error("the token of user {0} is empty")]
    EmptyToken(UserId),
    /// A user, token or attachment is there twice.
    #[error("{0} is there twice")]
    Twice(String),
}

/// Reads a list of accounts.
///
/// # Errors
/// What is wrong, and where; never a token.
pub fn parse(json: &str) -> Result<Vec<Account>, AccountsError> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let file: AccountsFile = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let message = error.inner().to_string();
        // serde repeats a value of a wrong type, and that could be a token.
        let message = match message.split_once(", expected ") {
            Some((_, expected)) => format!("expected {expected}"),
            None => message,
        };
        AccountsError::Form { path: error.path().to_string(), message }
    })?;
    deserializer.end().map_err(|error| AccountsError::Form { path: ".".to_owned(), message: error.to_string() })?;
    check(&file.accounts)?;
    Ok(file.accounts)
}

fn check(accounts: &[Account]) -> Result<(), AccountsError> {
    if accounts.is_empty() {
        return Err(AccountsError::Empty);
    }
    let (mut users, mut tokens, mut attachments) = (HashMap::new(), HashMap::new(), HashMap::new());
    for account in accounts {
        if account.token.is_empty() {
            return Err(AccountsError::EmptyToken(account.id));
        }
        if users.insert(account.id, ()).is_some() {
            return Err(AccountsError::Twice(format!("user {}", account.id)));
        }
        if let Some(other) = tokens.insert(&account.token, account.id) {
            return Err(AccountsError::Twice(format!("the token of users {other} and {}", account.id)));
        }
        for attachment in &account.attachments {
            if attachments.insert(attachment.id, ()).is_some() {
                return Err(AccountsError::Twice(format!("attachment {}", attachment.id)));
            }
        }
    }
    Ok(())
}

impl Account {
    /// The account as it is stored: with the token's hash alone.
    #[must_use]
    pub fn to_store(&self) -> NewAccount {
        NewAccount {
            id: Some(self.id),
            token: TokenHash::of(&self.token),
            attachments: self.attachments.iter().map(|one| (one.id, one.r#type.clone())).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_accounts_are_a_list_of_accounts() {
        assert_eq!(parse(chat_fixtures::ACCOUNTS).unwrap().len(), 24);
    }

    #[test]
    fn says_what_is_wrong_and_where_without_a_secret() {
        for (json, said) in [
            (r#"{"accounts": [{"id": 1, "token": "x"}, {"id": 2}]}"#, "`accounts[1]`: missing field `token`"),
            (r#"{"users": []}"#, "`.`: missing field `accounts`"),
            (r#"{"accounts": []}"#, "`accounts` is empty"),
            (r#"{"accounts": [{"id": 1, "token": ""}]}"#, "the token of user 1 is empty"),
            (r#"{"accounts": [{"id": "secret", "token": "x"}]}"#, "`accounts[0].id`: expected an id, an integer"),
            (r#"{"accounts": [{"id": 1, "token": "secret"}, {"id": 1, "token": "y"}]}"#, "user 1 is there twice"),
            (
                r#"{"accounts": [{"id": 1, "token": "secret"}, {"id": 2, "token": "secret"}]}"#,
                "the token of users 1 and 2 is there twice",
            ),
        ] {
            let error = parse(json).unwrap_err().to_string();
            assert!(error.starts_with(said) && !error.contains("secret"), "{error}");
        }
    }
}
