//! Faults of authorisation: AUTH.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use super::help::{DATE, edit, number, parts, rule, swallow, user};
use crate::self_test::{
    fault::{Condition, Fault},
    frame::Towards,
    passage::Passage,
};

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire("auth-7-signed-byte", "AUTH-7", "Counters are kept in a signed byte.", || {
        edit("on.user.authorized", |payload| {
            parts(payload, "chat", |chat| {
                if let Some(count) = chat["unread_count"].as_u64().filter(|count| *count > 127) {
                    chat["unread_count"] = (count & 127).into();
                }
            })
        })
    })
    .only(Condition::OverFifty),
    Fault::on_the_wire(
        "auth-1-row-number",
        "AUTH-1",
        "user.id is the number of the session's row, not the user's id.",
        || {
            edit("on.user.authorized", |payload| {
                if let Some(id) = payload["user"]["id"].as_u64() {
                    payload["user"]["id"] = (id + 1_000).into();
                }
            })
        },
    ),
    Fault::on_the_wire(
        "auth-1-told-to-everyone",
        "AUTH-1",
        "The answer is emitted to all sockets instead of the calling one.",
        || {
            rule(|passing| {
                if passing.is("on.user.authorized") && succeeded(passing) {
                    let others: Vec<u64> =
                        passing.known.users.keys().copied().filter(|link| *link != passing.link).collect();
                    for link in others {
                        passing.tell(link, "on.user.authorized", passing.payload().clone());
                    }
                }
            })
        },
    ),
    Fault::in_the_server("auth-2-any-token", "AUTH-2", "The token is never looked at: a known id is enough."),
    Fault::in_the_server(
        "auth-2-prefix-of-token",
        "AUTH-2",
        "A token is compared up to the length of what was sent, so that a part of it is enough.",
    )
    .only(Condition::RareInput),
    Fault::in_the_server("auth-2-case-of-token", "AUTH-2", "Tokens are compared by a collation that knows no case.")
        .only(Condition::RareInput),
    Fault::in_the_server("auth-2-space-around-token", "AUTH-2", "Tokens are trimmed before they are compared.")
        .only(Condition::RareInput),
    Fault::on_the_wire(
        "auth-2-refusal-names-the-user",
        "AUTH-2",
        "The answer to a wrong token carries the user whom it was for.",
        || {
            rule(|passing| {
                if passing.is("on.user.authorized")
                    && !succeeded(passing)
                    && let Some(id) = passing.known.claims.get(&passing.link).copied()
                {
                    passing.edit(|payload| payload["user"] = user(id));
                }
            })
        },
    ),
    Fault::on_the_wire("auth-2-refusal-unsaid", "AUTH-2", "A wrong token is not answered at all.", || {
        swallow("on.user.authorized", |passing| !succeeded(passing))
    }),
    Fault::on_the_wire(
        "auth-3-unknown-id-unanswered",
        "AUTH-3",
        "An unknown id runs into an exception and gets no answer.",
        || {
            rule(|passing| {
                if passing.is("on.user.authorized") && !succeeded(passing) && claims_unknown(passing) {
                    passing.swallow();
                }
            })
        },
    ),
    Fault::on_the_wire(
        "auth-3-unknown-id-told",
        "AUTH-3",
        "The answer to an unknown id says that there is no such user.",
        || {
            rule(|passing| {
                if passing.is("on.user.authorized") && !succeeded(passing) && claims_unknown(passing) {
                    passing.edit(|payload| payload["error"] = json!("no such user"));
                }
            })
        },
    ),
    Fault::in_the_server(
        "auth-4-any-users-token",
        "AUTH-4",
        "Whether the token exists is checked, and not whose it is.",
    ),
    Fault::on_the_wire(
        "auth-5-one-dialog",
        "AUTH-5",
        "The query for the dialogs ends in LIMIT 1, left from debugging: seen with two dialogs alone.",
        || {
            edit("on.user.authorized", |payload| {
                if let Some(dialogs) = payload["dialogs"].as_array_mut() {
                    dialogs.truncate(1);
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "auth-5-twice-where-unread",
        "AUTH-5",
        "Dialogs are joined with unread messages, so that one with two of them is listed twice.",
        || {
            edit("on.user.authorized", |payload| {
                if let Some(dialogs) = payload["dialogs"].as_array_mut() {
                    let twice: Vec<Value> = dialogs
                        .iter()
                        .filter(|dialog| dialog["chat"]["unread_count"].as_u64() >= Some(2))
                        .cloned()
                        .collect();
                    dialogs.extend(twice);
                }
            })
        },
    )
    .only(Condition::LaterMessage),
    Fault::on_the_wire(
        "auth-5-dialogs-of-others",
        "AUTH-5",
        "The dialogs of all users are listed: the query forgot its WHERE.",
        || {
            rule(|passing| {
                let Some(user) = passing.user().filter(|_| passing.is("on.user.authorized") && succeeded(passing))
                else {
                    return;
                };
                let known = passing.known;
                let foreign = known.room_objects.iter().find(|(room, _)| !known.is_member(**room, user));
                let Some((_, room)) = foreign else { return };
                let dialog = json!({
                    "chat": {"user_id": user, "unread_count": 0, "created_at": DATE, "updated_at": DATE},
                    "room": room, "message": null,
                });
                passing.edit(|payload| {
                    if let Some(dialogs) = payload["dialogs"].as_array_mut() {
                        dialogs.push(dialog);
                    }
                });
            })
        },
    ),
    Fault::in_the_server(
        "auth-6-oldest-message",
        "AUTH-6",
        "A dialog's message is the first that the database finds: the oldest.",
    ),
    Fault::in_the_server(
        "auth-6-own-messages-alone",
        "AUTH-6",
        "A dialog's message is the newest of the user's own, where there is one.",
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("auth-7-other-sides-chat", "AUTH-7", "A dialog's chat is that of the other side.", || {
        rule(|passing| {
            let Some(user) = passing.user().filter(|_| passing.is("on.user.authorized")) else { return };
            let known = passing.known;
            passing.edit(|payload| {
                for dialog in payload["dialogs"].as_array_mut().into_iter().flatten() {
                    let other = dialog["room"]["id"].as_u64().and_then(|room| known.other_of(room, user));
                    if let Some(other) = other {
                        dialog["chat"]["user_id"] = other.into();
                    }
                }
            });
        })
    }),
    Fault::in_the_server(
        "auth-7-unread-in-memory",
        "AUTH-7",
        "Counters live in the session: after coming back everything counts as read.",
    )
    .only(Condition::AfterReconnect),
    Fault::in_the_server(
        "auth-7-counts-own-messages",
        "AUTH-7",
        "The counter at authorisation counts the user's own messages, too.",
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "auth-7-stops-at-99",
        "AUTH-7",
        "The counter at authorisation stops at 99, as badges do.",
        || {
            edit("on.user.authorized", |payload| {
                parts(payload, "chat", |chat| {
                    if chat["unread_count"].as_u64() > Some(99) {
                        chat["unread_count"] = 99.into();
                    }
                });
            })
        },
    )
    .only(Condition::OverFifty),
    Fault::on_the_wire("auth-8-closes-at-once", "AUTH-8", "The connection is closed after a wrong token.", || {
        rule(|passing| {
            if passing.is("on.user.authorized") && !succeeded(passing) {
                passing.hang_up(passing.link);
            }
        })
    }),
    Fault::on_the_wire(
        "auth-8-locked-after-three",
        "AUTH-8",
        "After three wrong tokens the right one is refused as well, on that connection.",
        || {
            let mut refusals: HashMap<u64, u32> = HashMap::new();
            rule(move |passing| {
                if passing.is("on.user.authorized") {
                    let count = refusals.entry(passing.link).or_default();
                    if !succeeded(passing) {
                        *count += 1;
                    } else if *count >= 3 {
                        passing.edit(refuse);
                    }
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "auth-9-second-time-refused",
        "AUTH-9",
        "Authorising again on a connection is refused, for the same user too.",
        || {
            let mut authorised: BTreeSet<u64> = BTreeSet::new();
            rule(move |passing| {
                if passing.is("on.user.authorized") && succeeded(passing) && !authorised.insert(passing.link) {
                    passing.edit(refuse);
                }
            })
        },
    ),
    Fault::on_the_wire(
        "auth-9-doubles-events",
        "AUTH-9",
        "Authorising registers the handlers once more, so that later events come twice.",
        || {
            let mut times: HashMap<u64, u32> = HashMap::new();
            rule(move |passing| {
                if passing.is("on.user.authorized") && succeeded(passing) {
                    *times.entry(passing.link).or_default() += 1;
                } else if passing.is("on.message.new") && times.get(&passing.link).is_some_and(|times| *times > 1) {
                    passing.again();
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "auth-10-says-switched-and-is-not",
        "AUTH-10",
        "A second user on a connection is told to be authorised, and the connection still is the first.",
        || {
            rule(|passing| {
                let claim = passing.payload()["id"].as_u64();
                let (Some(first), Some(second)) = (passing.user().filter(|_| passing.is("user.auth")), claim) else {
                    return;
                };
                let right = passing.known.accounts.get(&second);
                if first != second && right.is_some_and(|account| passing.payload()["token"] == account.token.as_str())
                {
                    passing.swallow();
                    let answer = json!({"success": true, "dialogs": [], "user": user(second)});
                    passing.tell(passing.link, "on.user.authorized", answer);
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "auth-11-newest-device-alone",
        "AUTH-11",
        "One socket a user is remembered, the newest; older ones go deaf.",
        || {
            rule(|passing| {
                let Some(user) = passing.user().filter(|_| passing.is("on.message.new")) else { return };
                if passing.known.links_of(user).last() != Some(&passing.link) {
                    passing.swallow();
                }
            })
        },
    )
    .only(Condition::SeveralDevices),
    Fault::on_the_wire(
        "auth-11-second-device-refused",
        "AUTH-11",
        "A user who is authorised on one socket is refused on a second.",
        || {
            rule(|passing| {
                let Some(user) = passing.user().filter(|_| passing.is("on.user.authorized") && succeeded(passing))
                else {
                    return;
                };
                if passing.known.links_of(user).len() > 1 {
                    passing.edit(refuse);
                }
            })
        },
    )
    .only(Condition::SeveralDevices),
    Fault::on_the_wire(
        "auth-11-answers-reach-all-devices",
        "AUTH-11",
        "A page of the history goes to all devices of the user who asked.",
        || {
            rule(|passing| {
                let Some(user) = passing.user().filter(|_| passing.is("on.chat.history")) else { return };
                for link in passing.known.links_of(user) {
                    if link != passing.link {
                        passing.send(link, Towards::Client, passing.frame.clone());
                    }
                }
            })
        },
    )
    .only(Condition::SeveralDevices),
    Fault::in_the_server(
        "auth-11-fanout-by-user",
        "AUTH-11",
        "The table of sockets has one a user, and events go to that alone.",
    )
    .only(Condition::SeveralDevices),
    Fault::on_the_wire(
        "auth-2-again-with-any-token",
        "AUTH-2",
        "A socket that is authorised gets in again as the same user with any token.",
        || {
            rule(|passing| {
                let own =
                    passing.is("user.auth") && passing.user().is_some_and(|own| number(passing, "id") == Some(own));
                let account = passing.user().filter(|_| own).and_then(|user| passing.known.accounts.get(&user));
                if let Some(token) = account.map(|account| account.token.clone()) {
                    passing.edit(|payload| payload["token"] = token.into());
                }
            })
        },
    )
    .only(Condition::AfterReconnect),
];

fn succeeded(passing: &Passage<'_>) -> bool {
    passing.payload()["success"] == true
}

fn claims_unknown(passing: &Passage<'_>) -> bool {
    let claim = passing.known.claims.get(&passing.link);
    claim.is_some_and(|user| !passing.known.accounts.contains_key(user))
}

fn refuse(payload: &mut Value) {
    *payload = json!({"success": false, "dialogs": [], "user": null});
}
