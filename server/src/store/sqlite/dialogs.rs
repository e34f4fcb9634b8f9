//! The dialogs of users, all of a batch in one statement.

use std::collections::HashMap;

use chat_spec::types::{Dialog, Message, MessageId, RoomId, UserId};
use sqlx::{FromRow, SqlitePool};

use super::rows::{MessageRow, RoomRow, id, json_list, message_columns, room_rows};
use crate::store::Result;

const ROOMS: &str = room_rows!(
    "r.id IN (SELECT room_id FROM chats WHERE user_id IN (SELECT value FROM json_each(?)))
     ORDER BY r.id DESC"
);

const NEWEST_MESSAGES: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM json_each(?) w
      JOIN messages m ON m.id = (SELECT max(id) FROM messages WHERE room_id = w.value)
      LEFT JOIN attachments a ON a.id = m.attachment_id"
);

#[derive(FromRow)]
struct NewestRow {
    #[sqlx(flatten)]
    message: MessageRow,
}

pub(super) async fn dialogs(pool: &SqlitePool, users: &[UserId]) -> Result<Vec<Vec<Dialog>>> {
    let mut connection = pool.acquire().await?;
    let rows: Vec<RoomRow> = sqlx::query_as(ROOMS).bind(json_list(users)?).fetch_all(&mut *connection).await?;
    let rooms = rows.into_iter().map(RoomRow::into_room).collect::<Result<Vec<_>>>()?;
    let rows: Vec<NewestRow> = sqlx::query_as(NEWEST_MESSAGES)
        .bind(json_list(rooms.iter().map(|room| room.id))?)
        .fetch_all(&mut *connection)
        .await?;
    let mut newest: HashMap<RoomId, Message> = HashMap::with_capacity(rows.len());
    for NewestRow { message } in rows {
        newest.insert(id(message.room_id)?, message.into_message()?);
    }

    let dialogs_of = |user: &UserId| {
        let mut dialogs: Vec<Dialog> = rooms
            .iter()
            .filter_map(|room| {
                let chat = room.side(*user)?.to_wire();
                Some(Dialog { chat, room: room.to_wire(), message: newest.get(&room.id).cloned() })
            })
            .collect();
        dialogs.sort_by_key(|dialog| std::cmp::Reverse(activity(dialog)));
        dialogs
    };
    Ok(users.iter().map(dialogs_of).collect())
}

/// When a dialog was last active: its newest message, or its beginning (D16).
fn activity(dialog: &Dialog) -> (i64, Option<MessageId>) {
    let message = dialog.message.as_ref();
    let at = message.map_or(dialog.room.created_at, |message| message.created_at);
    (at.milliseconds(), message.map(|message| message.id))
}
