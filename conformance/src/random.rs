//! Random sessions of a run: how long, which, where they are saved, and what came of them.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use crate::{options::Options, program, properties::sessions::Session};

/// Random sessions of a run.
#[derive(Debug)]
pub struct Random {
    /// How long random sessions are tried at least.
    pub time: Option<Duration>,
    /// A session to be played instead of random ones.
    pub replay: Option<Session>,
    /// The folder in which a session that fails is saved.
    pub save_to: Option<PathBuf>,
    /// The flags that a second run needs to be like this one.
    again: Vec<String>,
    /// One more than the number of the session that failed; 0 where none did.
    failed: AtomicU32,
}

impl Random {
    /// As the options of a run say.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self {
            time: options.time,
            replay: options.replay.clone(),
            save_to: options.save_sessions_to.clone(),
            again: options.again.clone(),
            failed: AtomicU32::new(0),
        }
    }

    /// Takes notice that a session failed.
    pub fn note_failed(&self, number: u32) {
        self.failed.store(number + 1, Ordering::Relaxed);
    }

    /// The command that plays a session again that was saved.
    #[must_use]
    pub fn replay_command(&self, target: &str, file: &Path) -> String {
        program::command(&["replay", &file.to_string_lossy()], target, &self.again)
    }

    /// The flags with which a second run comes to the session that failed; none where none did.
    #[must_use]
    pub fn flags(&self, seed: u64, cases: u32) -> Vec<String> {
        match self.failed.load(Ordering::Relaxed) {
            failed if failed > 0 && self.replay.is_none() => {
                vec!["--seed".into(), seed.to_string(), "--cases".into(), failed.max(cases).to_string()]
            }
            _ => Vec::new(),
        }
    }

    /// How much longer than other scenarios random sessions may take.
    #[must_use]
    pub fn allowance(&self, cases: u32) -> Duration {
        const SHRINKING: Duration = Duration::from_secs(180);
        Self::time_for(cases) + self.time.unwrap_or_default() + SHRINKING
    }

    /// How long so many cases take at most, where a server is slow.
    #[must_use]
    pub fn time_for(cases: u32) -> Duration {
        const EACH: Duration = Duration::from_secs(15);
        EACH.saturating_mul(cases)
    }
}
