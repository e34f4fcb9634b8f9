//! What the self-test found, as data. Its reports are made of this alone; it is also the format of `--report json=`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::result::DialectEntry;

/// The matrix: faults and what caught them, and correct servers and what was said of them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Matrix {
    /// The version of the suite.
    pub suite_version: String,
    /// The version of the protocol.
    pub protocol_version: String,
    /// When it began, as `Date.toJSON` writes it.
    pub started_at: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Every fault that was tried, in the order of the catalogue.
    pub faults: Vec<FaultResult>,
    /// Every correct server, those that could not be started too.
    pub servers: Vec<ServerResult>,
}

/// What became of one fault.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FaultResult {
    /// Its id.
    pub id: String,
    /// The requirement that must be found broken.
    pub breaks: String,
    /// How much that binds.
    pub level: String,
    /// What an implementer got wrong.
    pub wrong: String,
    /// The condition under which alone it shows itself, if there is one.
    pub condition: Option<String>,
    /// What makes it: `proxy` or `server`.
    pub made_by: String,
    /// What became of it.
    pub outcome: FaultOutcome,
    /// How often it showed itself, as what makes it says.
    pub live: u64,
    /// How the suite said it: the finding of the named requirement.
    pub reason: Option<String>,
    /// The scenarios that found the named requirement broken.
    pub caught_by: Vec<String>,
    /// Other requirements that were found broken by it.
    pub also: Vec<String>,
    /// How many scenarios were run.
    pub scenarios: usize,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// What else a reader should know: why it was missed, as far as is seen.
    pub note: Option<String>,
}

/// What became of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultOutcome {
    /// The named requirement was found broken.
    Caught,
    /// The fault showed itself and the named requirement was not found broken: the suite is blind.
    Missed,
    /// The fault never showed itself, so that nothing was tested.
    NotLive,
    /// The suite did not come to judge, or failed itself.
    Failed,
}

impl FaultOutcome {
    /// The outcome in a word or two.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Caught => "caught",
            Self::Missed => "MISSED",
            Self::NotLive => "NOT LIVE",
            Self::Failed => "FAILED",
        }
    }
}

/// What the suite says of a correct server.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ServerResult {
    /// Which server, in which mode, in which surroundings.
    pub name: String,
    /// In which round of runs, from 1.
    pub round: u32,
    /// The seed of everything that was random in the run.
    pub seed: u64,
    /// What the suite says.
    pub outcome: ServerOutcome,
    /// Requirements that it was accused of, each with what was found. Warnings that the mode asks for are not among
    /// them.
    pub accusations: Vec<String>,
    /// Requirements that got a warning because the mode chose so.
    pub expected_warnings: Vec<String>,
    /// How many requirements passed.
    pub passed: usize,
    /// Requirements that could not be evaluated.
    pub not_evaluable: Vec<String>,
    /// What it was seen to do where servers are free.
    pub dialect: Vec<DialectEntry>,
    /// How many scenarios were run.
    pub scenarios: usize,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Why it was not run, or what failed.
    pub note: Option<String>,
    /// The files that the whole report of an alarm was written to, with what was said and every frame.
    pub reports: Vec<String>,
}

/// What the suite says of a correct server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServerOutcome {
    /// Nothing wrong was found.
    Cleared,
    /// Something wrong was found: a false alarm.
    Accused,
    /// The suite failed itself, or did not begin.
    Failed,
    /// It could not be started here.
    NotRun,
}

impl ServerOutcome {
    /// Whether somebody has to look into it.
    #[must_use]
    pub const fn is_alarm(self) -> bool {
        matches!(self, Self::Accused | Self::Failed)
    }

    /// The outcome in a word or two.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cleared => "cleared",
            Self::Accused => "ACCUSED",
            Self::Failed => "FAILED",
            Self::NotRun => "not run",
        }
    }
}

impl Matrix {
    /// How many faults had an outcome.
    #[must_use]
    pub fn count(&self, outcome: FaultOutcome) -> usize {
        self.faults.iter().filter(|fault| fault.outcome == outcome).count()
    }

    /// Whether every fault was caught and no correct server was accused.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.faults.iter().all(|fault| fault.outcome == FaultOutcome::Caught)
            && !self.servers.iter().any(|server| server.outcome.is_alarm())
    }

    /// The whole in one line.
    #[must_use]
    pub fn headline(&self) -> String {
        let parts = [self.faults_in_words(), self.servers_in_words()];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }

    fn faults_in_words(&self) -> Option<String> {
        (!self.faults.is_empty()).then(|| {
            format!(
                "{} of {} faults caught ({} missed, {} not live, {} failed)",
                self.count(FaultOutcome::Caught),
                self.faults.len(),
                self.count(FaultOutcome::Missed),
                self.count(FaultOutcome::NotLive),
                self.count(FaultOutcome::Failed),
            )
        })
    }

    fn servers_in_words(&self) -> Option<String> {
        let count = |outcome| self.servers.iter().filter(|server| server.outcome == outcome).count();
        let not_run = count(ServerOutcome::NotRun);
        let run = self.servers.len() - not_run;
        (!self.servers.is_empty()).then(|| {
            format!(
                "{} of {run} runs against correct servers without an alarm ({} accused, {} failed, {not_run} not run)",
                count(ServerOutcome::Cleared),
                count(ServerOutcome::Accused),
                count(ServerOutcome::Failed),
            )
        })
    }
}
