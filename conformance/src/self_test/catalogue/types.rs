//! Faults of payload types: TYPE.

use serde_json::{Value, json};

use super::help::{dates, edit, edit_all, messages, parts};
use crate::self_test::fault::{Condition, Fault};

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire("type-1-room-without-date", "TYPE-1", "A room has no created_at.", || {
        edit_all(|payload| {
            parts(payload, "room", |room| {
                if let Some(room) = room.as_object_mut() {
                    room.remove("created_at");
                }
            });
        })
    }),
    Fault::on_the_wire("type-1-online-as-number", "TYPE-1", "online is 0 or 1, as the database has it.", || {
        edit("on.user.online", |payload| payload["online"] = json!(u8::from(payload["online"] == true)))
    }),
    Fault::on_the_wire("type-1-count-in-text", "TYPE-1", "unread_count is a text: a driver gives COUNT(*) so.", || {
        edit_all(|payload| {
            parts(payload, "chat", |chat| chat["unread_count"] = chat["unread_count"].to_string().into())
        })
    }),
    Fault::on_the_wire("type-1-users-as-ids", "TYPE-1", "Users of a room are bare ids in the list of dialogs.", || {
        edit("on.user.authorized", |payload| {
            parts(payload, "room", |room| {
                for user in room["users"].as_array_mut().into_iter().flatten() {
                    *user = user["id"].take();
                }
            });
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("type-2-ids-in-texts", "TYPE-2", "Ids are texts: BIGINT comes from the driver so.", || {
        edit_all(|payload| messages(payload, |message| message["id"] = message["id"].to_string().into()))
    }),
    Fault::on_the_wire("type-2-in-the-history-alone", "TYPE-2", "Ids are texts on pages of the history alone.", || {
        edit("on.chat.history", |payload| {
            messages(payload, |message| message["user_id"] = message["user_id"].to_string().into());
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("type-2-unsafe-integer", "TYPE-2", "Ids are of 64 bits, over what JavaScript can hold.", || {
        edit_all(|payload| {
            messages(payload, |message| message["id"] = ((1_u64 << 60) + message["id"].as_u64().unwrap_or(0)).into());
        })
    }),
    Fault::on_the_wire("type-3-seconds-since-1970", "TYPE-3", "Dates are seconds since 1970.", || {
        edit_all(|payload| dates(payload, &|_| json!(1_769_851_800)))
    }),
    Fault::on_the_wire("type-3-no-offset", "TYPE-3", "Dates have no offset.", || {
        edit_all(|payload| dates(payload, &|date| date.trim_end_matches('Z').into()))
    }),
    Fault::on_the_wire(
        "type-3-as-the-database",
        "TYPE-3",
        "The history gives dates as the database writes them, with a space.",
        || {
            edit("on.chat.history", |payload| {
                dates(payload, &|date| date.replace('T', " ").trim_end_matches('Z').into())
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("type-4-no-milliseconds", "TYPE-4", "Dates have whole seconds.", || {
        edit_all(|payload| dates(payload, &|date| format!("{}Z", date.split('.').next().unwrap_or(date)).into()))
    }),
    Fault::on_the_wire("type-4-offset-in-digits", "TYPE-4", "Dates end in +00:00.", || {
        edit_all(|payload| dates(payload, &|date| date.replace('Z', "+00:00").into()))
    }),
    Fault::on_the_wire(
        "type-5-names-of-users",
        "TYPE-5",
        "Users carry their mail address: the whole row is sent.",
        || {
            edit_all(|payload| {
                parts(payload, "room", |room| {
                    for user in room["users"].as_array_mut().into_iter().flatten() {
                        user["email"] = json!("someone@example.org");
                    }
                });
            })
        },
    ),
    Fault::on_the_wire(
        "type-5-deleted-flag",
        "TYPE-5",
        "Messages on pages of the history carry an inner flag.",
        || edit("on.chat.history", |payload| messages(payload, |message| message["is_deleted"] = false.into())),
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "type-6-changed-before-made",
        "TYPE-6",
        "updated_at of a message is 1970 until it is changed.",
        || edit_all(|payload| messages(payload, |message| message["updated_at"] = json!("1970-01-01T00:00:00.000Z"))),
    ),
    Fault::on_the_wire(
        "type-6-chat-made-again",
        "TYPE-6",
        "created_at of a chat is the time of the answer, after its updated_at.",
        || {
            edit_all(|payload| {
                parts(payload, "chat", |chat: &mut Value| chat["created_at"] = json!("2999-01-01T00:00:00.000Z"));
            })
        },
    ),
];
