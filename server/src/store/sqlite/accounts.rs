//! Users, their tokens, and attachments that come with an account.

use std::collections::HashMap;

use chat_spec::types::{Date, User, UserId};
use serde_json::json;
use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::{
    rows::{UserRow, id, json_list},
    transaction::Transaction,
};
use crate::{
    auth::{HashPrefix, TokenHash},
    store::{NewAccount, Result, StoreError},
};

const ADD_USER: &str = "INSERT INTO users (created_at, token_hash) VALUES (?, ?) RETURNING id";

/// A token that is given to somebody is nobody else's any more, also where two users change theirs for each other's.
const TAKE_TOKENS: &str = "UPDATE users SET token_hash = randomblob(32)
     WHERE token_hash IN (SELECT unhex(value ->> 1) FROM json_each(?))";

const PUT_USERS: &str = "INSERT INTO users (id, created_at, token_hash)
     SELECT value ->> 0, ?, unhex(value ->> 1) FROM json_each(?) WHERE true
     ON CONFLICT (id) DO UPDATE SET token_hash = excluded.token_hash";

/// Attachments of an accounts file that are not there yet.
const NEW_ATTACHMENTS: &str = "SELECT value FROM json_each(?) WHERE value ->> 0 NOT IN (SELECT id FROM attachments)";

/// Attachments of an accounts file that are there, and another user's: an upload may have taken the id.
const TAKEN: &str = "SELECT wanted.value ->> 0, wanted.value ->> 1 FROM json_each(?) AS wanted
     JOIN attachments ON attachments.id = wanted.value ->> 0 WHERE attachments.user_id != wanted.value ->> 1 LIMIT 1";

const ADD_FILES: &str =
    "INSERT INTO files (user_id, created_at) SELECT value ->> 1, ? FROM json_each(?) RETURNING user_id, id";

const ADD_ATTACHMENTS: &str = "INSERT INTO attachments (id, user_id, type, file_id, created_at)
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, ? FROM json_each(?)";

const CREDENTIALS: &str = "SELECT id, created_at, token_hash FROM users WHERE id = ?";

const CREDENTIALS_BY_PREFIX: &str =
    "SELECT id, created_at, token_hash FROM users WHERE token_hash BETWEEN ? AND ? ORDER BY token_hash";

#[derive(FromRow)]
struct CredentialsRow {
    #[sqlx(flatten)]
    user: UserRow,
    token_hash: Vec<u8>,
}

impl CredentialsRow {
    fn into_credentials(self) -> Result<(User, TokenHash)> {
        let hash = self.token_hash.try_into().map_err(|_| StoreError::Corrupt("a token's hash".into()))?;
        Ok((self.user.into_user()?, TokenHash::from_bytes(hash)))
    }
}

pub(super) async fn credentials(pool: &SqlitePool, id: UserId) -> Result<Option<(User, TokenHash)>> {
    let row: Option<CredentialsRow> = sqlx::query_as(CREDENTIALS).bind(i64::from(id)).fetch_optional(pool).await?;
    row.map(CredentialsRow::into_credentials).transpose()
}

pub(super) async fn credentials_by_prefix(pool: &SqlitePool, prefix: HashPrefix) -> Result<Vec<(User, TokenHash)>> {
    let [first, last] = prefix.range();
    let rows: Vec<CredentialsRow> = sqlx::query_as(CREDENTIALS_BY_PREFIX)
        .bind(first.as_bytes().as_slice())
        .bind(last.as_bytes().as_slice())
        .fetch_all(pool)
        .await?;
    rows.into_iter().map(CredentialsRow::into_credentials).collect()
}

pub(super) async fn put(pool: &SqlitePool, accounts: &[NewAccount], now: Date) -> Result<Vec<UserId>> {
    let mut transaction = Transaction::begin(pool).await?;
    let mut ids = Vec::with_capacity(accounts.len());
    let named = accounts.iter().filter_map(|account| Some(json!([account.id?, hex::encode(account.token.as_bytes())])));
    let named = json_list(named)?;
    sqlx::query(TAKE_TOKENS).bind(&named).execute(transaction.connection()).await?;
    sqlx::query(PUT_USERS).bind(now.milliseconds()).bind(named).execute(transaction.connection()).await?;
    let mut attachments = Vec::new();
    for account in accounts {
        let user_id = match account.id {
            Some(user_id) => user_id,
            None => add_user(transaction.connection(), account, now).await?,
        };
        ids.push(user_id);
        attachments.extend(account.attachments.iter().map(|(id, kind)| json!([id, user_id, kind])));
    }
    put_attachments(transaction.connection(), attachments, now).await?;
    transaction.commit().await?;
    Ok(ids)
}

/// Adds a user with the next free id. Only `user add` makes such accounts, one at a time.
async fn add_user(connection: &mut SqliteConnection, account: &NewAccount, now: Date) -> Result<UserId> {
    let (value,): (i64,) = sqlx::query_as(ADD_USER)
        .bind(now.milliseconds())
        .bind(account.token.as_bytes().as_slice())
        .fetch_one(connection)
        .await?;
    id(value)
}

async fn put_attachments(
    connection: &mut SqliteConnection,
    attachments: Vec<serde_json::Value>,
    now: Date,
) -> Result<()> {
    let attachments = json_list(attachments)?;
    let taken: Option<(i64, i64)> = sqlx::query_as(TAKEN).bind(&attachments).fetch_optional(&mut *connection).await?;
    if let Some((attachment, user)) = taken {
        return Err(StoreError::AttachmentTaken { attachment: id(attachment)?, user: id(user)? });
    }
    let new: Vec<(String,)> = sqlx::query_as(NEW_ATTACHMENTS).bind(attachments).fetch_all(&mut *connection).await?;
    let new = format!("[{}]", new.into_iter().map(|(row,)| row).collect::<Vec<_>>().join(","));
    let files: Vec<(i64, i64)> =
        sqlx::query_as(ADD_FILES).bind(now.milliseconds()).bind(&new).fetch_all(&mut *connection).await?;
    // The order of what RETURNING gives is not promised, so each attachment takes any new file of its own user's.
    let mut files_of: HashMap<i64, Vec<i64>> = HashMap::new();
    for (user_id, file_id) in files {
        files_of.entry(user_id).or_default().push(file_id);
    }
    let new: Vec<(i64, i64, String)> = serde_json::from_str(&new)?;
    let rows = new.into_iter().filter_map(|(id, user_id, kind)| {
        let file_id = files_of.get_mut(&user_id)?.pop()?;
        Some(json!([id, user_id, kind, file_id]))
    });
    sqlx::query(ADD_ATTACHMENTS).bind(now.milliseconds()).bind(json_list(rows)?).execute(connection).await?;
    Ok(())
}
