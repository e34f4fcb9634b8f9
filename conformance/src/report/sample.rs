//! A run that never was, with every verdict and the nastiest texts: what reports are tested and looked at with.

use chat_spec::requirements::Level;
use serde_json::{Value, json};

use crate::{
    result::{DialectEntry, Finding, Heard, Lane, LaneEntry, RequirementResult, RunResult, ScenarioResult, WireLine},
    run_event::RunEvent,
    verdict::Verdict,
};

/// Markup, an escape sequence, a bell, the end of a CDATA section, a mark that turns the line around, Hebrew, emoji.
pub const NASTY: &str =
    "<script>alert('x')</script> & \"q\" \u{1b}[31mred\u{7} ]]> \u{202e}txet שלום 👩\u{200d}🚀𝒳 %0A|`*_ ::error::";

/// The whole run.
#[must_use]
pub fn result() -> RunResult {
    RunResult {
        verdict: Verdict::Violation,
        target: "ws://chat.example:3000/?room=a&b=c".into(),
        protocol_version: "1.0.0".into(),
        suite_version: "0.1.0".into(),
        started_at: "2026-01-31T09:30:00.000Z".into(),
        duration_ms: 4_210,
        round_trip_ms: Some(0.84),
        strict: false,
        seed: 4_815_162_342,
        profiles: vec!["attachments".into()],
        options: vec!["--accounts".into(), "my accounts.json".into()],
        requirements: requirements(),
        scenarios: scenarios(),
        dialect: dialect(),
        notes: vec![
            "The server closed every connection 3.1 s after the start, and was waited for.".into(),
            format!("It calls itself {NASTY}"),
        ],
    }
}

/// A run in which everything holds.
#[must_use]
pub fn all_well() -> RunResult {
    let mut result = result();
    result.requirements.retain(|requirement| requirement.verdict == Verdict::Pass);
    result.scenarios.retain(|scenario| scenario.verdict == Verdict::Pass);
    result.verdict = Verdict::Pass;
    result.notes.clear();
    result
}

/// The stream of events that leads to a result.
#[must_use]
pub fn events(result: &RunResult) -> Vec<RunEvent> {
    let mut events = vec![RunEvent::Started { target: result.target.clone(), scenarios: result.scenarios.len() }];
    for scenario in &result.scenarios {
        events.push(RunEvent::ScenarioStarted { id: scenario.id.clone() });
        events.push(RunEvent::ScenarioFinished(Box::new(scenario.clone())));
    }
    events.push(RunEvent::Finished(Box::new(result.clone())));
    events
}

fn requirements() -> Vec<RequirementResult> {
    use Level::{May, Must, Should};
    use Verdict::{HarnessError, NotApplicable, NotEvaluable, Pass, Violation, Warning};

    let row = |id: &str, level, group: &str, verdict, scenarios: &[&str], reason: Option<&str>, text: &str| {
        RequirementResult {
            id: id.into(),
            level,
            group: group.into(),
            text: text.into(),
            verdict,
            scenarios: scenarios.iter().map(|id| (*id).to_owned()).collect(),
            reason: reason.map(Into::into),
        }
    };
    let patience = Some("the server's ping interval (25 s) is longer than the suite's patience (10 s)");
    let sent = "message.send/reaches_both_users_and_nobody_else";
    let kept = "message.send/keeps_every_text_exactly";
    vec![
        row(
            "CONN-1",
            Must,
            "Connection",
            Pass,
            &["connect/completes_the_handshake"],
            None,
            "A WebSocket connection to the documented path completes the Engine.IO handshake (`sid`, `pingInterval`, `pingTimeout`, `maxPayload`) and the default namespace connects",
        ),
        row(
            "CONN-2",
            Must,
            "Connection",
            NotEvaluable,
            &[],
            patience,
            "A client that answers pings stays connected for at least two ping intervals without sending anything else",
        ),
        row(
            "CONN-3",
            Should,
            "Connection",
            NotEvaluable,
            &[],
            patience,
            "A client that stops answering pings is disconnected within `pingInterval + pingTimeout`, and its user goes offline",
        ),
        row(
            "CONN-5",
            May,
            "Connection",
            Pass,
            &["connect/completes_the_handshake"],
            None,
            "The default path `/socket.io/` is served too",
        ),
        row(
            "PRES-1",
            Must,
            "Presence",
            Pass,
            &["user.auth/is_announced", sent],
            None,
            "When a user becomes authorised, every other authorised user gets `{id, online: true}`",
        ),
        row(
            "PRES-3",
            Should,
            "Presence",
            Warning,
            &["user.auth/is_announced"],
            Some("bob was announced offline while his phone was still connected"),
            "Closing one of several sockets of a user does not announce it offline",
        ),
        row(
            "SEND-1",
            Must,
            "Sending",
            Violation,
            &[sent],
            Some("bob never heard of the message"),
            "Both users get `on.message.new` with the same `message`, as in START-1 to START-3",
        ),
        row("SEND-3", Must, "Sending", Pass, &[sent], None, "Nobody outside the room gets the event"),
        row(
            "SEND-4",
            Must,
            "Sending",
            Violation,
            &[kept],
            Some("a text came back changed"),
            "`text` arrives and is stored exactly as sent: any Unicode scalar values (U+0000 may be refused instead), all planes, line ends, white space, quotes, HTML, SQL; not trimmed, not normalised, never cut",
        ),
        row(
            "SEND-12",
            Should,
            "Sending",
            HarnessError,
            &["message.send/time_does_not_run_backwards"],
            Some("the suite's own clock ran backwards"),
            "`created_at` does not run backwards in a room",
        ),
        row(
            "TYPE-5",
            Should,
            "Payload types",
            Warning,
            &[sent],
            Some("on.message.new has the undocumented field /message/edited"),
            "No fields beyond the documented ones",
        ),
        row(
            "DUR-1",
            Must,
            "Durability",
            NotEvaluable,
            &[],
            Some("it needs `--server-cmd`, so that the suite can restart the server"),
            "What was announced survives a restart of the server (only where the suite starts the server itself)",
        ),
        row(
            "ERR-1",
            Must,
            "Errors",
            NotApplicable,
            &[],
            Some("the server does not declare the profile `errors`"),
            "A refused action without an acknowledgement callback gets `on.error {action, code, message}` on the calling socket alone",
        ),
        row(
            "ERR-2",
            Must,
            "Errors",
            NotApplicable,
            &[],
            Some("the server does not declare the profile `errors`"),
            "An action with an acknowledgement callback gets `{ok: true}` or `{ok: false, error: {action, code, message}}` instead, after its events were sent",
        ),
    ]
}

