//! What is told of sessions.

use std::collections::BTreeSet;

use super::{judge::Difference, play::Played, player::Failure, saved::SavedSession, session::Session};
use crate::{
    result::{Finding, Heard},
    transcript::Transcript,
    world::World,
};

/// A session that failed, as small as it was found.
pub(super) struct Found {
    /// Its number.
    pub(super) number: u32,
    /// The session.
    pub(super) session: Session,
    /// Where it went wrong.
    pub(super) failure: Failure,
    /// What was said in it.
    pub(super) played: Played,
    /// How it was made smaller, in words.
    pub(super) shrunk: String,
}

/// What a session says about requirements, besides where it went wrong. Of what is wrong in every event, once is
/// enough.
pub(super) fn note(world: &World, played: &Played) {
    world.state(|state| {
        played.checked.iter().for_each(|requirement| state.mark_checked(requirement));
        let mut known: BTreeSet<String> = state.findings.iter().map(|finding| finding.requirement.clone()).collect();
        for Finding { requirement, message, expected, got, .. } in &played.findings {
            if known.insert(requirement.clone()) {
                state.find(requirement, message.clone(), expected.clone(), got.clone());
            }
        }
    });
}

/// Tells of a session that failed: what is wrong, its steps, how to play it again.
pub(super) fn tell(world: &World, found: Found) {
    let Found { number, session, failure, played, shrunk } = found;
    world.subject().random.note_failed(number);
    let mut transcript = steps(&session, &failure);
    let mut say = |line: String| transcript.push(STEPS, Heard::Connection, &line, None);
    say(match world.subject().random.replay {
        Some(_) => "the session that was given, played again".to_owned(),
        None => format!("session {number} of seed {}, {shrunk}", world.subject().seed),
    });
    if let Some(line) = save(world, number, &session, &failure) {
        say(line);
    }
    let lanes = transcript.lanes().iter().chain(played.transcript.lanes()).cloned().collect();
    world.state(|state| {
        for difference in failure.differences {
            let sentence = format!("{}, after {session}", difference.sentence);
            state.find(difference.requirement, sentence, difference.expected, difference.got);
        }
        state.transcript = Transcript::from_lanes(lanes);
        state.borrowed_wire_log = played.wire_log;
    });
}

/// What the line of a transcript begins with that says how to play a saved session again: a command follows.
pub const SAVED: &str = "saved; to play it again: ";

/// The lane that shows the steps.
const STEPS: &str = "the session, step by step";

fn steps(session: &Session, failure: &Failure) -> Transcript {
    let mut transcript = Transcript::default();
    let mut say = |line: &str| transcript.push(STEPS, Heard::Connection, line, None);
    say(&format!("{} users are there, with one authorised socket each", session.users));
    for (index, step) in session.steps.iter().enumerate() {
        say(&format!("{}. {step}", index + 1));
    }
    for Difference { requirement, sentence, .. } in &failure.differences {
        say(&format!("{requirement}: {sentence}"));
    }
    transcript
}

/// Saves the session where that is asked for; says where, and how to play it again.
fn save(world: &World, number: u32, session: &Session, failure: &Failure) -> Option<String> {
    let subject = world.subject();
    let folder = subject.random.save_to.as_ref()?;
    let saved = SavedSession::new(subject, number, session, failure);
    Some(match saved.write(folder) {
        Ok(path) => {
            let command = subject.random.replay_command(&subject.target.to_string(), &path);
            format!("{SAVED}{command}")
        }
        Err(error) => format!("it could not be saved in {}: {error}", folder.display()),
    })
}
