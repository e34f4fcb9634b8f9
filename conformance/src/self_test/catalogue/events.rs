//! Faults of events in general: EVT.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::help::{edit_all, rule};
use crate::self_test::{
    fault::{Condition, Fault},
    frame::Frame,
};

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire("evt-1-messages-twice", "EVT-1", "Each message is emitted to the room and to the user.", || {
        rule(|passing| {
            if passing.is("on.message.new") {
                passing.again();
            }
        })
    }),
    Fault::on_the_wire(
        "evt-1-third-message-twice",
        "EVT-1",
        "A send that is retried although it succeeded: every third message of a connection comes twice.",
        || {
            let mut heard: HashMap<u64, u32> = HashMap::new();
            rule(move |passing| {
                if passing.is("on.message.new") {
                    let count = heard.entry(passing.link).or_default();
                    *count += 1;
                    if count.is_multiple_of(3) {
                        passing.again();
                    }
                }
            })
        },
    )
    .only(Condition::LaterMessage),
    Fault::on_the_wire(
        "evt-1-listeners-pile-up",
        "EVT-1",
        "A listener is added at each authorisation and removed at no goodbye: who came back hears everything twice.",
        || {
            let mut came: HashMap<u64, u64> = HashMap::new();
            rule(move |passing| {
                let Some(me) = passing.user() else { return };
                if passing.is("on.user.authorized") && passing.payload()["success"] == true {
                    *came.entry(me).or_default() += 1;
                } else if passing.is("on.call.init") && came.get(&me).is_some_and(|times| *times > 1) {
                    passing.again();
                }
            })
        },
    )
    .only(Condition::AfterReconnect),
    Fault::on_the_wire(
        "evt-1-history-twice",
        "EVT-1",
        "A page of the history is sent by the handler and by its caller.",
        || {
            rule(|passing| {
                if passing.is("on.chat.history") {
                    passing.again();
                }
            })
        },
    ),
    Fault::on_the_wire(
        "evt-1-deletion-twice-for-two-devices",
        "EVT-1",
        "A deletion is emitted once for each device to every device, so that two devices hear it twice.",
        || {
            rule(|passing| {
                let Some(user) = passing.user().filter(|_| passing.is("on.message.delete")) else { return };
                for _ in 1..passing.known.links_of(user).len() {
                    passing.again();
                }
            })
        },
    )
    .only(Condition::SeveralDevices),
    Fault::on_the_wire("evt-2-second-argument", "EVT-2", "Events carry the time as a second argument.", || {
        rule(|passing| {
            if passing.name().starts_with("on.")
                && let Frame::Event { args, .. } = &mut passing.frame
            {
                args.push(json!(1_769_851_800));
            }
        })
    }),
    Fault::on_the_wire("evt-2-in-an-array", "EVT-2", "Payloads come in an array of one object.", || {
        edit_all(|payload| *payload = json!([payload.take()]))
    }),
    Fault::on_the_wire("evt-2-json-in-a-text", "EVT-2", "Payloads are encoded twice: JSON inside of a text.", || {
        edit_all(|payload| *payload = Value::String(payload.to_string()))
    }),
    Fault::on_the_wire(
        "evt-2-online-as-two-arguments",
        "EVT-2",
        "Presence alone comes as two arguments, id and online, because that handler is the oldest.",
        || {
            rule(|passing| {
                if passing.is("on.user.online")
                    && let Frame::Event { args, .. } = &mut passing.frame
                {
                    let payload = args.remove(0);
                    args.extend([payload["id"].clone(), payload["online"].clone()]);
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "evt-3-null-attachment-refused",
        "EVT-3",
        "attachment_id: null is taken for a malformed id.",
        || {
            rule(|passing| {
                if passing.is_action() && passing.payload().get("attachment_id") == Some(&Value::Null) {
                    passing.swallow();
                }
            })
        },
    ),
    Fault::on_the_wire(
        "evt-3-null-position-refused",
        "EVT-3",
        "last_id: null is taken for a malformed id, in the history alone.",
        || {
            rule(|passing| {
                if passing.is("chat.history") && passing.payload().get("last_id") == Some(&Value::Null) {
                    passing.swallow();
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::in_the_server(
        "evt-1-fanout-twice-for-two-devices",
        "EVT-1",
        "Delivery goes through the user and through the user's sockets: whoever has two hears everything twice.",
    )
    .only(Condition::SeveralDevices),
];
