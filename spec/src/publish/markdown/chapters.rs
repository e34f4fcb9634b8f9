//! The chapters of the reference.

use super::{event, links::slug};
use crate::{
    PROTOCOL_VERSION,
    conversations::CONVERSATIONS,
    events::{Audience, Direction, Entry, TABLE},
    publish::{
        json_schema,
        sequence::mermaid,
        shape::{Documented, Shape},
    },
    requirements,
    topics::{TOPICS, Topic},
};

pub(super) fn introduction() -> String {
    format!(
        "# The chat protocol {PROTOCOL_VERSION}\n\n\
         A chat between two people over Socket.IO: dialogs, messages with attachments, presence, and signalling for \
         WebRTC calls. This reference is generated from the protocol's types and requirements by \
         `chat-spec publish`: do not edit it.\n\n\
         For programs, the same contract lies beside it: `index.d.ts` has TypeScript types of every action and event, \
         `schemas/` their JSON Schemas (2020-12; `bundle.json` has all of them), `asyncapi.json` an AsyncAPI 3.0 \
         document.\n\n\
         *Actions* are sent by clients, *events* by the server. *A user* means all authorised sockets of that user \
         (D2). MUST, SHOULD and MAY are those of RFC 2119: a server that breaks a MUST is not conformant, one that \
         breaks a SHOULD gets a warning, and where it says MAY, servers are free.\n"
    )
}

pub(super) fn connecting() -> String {
    "Any client of Socket.IO version 4 (Engine.IO protocol 4, Socket.IO protocol 5), over WebSocket, in the default \
     namespace. With the types of this folder:\n\n\
     ```ts\n\
     import { io, type Socket } from \"socket.io-client\";\n\
     import type { ClientToServerEvents, ServerToClientEvents } from \"chat-protocol\";\n\n\
     const socket: Socket<ServerToClientEvents, ClientToServerEvents> =\n\
     \x20 io(\"ws://localhost:3000\", { path: \"/\", transports: [\"websocket\"] });\n\n\
     socket.on(\"on.user.authorized\", ({ success, dialogs }) => { /* … */ });\n\
     socket.emit(\"user.auth\", { id: 1, token: \"a-secret-of-user-1\" });\n\
     ```\n\n\
     Send `user.auth` first, and again after each reconnect: it is what says who you are, and before it no other \
     action has an effect (SEC-1). A client that keeps answering the server's pings stays connected.\n"
        .to_owned()
}

pub(super) fn at_a_glance() -> String {
    let mut text = String::from("| action | what it does | answered by | who hears the answer |\n|---|---|---|---|\n");
    for entry in sent_by(Direction::ClientToServer) {
        let answer = entry.answered_by.map(link).unwrap_or_default();
        text.push_str(&format!("| {} | {} | {answer} | {} |\n", link(entry.name), gist(entry), entry.audience));
    }
    text.push_str("\n| event | what it says | who hears it |\n|---|---|---|\n");
    for entry in sent_by(Direction::ServerToClient) {
        text.push_str(&format!("| {} | {} | {} |\n", link(entry.name), gist(entry), entry.audience));
    }
    text.push_str("\n| who hears it | that is |\n|---|---|\n");
    for audience in Audience::ALL {
        text.push_str(&format!("| {audience} | {} |\n", audience.meaning()));
    }
    text
}

pub(super) fn conversations() -> String {
    let mut text = String::from(
        "Alice is connected twice, Bob once. Full lines are actions, dashed lines are what the server sends. A second \
         socket that gets no line hears nothing.\n",
    );
    for conversation in CONVERSATIONS {
        text.push_str(&format!("\n### {}\n\n```mermaid\n{}\n```\n", conversation.title, mermaid::text(conversation)));
    }
    text
}

pub(super) fn actions() -> String {
    sections(
        Direction::ClientToServer,
        "What clients send. `null` in an optional field is the same as leaving it out (EVT-3).",
    )
}

pub(super) fn events() -> String {
    sections(
        Direction::ServerToClient,
        "What servers send. Each carries one JSON object (EVT-2), and all its fields are always there.",
    )
}

fn sections(direction: Direction, introduction: &str) -> String {
    let sections = sent_by(direction).map(|entry| format!("\n### `{}`\n\n{}", entry.name, event::section(entry)));
    format!("{introduction}\n{}", sections.collect::<String>())
}

