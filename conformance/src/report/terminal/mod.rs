//! The report for people at a terminal, and for the log of a build.
//!
//! While the run lasts: a progress bar on a terminal, with each failure above it as it comes; elsewhere a plain line
//! for each failure and for each quarter of the run. At the end: [`closing`].

mod closing;
mod failure;
mod look;
mod progress;

use std::{collections::BTreeSet, io};

use console::Term;
use look::Look;
use progress::Progress;

use crate::{
    report::{
        summary::Shown,
        text::{cut, one_line},
    },
    result::{RunResult, ScenarioResult},
    run_event::{Reporter, RunEvent},
    verdict::Verdict,
};

/// The reporter. It writes to one terminal, or whatever stands in its place.
pub struct Terminal {
    term: Term,
    look: Look,
    progress: Progress,
    strict: bool,
    /// The requirements that a warning was shown of: what is wrong with every event is wrong in every scenario.
    warned: BTreeSet<String>,
}

impl Terminal {
    /// A reporter that writes to `term`, usually [`Term::stdout`]; [`Term::stderr`] where a report goes to standard
    /// output. `strict` as in the run: it decides what counts as a failure while the run lasts.
    #[must_use]
    pub fn new(term: Term, strict: bool) -> Self {
        let progress = Progress::new(&term);
        Self { look: Look::of(&term), progress, term, strict, warned: BTreeSet::new() }
    }

    /// A line about a scenario that did not go well.
    fn line(&self, scenario: &ScenarioResult) -> String {
        let message = scenario.message.as_deref().unwrap_or(&scenario.title);
        let message = one_line(&cut(message, 200));
        let head = format!("{} {}", self.look.glyph(scenario.verdict), scenario.id);
        let known = if scenario.known.is_some() { ", known" } else { "" };
        format!("{head}  {}", self.look.dim(&format!("{}{known}: {message}", scenario.verdict.words())))
    }
}

/// All that there is to say about one scenario as plain text, for the formats that show plain text.
pub(crate) fn plain(result: &RunResult, scenario: &ScenarioResult) -> String {
    failure::block(result, scenario, Look { width: 100, colour: false })
}

impl Reporter for Terminal {
    fn on_event(&mut self, event: &RunEvent) -> io::Result<()> {
        match event {
            RunEvent::Started { target, scenarios } => self.progress.start(&self.term, &one_line(target), *scenarios),
            RunEvent::ScenarioStarted { id } => {
                self.progress.scenario_started(id);
                Ok(())
            }
            RunEvent::ScenarioFinished(scenario) => {
                let warns_of = scenario.findings.iter().filter(|finding| finding.verdict == Verdict::Warning);
                let news = warns_of.filter(|finding| self.warned.insert(finding.requirement.clone())).count() > 0;
                let warns = scenario.verdict == Verdict::Warning && news;
                if scenario.fails(self.strict) || warns || scenario.known.is_some() {
                    self.progress.print(&self.term, &self.line(scenario))?;
                }
                self.progress.scenario_finished(&self.term, scenario)
            }
            RunEvent::Finished(result) => {
                self.progress.finish();
                self.term.write_line("")?;
                self.term.write_str(&closing::text(result, self.look))?;
                self.term.flush()
            }
        }
    }
}

#[cfg(test)]
mod tests;
