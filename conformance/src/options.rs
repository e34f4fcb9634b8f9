//! How a run is made.

use std::{path::PathBuf, sync::Arc, time::Duration};

use crate::{expect::Expectations, properties::sessions::Session, recording::Recording};

/// How many scenarios run at a time where nobody says otherwise: they wait more than they work.
pub const JOBS: u16 = 12;

/// How a run is made. [`Options::default`] is what the command line does without flags.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which scenarios are run: those whose id, group or requirement contains or is one of these; all where empty.
    pub filter: Vec<String>,
    /// Scenarios that are left out, by their ids.
    pub except: Vec<String>,
    /// Profiles that the server declares besides those in its accounts, such as `errors`.
    pub profiles: Vec<String>,
    /// Whether a broken SHOULD fails the run.
    pub strict: bool,
    /// How many scenarios run at a time.
    pub jobs: usize,
    /// The longest that is waited for anything.
    pub patience: Duration,
    /// The seed of everything that is random; a random one where `None`.
    pub seed: Option<u64>,
    /// How many random sessions are tried at least.
    pub cases: u32,
    /// How long random sessions are tried at least.
    pub time: Option<Duration>,
    /// A session that is played instead of random ones.
    pub replay: Option<Session>,
    /// The file that the session is from, for the command that plays it once more.
    pub replay_file: Option<PathBuf>,
    /// The folder in which a random session that fails is saved; nowhere where `None`.
    pub save_sessions_to: Option<PathBuf>,
    /// The flags that a second run needs to be like this one, for the commands that reports print.
    pub again: Vec<String>,
    /// Whether the wire log is kept of every scenario, also of those that passed or that show what others show already.
    pub keep_wire_log: bool,
    /// What is expected to be found wrong, and does not fail the run.
    pub expected: Arc<Expectations>,
    /// Where every event that comes is written down; nowhere where `None`.
    pub recording: Option<Arc<Recording>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            filter: Vec::new(),
            except: Vec::new(),
            profiles: Vec::new(),
            strict: false,
            jobs: JOBS.into(),
            patience: Duration::from_secs(10),
            seed: None,
            cases: 8,
            time: None,
            replay: None,
            replay_file: None,
            save_sessions_to: None,
            again: Vec::new(),
            keep_wire_log: false,
            expected: Arc::default(),
            recording: None,
        }
    }
}
