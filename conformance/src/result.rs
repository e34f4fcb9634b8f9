//! What a run found, as data. Reports are made of this and of nothing else; it is also the format of `--report json=`.

use chat_spec::requirements::Level;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::verdict::Verdict;

/// A whole run against one server.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RunResult {
    /// The gravest verdict of all, known failures (`--expect`) left out.
    pub verdict: Verdict,
    /// The URL of the server under test.
    pub target: String,
    /// The version of the protocol that was checked.
    pub protocol_version: String,
    /// The version of the suite.
    pub suite_version: String,
    /// When the run began, as `Date.toJSON` writes it.
    pub started_at: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The measured round trip to the server, in milliseconds; waits are scaled to it. `None` where it never answered.
    pub round_trip_ms: Option<f64>,
    /// Whether a broken SHOULD fails the run.
    pub strict: bool,
    /// The seed of everything that was random.
    pub seed: u64,
    /// The profiles that were checked, such as `errors`.
    pub profiles: Vec<String>,
    /// The options of the command line, one word each, that a second run needs to be like this one, such as
    /// `--accounts accounts.json`. Reports print them in the command that runs one scenario again; no secrets.
    #[serde(default)]
    pub options: Vec<String>,
    /// The file of the random session that was played again, where that is what the run was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replayed: Option<String>,
    /// Every requirement of the protocol, in its order.
    pub requirements: Vec<RequirementResult>,
    /// Every scenario that was run, in the order of the catalogue.
    pub scenarios: Vec<ScenarioResult>,
    /// What the server was seen to do where servers are free.
    pub dialect: Vec<DialectEntry>,
    /// What became of each line of the list of known failures (`--expect`), in its order.
    #[serde(default)]
    pub expectations: Vec<ExpectationResult>,
    /// What a reader should know besides, such as that the server died half-way.
    pub notes: Vec<String>,
}

/// What became of one line of the list of known failures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExpectationResult {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The requirement, the scenario, or both, that are expected to fail.
    pub what: String,
    /// Why that is put up with.
    pub why: String,
    /// What became of it.
    pub outcome: ExpectationOutcome,
}

/// What became of a known failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExpectationOutcome {
    /// It failed, as expected.
    Fails,
    /// It was checked and holds: the line is out of date, and the run fails.
    Passes,
    /// No requirement and no scenario is called that: the run fails.
    Unknown,
    /// It was not checked in this run: not selected, not applicable or not evaluable.
    NotChecked,
}

impl ExpectationOutcome {
    /// Whether the list has to be mended.
    #[must_use]
    pub const fn is_stale(self) -> bool {
        matches!(self, Self::Passes | Self::Unknown)
    }
}

/// What was found out about one requirement.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RequirementResult {
    /// Its id, such as `SEND-4`.
    pub id: String,
    /// How much it binds.
    #[schemars(with = "String", extend("enum" = ["MUST", "SHOULD", "MAY"]))]
    pub level: Level,
    /// The heading that it stands under.
    pub group: String,
    /// What is required, in Markdown.
    pub text: String,
    /// The gravest verdict of its scenarios.
    pub verdict: Verdict,
    /// The ids of the scenarios that name it and were run.
    pub scenarios: Vec<String>,
    /// Why it was not checked; or what is broken, in one sentence.
    pub reason: Option<String>,
    /// Why that it is broken does not fail the run, where all that is wrong is a known failure (`--expect`).
    #[serde(default)]
    pub known: Option<String>,
}

/// What was found out in one scenario.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioResult {
    /// Its id, such as `message.send/reaches_both_users_and_nobody_else`.
    pub id: String,
    /// The heading of its file, such as `message.send`.
    pub group: String,
    /// What it checks, in one sentence.
    pub title: String,
    /// The gravest verdict of its findings.
    pub verdict: Verdict,
    /// The ids of the requirements that it names.
    pub requirements: Vec<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The gravest finding in one sentence, or why it could not be evaluated.
    pub message: Option<String>,
    /// Everything that is wrong, gravest first.
    pub findings: Vec<Finding>,
    /// Why that it failed does not fail the run, where all that was found is a known failure (`--expect`).
    #[serde(default)]
    pub known: Option<String>,
    /// What was said, one lane a user, with ids and dates hidden.
    pub transcript: Vec<Lane>,
    /// Whether the transcript is the same in every run against every conformant server, so that it is compared with the
    /// verified one.
    #[serde(default)]
    pub comparable: bool,
    /// How the transcript differs from the verified one, as a unified diff.
    pub diff: Option<String>,
    /// Every frame on the wire, in the order of time. Tokens are masked. Empty where the scenario passed, or where
    /// several others show all that is wrong with theirs, unless it was asked for.
    pub wire_log: Vec<WireLine>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The requirement that is broken.
    pub requirement: String,
    /// What it means for the server.
    pub verdict: Verdict,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What was expected, where that can be shown.
    pub expected: Option<String>,
    /// What came instead.
    pub got: Option<String>,
    /// Why this is put up with, where it is a known failure (`--expect`).
    #[serde(default)]
    pub known: Option<String>,
}

/// What one user said and heard, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lane {
    /// The user and socket, such as `alice` or `alice/phone`.
    pub name: String,
    /// What was said and heard.
    pub entries: Vec<LaneEntry>,
}

/// One line of a lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LaneEntry {
    /// Who spoke.
    pub direction: Heard,
    /// The event name, or what happened to the connection in words.
    pub event: String,
    /// The payload, with ids and dates hidden.
    pub payload: Option<Value>,
}

/// Who spoke, seen from the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    /// The client said it.
    Sent,
    /// The client heard it.
    Received,
    /// It happened to the connection.
    Connection,
}

/// One frame on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WireLine {
    /// Milliseconds since the scenario began.
    pub at_ms: f64,
    /// The user and socket, such as `alice/phone`.
    pub socket: String,
    /// Who spoke.
    pub direction: Heard,
    /// The frame's text; binary frames as `<N bytes: hex…>`; long ones cut with a note of their length.
    pub frame: String,
}

/// What the server was seen to do in one matter in which servers are free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DialectEntry {
    /// The matter, in a few words, such as `order inside a page of history`.
    pub matter: String,
    /// The requirement or decision that leaves it free, such as `HIST-8` or `D10`.
    pub source: String,
    /// What the server does.
    pub server: String,
    /// What the reference server does.
    pub ours: String,
}
