//! Faults of safety: SEC.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::help::{FAR, number, rule, user};
use crate::self_test::{
    fault::{Condition, Fault},
    frame::{Frame, Towards},
    known::Link,
    passage::Passage,
};

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire(
        "sec-1-sending-unauthorised",
        "SEC-1",
        "message.send does not ask whether the socket is authorised: the room is enough.",
        || rule(|passing| borrow(passing, &["message.send"], Who::Unauthorised)),
    ),
    Fault::on_the_wire(
        "sec-1-clearing-unauthorised",
        "SEC-1",
        "chat.clear and chat.read have no guard, as all others have.",
        || rule(|passing| borrow(passing, &["chat.clear", "chat.read"], Who::Unauthorised)),
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("sec-1-history-unauthorised", "SEC-1", "chat.history answers who is not authorised.", || {
        let mut lent: HashMap<Link, Vec<Link>> = HashMap::new();
        rule(move |passing| lend_history(passing, &mut lent, Who::Unauthorised))
    }),
    Fault::on_the_wire(
        "sec-1-calls-unauthorised",
        "SEC-1",
        "A call from a socket that is not authorised rings, in the name of the id that it claims.",
        || {
            rule(|passing| {
                let other = number(passing, "user_id").filter(|_| passing.is("call.start") && passing.user().is_none());
                if let Some(other) = other {
                    let payload = passing.payload();
                    let call = json!({
                        "user": user(other + 1), "ice_candidate": payload["ice_candidate"],
                        "session_description": payload["session_description"],
                    });
                    passing.tell_user(other, "on.call.init", &call);
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "sec-1-told-before-authorised",
        "SEC-1",
        "An action before authorisation is answered by user.authorized, success: false.",
        || {
            rule(|passing| {
                if passing.is_action()
                    && passing.user().is_none()
                    && !passing.is("user.auth")
                    && passing.payload().is_object()
                {
                    let answer = json!({"success": false, "dialogs": [], "user": null});
                    passing.tell(passing.link, "on.user.authorized", answer);
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "sec-2-reading-for-others",
        "SEC-2",
        "chat.read of an outsider marks the room as read for its users.",
        || rule(|passing| borrow(passing, &["chat.read"], Who::Outsider)),
    ),
    Fault::on_the_wire(
        "sec-2-history-of-others",
        "SEC-2",
        "chat.history of an outsider is answered: the check looks at the room's existence alone.",
        || {
            let mut lent: HashMap<Link, Vec<Link>> = HashMap::new();
            rule(move |passing| lend_history(passing, &mut lent, Who::Outsider))
        },
    ),
    Fault::on_the_wire(
        "sec-2-outsider-joins",
        "SEC-2",
        "An outsider who tried to send has joined the room's channel, and hears what is said there from then on.",
        || {
            let mut joined: HashMap<u64, HashSet<Link>> = HashMap::new();
            rule(move |passing| {
                let Some(room) = passing.room() else { return };
                if passing.is("message.send") && passing.user().is_some_and(|me| !passing.known.is_member(room, me)) {
                    joined.entry(room).or_default().insert(passing.link);
                } else if passing.is("on.message.new") && passing.is_author() {
                    for link in joined.get(&room).into_iter().flatten() {
                        passing.send(*link, Towards::Client, passing.frame.clone());
                    }
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "sec-3-forbidden-room",
        "SEC-3",
        "A room of others is forbidden, one that never was is not found.",
        || tell_apart("room_id", |passing, room| passing.known.rooms.contains_key(&room)),
    ),
    Fault::on_the_wire(
        "sec-3-forbidden-message",
        "SEC-3",
        "A message of others is forbidden, one that never was is not found.",
        || tell_apart("message_id", |passing, message| passing.known.messages.contains_key(&message)),
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "sec-3-forbidden-attachment",
        "SEC-3",
        "An attachment of others is forbidden, one that never was is not found.",
        || {
            // A server that takes uploads has given them out by itself; nothing else is so large.
            tell_apart("attachment_id", |_, attachment| attachment < FAR)
        },
    )
    .only(Condition::RareInput),
    Fault::in_the_server(
        "sec-4-no-throttle",
        "SEC-4",
        "Wrong tokens are answered as fast as they come, without an end.",
    ),
    Fault::on_the_wire(
        "sec-4-locks-everybody-out",
        "SEC-4",
        "After six wrong tokens nobody gets in from that address any more.",
        || {
            let mut refusals = 0_u32;
            rule(move |passing| {
                if passing.is("user.auth") && passing.user().is_none() {
                    let account = passing.payload()["id"].as_u64().and_then(|id| passing.known.accounts.get(&id));
                    if account.is_none_or(|account| passing.payload()["token"] != account.token.as_str()) {
                        refusals += 1;
                    } else if refusals > 6 {
                        passing.swallow();
                    }
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("sec-5-token-in-the-answer", "SEC-5", "The answer to user.auth echoes the credentials.", || {
        rule(|passing| {
            let account = passing.user().and_then(|me| passing.known.accounts.get(&me));
            if let Some(token) =
                account.map(|account| account.token.clone()).filter(|_| passing.is("on.user.authorized"))
            {
                passing.edit(|payload| payload["user"]["token"] = token.into());
            }
        })
    }),
    Fault::on_the_wire(
        "sec-5-token-of-the-other-side",
        "SEC-5",
        "Users of a room are sent as the database has them, with their tokens, in the list of dialogs alone.",
        || {
            rule(|passing| {
                if !passing.is("on.user.authorized") {
                    return;
                }
                let accounts = &passing.known.accounts;
                passing.edit(|payload| {
                    super::help::parts(payload, "room", |room| {
                        for user in room["users"].as_array_mut().into_iter().flatten() {
                            let account = user["id"].as_u64().and_then(|id| accounts.get(&id));
                            if let Some(account) = account {
                                user["token"] = account.token.clone().into();
                            }
                        }
                    });
                });
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "sec-5-token-in-an-acknowledgement",
        "SEC-5",
        "An acknowledgement of user.auth repeats the payload that it is for.",
        || {
            rule(|passing| {
                let Frame::Ack { id, .. } = passing.frame else { return };
                if passing.known.asked(passing.link, id) == Some("user.auth")
                    && let Some(account) = passing.user().and_then(|me| passing.known.accounts.get(&me))
                {
                    let token = account.token.clone();
                    passing.edit(|payload| payload["request"] = json!({"token": token}));
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "sec-1-kept-until-authorised",
        "SEC-1",
        "What is sent before authorisation waits in the inbox, and is done once the socket is authorised.",
        || {
            let mut kept: HashMap<Link, Vec<Frame>> = HashMap::new();
            rule(move |passing| {
                let is_early = passing.is_action() && passing.user().is_none() && !passing.is("user.auth");
                if is_early {
                    let frame = passing.hold();
                    kept.entry(passing.link).or_default().push(frame);
                } else if passing.is("on.user.authorized") && passing.payload()["success"] == true {
                    for frame in kept.remove(&passing.link).into_iter().flatten() {
                        passing.send(passing.link, Towards::Server, frame);
                    }
                }
            })
        },
    )
    .only(Condition::RareInput),
];

/// Who must not have an effect.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// A socket that is not authorised.
    Unauthorised,
    /// A user outside of the room.
    Outsider,
}

/// The room of such an action, and a connection of one of its users.
fn lender(passing: &Passage<'_>, who: Who) -> Option<Link> {
    let message = || passing.known.messages.get(&number(passing, "message_id")?)?["room_id"].as_u64();
    let room = passing.room().or_else(message)?;
    let fits = match (who, passing.user()) {
        (Who::Unauthorised, user) => user.is_none(),
        (Who::Outsider, Some(user)) => !passing.known.is_member(room, user),
        (Who::Outsider, None) => false,
    };
    passing.member_of(room).filter(|_| fits)
}

/// Carries an action out in the name of one of the room's users.
fn borrow(passing: &mut Passage<'_>, actions: &[&str], who: Who) {
    if actions.contains(&passing.name())
        && let Some(link) = lender(passing, who)
    {
        let (name, payload) = (passing.name().to_owned(), passing.payload().clone());
        passing.act(link, &name, payload);
    }
}

/// Shows a page of the history that one of the room's users asked for.
fn lend_history(passing: &mut Passage<'_>, lent: &mut HashMap<Link, Vec<Link>>, who: Who) {
    if passing.is("chat.history") {
        if let Some(link) = lender(passing, who) {
            lent.entry(link).or_default().push(passing.link);
            let payload = passing.payload().clone();
            passing.act(link, "chat.history", payload);
        }
    } else if passing.is("on.chat.history")
        && let Some(waiting) = lent.get_mut(&passing.link).filter(|waiting| !waiting.is_empty())
    {
        let outsider = waiting.remove(0);
        let frame = passing.hold();
        passing.send(outsider, Towards::Client, frame);
    }
}

/// A rule that answers `forbidden` in the place of `not_found` where something exists and is not the caller's.
fn tell_apart(
    field: &'static str,
    exists: impl Fn(&Passage<'_>, u64) -> bool + Send + 'static,
) -> crate::self_test::fault::Rule {
    // Whether what was asked for exists, by connection, oldest first; refusals come in the order of the actions.
    let mut asked: HashMap<Link, bool> = HashMap::new();
    rule(move |passing| {
        if passing.is_action() {
            if let Some(id) = number(passing, field) {
                let exists = exists(passing, id);
                asked.insert(passing.link, exists);
            }
            return;
        }
        let refusal = passing.is("on.error") || matches!(passing.frame, Frame::Ack { .. });
        if refusal && asked.get(&passing.link) == Some(&true) {
            passing.edit(|payload| {
                let error = if payload["error"].is_object() { &mut payload["error"] } else { payload };
                if error["code"] == "not_found" {
                    error["code"] = Value::from("forbidden");
                    error["message"] = Value::from("this is not yours");
                }
            });
        }
    })
}
