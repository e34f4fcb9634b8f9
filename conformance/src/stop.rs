//! Why a scenario stops before its end.

use std::fmt;

/// What a scenario gives back. What it found wrong on the way is in its world.
pub type Outcome<T = ()> = Result<T, Stop>;

/// Why a scenario cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// A requirement is broken, the finding is recorded, and what follows makes no sense without it.
    Broken,
    /// What is to be checked cannot be checked against this server in this run, for the reason that is given.
    NotEvaluable(String),
    /// What is to be checked does not apply to this server or this run, for the reason that is given.
    NotApplicable(String),
    /// The suite itself failed.
    Harness(String),
}

impl Stop {
    /// What is to be checked cannot be checked, and why.
    pub fn not_evaluable(why: impl fmt::Display) -> Self {
        Self::NotEvaluable(why.to_string())
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken => f.write_str("a requirement is broken"),
            Self::NotEvaluable(why) | Self::NotApplicable(why) | Self::Harness(why) => f.write_str(why),
        }
    }
}
