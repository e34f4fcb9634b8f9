//! A batch in one transaction: at most eight statements, however many actions are in it.

use chat_spec::types::Message;
use serde_json::{Value, json};
use sqlx::SqlitePool;

use super::{rows::json_list, transaction::Transaction};
use crate::{
    domain::{Changes, Room, RoomChange},
    store::Result,
};

const DELETE_ROOMS: &str = "DELETE FROM rooms WHERE id IN (SELECT value FROM json_each(?))";

const CREATE_ROOMS: &str = "INSERT INTO rooms (id, low_user_id, high_user_id, created_at)
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)";

const PUT_CHATS: &str = "INSERT INTO chats (room_id, user_id, unread_count, read_up_to, created_at, updated_at)
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?) WHERE true
     ON CONFLICT (room_id, user_id) DO UPDATE
     SET unread_count = excluded.unread_count, read_up_to = excluded.read_up_to, updated_at = excluded.updated_at";

const CLEAR_ROOMS: &str = "DELETE FROM messages WHERE room_id IN (SELECT value FROM json_each(?))";

const CREATE_MESSAGES: &str = "INSERT INTO messages (id, room_id, user_id, created_at, updated_at, text, attachment_id)
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
     FROM json_each(?)";

const DELETE_MESSAGES: &str = "DELETE FROM messages WHERE id IN (SELECT value FROM json_each(?))";

const USE_ATTACHMENTS: &str = "UPDATE attachments SET room_id = used.value ->> 1, message_id = used.value ->> 2
     FROM json_each(?) used WHERE attachments.id = used.value ->> 0";

const PUT_SEQUENCES: &str = "UPDATE sequences SET room = ?, message = ?, time = ?";

pub(super) async fn commit(pool: &SqlitePool, changes: &Changes) -> Result<()> {
    let statements = statements(changes)?;
    let mut transaction = Transaction::begin(pool).await?;
    for (statement, rows) in statements {
        sqlx::query(statement).bind(rows).execute(transaction.connection()).await?;
    }
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    sqlx::query(PUT_SEQUENCES)
        .bind(number(changes.sequences.room))
        .bind(number(changes.sequences.message))
        .bind(changes.sequences.time.milliseconds())
        .execute(transaction.connection())
        .await?;
    transaction.commit().await
}

/// The statements that a batch needs, in the order that [`Changes`] asks for, each with its rows as JSON.
fn statements(changes: &Changes) -> Result<Vec<(&'static str, String)>> {
    let (mut deleted, mut created, mut chats) = (Vec::new(), Vec::new(), Vec::new());
    for (id, change) in &changes.rooms {
        match change {
            RoomChange::Created(room) => {
                created.push(room_row(room));
                chats.extend(chat_rows(room));
            }
            RoomChange::Changed(room) => chats.extend(chat_rows(room)),
            RoomChange::Deleted => deleted.push(json!(id)),
        }
    }
    let used = changes.attachments.iter().map(|(id, used)| json!([id, used.room_id, used.message_id]));
    let all: [(&str, Vec<Value>); 7] = [
        (DELETE_ROOMS, deleted),
        (CREATE_ROOMS, created),
        (PUT_CHATS, chats),
        (CLEAR_ROOMS, changes.cleared.iter().map(|id| json!(id)).collect()),
        (CREATE_MESSAGES, changes.messages.values().map(message_row).collect()),
        (DELETE_MESSAGES, changes.deleted_messages.iter().map(|id| json!(id)).collect()),
        (USE_ATTACHMENTS, used.collect()),
    ];
    let needed = all.into_iter().filter(|(_, rows)| !rows.is_empty());
    needed.map(|(statement, rows)| Ok((statement, json_list(rows)?))).collect()
}

fn room_row(room: &Room) -> Value {
    let [low, high] = &room.sides;
    json!([room.id, low.user.id, high.user.id, room.created_at.milliseconds()])
}

fn chat_rows(room: &Room) -> [Value; 2] {
    room.sides.each_ref().map(|side| {
        let (created_at, updated_at) = (side.created_at.milliseconds(), side.updated_at.milliseconds());
        json!([room.id, side.user.id, side.unread_count, side.read_up_to, created_at, updated_at])
    })
}

fn message_row(message: &Message) -> Value {
    let (created_at, updated_at) = (message.created_at.milliseconds(), message.updated_at.milliseconds());
    let attachment_id = message.attachment.as_ref().map(|attachment| attachment.id);
    json!([message.id, message.room_id, message.user_id, created_at, updated_at, message.text, attachment_id])
}
