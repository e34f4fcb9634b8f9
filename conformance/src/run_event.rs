//! The stream of what happens in a run. The runner produces it; reports consume it.

use crate::result::{RunResult, ScenarioResult};

/// Something that happened in a run.
#[derive(Debug, Clone)]
pub enum RunEvent {
    /// The server answered and the scenarios begin.
    Started {
        /// The URL of the server under test.
        target: String,
        /// How many scenarios will be run.
        scenarios: usize,
    },
    /// A scenario begins.
    ScenarioStarted {
        /// Its id.
        id: String,
    },
    /// A scenario ended.
    ScenarioFinished(Box<ScenarioResult>),
    /// All is done.
    Finished(Box<RunResult>),
}

/// Something that consumes the stream: a progress bar, a report.
pub trait Reporter: Send {
    /// Takes notice of what happened.
    ///
    /// # Errors
    /// The report could not be written.
    fn on_event(&mut self, event: &RunEvent) -> std::io::Result<()>;
}
