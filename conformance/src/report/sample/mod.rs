//! A run that never was, with every verdict and the nastiest texts: what reports are tested and looked at with.

mod requirements;
mod scenarios;

use crate::{
    result::{DialectEntry, RunResult},
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
        replayed: None,
        requirements: requirements::all(),
        scenarios: scenarios::all(),
        dialect: dialect(),
        expectations: Vec::new(),
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
