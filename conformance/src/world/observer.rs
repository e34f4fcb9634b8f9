//! What is checked of every event that comes in any scenario, and where it is put.

use chat_spec::{
    events::{Entry, OnMessageNew, OnUserAuthorized, OnUserOnline, Payload},
    schema,
    types::Date,
};
use serde_json::Value;

use super::{Client, World, inbox::HeardEvent, settle};
use crate::{
    attribution,
    wire::{CloseReason, Event, Incoming},
};

/// Takes what came on a connection.
pub(super) fn observe(client: &Client, world: &World, incoming: Incoming) {
    match incoming {
        Incoming::Event(event) => observe_event(client, world, event),
        Incoming::Ack(ack) => client.inbox().add(|heard| heard.stray_acknowledgements.push(ack.id)),
        Incoming::Malformed { .. } if client.is_misbehaving() => {}
        Incoming::Malformed { frame, why } => {
            let sentence = format!("`{}` heard a frame that is malformed: {why}: {frame}", client.label());
            world.state(|state| state.find("EVT-2", sentence, None, None));
        }
        Incoming::Closed { reason, at } => {
            if !matches!(reason, CloseReason::ByClient | CloseReason::Unanswered) {
                let (starved, held_up) = (client.was_too_late_for_a_ping(), client.server_was_too_late(at));
                world.state(|state| {
                    state.lost_a_connection = true;
                    state.starved |= starved;
                    state.held_up |= held_up;
                });
            }
            client.inbox().add(|heard| heard.closed = Some(reason));
        }
        Incoming::Disconnected => client.inbox().add(|heard| heard.left = true),
        Incoming::Connected { .. } | Incoming::ConnectionError { .. } => {}
    }
}

fn observe_event(client: &Client, world: &World, event: Event) {
    let Event { name, args, seq, at, .. } = event;
    let Some(entry) = Entry::find(&name) else {
        // Nothing forbids more events; what a server adds is its dialect.
        world.state(|state| state.undocumented.insert(name));
        return;
    };
    let undeclared = entry.profile.is_some_and(|profile| !world.subject().has_profile(profile));
    if !undeclared {
        check_shape(world, entry, &args);
    }
    let payload = args.into_iter().next().unwrap_or(Value::Null);
    if name == OnUserAuthorized::NAME && payload["success"] == false {
        client.note_refusal();
    }
    if let Some(recording) = &world.subject().recording {
        recording.add(&name, &payload, &world.subject().secrets);
    }
    let event = HeardEvent { name, payload, seq, at };
    put(client, world, event);
}

/// EVT-2 and TYPE-1 to TYPE-6.
///
/// What is wrong at one place of an event is found once in a scenario, with the first value that shows it.
fn check_shape(world: &World, entry: &'static Entry, args: &[Value]) {
    let name = entry.name;
    world.state(|state| {
        for requirement in ["EVT-2", "TYPE-1", "TYPE-2", "TYPE-3", "TYPE-4", "TYPE-5", "TYPE-6"] {
            state.mark_checked(requirement);
        }
        let [payload] = args else {
            // What a server of Node.js appends to events where its connections can be recovered: the id to go on from.
            let appended = matches!(args, [Value::Object(_), Value::String(_)]);
            let hint = if appended { ": Socket.IO's `connectionStateRecovery` appends one, switch it off" } else { "" };
            let sentence = format!("{name} came with {} arguments instead of one{hint}", args.len());
            let got = shorten(&Value::from(args).to_string());
            return state.find("EVT-2", sentence, None, Some(got));
        };
        if !payload.is_object() {
            return state.find("EVT-2", format!("{name} carries {payload} instead of a JSON object"), None, None);
        }
        for finding in schema::findings(name, payload) {
            // A field that is missing is named by the message; elsewhere the message shows a value.
            let missing = finding.message.ends_with("is a required property").then(|| finding.message.clone());
            let place = (entry.name, finding.requirement, without_indexes(&finding.path), missing);
            if !state.misshapen.insert(place) {
                continue;
            }
            let place = if finding.path.is_empty() { "the payload" } else { &finding.path };
            let got = payload.pointer(&finding.path).map(|value| shorten(&value.to_string()));
            let requirement = attribution::of_shape(name, &finding.path, &finding.message, finding.requirement);
            state.find(requirement, format!("{name}: {place}: {}", shorten(&finding.message)), None, got);
        }
        if let Some(place) = runs_backwards(payload, String::new()) {
            state.find("TYPE-6", format!("{name}: {place}: created_at is after updated_at"), None, None);
        }
    });
}

/// The path of a field in any message of a page, any dialog of a list.
fn without_indexes(path: &str) -> String {
    let name = |part: &str| if part.bytes().all(|byte| byte.is_ascii_digit()) { "*".into() } else { part.to_owned() };
    path.split('/').map(name).collect::<Vec<_>>().join("/")
}

/// Where something was changed before it was made.
fn runs_backwards(value: &Value, place: String) -> Option<String> {
    match value {
        Value::Object(fields) => {
            let date = |name: &str| fields.get(name)?.as_str()?.parse::<Date>().ok();
            if let (Some(created), Some(updated)) = (date("created_at"), date("updated_at"))
                && created > updated
            {
                return Some(if place.is_empty() { "the payload".into() } else { place });
            }
            let inner =
                fields.iter().filter(|(name, _)| !matches!(name.as_str(), "ice_candidate" | "session_description"));
            inner.into_iter().find_map(|(name, value)| runs_backwards(value, format!("{place}/{name}")))
        }
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, value)| runs_backwards(value, format!("{place}/{index}")))
        }
        _ => None,
    }
}

/// Puts an event where the scenario looks for it.
fn put(client: &Client, world: &World, event: HeardEvent) {
    if event.name == OnUserOnline::NAME
        && client.is_authorised()
        && let Ok(presence) = serde_json::from_value::<OnUserOnline>(event.payload.clone())
    {
        return client.inbox().add(|heard| heard.presence.push_back((presence.id, presence.online)));
    }
    if event.name == "on.error" {
        return client.inbox().add(|heard| heard.errors.push_back(event));
    }
    if event.name == OnMessageNew::NAME
        && let Some(number) =
            event.payload["message"]["text"].as_str().and_then(|text| settle::own(client, world, text))
    {
        return client.inbox().add(|heard| {
            // A sentinel that comes twice is an event that comes twice.
            if !heard.sentinels.insert(number) {
                let sentence = format!("`{}` heard the same on.message.new twice", client.label());
                world.state(|state| state.find(state.repeats, sentence, None, None));
            }
        });
    }
    if event.name == OnMessageNew::NAME
        && event.payload["message"]["text"].as_str().is_some_and(|text| settle::is_of_same_user(client, world, text))
    {
        return; // the sentinel of another socket, which this one hears as well
    }
    if event.name == OnUserAuthorized::NAME
        && let Ok(authorized) = serde_json::from_value::<OnUserAuthorized>(event.payload.clone())
        && authorized.success
    {
        world.state(|state| state.remember_unread(client.id(), &authorized));
        client.set_authorised();
        client.inbox().add(super::inbox::Heard::presence_from_now_on);
    }
    client.inbox().add(|heard| heard.pending.push_back(event));
}

/// A sentence or value that is not longer than a few lines.
pub(super) fn shorten(text: &str) -> String {
    const LONGEST: usize = 400;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain("…".chars()).collect()
}
