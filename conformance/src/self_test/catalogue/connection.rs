//! Faults of connections: CONN.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::help::rule;
use crate::self_test::{
    fault::{Condition, Fault, With},
    frame::{Frame, Towards},
    known::Link,
    passage::Passage,
};

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire(
        "conn-1-no-ping-interval",
        "CONN-1",
        "The greeting of a hand-written Engine.IO leaves pingInterval out.",
        || {
            rule(|passing| {
                if let Frame::Open(Value::Object(greeting)) = &mut passing.frame {
                    greeting.remove("pingInterval");
                }
            })
        },
    ),
    Fault::on_the_wire(
        "conn-1-interval-in-text",
        "CONN-1",
        "The greeting holds its intervals as texts, read from the environment and never made numbers.",
        || {
            rule(|passing| {
                if let Frame::Open(greeting) = &mut passing.frame {
                    for field in ["pingInterval", "pingTimeout"] {
                        greeting[field] = greeting[field].to_string().into();
                    }
                }
            })
        },
    ),
    Fault::on_the_wire(
        "conn-2-pongs-unheard",
        "CONN-2",
        "Answers to pings are not taken notice of, so that every client is closed after one interval.",
        || {
            rule(|passing| {
                if passing.frame == Frame::Pong {
                    passing.swallow();
                }
            })
        },
    ),
    Fault::on_the_wire(
        "conn-2-closes-the-idle",
        "CONN-2",
        "A client that sends nothing but answers to pings is closed as idle at its second ping.",
        || {
            let mut idle: HashMap<u64, u32> = HashMap::new();
            rule(move |passing| {
                if passing.is_action() {
                    idle.remove(&passing.link);
                } else if passing.frame == Frame::Pong {
                    let pings = idle.entry(passing.link).or_default();
                    *pings += 1;
                    if *pings >= 2 {
                        passing.hang_up(passing.link);
                    }
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "conn-3-pongs-unneeded",
        "CONN-3",
        "Pings are sent and nobody looks whether they are answered, so that dead clients stay forever.",
        || {
            rule(|passing| match passing.frame {
                // The proxy answers in the place of the client, whether that would or not.
                Frame::Ping => passing.send(passing.link, Towards::Server, Frame::Pong),
                Frame::Pong => passing.swallow(),
                _ => {}
            })
        },
    ),
    Fault::on_the_wire(
        "conn-3-silent-stays-online",
        "CONN-3",
        "A client that stops answering pings is closed, but its user is not announced offline: that is done on a goodbye alone.",
        || {
            let mut silenced: BTreeSet<u64> = BTreeSet::new();
            rule(move |passing| {
                if matches!(passing.frame, Frame::Gone(_)) && passing.towards == Towards::Client {
                    silenced.extend(passing.user());
                } else if passing.is("on.user.online")
                    && passing.payload()["online"] == false
                    && passing.payload()["id"].as_u64().is_some_and(|user| silenced.contains(&user))
                {
                    passing.swallow();
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "conn-4-never-joined-stays",
        "CONN-4",
        "A connection that never joins the namespace is kept forever: there is no timer for it.",
        || {
            let mut rooms: HashMap<Link, Lobby> = HashMap::new();
            rule(move |passing| {
                let lobby = rooms.entry(passing.link).or_default();
                match (&passing.frame, passing.towards) {
                    // The proxy joins in the place of the client, so that the server does not miss it.
                    (Frame::Open(_), Towards::Client) => {
                        passing.send(passing.link, Towards::Server, Frame::Text(JOIN.to_owned()));
                    }
                    (Frame::Text(text), Towards::Server) if text == JOIN && !lobby.asked => {
                        lobby.asked = true;
                        passing.swallow();
                        lobby.answer_where_joined(passing);
                    }
                    (Frame::Text(text), Towards::Client) if text.starts_with(JOIN) && lobby.joined.is_none() => {
                        lobby.joined = Some(passing.hold());
                        lobby.answer_where_joined(passing);
                    }
                    _ => {}
                }
            })
        },
    )
    .with(&[With::LongPatience]),
];

/// Joins the default namespace.
const JOIN: &str = "40";

/// A connection that the proxy joined before its client did.
#[derive(Default)]
struct Lobby {
    /// Whether the client asked to join.
    asked: bool,
    /// The server's answer.
    joined: Option<Frame>,
}

impl Lobby {
    /// Tells the client that it joined, where it asked and the server said so.
    fn answer_where_joined(&self, passing: &mut Passage<'_>) {
        if let Some(joined) = self.joined.clone().filter(|_| self.asked) {
            passing.send(passing.link, Towards::Client, joined);
        }
    }
}
