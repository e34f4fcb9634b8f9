//! What a batch of actions needs to know: at most one statement for each kind of thing.

use chat_spec::types::{Message, RoomId};
use serde_json::json;
use sqlx::SqlitePool;

use super::rows::{AttachmentRow, MessageRow, RoomRow, UserRow, date, json_list, message_columns, room_rows};
use crate::{
    domain::{Loaded, Needed, Sequences},
    store::Result,
};

const USERS: &str = "SELECT id, created_at FROM users WHERE id IN (SELECT value FROM json_each(?))";

const MESSAGES: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM messages m LEFT JOIN attachments a ON a.id = m.attachment_id
      WHERE m.id IN (SELECT value FROM json_each(?))"
);

const ATTACHMENTS: &str = "SELECT id, type, file_id, user_id, created_at, message_id IS NOT NULL AS used
     FROM attachments WHERE id IN (SELECT value FROM json_each(?))";

const ROOMS: &str = room_rows!(
    "r.id IN (
         SELECT value FROM json_each(?1)
         UNION
         SELECT p.id FROM json_each(?2) w
         JOIN rooms p ON p.low_user_id = w.value ->> 'low' AND p.high_user_id = w.value ->> 'high'
     )"
);

pub(super) async fn sequences(pool: &SqlitePool) -> Result<Sequences> {
    let (room, message, time): (i64, i64, i64) =
        sqlx::query_as("SELECT room, message, time FROM sequences").fetch_one(pool).await?;
    Ok(Sequences { room: room.unsigned_abs(), message: message.unsigned_abs(), time: date(time) })
}

pub(super) async fn load(pool: &SqlitePool, needed: &Needed) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    if needed.is_empty() {
        return Ok(loaded);
    }
    let mut connection = pool.acquire().await?;
    if !needed.users.is_empty() {
        let rows: Vec<UserRow> =
            sqlx::query_as(USERS).bind(json_list(&needed.users)?).fetch_all(&mut *connection).await?;
        loaded.users = rows.into_iter().map(UserRow::into_user).collect::<Result<_>>()?;
    }
    if !needed.messages.is_empty() {
        let rows: Vec<MessageRow> =
            sqlx::query_as(MESSAGES).bind(json_list(&needed.messages)?).fetch_all(&mut *connection).await?;
        let messages = rows.into_iter().map(MessageRow::into_message).collect::<Result<Vec<Message>>>()?;
        loaded.messages = messages.into_iter().map(|message| (message.id, message)).collect();
    }
    if !needed.attachments.is_empty() {
        let rows: Vec<AttachmentRow> =
            sqlx::query_as(ATTACHMENTS).bind(json_list(&needed.attachments)?).fetch_all(&mut *connection).await?;
        let attachments = rows.into_iter().map(AttachmentRow::into_attachment).collect::<Result<Vec<_>>>()?;
        loaded.attachments = attachments.into_iter().map(|attachment| (attachment.id, attachment)).collect();
    }
    let of_messages = loaded.messages.values().map(|message| message.room_id);
    let rooms: Vec<RoomId> = needed.rooms.iter().copied().chain(of_messages).collect();
    if !rooms.is_empty() || !needed.pairs.is_empty() {
        let pairs = needed.pairs.iter().map(|pair| json!({ "low": pair.low, "high": pair.high }));
        let rows: Vec<RoomRow> =
            sqlx::query_as(ROOMS).bind(json_list(rooms)?).bind(json_list(pairs)?).fetch_all(&mut *connection).await?;
        loaded.rooms = rows.into_iter().map(RoomRow::into_room).collect::<Result<_>>()?;
    }
    Ok(loaded)
}
