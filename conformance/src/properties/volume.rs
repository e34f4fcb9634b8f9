//! How much that is random is tried.

use std::time::{Duration, Instant};

use crate::{
    stop::{Outcome, Stop},
    world::World,
};

/// A scenario goes on for so long at most, however long a run is asked to: it must be over in its own time.
const LONGEST: Duration = Duration::from_secs(60);

/// Until when a property is tried, where a run is asked to go on for a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Until(Option<Instant>);

impl Until {
    /// Whether there is time left.
    pub(crate) fn is_ahead(self) -> bool {
        self.0.is_some_and(|until| Instant::now() < until)
    }
}

/// How many cases are tried in any case, and until when more of them.
///
/// # Errors
/// Nothing random was asked for.
pub(crate) fn asked_for(world: &World) -> Outcome<(u32, Until)> {
    let subject = world.subject();
    if subject.cases == 0 && subject.random.time.is_none() {
        return Err(Stop::NotApplicable("nothing random was asked for (--cases 0)".into()));
    }
    Ok((subject.cases, Until(subject.random.time.map(|time| Instant::now() + time.min(LONGEST)))))
}
