//! Faults of `chat.history`: HIST.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::help::{edit, number, rule, swallow};
use crate::self_test::{
    fault::{Condition, Fault},
    frame::Towards,
    known::Link,
    passage::Passage,
};

const PAGE: &str = "on.chat.history";
const ASK: &str = "chat.history";

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire(
        "hist-3-later-page-skips",
        "HIST-3",
        "Without limit, a page after the first leaves a message out.",
        || {
            rule(|passing| {
                let last = number(passing, "last_id").filter(|last| *last > 1);
                if passing.is(ASK)
                    && passing.payload().get("limit").is_none_or(Value::is_null)
                    && let Some(last) = last
                {
                    passing.edit(|payload| payload["last_id"] = (last - 1).into());
                }
            })
        },
    )
    .only(Condition::LaterPage),
    Fault::on_the_wire("hist-10-false-is-default", "HIST-10", "limit: false is taken for none.", || {
        lenient_limit(|limit| *limit == false, || Value::Null)
    })
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "hist-1-told-to-both",
        "HIST-1",
        "A page goes to the room instead of to who asked for it.",
        || {
            rule(|passing| {
                let (Some(room), Some(me)) = (passing.room().filter(|_| passing.is(PAGE)), passing.user()) else {
                    return;
                };
                for link in
                    passing.known.other_of(room, me).map(|other| passing.known.links_of(other)).unwrap_or_default()
                {
                    passing.send(link, Towards::Client, passing.frame.clone());
                }
            })
        },
    ),
    Fault::on_the_wire("hist-1-other-sides-chat", "HIST-1", "A page carries the chat of the other side.", || {
        rule(|passing| {
            let (Some(room), Some(me)) = (passing.room().filter(|_| passing.is(PAGE)), passing.user()) else { return };
            if let Some(other) = passing.known.other_of(room, me) {
                passing.edit(|payload| payload["chat"]["user_id"] = other.into());
            }
        })
    }),
    Fault::in_the_server(
        "hist-1-messages-of-other-rooms",
        "HIST-1",
        "The query for a page forgets the room, so that a user with two dialogs sees both in each.",
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "hist-2-one-too-many",
        "HIST-2",
        "One message more is fetched to know whether there is a next page, and is not taken off.",
        || {
            rule(|passing| {
                if let Some(limit) = number(passing, "limit").filter(|limit| passing.is(ASK) && *limit > 0) {
                    passing.edit(|payload| payload["limit"] = (limit + 1).into());
                }
            })
        },
    ),
    Fault::on_the_wire("hist-2-limit-ignored", "HIST-2", "limit is read and never used.", || {
        rule(|passing| {
            if number(passing, "limit").is_some_and(|limit| limit > 0 && passing.is(ASK)) {
                passing.edit(|payload| payload["limit"] = 100.into());
            }
        })
    }),
    Fault::on_the_wire(
        "hist-2-limit-on-later-pages",
        "HIST-2",
        "limit holds for the first page alone: the query with last_id has none.",
        || {
            rule(|passing| {
                if number(passing, "limit").is_some() && number(passing, "last_id").is_some() && passing.is(ASK) {
                    passing.edit(|payload| payload["limit"] = 100.into());
                }
            })
        },
    )
    .only(Condition::LaterPage),
    Fault::on_the_wire(
        "hist-3-position-included",
        "HIST-3",
        "<= instead of <: each page begins with the last message of the one before.",
        || {
            rule(|passing| {
                if let Some(last) = number(passing, "last_id").filter(|_| passing.is(ASK)) {
                    passing.edit(|payload| payload["last_id"] = (last + 1).into());
                }
            })
        },
    )
    .only(Condition::LaterPage),
    Fault::on_the_wire(
        "hist-3-one-hidden-between-pages",
        "HIST-3",
        "OFFSET one too far: the message next to last_id is on no page.",
        || {
            let mut asked: HashSet<Link> = HashSet::new();
            rule(move |passing| {
                if passing.is(ASK) && number(passing, "last_id").is_some() {
                    asked.insert(passing.link);
                } else if passing.is(PAGE) && asked.remove(&passing.link) {
                    passing.edit(|payload| drop(payload["messages"].as_array_mut().and_then(Vec::pop)));
                }
            })
        },
    )
    .only(Condition::LaterPage),
    Fault::on_the_wire("hist-3-position-ignored", "HIST-3", "last_id is ignored: every page is the newest.", || {
        rule(|passing| {
            if passing.is(ASK) && number(passing, "last_id").is_some() {
                passing.edit(|payload| payload["last_id"] = Value::Null);
            }
        })
    }),
    Fault::on_the_wire(
        "hist-3-third-page-repeated",
        "HIST-3",
        "A cache of pages keyed by half of its position gives the second page for the third, too.",
        || {
            let mut pages: HashMap<(Link, u64), Vec<Value>> = HashMap::new();
            let mut asked: HashMap<Link, u32> = HashMap::new();
            rule(move |passing| {
                if passing.is(ASK) {
                    let pages = asked.entry(passing.link).or_default();
                    *pages = if number(passing, "last_id").is_some() { *pages + 1 } else { 0 };
                } else if let Some(room) = passing.room().filter(|_| passing.is(PAGE)) {
                    let key = (passing.link, room);
                    match asked.get(&passing.link) {
                        Some(1) => {
                            pages.insert(key, passing.payload()["messages"].as_array().cloned().unwrap_or_default());
                        }
                        Some(2) => {
                            if let Some(page) = pages.get(&key) {
                                passing.edit(|payload| payload["messages"] = page.clone().into());
                            }
                        }
                        _ => {}
                    }
                }
            })
        },
    )
    .only(Condition::LaterPage),
    Fault::in_the_server(
        "hist-3-nothing-beyond-50",
        "HIST-3",
        "Only the newest 50 messages of a room are kept within reach: what is older is on no page.",
    )
    .only(Condition::OverFifty),
    Fault::on_the_wire("hist-4-shuffled", "HIST-4", "A page is put together from a map, in no order.", || {
        edit(PAGE, |payload| {
            if let Some(messages) = payload["messages"].as_array_mut().filter(|messages| messages.len() > 2) {
                messages.swap(0, 1);
            }
        })
    }),
    Fault::on_the_wire(
        "hist-4-sorted-as-texts",
        "HIST-4",
        "A page is sorted by ids as texts: 100 comes before 99.",
        || {
            edit(PAGE, |payload| {
                if let Some(messages) = payload["messages"].as_array_mut() {
                    messages.sort_by_key(|message| message["id"].to_string());
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "hist-4-own-messages-first",
        "HIST-4",
        "A page is two queries glued together, the caller's messages and the other side's: seen where both wrote.",
        || {
            rule(|passing| {
                let Some(me) = passing.user().filter(|_| passing.is(PAGE)) else { return };
                passing.edit(|payload| {
                    if let Some(messages) = payload["messages"].as_array_mut() {
                        messages.sort_by_key(|message| message["user_id"].as_u64() != Some(me));
                    }
                });
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("hist-5-empty-unanswered", "HIST-5", "An empty room gets no answer.", || {
        swallow(PAGE, |passing| passing.payload()["messages"].as_array().is_some_and(Vec::is_empty))
    })
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "hist-5-null-for-nothing",
        "HIST-5",
        "An empty room gives messages: null, as a nil slice becomes JSON.",
        || {
            edit(PAGE, |payload| {
                if payload["messages"].as_array().is_some_and(Vec::is_empty) {
                    payload["messages"] = Value::Null;
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "hist-6-no-membership-check",
        "HIST-6",
        "Whoever knows a room's id can read its history.",
        || {
            // Who is to get the next page of whom.
            let mut borrowed: HashMap<Link, Vec<Link>> = HashMap::new();
            rule(move |passing| {
                if passing.is(PAGE) {
                    let waiting = borrowed.get_mut(&passing.link).filter(|waiting| !waiting.is_empty());
                    if let Some(waiting) = waiting {
                        let outsider = waiting.remove(0);
                        let frame = passing.hold();
                        passing.send(outsider, Towards::Client, frame);
                    }
                } else if passing.is(ASK)
                    && let Some((room, member)) = outside(passing)
                {
                    let mut payload = passing.payload().clone();
                    payload["room_id"] = room.into();
                    borrowed.entry(member).or_default().push(passing.link);
                    passing.act(member, ASK, payload);
                }
            })
        },
    ),
    Fault::in_the_server("hist-7-oldest-page-first", "HIST-7", "Without last_id the page holds the oldest messages."),
    Fault::on_the_wire("hist-9-limit-required", "HIST-9", "Without limit there is no answer: it is required.", || {
        swallow(ASK, |passing| passing.payload().get("limit").is_none_or(Value::is_null))
    }),
    Fault::on_the_wire(
        "hist-9-large-limit-refused",
        "HIST-9",
        "A limit over the maximum is refused instead of cut to it.",
        || swallow(ASK, |passing| number(passing, "limit").is_some_and(|limit| limit > 100)),
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("hist-10-zero-is-default", "HIST-10", "limit: 0 is taken for none, as 0 is falsy.", || {
        lenient_limit(|limit| *limit == 0, || Value::Null)
    }),
    Fault::on_the_wire(
        "hist-10-negative-is-all",
        "HIST-10",
        "limit: -1 goes into the query, where it means no limit.",
        || lenient_limit(|limit| limit.as_i64().is_some_and(|limit| limit < 0), || json!(100)),
    ),
    Fault::on_the_wire("hist-10-fraction-rounded", "HIST-10", "A fractional limit is rounded.", || {
        lenient_limit(|limit| limit.as_f64().is_some_and(|limit| limit > 0.0 && limit.fract() != 0.0), || json!(2))
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("hist-10-text-accepted", "HIST-10", "A limit in a text is read as a number.", || {
        lenient_limit(Value::is_string, || json!(2))
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("hist-11-reading-marks", "HIST-11", "Asking for the history marks the room as read.", || {
        let mut silent: HashMap<Link, u32> = HashMap::new();
        rule(move |passing| {
            if passing.is(ASK)
                && let Some(room) = passing.room()
                && passing.user().is_some_and(|me| passing.known.is_member(room, me))
            {
                *silent.entry(passing.link).or_default() += 1;
                passing.act(passing.link, "chat.read", json!({"room_id": room}));
            } else if passing.is("on.chat.read")
                && let Some(left) = silent.get_mut(&passing.link).filter(|left| **left > 0)
            {
                *left -= 1;
                passing.swallow();
            }
        })
    }),
    Fault::on_the_wire(
        "hist-12-deleted-position",
        "HIST-12",
        "The position is looked up as a row: a last_id that was deleted gives an empty page.",
        || {
            let mut deleted: HashSet<u64> = HashSet::new();
            empty_page_where(move |passing| {
                if passing.is("on.message.delete") {
                    deleted.extend(passing.payload()["message"]["id"].as_u64());
                }
                number(passing, "last_id").is_some_and(|last| deleted.contains(&last))
            })
        },
    )
    .only(Condition::AfterClearOrDelete),
    Fault::on_the_wire(
        "hist-12-unknown-position",
        "HIST-12",
        "A last_id that never was a message gives an empty page.",
        || {
            empty_page_where(|passing| {
                number(passing, "last_id").is_some_and(|last| !passing.known.messages.contains_key(&last))
            })
        },
    )
    .only(Condition::LaterPage),
    Fault::on_the_wire(
        "hist-12-position-of-another-room",
        "HIST-12",
        "A last_id of another room gives an empty page.",
        || {
            empty_page_where(|passing| {
                let position = number(passing, "last_id").and_then(|last| passing.known.messages.get(&last));
                position.is_some_and(|message| message["room_id"].as_u64() != passing.room())
            })
        },
    )
    .only(Condition::LaterPage),
    Fault::on_the_wire(
        "hist-12-arrivals-shift-pages",
        "HIST-12",
        "Pages are counted by OFFSET: messages that arrive during a walk push others onto the next page again.",
        || {
            let mut newest: HashMap<(Link, u64), u64> = HashMap::new();
            let mut asked: HashMap<Link, bool> = HashMap::new();
            let mut before: HashMap<(Link, u64), Vec<Value>> = HashMap::new();
            rule(move |passing| {
                if passing.is(ASK) {
                    asked.insert(passing.link, number(passing, "last_id").is_some());
                }
                let Some(room) = passing.room().filter(|_| passing.is(PAGE)) else { return };
                let key = (passing.link, room);
                let of_room =
                    passing.known.messages.values().filter(|message| message["room_id"].as_u64() == Some(room));
                let now = of_room.filter_map(|message| message["id"].as_u64()).max().unwrap_or(0);
                let arrived = newest.insert(key, now).is_some_and(|before| before < now);
                let page = passing.payload()["messages"].as_array().cloned().unwrap_or_default();
                if arrived && asked.get(&passing.link) == Some(&true) {
                    let repeated = before.get(&key).and_then(|page| page.first().cloned());
                    passing.edit(|payload| {
                        if let Some(messages) = payload["messages"].as_array_mut() {
                            messages.extend(repeated);
                        }
                    });
                }
                before.insert(key, page);
            })
        },
    )
    .only(Condition::LaterPage),
    Fault::on_the_wire(
        "hist-9-limit-of-32-bits",
        "HIST-9",
        "A limit that does not fit into 32 bits is refused instead of cut.",
        || {
            rule(|passing| {
                if passing.is("chat.history") && number(passing, "limit").is_some_and(|limit| limit >= 1 << 31) {
                    passing.swallow();
                }
            })
        },
    )
    .only(Condition::RareInput),
];

/// The room of an action of an outsider, and a connection of one of its users.
fn outside(passing: &Passage<'_>) -> Option<(u64, Link)> {
    let room = passing.room()?;
    let me = passing.user()?;
    (!passing.known.is_member(room, me)).then_some(())?;
    Some((room, passing.member_of(room)?))
}

/// A rule that takes a limit which is to be refused for another.
fn lenient_limit(
    wrong: impl Fn(&Value) -> bool + Send + 'static,
    instead: impl Fn() -> Value + Send + 'static,
) -> crate::self_test::fault::Rule {
    rule(move |passing| {
        if passing.is(ASK) && passing.payload().get("limit").is_some_and(&wrong) {
            passing.edit(|payload| payload["limit"] = instead());
        }
    })
}

/// A rule that empties pages that were asked for in a certain way.
fn empty_page_where(mut when: impl FnMut(&Passage<'_>) -> bool + Send + 'static) -> crate::self_test::fault::Rule {
    let mut empty: HashSet<Link> = HashSet::new();
    rule(move |passing| {
        let wanted = when(passing);
        if passing.is(ASK) && wanted {
            empty.insert(passing.link);
        } else if passing.is(PAGE) && empty.remove(&passing.link) {
            passing.edit(|payload| payload["messages"] = json!([]));
        }
    })
}
