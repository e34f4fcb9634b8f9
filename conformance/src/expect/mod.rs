//! Known failures: what is expected to be found wrong, each with the reason why it is put up with (`--expect FILE`).
//!
//! A file with a line for each, by requirement, by scenario, or one requirement in one scenario:
//!
//! ```text
//! # What our server does not do yet.
//! SEND-7                                      # the queue is rewritten in March, see ticket 81
//! message.send/text_stays_exact               # the old database cuts texts
//! EVT-1  events/come_once_on_each_device      # two devices: ticket 90
//! ```
//!
//! What is listed and found wrong does not fail a run. What is listed and holds does, and so does what is in no
//! catalogue: a list that is out of date hides what breaks next.

mod judge;
mod line;

use std::collections::HashMap;

pub use self::{judge::judge, line::BadLine};
use crate::{
    result::{Finding, ScenarioResult},
    verdict::Verdict,
};

/// The known failures of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expectations {
    lines: Vec<Expected>,
}

/// One known failure. At least one of requirement and scenario is given.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Expected {
    /// Its line in the file, from 1.
    line: usize,
    /// The requirement that is broken; any where `None`.
    requirement: Option<String>,
    /// The scenario that finds it; any where `None`.
    scenario: Option<String>,
    /// Why that is put up with.
    why: String,
}

impl Expectations {
    /// Reads a list.
    ///
    /// # Errors
    /// A line is not as documented, has no comment, or says what another one says.
    pub fn parse(text: &str) -> Result<Self, BadLine> {
        let mut seen = HashMap::new();
        let mut lines = Vec::new();
        for (number, text) in (1..).zip(text.lines()) {
            let Some(expected) = line::parse(number, text)? else { continue };
            if let Some(before) = seen.insert((expected.requirement.clone(), expected.scenario.clone()), number) {
                return Err(BadLine::Again { line: number, before });
            }
            lines.push(expected);
        }
        Ok(Self { lines })
    }

    /// Whether nothing is listed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Says of what was found in a scenario which of it is known. `failed_itself` where the suite did.
    pub(crate) fn mark(&self, scenario: &mut ScenarioResult, failed_itself: bool) {
        for finding in &mut scenario.findings {
            let line = self.lines.iter().find(|line| line.covers(&scenario.id, finding));
            finding.known = line.map(|line| line.why.clone());
        }
        let mut broken = scenario.findings.iter().filter(|finding| finding.verdict >= Verdict::Warning).peekable();
        let first = broken.peek().and_then(|finding| finding.known.clone());
        scenario.known = first.filter(|_| !failed_itself && broken.all(|finding| finding.known.is_some()));
    }
}

impl Expected {
    /// Whether a finding is what is expected.
    fn covers(&self, scenario: &str, finding: &Finding) -> bool {
        self.requirement.as_ref().is_none_or(|id| *id == finding.requirement)
            && self.scenario.as_deref().is_none_or(|id| id == scenario)
    }

    /// What is expected to be wrong, as in the file.
    fn what(&self) -> String {
        [&self.requirement, &self.scenario].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ")
    }
}
