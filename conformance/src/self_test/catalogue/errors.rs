//! Faults of the extension for refusals: ERR.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::help::{rule, swallow};
use crate::self_test::{
    fault::{Condition, Fault, Rule},
    frame::{Frame, Towards},
    known::Link,
    passage::Passage,
};

const ERROR: &str = "on.error";

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire("err-1-unsaid", "ERR-1", "A refused action is not answered.", || swallow(ERROR, |_| true)),
    Fault::on_the_wire("err-1-told-to-all-devices", "ERR-1", "on.error goes to all devices of the user.", || {
        rule(|passing| {
            let Some(me) = passing.user().filter(|_| passing.is(ERROR)) else { return };
            for link in passing.known.links_of(me) {
                if link != passing.link {
                    passing.send(link, Towards::Client, passing.frame.clone());
                }
            }
        })
    })
    .only(Condition::SeveralDevices),
    Fault::on_the_wire("err-1-wrong-token-too", "ERR-1", "A wrong token gets on.error besides success: false.", || {
        rule(|passing| {
            if passing.is("on.user.authorized") && passing.payload()["success"] == false {
                let error = json!({"action": "user.auth", "code": "unauthenticated", "message": "the token is wrong"});
                passing.tell(passing.link, ERROR, error);
            }
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("err-1-action-left-out", "ERR-1", "on.error names no action.", || {
        rule(|passing| {
            if passing.is(ERROR) {
                passing.edit(|payload| drop(payload.as_object_mut().map(|payload| payload.remove("action"))));
            }
        })
    }),
    Fault::on_the_wire("err-2-no-acknowledgement", "ERR-2", "Acknowledgement callbacks are never called.", || {
        rule(|passing| {
            if matches!(passing.frame, Frame::Ack { .. }) {
                passing.swallow();
            }
        })
    }),
    Fault::on_the_wire("err-2-before-the-events", "ERR-2", "An acknowledgement comes before the events of its action.", || {
        // Events that are kept until the acknowledgement that was asked for is through.
        let mut awaited: HashMap<Link, u64> = HashMap::new();
        let mut held: HashMap<Link, Vec<Frame>> = HashMap::new();
        rule(move |passing| match &passing.frame {
            Frame::Event { ack: Some(id), .. } if passing.towards == Towards::Server => {
                awaited.insert(passing.link, *id);
            }
            Frame::Event { .. } if passing.towards == Towards::Client && awaited.contains_key(&passing.link) => {
                let frame = passing.hold();
                held.entry(passing.link).or_default().push(frame);
            }
            Frame::Ack { id, .. } if awaited.get(&passing.link) == Some(id) => {
                awaited.remove(&passing.link);
                for frame in held.remove(&passing.link).into_iter().flatten() {
                    passing.send(passing.link, Towards::Client, frame);
                }
            }
            _ => {}
        })
    }),
    Fault::on_the_wire("err-2-and-an-event", "ERR-2", "A refusal is acknowledged and announced by on.error as well.", || {
        rule(|passing| {
            if matches!(passing.frame, Frame::Ack { .. }) && passing.payload()["ok"] == false {
                passing.tell(passing.link, ERROR, passing.payload()["error"].clone());
            }
        })
    }),
    Fault::on_the_wire("err-2-bare-error", "ERR-2", "A refusal is acknowledged by the bare error, without ok.", || {
        rule(|passing| {
            if matches!(passing.frame, Frame::Ack { .. }) && passing.payload()["ok"] == false {
                passing.edit(|payload| *payload = payload["error"].take());
            }
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("err-3-one-code-for-all", "ERR-3", "Every refusal has the code internal.", || code(|_| Some("internal"))),
    Fault::on_the_wire("err-3-forbidden-not-found", "ERR-3", "A message of the other side's is not found where it is forbidden to delete it.", || {
        code(|code| (code == "forbidden").then_some("not_found"))
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("err-3-offline-not-found", "ERR-3", "A user who is not connected is not found.", || {
        code(|code| (code == "offline").then_some("not_found"))
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("err-3-second-user-unauthenticated", "ERR-3", "A second user on a connection is unauthenticated instead of a conflict.", || {
        code(|code| (code == "conflict").then_some("unauthenticated"))
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("err-4-no-field-named", "ERR-4", "The message of invalid_payload is always the same, and names no field.", || {
        refusals(|_, error| {
            if error["code"] == "invalid_payload" {
                error["message"] = json!("bad request");
            }
        })
    }),
    Fault::on_the_wire("err-4-shows-the-query", "ERR-4", "The message shows the error of the database.", || {
        refusals(|_, error| {
            if error["code"] == "not_found" {
                error["message"] = json!("sqlx::Error: no rows returned by a query: SELECT * FROM rooms WHERE id = ?1 at src/store/sqlite.rs:42");
            }
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("err-5-message-tells", "ERR-5", "The code is the same and the message is not: it says that the room is somebody else's.", || {
        let mut asked: HashMap<Link, u64> = HashMap::new();
        rule(move |passing| {
            if passing.is_action() {
                asked.extend(passing.room().map(|room| (passing.link, room)));
                return;
            }
            let exists = asked.get(&passing.link).is_some_and(|room| passing.known.rooms.contains_key(room));
            if exists {
                refusal(passing, |error| {
                    if error["code"] == "not_found" {
                        error["message"] = json!("you are not a member of this room");
                    }
                });
            }
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("err-6-payload-before-authorisation", "ERR-6", "A malformed payload is told before it is asked whether the socket is authorised.", || {
        let mut malformed: HashMap<Link, bool> = HashMap::new();
        rule(move |passing| {
            if passing.is_action() {
                let fields = passing.payload().as_object().map_or(0, |fields| fields.values().filter(|value| value.is_u64() || value.is_string()).count());
                malformed.insert(passing.link, fields == 0);
            } else if passing.user().is_none() && malformed.get(&passing.link) == Some(&true) {
                refusal(passing, |error| {
                    if error["code"] == "unauthenticated" {
                        error["code"] = json!("invalid_payload");
                    }
                });
            }
        })
    })
    .only(Condition::RareInput),
];

/// Changes the error of a refusal, whichever way it is told.
fn refusal(passing: &mut Passage<'_>, change: impl FnOnce(&mut Value)) {
    if passing.is(ERROR) {
        passing.edit(change);
    } else if matches!(passing.frame, Frame::Ack { .. }) && passing.payload()["error"].is_object() {
        passing.edit(|payload| change(&mut payload["error"]));
    }
}

/// A rule that changes the error of every refusal.
fn refusals(change: impl Fn(Option<u64>, &mut Value) + Send + 'static) -> Rule {
    rule(move |passing| {
        let user = passing.user();
        refusal(passing, |error| change(user, error));
    })
}

/// A rule that gives refusals another code.
fn code(change: impl Fn(&str) -> Option<&'static str> + Send + 'static) -> Rule {
    refusals(move |_, error| {
        if let Some(code) = error["code"].as_str().and_then(&change) {
            error["code"] = code.into();
        }
    })
}
