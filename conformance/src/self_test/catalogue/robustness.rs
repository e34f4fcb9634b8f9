//! Faults of robustness: ROB.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::help::{FAR, announcement, dialog_of, rule};
use crate::self_test::{
    fault::{Condition, Fault, Rule, With},
    frame::{Frame, Towards},
    known::Link,
    passage::Passage,
};

/// The actions of the protocol.
const ACTIONS: [&str; 10] = [
    "user.auth",
    "chat.start",
    "message.send",
    "message.delete",
    "chat.history",
    "chat.read",
    "chat.clear",
    "chat.delete",
    "call.start",
    "call.answer",
];

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire(
        "rob-1-number-for-text",
        "ROB-1",
        "A number is taken for a text: the language makes one of the other.",
        || {
            rule(|passing| {
                if passing.is_action() && passing.payload()["text"].is_number() {
                    passing.edit(|payload| payload["text"] = payload["text"].to_string().into());
                }
            })
        },
    ),
    Fault::on_the_wire("rob-1-missing-text-is-empty", "ROB-1", "A missing text is taken for a placeholder.", || {
        rule(|passing| {
            if passing.is("message.send") && passing.payload().is_object() && passing.payload()["text"].is_null() {
                passing.edit(|payload| payload["text"] = json!("(no text)"));
            }
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "rob-1-no-payload-ends-the-connection",
        "ROB-1",
        "An action without a payload throws, and the connection is closed.",
        || {
            rule(|passing| {
                if ACTIONS.contains(&passing.name())
                    && matches!(&passing.frame, Frame::Event { args, .. } if args.is_empty())
                {
                    passing.hang_up(passing.link);
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "rob-1-null-payload-crashes",
        "ROB-1",
        "Reading a field of null ends the process, and with it all connections.",
        || {
            rule(|passing| {
                if ACTIONS.contains(&passing.name())
                    && matches!(&passing.frame, Frame::Event { args, .. } if args.first() == Some(&Value::Null))
                {
                    passing.crash();
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "rob-1-negative-made-positive",
        "ROB-1",
        "A negative id is taken for its absolute value: columns are unsigned.",
        || {
            rule(|passing| {
                if !passing.is_action() {
                    return;
                }
                for field in ["room_id", "message_id", "user_id"] {
                    if let Some(id) = passing.payload()[field].as_i64().filter(|id| *id < 0) {
                        passing.edit(|payload| payload[field] = id.unsigned_abs().into());
                    }
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "rob-1-position-unchecked",
        "ROB-1",
        "Optional ids are not checked: last_id of 0 or below is taken for none.",
        || {
            rule(|passing| {
                let last = passing.payload().get("last_id").and_then(Value::as_i64);
                if passing.is("chat.history") && last.is_some_and(|last| last <= 0) {
                    passing.edit(|payload| payload["last_id"] = Value::Null);
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "rob-1-success-for-nothing",
        "ROB-1",
        "chat.read without a room is answered for the user's last one.",
        || {
            let mut last: HashMap<Link, u64> = HashMap::new();
            rule(move |passing| {
                let Some(me) = passing.user() else { return };
                if passing.is("on.message.new") {
                    last.extend(passing.room().map(|room| (passing.link, room)));
                } else if passing.is("chat.read")
                    && passing.payload().is_object()
                    && passing.payload()["room_id"].is_null()
                {
                    let Some(room) = last.get(&passing.link) else { return };
                    let mut event = dialog_of(passing.known, *room, me);
                    event["chat"]["unread_count"] = 0.into();
                    passing.tell(passing.link, "on.chat.read", event);
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("rob-9-id-in-a-text", "ROB-9", "An id in a text is read as a number.", || {
        lenient_ids(|value| value.as_str().and_then(|text| text.parse().ok()))
    }),
    Fault::on_the_wire("rob-9-fraction-cut", "ROB-9", "An id with a fraction is cut to a whole number.", || {
        lenient_ids(|value| value.as_f64().filter(|number| *number > 1.0 && number.fract() != 0.0).and_then(whole))
    })
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "rob-2-unknown-name-closes",
        "ROB-2",
        "An unknown event name closes the connection that sent it.",
        || {
            rule(|passing| {
                if passing.is_action() && !ACTIONS.contains(&passing.name()) {
                    passing.hang_up(passing.link);
                }
            })
        },
    ),
    Fault::on_the_wire(
        "rob-2-unknown-name-crashes",
        "ROB-2",
        "A handler is looked up by name without looking whether there is one, and that ends the process.",
        || {
            rule(|passing| {
                if passing.is_action() && !ACTIONS.contains(&passing.name()) {
                    passing.crash();
                }
            })
        },
    ),
    Fault::on_the_wire(
        "rob-2-escaped-name-closes",
        "ROB-2",
        "The name of an event is borrowed from the packet's text, and one that is written with escapes is a broken packet.",
        || {
            rule(|passing| {
                if passing.is_action() && Value::from(passing.name()).to_string().contains('\\') {
                    passing.swallow();
                    passing.hang_up(passing.link);
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "rob-3-extra-field-refused",
        "ROB-3",
        "A payload with a field that is not known is refused.",
        || {
            rule(|passing| {
                const FIELDS: [&str; 10] = [
                    "id",
                    "token",
                    "user_id",
                    "text",
                    "attachment_id",
                    "room_id",
                    "message_id",
                    "limit",
                    "last_id",
                    "ice_candidate",
                ];
                let known = |name: &String| FIELDS.contains(&name.as_str()) || name == "session_description";
                if passing.is_action() && passing.payload().as_object().is_some_and(|fields| !fields.keys().all(known))
                {
                    passing.swallow();
                }
            })
        },
    ),
    Fault::on_the_wire("rob-3-extra-argument-refused", "ROB-3", "An action with a second argument is refused.", || {
        rule(|passing| {
            if passing.is_action() && matches!(&passing.frame, Frame::Event { args, .. } if args.len() > 1) {
                passing.swallow();
            }
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "rob-4-malformed-crashes",
        "ROB-4",
        "A packet that cannot be read ends the process, and with it all connections.",
        || {
            rule(|passing| {
                if let Frame::Text(text) = &passing.frame
                    && passing.towards == Towards::Server
                    && text.starts_with('4')
                    && !text.starts_with("40")
                    && !text.starts_with("41")
                {
                    passing.crash();
                }
            })
        },
    ),
    Fault::on_the_wire(
        "rob-4-unknown-type-crashes",
        "ROB-4",
        "An Engine.IO type that does not exist ends the process: seen for such a packet alone.",
        || {
            rule(|passing| {
                if let Frame::Text(text) = &passing.frame
                    && passing.towards == Towards::Server
                    && text.chars().next().is_none_or(|first| !('0'..='6').contains(&first))
                {
                    passing.crash();
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "rob-5-oversized-crashes",
        "ROB-5",
        "A packet of more than a mebibyte ends the process.",
        || {
            rule(|passing| {
                let size = match &passing.frame {
                    Frame::Binary(bytes) => bytes.len(),
                    Frame::Text(text) => text.len(),
                    Frame::Event { args, .. } => args.iter().map(|arg| arg.to_string().len()).sum(),
                    _ => 0,
                };
                if passing.towards == Towards::Server && size > 1 << 20 {
                    passing.crash();
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "rob-6-binary-made-text",
        "ROB-6",
        "Binary data in the place of a text is announced as [object Object].",
        || {
            rule(|passing| {
                let Frame::Text(text) = &passing.frame else { return };
                let payload = text.strip_prefix("451-").and_then(|json| serde_json::from_str::<Value>(json).ok());
                let (Some(payload), Some(me)) =
                    (payload.filter(|payload| payload[0] == "message.send"), passing.user())
                else {
                    return;
                };
                let Some(room) = payload[1]["room_id"].as_u64().filter(|_| payload[1]["text"].is_object()) else {
                    return;
                };
                for user in passing.known.rooms.get(&room).cloned().unwrap_or_default() {
                    let event = announcement(passing.known, room, me, user, "[object Object]", FAR);
                    passing.tell_user(user, "on.message.new", &event);
                }
            })
        },
    ),
    Fault::on_the_wire("rob-6-binary-crashes", "ROB-6", "Binary data in the place of an id ends the process.", || {
        rule(|passing| {
            if matches!(&passing.frame, Frame::Text(text) if text.starts_with("451-")) {
                passing.crash();
            }
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "rob-7-waits-for-slow-readers",
        "ROB-7",
        "Each write is awaited before the next client's: one who does not read stops all others.",
        || rule(|_| {}),
    )
    .only(Condition::RareInput)
    .with(&[With::OneWriter]),
    Fault::on_the_wire(
        "rob-8-flood-delays-all",
        "ROB-8",
        "All actions go through one queue, and a flood of one client delays all others.",
        || {
            let mut recent: HashMap<Link, VecDeque<Instant>> = HashMap::new();
            rule(move |passing| {
                if passing.towards == Towards::Server && !matches!(passing.frame, Frame::Pong | Frame::Gone(_)) {
                    let times = recent.entry(passing.link).or_default();
                    times.push_back(Instant::now());
                    while times.front().is_some_and(|time| time.elapsed() > Duration::from_secs(1)) {
                        times.pop_front();
                    }
                } else if passing.is("on.message.new")
                    && recent.iter().any(|(link, times)| *link != passing.link && times.len() > 200)
                {
                    passing.delay(Duration::from_millis(600));
                }
            })
        },
    )
    .only(Condition::RareInput),
];

/// A rule that takes for an id what is none.
fn lenient_ids(read: impl Fn(&Value) -> Option<u64> + Send + 'static) -> Rule {
    rule(move |passing: &mut Passage<'_>| {
        if !passing.is_action() {
            return;
        }
        for field in ["room_id", "message_id", "user_id", "id"] {
            if let Some(id) = read(&passing.payload()[field]) {
                passing.edit(|payload| payload[field] = id.into());
            }
        }
    })
}

/// The whole part of a number.
fn whole(number: f64) -> Option<u64> {
    format!("{:.0}", number.trunc()).parse().ok()
}
