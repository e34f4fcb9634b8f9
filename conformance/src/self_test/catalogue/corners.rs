//! Faults where two things meet: an action after a refusal, an attachment and a counter, one dialog and another.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::help::{rule, set_unread, stored_text, unread};
use crate::self_test::{
    fault::{Condition, Fault, Rule},
    frame::Towards,
    known::Link,
    passage::Passage,
};

const AUTHORIZED: &str = "on.user.authorized";
const ONLINE: &str = "on.user.online";
const NEW: &str = "on.message.new";
const HISTORY: &str = "on.chat.history";

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire(
        "send-1-deaf-after-a-refusal",
        "SEND-1",
        "A handler that throws is never called again for its socket: after a dialog with oneself was refused, nothing that \
         it sends is answered.",
        || {
            let mut deaf: BTreeSet<Link> = BTreeSet::new();
            rule(move |passing| {
                if !passing.is_action() {
                    return;
                }
                if deaf.contains(&passing.link) {
                    passing.swallow();
                } else if passing.is("chat.start") && passing.payload()["user_id"].as_u64() == passing.user() {
                    deaf.insert(passing.link);
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "pres-1-not-after-a-refusal",
        "PRES-1",
        "A socket that was refused once stays marked, and its user is not announced when the right token comes.",
        || {
            let mut refused: BTreeSet<Link> = BTreeSet::new();
            let mut unannounced: BTreeSet<u64> = BTreeSet::new();
            rule(move |passing| {
                if passing.is(AUTHORIZED) && passing.payload()["success"] == false {
                    refused.insert(passing.link);
                } else if passing.is("user.auth") && refused.contains(&passing.link) {
                    unannounced.extend(passing.payload()["id"].as_u64());
                } else if passing.is("user.auth") {
                    // Who comes by another socket is announced.
                    passing.payload()["id"].as_u64().map(|id| unannounced.remove(&id));
                } else if passing.is(ONLINE)
                    && passing.payload()["online"] == true
                    && passing.payload()["id"].as_u64().is_some_and(|id| unannounced.contains(&id))
                {
                    passing.swallow();
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "auth-2-last-character",
        "AUTH-2",
        "A loop over the token ends one character too early, so that the last one is never compared.",
        || {
            rule(|passing| {
                let right = passing.payload()["id"].as_u64().and_then(|id| passing.known.accounts.get(&id));
                let Some(right) = right.filter(|_| passing.is("user.auth")).map(|account| account.token.clone()) else {
                    return;
                };
                let but_the_last = |token: &str| token.char_indices().next_back().map(|(end, _)| token[..end].to_owned());
                let token = passing.payload()["token"].as_str().unwrap_or_default().to_owned();
                if token != right && token.len() == right.len() && but_the_last(&token) == but_the_last(&right) {
                    passing.edit(|payload| payload["token"] = right.into());
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "send-2-attachments-do-not-count",
        "SEND-2",
        "The counter is raised by the branch for plain messages alone: one with an attachment does not count.",
        || {
            let mut missed: HashMap<(u64, u64), u64> = HashMap::new();
            rule(move |passing| {
                let (Some(room), Some(me)) = (passing.room(), passing.user()) else { return };
                if !passing.is(NEW) || passing.is_author() {
                    return;
                }
                let count = missed.entry((room, me)).or_default();
                if passing.payload()["message"]["attachment"].is_object() {
                    *count += 1;
                }
                let count = (*count).min(unread(passing.payload()));
                if count > 0 {
                    passing.edit(|payload| set_unread(payload, unread(payload) - count));
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "send-5-no-text-no-history",
        "SEND-5",
        "The history leaves out messages without text, also those that have an attachment instead.",
        || {
            rule(|passing| {
                if passing.is(HISTORY) {
                    passing.edit(|payload| {
                        if let Some(messages) = payload["messages"].as_array_mut() {
                            messages.retain(|message| message["text"] != "");
                        }
                    });
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "auth-7-dropping-reads-the-others",
        "AUTH-7",
        "An UPDATE without its WHERE: who deletes a dialog has read all others.",
        || {
            let mut read: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
            rule(move |passing| {
                let Some(me) = passing.user() else { return };
                if passing.is("chat.delete") {
                    let mine = passing.known.rooms.iter().filter(|(_, users)| users.contains(&me));
                    read.entry(me).or_default().extend(mine.map(|(room, _)| *room));
                } else if passing.is(NEW)
                    && let Some(room) = passing.room()
                {
                    read.entry(me).or_default().remove(&room);
                } else if passing.is(AUTHORIZED) {
                    let read = read.entry(me).or_default().clone();
                    passing.edit(|payload| {
                        for dialog in payload["dialogs"].as_array_mut().into_iter().flatten() {
                            if dialog["room"]["id"].as_u64().is_some_and(|room| read.contains(&room)) {
                                dialog["chat"]["unread_count"] = 0.into();
                            }
                        }
                    });
                }
            })
        },
    )
    .only(Condition::AfterClearOrDelete),
    Fault::on_the_wire(
        "hist-3-equal-texts-are-one",
        "HIST-3",
        "Messages of one author with the same text, one after the other, are taken for a repetition and shown once.",
        || {
            rule(|passing| {
                if passing.is(HISTORY) {
                    passing.edit(|payload| {
                        if let Some(messages) = payload["messages"].as_array_mut() {
                            let same = |one: &Value, other: &Value| {
                                (&one["text"], &one["user_id"]) == (&other["text"], &other["user_id"])
                            };
                            messages.dedup_by(|one, other| same(one, other));
                        }
                    });
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "clear-3-attachments-stay",
        "CLEAR-3",
        "Messages are deleted where they have no attachment: a foreign key keeps the others.",
        || {
            let mut kept: BTreeMap<u64, BTreeMap<u64, Value>> = BTreeMap::new();
            rule(move |passing| {
                let Some(room) = passing.room() else { return };
                if passing.is(NEW) && passing.payload()["message"]["attachment"].is_object() {
                    let message = passing.payload()["message"].clone();
                    if let Some(id) = message["id"].as_u64() {
                        kept.entry(room).or_default().insert(id, message);
                    }
                } else if passing.is("on.message.delete")
                    && let Some(id) = passing.payload()["message"]["id"].as_u64()
                {
                    kept.entry(room).or_default().remove(&id);
                } else if passing.is(HISTORY)
                    && passing.payload()["messages"].as_array().is_some_and(Vec::is_empty)
                    && let Some(kept) = kept.get(&room).filter(|kept| !kept.is_empty())
                {
                    let kept: Vec<Value> = kept.values().cloned().collect();
                    passing.edit(|payload| payload["messages"] = kept.into());
                }
            })
        },
    )
    .only(Condition::AfterClearOrDelete),
    Fault::on_the_wire(
        "call-3-false-is-nothing",
        "CALL-3",
        "Fields that are false are left out, as a serialiser does that omits defaults.",
        || {
            rule(|passing| {
                if passing.is("on.call.init") || passing.is("on.call.answer") {
                    passing.edit(|payload| {
                        for field in ["ice_candidate", "session_description"] {
                            if let Some(value) = payload.get_mut(field) {
                                leave_out_false(value);
                            }
                        }
                    });
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "send-4-zero-is-empty",
        "SEND-4",
        "The text \"0\" is taken for no text, as PHP's `empty` does.",
        || {
            rule(|passing| {
                if passing.is("message.send") && passing.payload()["text"] == "0" {
                    passing.swallow();
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("send-4-odd-spaces-are-spaces", "SEND-4", "Every kind of space is made a plain one.", || {
        let is_odd = |c: char| matches!(c, '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}');
        stored_text(move |text| text.chars().map(|c| if is_odd(c) { ' ' } else { c }).collect())
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("send-4-skin-tones-lost", "SEND-4", "Emoji lose their skin tones.", || {
        stored_text(|text| text.chars().filter(|c| !('\u{1F3FB}'..='\u{1F3FF}').contains(c)).collect())
    })
    .only(Condition::AstralUnicode),
    Fault::on_the_wire(
        "auth-11-calls-on-the-first-socket",
        "AUTH-11",
        "The list of a user's sockets is lost with the first one that closes: a call does not ring on those that are left.",
        || {
            let mut several: BTreeSet<u64> = BTreeSet::new();
            let mut lost: BTreeSet<u64> = BTreeSet::new();
            swallow_calls(move |passing, me| {
                let open = passing.known.links_of(me).len();
                if open > 1 {
                    several.insert(me);
                } else if several.remove(&me) {
                    lost.insert(me);
                }
                lost.contains(&me)
            })
        },
    )
    .only(Condition::SeveralDevices),
];

/// Keeps calls from ringing where something holds, which is asked of every frame of a user.
fn swallow_calls(mut holds: impl FnMut(&Passage<'_>, u64) -> bool + Send + 'static) -> Rule {
    rule(move |passing| {
        let Some(me) = passing.user() else { return };
        if holds(passing, me) && passing.towards == Towards::Client && passing.is("on.call.init") {
            passing.swallow();
        }
    })
}

fn leave_out_false(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, inner| *inner != false);
            fields.values_mut().for_each(leave_out_false);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out_false),
        _ => {}
    }
}
