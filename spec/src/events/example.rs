//! An example of every payload, and the objects that the examples share: one conversation between user 1 and user 2.

use serde_json::json;

use crate::types::{AnyJson, Attachment, Chat, Date, Dialog, Message, Room, User};

/// A payload that has an example. The published contract and the fixtures show it.
pub trait Example: Sized {
    /// A valid, lifelike payload; the same one each time.
    fn example() -> Self;
}

pub(crate) fn id<Id: TryFrom<u64>>(id: u64) -> Id
where
    Id::Error: std::fmt::Debug,
{
    Id::try_from(id).expect("examples have small ids")
}

/// `minutes` after half past nine on the last day of January 2026.
fn date(minutes: i64) -> Date {
    Date::from_milliseconds(1_769_851_800_000 + minutes * 60_000)
}

pub(crate) fn user(number: u64) -> User {
    User { id: id(number), created_at: date(0) }
}

pub(crate) fn chat() -> Chat {
    Chat { user_id: id(2), unread_count: 3, created_at: date(1), updated_at: date(5) }
}

pub(crate) fn chat_read() -> Chat {
    Chat { unread_count: 0, ..chat() }
}

pub(crate) fn room() -> Room {
    Room { id: id(5), users: vec![user(1), user(2)], created_at: date(1) }
}

pub(crate) fn message() -> Message {
    Message {
        id: id(70),
        room_id: id(5),
        user_id: id(1),
        created_at: date(5),
        updated_at: date(5),
        text: "See the picture.".into(),
        attachment: Some(Attachment {
            id: id(10),
            r#type: "image".into(),
            file_id: id(10),
            room_id: id(5),
            created_at: date(4),
        }),
    }
}

pub(crate) fn dialog() -> Dialog {
    Dialog { chat: Chat { user_id: id(1), unread_count: 0, ..chat() }, room: room(), message: Some(message()) }
}

pub(crate) fn ice_candidate() -> AnyJson {
    json!({
        "candidate": "candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host",
        "sdpMid": "0",
        "sdpMLineIndex": 0,
    })
    .into()
}

pub(crate) fn session_description(kind: &str) -> AnyJson {
    json!({ "type": kind, "sdp": "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n" }).into()
}
