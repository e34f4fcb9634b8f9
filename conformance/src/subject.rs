//! The server under test, and what is known about it before the first scenario.

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::{
    calibration::Patience,
    server_process::ServerProcess,
    wire::{Secrets, Target},
    world::Casting,
};

/// The server under test.
#[derive(Debug)]
pub struct Subject {
    /// Where it is.
    pub target: Target,
    /// How long to wait for what.
    pub patience: Patience,
    /// The users that scenarios play.
    pub casting: Casting,
    /// The tokens of all accounts: none may be seen on the wire (SEC-5), and none is shown in a report.
    pub secrets: Arc<Secrets>,
    /// Whether the accounts were made for this run, so that nothing of them was used before.
    pub fresh: bool,
    /// The profiles that the server declares.
    pub profiles: Vec<String>,
    /// Tells this run from others, in every text that it sends.
    pub run: String,
    /// The seed of everything that is random.
    pub seed: u64,
    /// How many random sessions are tried.
    pub cases: u32,
    /// The server's process, where the suite started it itself.
    pub process: Option<Arc<Mutex<ServerProcess>>>,
}

impl Subject {
    /// Whether the server declares a profile.
    #[must_use]
    pub fn has_profile(&self, profile: &str) -> bool {
        self.profiles.iter().any(|declared| declared == profile)
    }
}
