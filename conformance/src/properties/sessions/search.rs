//! Many sessions, and the gravest of those that fail, made as small as it can be.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use futures_util::{StreamExt, stream};
use tokio::time::Instant;

use super::{
    play::{Played, play},
    player::{Failure, Waiting},
    session::Session,
    shrink::{Limits, shrink},
    shrinker::Shrinker,
    tell,
};
use crate::{
    model::User,
    stop::{Outcome, Stop},
    subject::Subject,
    world::World,
};

/// How many sessions are played at a time, where there are users enough.
const AT_A_TIME: usize = 4;

/// A session that failed.
struct Failed {
    number: u32,
    session: Session,
    failure: Failure,
    played: Played,
}

/// Plays as many sessions as were asked for, and as long as was asked for; tells of the gravest failure.
pub(super) async fn search(world: &World) -> Outcome {
    let subject = world.subject();
    let next = Numbers::new(subject);
    let tried = stream::iter(std::iter::from_fn(|| next.take())).map(|number| Box::pin(try_one(world, number, &next)));
    let users = usize::from(User::MOST) + 1;
    let mut tried = tried.buffered((subject.casting.size() / users).clamp(1, AT_A_TIME));
    let mut gravest: Option<Failed> = None;
    let mut stopped = Ok(());
    // All that began come to their end, so that their users are free again.
    while let Some(result) = tried.next().await {
        match result {
            Ok(Some(failed))
                if gravest.as_ref().is_none_or(|known| failed.failure.gravity() > known.failure.gravity()) =>
            {
                gravest = Some(failed);
            }
            Ok(_) => {}
            Err(stop) => stopped = Err(stop),
        }
    }
    drop(tried);
    match gravest {
        Some(failed) => Box::pin(make_smaller(world, failed)).await,
        None => stopped,
    }
}

async fn try_one(world: &World, number: u32, numbers: &Numbers<'_>) -> Outcome<Option<Failed>> {
    let session = Shrinker::new(world.subject().seed, number).next().await;
    let session = session.ok_or_else(|| Stop::Harness(format!("no session could be made up for number {number}")))?;
    let played = play(world, &session, Waiting::Patient).await;
    if played.as_ref().map_or(true, |played| played.failure.is_some()) {
        numbers.enough();
    }
    let mut played = played?;
    tell::note(world, &played);
    Ok(played.failure.take().map(|failure| Failed { number, session, failure, played }))
}

/// Plays one session that is given.
pub(super) async fn replay(world: &World, session: &Session) -> Outcome {
    let mut played = play(world, session, Waiting::Patient).await?;
    tell::note(world, &played);
    if let Some(failure) = played.failure.take() {
        let shrunk = "played again".to_owned();
        tell::tell(world, tell::Found { number: 0, session: session.clone(), failure, played, shrunk });
    }
    Ok(())
}

async fn make_smaller(world: &World, failed: Failed) -> Outcome {
    let Failed { number, session, failure, played } = failed;
    let smaller = shrink(world, number, &failure, Limits::default()).await?;
    let found = match smaller.smallest {
        Some((session, failure, played)) => tell::Found { number, session, failure, played, shrunk: smaller.how },
        None => {
            let shrunk = format!("{}, and none of the smaller ones failed again", smaller.how);
            tell::Found { number, session, failure, played, shrunk }
        }
    };
    tell::tell(world, found);
    Ok(())
}

/// The numbers of the sessions that are still to be played.
struct Numbers<'a> {
    subject: &'a Subject,
    until: Option<Instant>,
    next: AtomicU32,
    enough: AtomicBool,
}

impl<'a> Numbers<'a> {
    fn new(subject: &'a Subject) -> Self {
        let until = subject.random.time.map(|time| Instant::now() + time);
        Self { subject, until, next: AtomicU32::new(0), enough: AtomicBool::new(false) }
    }

    fn take(&self) -> Option<u32> {
        let number = self.next.load(Ordering::Relaxed);
        let asked_for = number < self.subject.cases || self.until.is_some_and(|until| Instant::now() < until);
        if self.enough.load(Ordering::Relaxed) || !asked_for {
            return None;
        }
        self.next.store(number + 1, Ordering::Relaxed);
        Some(number)
    }

    /// One failed: no more are needed.
    fn enough(&self) {
        self.enough.store(true, Ordering::Relaxed);
    }
}
