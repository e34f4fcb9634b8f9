//! What the suite says about a requirement, a scenario or a whole server.

use chat_spec::requirements::Level;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the suite says. The order is that of gravity: of several, the gravest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The requirement is of a profile that the server does not declare, or is excluded, with a reason.
    NotApplicable,
    /// It was checked and holds.
    Pass,
    /// It could not be checked against this server in this run, with a reason. Never counted as a pass.
    NotEvaluable,
    /// A SHOULD is broken.
    Warning,
    /// The suite itself failed.
    HarnessError,
    /// A MUST is broken.
    Violation,
}

impl Verdict {
    /// The verdict as it is spelled in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotApplicable => "not_applicable",
            Self::Pass => "pass",
            Self::NotEvaluable => "not_evaluable",
            Self::Warning => "warning",
            Self::HarnessError => "harness_error",
            Self::Violation => "violation",
        }
    }

    /// What a broken requirement of a level means.
    #[must_use]
    pub const fn of_broken(level: Level) -> Self {
        match level {
            Level::Must => Self::Violation,
            Level::Should => Self::Warning,
            // A verdict never rests on a MAY.
            Level::May => Self::Pass,
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
