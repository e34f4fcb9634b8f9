//! The scenarios of the run that never was: every verdict, and texts of every kind in every place.

use serde_json::{Value, json};

use crate::{
    report::sample::NASTY,
    result::{Finding, Heard, Lane, LaneEntry, ScenarioResult, WireLine},
    verdict::Verdict,
};

/// All of them.
pub(super) fn all() -> Vec<ScenarioResult> {
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
        known: None,
        transcript: vec![lane(
            "alice",
            vec![happened("connected"), sent("user.auth", json!({"id": "user#1", "token": "token#1"}))],
        )],
        diff: None,
        comparable: true,
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
            known: None,
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
        comparable: true,
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
                known: None,
            },
            Finding {
                requirement: "TYPE-5".into(),
                verdict: Verdict::Warning,
                message: "on.message.new has the undocumented field /message/edited".into(),
                expected: None,
                got: None,
                known: None,
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
        comparable: true,
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
            known: None,
        }],
        transcript: vec![lane(
            "alice <b>",
            vec![sent("message.send", json!({"room_id": "room#1", "text": NASTY})), heard(NASTY, json!("</pre>"))],
        )],
        diff: Some(format!(
            "@@ -1,2 +1,2 @@\n alice\n-  ← on.message.new {{\"text\":{}}}\n+  ← on.message.new {{\"text\":\"</pre>\"}}\n",
            json!(NASTY)
        )),
        comparable: true,
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
