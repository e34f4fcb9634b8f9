//! Making a session that failed smaller, within bounds of time and number.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    play::{Played, play},
    player::{Failure, Waiting},
    session::Session,
    shrinker::Shrinker,
};
use crate::{
    stop::{Outcome, Stop},
    world::World,
};

/// So many times a smaller session is played before it is held to be right: some faults show every third time.
const TIMES: u32 = 2;

/// How long a smaller session is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The longest time.
    pub(super) time: Duration,
    /// The most sessions that are played.
    pub(super) tries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(90), tries: 250 }
    }
}

/// What came of looking for a smaller session.
pub(super) struct Smaller {
    /// The smallest that failed again, when it was waited for patiently; `None` where none did.
    pub(super) smallest: Option<(Session, Failure, Played)>,
    /// How it was found, in words.
    pub(super) how: String,
}

/// Looks for the smallest session that fails as gravely as this one did.
pub(super) async fn shrink(world: &World, number: u32, failure: &Failure, limits: Limits) -> Outcome<Smaller> {
    let (begun, mut tries) = (Instant::now(), 0);
    let mut shrinker = Shrinker::new(world.subject().seed, number);
    // The first proposal is the session itself, which is known to fail.
    let mut smallest = (shrinker.next().await, failure.steps);
    shrinker.failed(failure.steps);
    let mut candidates: Vec<Session> = Vec::new();
    let mut bound = None;
    while let Some(session) = shrinker.next().await {
        if begun.elapsed() > limits.time || tries >= limits.tries {
            bound = Some(if tries >= limits.tries { "the most tries" } else { "the longest time" });
            break;
        }
        if smallest.0.as_ref() == Some(&session) {
            // The last proposal was taken back.
            shrinker.failed(smallest.1);
            continue;
        }
        tries += 1;
        match fails(world, &session, failure, Waiting::Brief, TIMES).await? {
            Some((failure, _)) => {
                shrinker.failed(failure.steps);
                candidates.push(cut(&session, failure.steps));
                smallest = (Some(session), failure.steps);
            }
            None => shrinker.passed(),
        }
    }
    let how = in_words(tries, bound);
    Ok(Smaller { smallest: confirm(world, candidates, failure).await?, how })
}

fn in_words(tries: u32, bound: Option<&str>) -> String {
    match bound {
        Some(bound) => format!("made smaller in {tries} tries, and there may be a smaller one: {bound} was reached"),
        None => format!("made smaller in {tries} tries"),
    }
}

/// What came after the failure does not matter.
fn cut(session: &Session, steps: usize) -> Session {
    Session { users: session.users, steps: session.steps.iter().take(steps).cloned().collect() }
}

/// The smallest that fails also when it is waited for as long as the suite waits; where it does not, one before it.
async fn confirm(
    world: &World,
    candidates: Vec<Session>,
    failure: &Failure,
) -> Outcome<Option<(Session, Failure, Played)>> {
    const TRIED: usize = 5;
    for session in candidates.into_iter().rev().take(TRIED) {
        if let Some((failure, played)) = fails(world, &session, failure, Waiting::Patient, 2 * TIMES).await? {
            return Ok(Some((session, failure, played)));
        }
    }
    Ok(None)
}

/// Whether a session fails, as gravely as another, when it is played so many times.
async fn fails(
    world: &World,
    session: &Session,
    other: &Failure,
    waiting: Waiting,
    times: u32,
) -> Outcome<Option<(Failure, Played)>> {
    for _ in 0..times {
        let mut played = match Box::pin(play(world, session, waiting)).await {
            // What cannot be evaluated does not fail.
            Err(Stop::NotEvaluable(_) | Stop::NotApplicable(_)) => continue,
            played => played?,
        };
        if let Some(failure) = played.failure.take().filter(|failure| failure.gravity() >= other.gravity()) {
            return Ok(Some((failure, played)));
        }
    }
    Ok(None)
}
