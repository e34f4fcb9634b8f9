//! Playing a session in a world of its own.

use std::collections::BTreeSet;

use super::{
    player::{Failure, Player, Waiting, violations},
    session::Session,
};
use crate::{
    result::{Finding, WireLine},
    stop::{Outcome, Stop},
    transcript::Transcript,
    world::World,
};

/// A session that was played.
pub(super) struct Played {
    /// Where it went wrong.
    pub(super) failure: Option<Failure>,
    /// The requirements that something was checked of.
    pub(super) checked: BTreeSet<&'static str>,
    /// What was found of the events themselves.
    pub(super) findings: Vec<Finding>,
    /// What was said.
    pub(super) transcript: Transcript,
    /// What went over the wire, where it failed.
    pub(super) wire_log: Vec<WireLine>,
}

/// Plays a session in a world of its own, with users of its own.
pub(super) async fn play(world: &World, session: &Session, waiting: Waiting) -> Outcome<Played> {
    let own = world.another();
    // On the heap: a whole session is much to hold.
    let result = Box::pin(play_in(&own, session, waiting)).await;
    let (mut findings, transcript) = own.state(|state| (state.findings.clone(), state.transcript.clone()));
    // What comes while everybody leaves is nobody's business, but that it carries no token.
    own.finish(&Err(Stop::Broken)).await;
    let leaks = own.state(|state| state.findings.clone()).into_iter().filter(|finding| finding.requirement == "SEC-5");
    findings.extend(leaks);
    let wire_log = if matches!(result, Ok((None, _))) { Vec::new() } else { own.wire_log() };
    own.forget_clients();
    let (failure, checked) = match result {
        // The stage could not be set.
        Err(Stop::Broken) => (Some(Failure { steps: 0, differences: violations(&own) }), BTreeSet::new()),
        other => other?,
    };
    Ok(Played { failure, checked, findings, transcript, wire_log })
}

async fn play_in(
    own: &World,
    session: &Session,
    waiting: Waiting,
) -> Outcome<(Option<Failure>, BTreeSet<&'static str>)> {
    let mut player = Player::new(own.clone(), session, waiting).await?;
    let failure = player.play(session).await?;
    Ok((failure, player.checked))
}