pub(super) fn refusals() -> String {
    let codes = json_schema::definitions().remove("ErrorCode").unwrap_or_default();
    let rows: String = match Documented::of(&codes).shape {
        Shape::Choice(codes) => codes.iter().map(code).collect(),
        _ => String::new(),
    };
    format!(
        "The original has no way to say no: a refused action changes nothing, and nobody is told a success (D7). A \
         server with the profile `errors` reports it: to an action without a callback by {}, to one with a callback by \
         an [Acknowledgement](#acknowledgement). Where several codes apply, the first in this order is given (ERR-6).\n\n\
         | code | when |\n|---|---|\n{rows}",
        link("on.error")
    )
}

fn code(code: &Documented) -> String {
    let name = if let Shape::Literal(name) = &code.shape { name.as_str().unwrap_or_default() } else { "" };
    format!("| `{name}` | {} |\n", code.description)
}

pub(super) fn requirements() -> String {
    let mut text = String::from("What a server must, should and may do, by subject.\n");
    for topic in TOPICS {
        text.push_str(&format!(
            "\n### {}\n\n{}| id | level | requirement | source |\n|---|---|---|---|\n",
            heading(topic),
            about(topic)
        ));
        for requirement in topic.requirements() {
            text.push_str(&format!(
                "| <a id=\"{}\"></a>{} | {} | {} | {} |\n",
                slug(&requirement.id),
                requirement.id,
                requirement.level,
                requirement.text,
                requirement.source.join(", ")
            ));
        }
    }
    text
}

/// A heading that no chapter has, and that no mention of a group is taken for.
fn heading(topic: &Topic) -> String {
    format!("Requirements: {}", topic.group)
}

fn about(topic: &Topic) -> String {
    let names: Vec<_> = topic.entries().map(|entry| link(entry.name)).collect();
    let profile = topic.requirements().find_map(|requirement| requirement.profile.as_deref());
    let profile = profile.map(|profile| format!("For servers with the profile `{profile}`.\n\n")).unwrap_or_default();
    if names.is_empty() { profile } else { format!("About {}.\n\n{profile}", names.join(", ")) }
}

pub(super) fn decisions() -> String {
    let mut text = String::from(
        "Where the original is silent or contradicts itself.\n\n| | the original | decided |\n|---|---|---|\n",
    );
    for decision in requirements::decisions() {
        text.push_str(&format!(
            "| <a id=\"{}\"></a>{} | {} | {} |\n",
            slug(&decision.id),
            decision.id,
            decision.original,
            decision.decided
        ));
    }
    text
}

pub(super) fn readings() -> String {
    let mut text = String::from(
        "Where the requirements themselves leave something open: how this project reads them. The suite judges by it, and \
         the reference server follows it.\n\n| | about | open | read |\n|---|---|---|---|\n",
    );
    for reading in requirements::readings() {
        text.push_str(&format!(
            "| <a id=\"{}\"></a>{} | {} | {} | {} |\n",
            slug(&reading.id),
            reading.id,
            reading.about.join(", "),
            reading.open,
            reading.read
        ));
    }
    text
}

pub(super) fn known_gaps() -> String {
    "What the protocol cannot say. Servers add nothing here of their own (D20): a client that needs one of these must \
     do without it.\n\n\
     - **Calls have no state.** No ringing, no hang-up, no \"answered elsewhere\": all sockets of a user ring, and \
     those that did not answer are not told. Clients time out on their own, and see the end of a call from WebRTC.\n\
     - **One ICE candidate a message.** There is no action for further candidates: gather them first and put them into \
     `session_description`, or offer and answer again.\n\
     - **No list of who is online.** One who just came hears of others only when they come or go.\n\
     - **No read receipt.** The other user is not told that a message was read (READ-4).\n\
     - **No editing.** A message can be deleted and sent again.\n\
     - **No way to say no** in the original; see [Refusals and acknowledgements](#refusals-and-acknowledgements).\n"
        .to_owned()
}

fn sent_by(direction: Direction) -> impl Iterator<Item = &'static Entry> {
    TABLE.iter().filter(move |entry| entry.direction == direction)
}

fn link(name: &str) -> String {
    format!("[`{name}`](#{})", slug(name))
}

/// The first sentence of what is said about an action or event.
fn gist(entry: &Entry) -> String {
    let description = Documented::of(&crate::schema::of(entry).to_value()).description;
    description.split_once(". ").map_or(description.clone(), |(first, _)| format!("{first}."))
}