fn scenarios() -> Vec<ScenarioResult> {
    vec![
        passed(
            "connect/completes_the_handshake",
            "A client connects to the documented path and joins the default namespace.",
            &["CONN-1", "CONN-5"],
        ),
        announced(),
        reaches(),
        keeps(),
        ScenarioResult {
            verdict: Verdict::HarnessError,
            message: Some("the suite's own clock ran backwards".into()),
            ..passed(
                "message.send/time_does_not_run_backwards",
                "`created_at` grows from message to message.",
                &["SEND-12"],
            )
        },
        ScenarioResult {
            verdict: Verdict::NotEvaluable,
            message: Some("it needs `--server-cmd`, so that the suite can restart the server".into()),
            ..passed("durability/survives_a_restart", "What was announced is still there after a restart.", &["DUR-1"])
        },
        ScenarioResult {
            verdict: Verdict::NotApplicable,
            message: Some("the server does not declare the profile `errors`".into()),
            ..passed("errors/refusals_are_named", "A refused action is answered with its code.", &["ERR-1", "ERR-2"])
        },
    ]
}

fn passed(id: &str, title: &str, requirements: &[&str]) -> ScenarioResult {
    ScenarioResult {
        id: id.into(),
        group: id.split('/').next().unwrap_or_default().into(),
        title: title.into(),
        verdict: Verdict::Pass,
        requirements: requirements.iter().map(|id| (*id).to_owned()).collect(),
        duration_ms: 38,
        message: None,
        findings: Vec::new(),
        transcript: vec![lane(
            "alice",
            vec![happened("connected"), sent("user.auth", json!({"id": "user#1", "token": "token#1"}))],
        )],
        diff: None,
        wire_log: Vec::new(),
    }
}

