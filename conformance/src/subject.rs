//! The server under test, and what is known about it before the first scenario.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Mutex, time::Instant};

use crate::{
    calibration::Patience,
    expect::Expectations,
    random::Random,
    recording::Recording,
    server_process::ServerProcess,
    wire::{Connection, OpenError, OpenOptions, Secrets, Target},
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
    /// Whether who sends to an absent user hears its own message, so that it can be a sentinel.
    pub hears_itself: bool,
    /// Whether an action before authorisation costs its connection, which is free.
    pub hangs_up_on_strangers: bool,
    /// The profiles that the server declares.
    pub profiles: Vec<String>,
    /// Tells this run from others, in every text that it sends.
    pub run: String,
    /// The seed of everything that is random.
    pub seed: u64,
    /// How many random sessions are tried at least, and as much of what else is random.
    pub cases: u32,
    /// What else is known of random sessions.
    pub random: Random,
    /// How many times in a row nobody could connect.
    pub unreachable: AtomicU32,
    /// The longest that was waited for an announcement of who came or went, in milliseconds.
    pub presence_took: AtomicU64,
    /// The server's process, where the suite started it itself.
    pub process: Option<Arc<Mutex<ServerProcess>>>,
    /// What is expected to be found wrong.
    pub expected: Arc<Expectations>,
    /// Where every event that comes is written down.
    pub recording: Option<Arc<Recording>>,
}

/// Announcements of who comes and goes that take longer than this are not waited for every time.
pub(crate) const SLOWEST_PRESENCE: Duration = Duration::from_millis(1_500);
/// So many vain tries to connect in a row mean that the server is gone.
const GONE: u32 = 5;
/// How often it is looked, at most, whether a server that lost a connection is going away.
const LOOKS: u32 = 8;

impl Subject {
    /// Takes notice of a try to connect.
    pub fn note_connection(&self, succeeded: bool) {
        if succeeded {
            self.unreachable.store(0, Ordering::Relaxed);
        } else {
            self.unreachable.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes notice of how long it took until it was announced that a user came or went.
    pub fn note_presence(&self, took: Duration) {
        let millis = u64::try_from(took.min(SLOWEST_PRESENCE).as_millis()).unwrap_or(u64::MAX);
        self.presence_took.fetch_max(millis, Ordering::Relaxed);
    }

    /// The longest that it took until it was announced that a user came or went, as far as that is known.
    #[must_use]
    pub fn slowest_presence(&self) -> Duration {
        Duration::from_millis(self.presence_took.load(Ordering::Relaxed))
    }

    /// Whether the server seems to be gone: what is left of the run would only wait for it.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.unreachable.load(Ordering::Relaxed) >= GONE
    }

    /// Looks whether the server is gone: nothing takes connections where it was. Where a connection was lost, it is
    /// looked at for a while, because a server that stops may close its connections first. Then all that is left of
    /// the run is told so.
    pub async fn went_away(&self, lost_a_connection: bool) -> bool {
        let gone = self.is_gone() || !self.answers().await || (lost_a_connection && self.stops_answering().await);
        if gone {
            self.unreachable.store(GONE, Ordering::Relaxed);
        }
        gone
    }

    /// Looks again and again, for as long as an event may take to come, whether nothing takes connections any more.
    async fn stops_answering(&self) -> bool {
        let deadline = Instant::now() + self.patience.event;
        while Instant::now() < deadline {
            tokio::time::sleep(self.patience.event / LOOKS).await;
            if !self.answers().await {
                return true;
            }
        }
        false
    }

    async fn answers(&self) -> bool {
        let options = OpenOptions { patience: self.patience.event, auto_connect: false, ..OpenOptions::default() };
        match Connection::open(&self.target, options).await {
            Ok(connection) => {
                connection.close().await;
                true
            }
            Err(OpenError::Refused { .. } | OpenError::Io { .. } | OpenError::Name { .. }) => false,
            // It is there, whatever is wrong with it.
            Err(_) => true,
        }
    }

    /// Whether the server declares a profile.
    #[must_use]
    pub fn has_profile(&self, profile: &str) -> bool {
        self.profiles.iter().any(|declared| declared == profile)
    }
}
