//! Files that were uploaded, and who may have them.

use chat_spec::types::{AttachmentId, Date, File, UserId};
use sqlx::{FromRow, SqlitePool};

use super::{
    rows::{date, id},
    transaction::Transaction,
};
use crate::store::{Download, NewUpload, Result};

const ADD_FILE: &str =
    "INSERT INTO files (user_id, created_at, name, content_type, size, content) VALUES (?, ?, ?, ?, ?, ?) RETURNING id";

const ADD_ATTACHMENT: &str =
    "INSERT INTO attachments (user_id, created_at, type, file_id) VALUES (?, ?, ?, ?) RETURNING id";

/// The owner has it while it was not sent; then those have it who have the message.
const DOWNLOAD: &str = "SELECT f.id, f.user_id, f.created_at, f.name, f.content_type, f.content
     FROM attachments a
     JOIN files f ON f.id = a.file_id
     WHERE a.id = ?1 AND (
         (a.message_id IS NULL AND a.user_id = ?2)
         OR EXISTS (
             SELECT 1 FROM messages m JOIN chats c ON c.room_id = m.room_id
             WHERE m.id = a.message_id AND c.user_id = ?2
         )
     )";

pub(super) async fn add(pool: &SqlitePool, upload: &NewUpload, now: Date) -> Result<(File, AttachmentId)> {
    let mut transaction = Transaction::begin(pool).await?;
    let user_id = i64::from(upload.user_id);
    let (file_id,): (i64,) = sqlx::query_as(ADD_FILE)
        .bind(user_id)
        .bind(now.milliseconds())
        .bind(upload.name.as_deref())
        .bind(upload.content_type.as_str())
        .bind(i64::try_from(upload.size).unwrap_or(i64::MAX))
        .bind(upload.content.as_str())
        .fetch_one(transaction.connection())
        .await?;
    let (attachment_id,): (i64,) = sqlx::query_as(ADD_ATTACHMENT)
        .bind(user_id)
        .bind(now.milliseconds())
        .bind(upload.kind.as_str())
        .bind(file_id)
        .fetch_one(transaction.connection())
        .await?;
    transaction.commit().await?;
    let file = File { id: id(file_id)?, user_id: upload.user_id, created_at: now };
    Ok((file, id(attachment_id)?))
}

#[derive(FromRow)]
struct DownloadRow {
    id: i64,
    user_id: i64,
    created_at: i64,
    name: Option<String>,
    content_type: Option<String>,
    content: Option<String>,
}

pub(super) async fn download(pool: &SqlitePool, attachment: AttachmentId, user: UserId) -> Result<Option<Download>> {
    let row: Option<DownloadRow> =
        sqlx::query_as(DOWNLOAD).bind(i64::from(attachment)).bind(i64::from(user)).fetch_optional(pool).await?;
    row.map(|row| {
        let file = File { id: id(row.id)?, user_id: id(row.user_id)?, created_at: date(row.created_at) };
        Ok(Download { file, name: row.name, content_type: row.content_type, content: row.content })
    })
    .transpose()
}