fn announced() -> ScenarioResult {
    let message = "bob was announced offline while his phone was still connected";
    ScenarioResult {
        verdict: Verdict::Warning,
        duration_ms: 212,
        message: Some(message.into()),
        findings: vec![Finding {
            requirement: "PRES-3".into(),
            verdict: Verdict::Warning,
            message: message.into(),
            expected: None,
            got: Some("on.user.online {\"id\":\"user#2\",\"online\":false}".into()),
        }],
        transcript: vec![
            lane(
                "alice",
                vec![
                    heard("on.user.online", json!({"id": "user#2", "online": true})),
                    heard("on.user.online", json!({"id": "user#2", "online": false})),
                ],
            ),
            lane("bob/laptop", vec![happened("connected"), happened("closed by the client")]),
            lane("bob/phone", vec![happened("connected")]),
        ],
        wire_log: vec![wire(101.5, "alice", Heard::Received, r#"42["on.user.online",{"id":2,"online":false}]"#)],
        ..passed(
            "user.auth/is_announced",
            "A user who connects and leaves is announced to everyone else.",
            &["PRES-1", "PRES-3"],
        )
    }
}

fn reaches() -> ScenarioResult {
    let message = json!({"id": "message#1", "room_id": "room#1", "user_id": "user#1", "text": "hello", "attachment": null,
        "created_at": "date#1", "updated_at": "date#1"});
    let chat = json!({"user_id": "user#1", "unread_count": 0, "created_at": "date", "updated_at": "date"});
    let room = json!({"id": "room#1", "users": [{"id": "user#1", "created_at": "date"}, {"id": "user#2", "created_at": "date"}], "created_at": "date"});
    ScenarioResult {
        verdict: Verdict::Violation,
        duration_ms: 1_004,
        message: Some("bob never heard of the message".into()),
        findings: vec![
            Finding {
                requirement: "SEND-1".into(),
                verdict: Verdict::Violation,
                message: "bob never heard of the message".into(),
                expected: Some("on.message.new for bob, before the answer to his own chat.history".into()),
                got: Some("nothing within 40 ms (48 round trips)".into()),
            },
            Finding {
                requirement: "TYPE-5".into(),
                verdict: Verdict::Warning,
                message: "on.message.new has the undocumented field /message/edited".into(),
                expected: None,
                got: None,
            },
        ],
        transcript: vec![
            lane("alice", vec![
                sent("message.send", json!({"room_id": "room#1", "text": "hello"})),
                heard("on.message.new", json!({"message": message, "room": room, "chat": chat})),
            ]),
            lane("bob", vec![sent("chat.history", json!({"room_id": "room#1"})), heard("on.chat.history", json!({"messages": [message], "room": room, "chat": chat}))]),
            lane("carol", vec![happened("connected")]),
        ],
        diff: Some(" bob\n-  ← on.message.new {\"message\":\"message#1\"}\n   → chat.history {\"room_id\":\"room#1\"}\n+  ← on.chat.history {\"messages\":[\"message#1\"]}\n".into()),
        wire_log: vec![
            wire(0.2, "alice", Heard::Sent, r#"42["message.send",{"room_id":7,"text":"hello"}]"#),
            wire(1.9, "alice", Heard::Received, r#"42["on.message.new",{"message":{"id":70,"text":"hello"}}]"#),
            wire(2.4, "carol", Heard::Connection, "closed: 1006, no reason given"),
        ],
        ..passed("message.send/reaches_both_users_and_nobody_else", "Both users hear a message, and nobody else does.", &["SEND-1", "SEND-3", "PRES-1", "TYPE-5"])
    }
}

fn keeps() -> ScenarioResult {
    ScenarioResult {
        verdict: Verdict::Violation,
        duration_ms: 96,
        message: Some("a text came back changed".into()),
        findings: vec![Finding {
            requirement: "SEND-4".into(),
            verdict: Verdict::Violation,
            message: format!("a text came back changed: {NASTY}"),
            expected: Some(NASTY.into()),
            got: Some(format!("{}\n{}", NASTY.trim_start_matches('<'), "long ".repeat(1_000))),
        }],
        transcript: vec![lane(
            "alice <b>",
            vec![sent("message.send", json!({"room_id": "room#1", "text": NASTY})), heard(NASTY, json!("</pre>"))],
        )],
        diff: Some(format!(
            "@@ -1,2 +1,2 @@\n alice\n-  ← on.message.new {{\"text\":{}}}\n+  ← on.message.new {{\"text\":\"</pre>\"}}\n",
            json!(NASTY)
        )),
        wire_log: vec![wire(
            0.4,
            "alice",
            Heard::Sent,
            &format!("42[\"message.send\",{}]", json!({"room_id": 7, "text": NASTY})),
        )],
        ..passed(
            "message.send/keeps_every_text_exactly",
            "Texts of every plane, with markup and control characters, arrive as they were sent.",
            &["SEND-4"],
        )
    }
}

fn dialect() -> Vec<DialectEntry> {
    let entry = |matter: &str, source: &str, server: &str, ours: &str| DialectEntry {
        matter: matter.into(),
        source: source.into(),
        server: server.into(),
        ours: ours.into(),
    };
    vec![
        entry("order inside a page of history", "HIST-8", "newest first", "oldest first"),
        entry("who may delete a message", "D11", "only its author", "only its author"),
        entry("how it calls itself", "D18", NASTY, "nothing"),
    ]
}

fn lane(name: &str, entries: Vec<LaneEntry>) -> Lane {
    Lane { name: name.into(), entries }
}

fn sent(event: &str, payload: Value) -> LaneEntry {
    LaneEntry { direction: Heard::Sent, event: event.into(), payload: Some(payload) }
}

fn heard(event: &str, payload: Value) -> LaneEntry {
    LaneEntry { direction: Heard::Received, event: event.into(), payload: Some(payload) }
}

fn happened(what: &str) -> LaneEntry {
    LaneEntry { direction: Heard::Connection, event: what.into(), payload: None }
}

fn wire(at_ms: f64, socket: &str, direction: Heard, frame: &str) -> WireLine {
    WireLine { at_ms, socket: socket.into(), direction, frame: frame.into() }
}
