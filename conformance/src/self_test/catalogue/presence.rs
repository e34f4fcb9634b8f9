//! Faults of presence: PRES.

use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::help::{rule, swallow};
use crate::self_test::{
    fault::{Condition, Fault},
    frame::{End, Frame, Towards},
    known::Link,
    passage::Passage,
};

const ONLINE: &str = "on.user.online";

/// How long a goodbye takes that is announced late.
const GOODBYE: Duration = Duration::from_millis(250);

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire("pres-1-never-online", "PRES-1", "Nobody is told that a user came.", || {
        swallow(ONLINE, |passing| says(passing) == Some(true))
    }),
    Fault::on_the_wire(
        "pres-1-partners-alone",
        "PRES-1",
        "Only users who share a dialog with the user are told.",
        || {
            rule(|passing| {
                let Some(me) = passing.user().filter(|_| says(passing) == Some(true)) else { return };
                let id = passing.payload()["id"].as_u64().unwrap_or(0);
                let known = passing.known;
                if !known.rooms.values().any(|users| users.contains(&me) && users.contains(&id)) {
                    passing.swallow();
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "pres-1-first-time-alone",
        "PRES-1",
        "A user who comes back is not announced: a flag is never taken back.",
        || {
            let mut told: BTreeSet<(u64, u64)> = BTreeSet::new();
            rule(move |passing| {
                if says(passing) == Some(true) && !told.insert((passing.link, subject(passing))) {
                    passing.swallow();
                }
            })
        },
    )
    .only(Condition::AfterReconnect),
    Fault::in_the_server(
        "pres-1-fanout-tells-one-shard",
        "PRES-1",
        "Users are sharded by their ids, and presence never leaves its shard.",
    ),
    Fault::on_the_wire(
        "pres-2-never-offline",
        "PRES-2",
        "Nobody is told that a user left: nothing listens for the end of a connection.",
        || swallow(ONLINE, |passing| says(passing) == Some(false)),
    ),
    Fault::on_the_wire(
        "pres-2-not-after-two-devices",
        "PRES-2",
        "Sockets are counted wrongly, so that a user who ever had two at once never goes offline.",
        || {
            let mut had_two: BTreeSet<u64> = BTreeSet::new();
            rule(move |passing| {
                had_two.extend(passing.user().filter(|user| passing.known.links_of(*user).len() > 1));
                if says(passing) == Some(false) && had_two.contains(&subject(passing)) {
                    passing.swallow();
                }
            })
        },
    )
    .only(Condition::SeveralDevices),
    Fault::on_the_wire("pres-3-one-of-two", "PRES-3", "Closing one of two devices announces the user offline.", || {
        // The user of a connection is forgotten when it ends, so it is remembered here.
        let mut users: HashMap<u64, u64> = HashMap::new();
        rule(move |passing| {
            users.extend(passing.user().map(|user| (passing.link, user)));
            if !matches!(passing.frame, Frame::Gone(_)) || passing.towards != Towards::Server {
                return;
            }
            let Some(user) = users.remove(&passing.link).filter(|user| passing.known.is_online(*user)) else { return };
            tell_others(passing, user, &json!({"id": user, "online": false}));
        })
    })
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "pres-4-to-everybody",
        "PRES-4",
        "Presence is emitted to all connections, authorised or not.",
        || {
            rule(|passing| {
                if passing.is("on.user.authorized")
                    && passing.payload()["success"] == true
                    && let Some(user) = passing.user()
                {
                    let known = passing.known;
                    let strangers: Vec<u64> =
                        known.links.iter().copied().filter(|link| !known.users.contains_key(link)).collect();
                    for link in strangers {
                        passing.tell(link, ONLINE, json!({"id": user, "online": true}));
                    }
                }
            })
        },
    ),
    Fault::on_the_wire(
        "pres-5-reset-unnoticed",
        "PRES-5",
        "Only a goodbye is noticed: a connection that was reset leaves its user online.",
        || {
            let mut ghosts: BTreeSet<u64> = BTreeSet::new();
            rule(move |passing| match &passing.frame {
                Frame::Gone(End::Reset | End::Dropped) if passing.towards == Towards::Server => {
                    ghosts.insert(passing.link);
                    passing.swallow();
                }
                // The connection to the server is kept alive.
                Frame::Ping if ghosts.contains(&passing.link) => {
                    passing.send(passing.link, Towards::Server, Frame::Pong)
                }
                _ => {}
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "pres-8-refused-announced",
        "PRES-8",
        "The announcement comes before the token is checked.",
        || {
            rule(|passing| {
                let claim = passing.known.claims.get(&passing.link).copied();
                if passing.is("on.user.authorized") && passing.payload()["success"] == false {
                    let Some(user) = claim.filter(|user| !passing.known.is_online(*user)) else { return };
                    tell_others(passing, user, &json!({"id": user, "online": true}));
                }
            })
        },
    ),
    Fault::on_the_wire(
        "pres-9-twice-running",
        "PRES-9",
        "The handler of the end of a connection runs for the transport and for the namespace: offline is announced twice.",
        || {
            rule(|passing| {
                if says(passing) == Some(false) {
                    passing.again();
                }
            })
        },
    ),
    Fault::on_the_wire(
        "pres-9-late-goodbye",
        "PRES-9",
        "The goodbye of an old connection is announced after the same user came back.",
        || {
            // When each subject's going was heard of, by connection.
            let mut gone: HashMap<(Link, u64), Instant> = HashMap::new();
            rule(move |passing| {
                let key = (passing.link, subject(passing));
                match says(passing) {
                    Some(false) => {
                        gone.insert(key, Instant::now());
                        passing.delay(GOODBYE);
                    }
                    Some(true) if gone.remove(&key).is_some_and(|since| since.elapsed() < GOODBYE) => {
                        passing.tell(passing.link, ONLINE, json!({"id": key.1, "online": false}));
                    }
                    _ => {}
                }
            })
        },
    )
    .only(Condition::AfterReconnect),
    Fault::on_the_wire(
        "pres-1-not-to-those-without-dialogs",
        "PRES-1",
        "Who has no dialog yet is not told who comes: presence goes to the rooms that a user is in.",
        || {
            swallow(ONLINE, |passing| {
                let rooms = &passing.known.rooms;
                says(passing) == Some(true)
                    && passing.user().is_some_and(|user| !rooms.values().any(|users| users.contains(&user)))
            })
        },
    )
    .only(Condition::RareInput),
];

/// What an announcement says; `None` where it is none.
fn says(passing: &Passage<'_>) -> Option<bool> {
    passing.payload().get("online").filter(|_| passing.is(ONLINE)).and_then(Value::as_bool)
}

fn subject(passing: &Passage<'_>) -> u64 {
    passing.payload()["id"].as_u64().unwrap_or(0)
}

fn tell_others(passing: &mut Passage<'_>, user: u64, payload: &Value) {
    let others: Vec<u64> =
        passing.known.users.iter().filter(|(_, other)| **other != user).map(|(link, _)| *link).collect();
    for link in others {
        passing.tell(link, ONLINE, payload.clone());
    }
}
