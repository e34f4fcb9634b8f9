//! Rows of the tables as the types of the chat.

use std::fmt::Display;

use chat_spec::types::{Attachment, AttachmentId, Date, FileId, Message, MessageId, RoomId, User, UserId};
use serde::Serialize;
use sqlx::FromRow;

use crate::{
    domain::{OwnedAttachment, Room, Side},
    store::{Result, StoreError},
};

/// An id of a row.
pub(super) fn id<Id: TryFrom<i64>>(value: i64) -> Result<Id>
where
    Id::Error: Display,
{
    Id::try_from(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

pub(super) const fn date(milliseconds: i64) -> Date {
    Date::from_milliseconds(milliseconds)
}

pub(super) fn count(value: i64) -> Result<u64> {
    u64::try_from(value).map_err(|_| StoreError::Corrupt(format!("a count of {value}")))
}

/// A list as one parameter of a statement.
pub(super) fn json_list<T: Serialize>(items: impl IntoIterator<Item = T>) -> Result<String> {
    Ok(serde_json::to_string(&items.into_iter().collect::<Vec<_>>())?)
}

#[derive(FromRow)]
pub(super) struct UserRow {
    pub(super) id: i64,
    pub(super) created_at: i64,
}

impl UserRow {
    pub(super) fn into_user(self) -> Result<User> {
        Ok(User { id: id(self.id)?, created_at: date(self.created_at) })
    }
}

/// A room joined with its two sides, that of the lower user id first.
#[derive(FromRow)]
pub(super) struct RoomRow {
    id: i64,
    created_at: i64,
    low_id: i64,
    low_user_created_at: i64,
    low_unread: i64,
    low_read_up_to: Option<i64>,
    low_created_at: i64,
    low_updated_at: i64,
    high_id: i64,
    high_user_created_at: i64,
    high_unread: i64,
    high_read_up_to: Option<i64>,
    high_created_at: i64,
    high_updated_at: i64,
}

/// The columns of [`RoomRow`] and where they come from; to be followed by `WHERE`.
macro_rules! room_rows {
    ($where:literal) => {
        concat!(
            "SELECT r.id, r.created_at,
                 r.low_user_id AS low_id, lu.created_at AS low_user_created_at, lc.unread_count AS low_unread,
                 lc.read_up_to AS low_read_up_to, lc.created_at AS low_created_at, lc.updated_at AS low_updated_at,
                 r.high_user_id AS high_id, hu.created_at AS high_user_created_at, hc.unread_count AS high_unread,
                 hc.read_up_to AS high_read_up_to, hc.created_at AS high_created_at, hc.updated_at AS high_updated_at
             FROM rooms r
             JOIN users lu ON lu.id = r.low_user_id
             JOIN users hu ON hu.id = r.high_user_id
             JOIN chats lc ON lc.room_id = r.id AND lc.user_id = r.low_user_id
             JOIN chats hc ON hc.room_id = r.id AND hc.user_id = r.high_user_id
             WHERE ",
            $where
        )
    };
}
pub(super) use room_rows;

impl RoomRow {
    pub(super) fn into_room(self) -> Result<Room> {
        let low = Side {
            user: UserRow { id: self.low_id, created_at: self.low_user_created_at }.into_user()?,
            unread_count: count(self.low_unread)?,
            read_up_to: self.low_read_up_to.map(id).transpose()?,
            created_at: date(self.low_created_at),
            updated_at: date(self.low_updated_at),
        };
        let high = Side {
            user: UserRow { id: self.high_id, created_at: self.high_user_created_at }.into_user()?,
            unread_count: count(self.high_unread)?,
            read_up_to: self.high_read_up_to.map(id).transpose()?,
            created_at: date(self.high_created_at),
            updated_at: date(self.high_updated_at),
        };
        Ok(Room { id: id(self.id)?, created_at: date(self.created_at), sides: [low, high] })
    }
}

/// A message joined with its attachment.
#[derive(FromRow)]
pub(super) struct MessageRow {
    pub(super) id: i64,
    pub(super) room_id: i64,
    user_id: i64,
    created_at: i64,
    updated_at: i64,
    text: String,
    attachment_id: Option<i64>,
    attachment_type: Option<String>,
    attachment_file_id: Option<i64>,
    attachment_created_at: Option<i64>,
}

/// The columns of [`MessageRow`], of tables that are called `m` and `a`.
macro_rules! message_columns {
    () => {
        "m.id, m.room_id, m.user_id, m.created_at, m.updated_at, m.text, m.attachment_id,
         a.type AS attachment_type, a.file_id AS attachment_file_id, a.created_at AS attachment_created_at"
    };
}
pub(super) use message_columns;

impl MessageRow {
    pub(super) fn into_message(self) -> Result<Message> {
        let room_id: RoomId = id(self.room_id)?;
        let attachment = match (self.attachment_id, self.attachment_type, self.attachment_file_id) {
            (Some(attachment_id), Some(kind), Some(file_id)) => Some(Attachment {
                id: id(attachment_id)?,
                r#type: kind,
                file_id: id::<FileId>(file_id)?,
                room_id,
                created_at: date(self.attachment_created_at.unwrap_or_default()),
            }),
            _ => None,
        };
        Ok(Message {
            id: id::<MessageId>(self.id)?,
            room_id,
            user_id: id::<UserId>(self.user_id)?,
            created_at: date(self.created_at),
            updated_at: date(self.updated_at),
            text: self.text,
            attachment,
        })
    }
}

#[derive(FromRow)]
pub(super) struct AttachmentRow {
    id: i64,
    r#type: String,
    file_id: i64,
    user_id: i64,
    created_at: i64,
    used: bool,
}

impl AttachmentRow {
    pub(super) fn into_attachment(self) -> Result<OwnedAttachment> {
        Ok(OwnedAttachment {
            id: id::<AttachmentId>(self.id)?,
            kind: self.r#type,
            file_id: id(self.file_id)?,
            user_id: id(self.user_id)?,
            created_at: date(self.created_at),
            used: self.used,
        })
    }
}
