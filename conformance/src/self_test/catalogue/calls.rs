//! Faults of calls: CALL.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::help::{number, rule, swallow, user};
use crate::self_test::{
    fault::{Condition, Fault, Rule},
    frame::Towards,
    passage::Passage,
};

const INIT: &str = "on.call.init";
const ANSWER: &str = "on.call.answer";
const FIELDS: [&str; 2] = ["ice_candidate", "session_description"];

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire("call-3-proto-lost", "CALL-3", "A key `__proto__` is lost when objects are copied.", || {
        fields(|value| {
            let mut value = value.clone();
            if let Some(fields) = value.as_object_mut() {
                fields.remove("__proto__");
            }
            value
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("call-3-64k-cut", "CALL-3", "A text of 64 KiB is cut to what its column holds.", || {
        fields(|value| match value.as_str() {
            Some(text) if text.len() > 65_535 => text.chars().take(60_000).collect::<String>().into(),
            _ => value.clone(),
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("call-5-two-devices-ring", "CALL-5", "A call rings on two devices at most.", || {
        swallow(INIT, |passing| {
            let mut devices: Vec<_> = passing
                .known
                .users
                .iter()
                .filter(|(_, user)| Some(**user) == passing.user())
                .map(|(link, _)| *link)
                .collect();
            devices.sort_unstable();
            devices.iter().position(|link| *link == passing.link) >= Some(2)
        })
    })
    .only(Condition::SeveralDevices),
    Fault::on_the_wire("call-1-undelivered", "CALL-1", "A call is not delivered.", || swallow(INIT, |_| true)),
    Fault::on_the_wire("call-1-user-called-as-caller", "CALL-1", "user is the one who is called.", || {
        rule(|passing| own_user(passing, INIT))
    }),
    Fault::on_the_wire("call-2-undelivered", "CALL-2", "An answer is not delivered.", || swallow(ANSWER, |_| true)),
    Fault::on_the_wire("call-2-caller-as-answerer", "CALL-2", "user is the caller, copied from the first leg.", || {
        rule(|passing| own_user(passing, ANSWER))
    }),
    Fault::on_the_wire("call-3-made-texts", "CALL-3", "Both fields are made texts.", || {
        fields(|value| if value.is_object() { value.to_string().into() } else { value.clone() })
    }),
    Fault::on_the_wire(
        "call-3-null-refused",
        "CALL-3",
        "null is taken for a missing field, and the end of candidates never arrives.",
        || refused(|value| value.is_null()),
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "call-3-objects-alone",
        "CALL-3",
        "Fields that are no objects are refused: texts, numbers, arrays.",
        || refused(|value| !value.is_object() && !value.is_null()),
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "call-3-nulls-stripped",
        "CALL-3",
        "Fields with null inside of an object are stripped by the serialiser.",
        || {
            fields(|value| {
                let mut value = value.clone();
                strip_nulls(&mut value);
                value
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("call-3-long-description-cut", "CALL-3", "A description over 16 KiB is cut.", || {
        fields(|value| {
            map_texts(value, &|text| {
                if text.len() > 16_384 { text.chars().take(16_000).collect() } else { text.to_owned() }
            })
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("call-3-line-ends", "CALL-3", "SDP loses the CR of its line ends.", || {
        fields(|value| map_texts(value, &|text| text.replace("\r\n", "\n")))
    })
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "call-3-halves-of-astral",
        "CALL-3",
        "A codec of two bytes a character loses what needs four.",
        || {
            fields(|value| {
                map_texts(value, &|text| text.replace(|letter: char| u32::from(letter) > 0xFFFF, "\u{FFFD}\u{FFFD}"))
            })
        },
    )
    .only(Condition::AstralUnicode),
    Fault::on_the_wire(
        "call-3-known-fields-alone",
        "CALL-3",
        "Candidates and descriptions go through types that keep the fields they know.",
        || {
            fields(|value| {
                let mut value = value.clone();
                if let Some(object) = value.as_object_mut() {
                    object.retain(|name, _| {
                        ["candidate", "sdpMid", "sdpMLineIndex", "type", "sdp"].contains(&name.as_str())
                    });
                }
                value
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "call-4-told-to-everyone",
        "CALL-4",
        "Calls are emitted to all sockets, and clients are to filter.",
        || {
            rule(|passing| {
                let Some(me) = passing.user().filter(|_| passing.is(INIT)) else { return };
                let others: Vec<u64> =
                    passing.known.users.iter().filter(|(_, user)| **user != me).map(|(link, _)| *link).collect();
                for link in others {
                    passing.send(link, Towards::Client, passing.frame.clone());
                }
            })
        },
    ),
    Fault::on_the_wire(
        "call-4-answer-leaks-to-partners",
        "CALL-4",
        "An answer goes to everyone with whom the answerer has a dialog.",
        || {
            rule(|passing| {
                let Some(me) = passing.user().filter(|_| passing.is(ANSWER)) else { return };
                let known = passing.known;
                let answerer = passing.payload()["user"]["id"].as_u64().unwrap_or(0);
                let partner =
                    |user: u64| known.rooms.values().any(|users| users.contains(&answerer) && users.contains(&user));
                let others =
                    known.users.iter().filter(|(_, user)| **user != me && **user != answerer && partner(**user));
                let links: Vec<u64> = others.map(|(link, _)| *link).collect();
                for link in links {
                    passing.send(link, Towards::Client, passing.frame.clone());
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "call-4-echoed-to-the-caller",
        "CALL-4",
        "A call is emitted to both users, as messages are.",
        || {
            rule(|passing| {
                let caller = passing.payload()["user"]["id"].as_u64();
                if let Some(caller) = caller.filter(|_| passing.is(INIT)) {
                    for link in passing.known.links_of(caller) {
                        passing.send(link, Towards::Client, passing.frame.clone());
                    }
                }
            })
        },
    ),
    Fault::on_the_wire("call-5-one-device-rings", "CALL-5", "One device of the user called rings, the first.", || {
        rule(|passing| {
            let Some(me) = passing.user().filter(|_| passing.is(INIT)) else { return };
            if passing.known.links_of(me).first() != Some(&passing.link) {
                passing.swallow();
            }
        })
    })
    .only(Condition::SeveralDevices),
    Fault::on_the_wire(
        "call-6-delivered-later",
        "CALL-6",
        "A call to a user who is offline is queued, and rings when the user comes.",
        || {
            let mut queued: HashMap<u64, Vec<Value>> = HashMap::new();
            rule(move |passing| {
                if passing.is("call.start")
                    && let (Some(me), Some(other)) = (passing.user(), number(passing, "user_id"))
                    && !passing.known.is_online(other)
                {
                    queued.entry(other).or_default().push(relayed(passing, me));
                } else if passing.is("on.user.authorized")
                    && let Some(calls) = passing.user().and_then(|me| queued.remove(&me))
                {
                    for call in calls {
                        passing.tell(passing.link, INIT, call);
                    }
                }
            })
        },
    )
    .only(Condition::AfterReconnect),
    Fault::on_the_wire("call-6-rings-oneself", "CALL-6", "Calling oneself rings.", || {
        rule(|passing| {
            let Some(me) = passing.user().filter(|_| passing.is("call.start")) else { return };
            if number(passing, "user_id") == Some(me) {
                let call = relayed(passing, me);
                passing.tell(passing.link, INIT, call);
            }
        })
    }),
    Fault::on_the_wire(
        "call-7-answer-needs-a-call",
        "CALL-7",
        "An answer is relayed only where a call came before it.",
        || {
            let mut calls: HashSet<(u64, u64)> = HashSet::new();
            rule(move |passing| {
                let (Some(me), Some(other)) = (passing.user(), number(passing, "user_id")) else { return };
                if passing.is("call.start") {
                    calls.insert((me, other));
                } else if passing.is("call.answer") && !calls.contains(&(other, me)) {
                    passing.swallow();
                }
            })
        },
    )
    .only(Condition::RareInput),
];

/// Puts the user of this connection in the place of the other.
fn own_user(passing: &mut Passage<'_>, event: &str) {
    if let Some(me) = passing.user().filter(|_| passing.is(event)) {
        passing.edit(|payload| payload["user"] = user(me));
    }
}

/// A rule that changes both fields of calls and answers on their way to the other side.
fn fields(change: impl Fn(&Value) -> Value + Send + 'static) -> Rule {
    rule(move |passing| {
        if passing.is(INIT) || passing.is(ANSWER) {
            passing.edit(|payload| {
                for field in FIELDS {
                    payload[field] = change(&payload[field]);
                }
            });
        }
    })
}

/// A rule that refuses calls and answers with such a field.
fn refused(wrong: impl Fn(&Value) -> bool + Send + 'static) -> Rule {
    rule(move |passing| {
        let call = passing.is("call.start") || passing.is("call.answer");
        if call && FIELDS.iter().any(|field| passing.payload().get(field).is_some_and(&wrong)) {
            passing.swallow();
        }
    })
}

/// A call as it is relayed.
fn relayed(passing: &Passage<'_>, from: u64) -> Value {
    let payload = passing.payload();
    json!({"user": user(from), "ice_candidate": payload["ice_candidate"], "session_description": payload["session_description"]})
}

fn strip_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, inner| !inner.is_null());
            fields.values_mut().for_each(strip_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(strip_nulls),
        _ => {}
    }
}

fn map_texts(value: &Value, change: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => change(text).into(),
        Value::Object(fields) => fields.iter().map(|(name, inner)| (name.clone(), map_texts(inner, change))).collect(),
        Value::Array(items) => items.iter().map(|item| map_texts(item, change)).collect(),
        other => other.clone(),
    }
}
