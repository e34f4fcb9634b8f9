//! Runs scenarios against a server and says what happens, as a stream of run events.

use std::{
    collections::BTreeSet,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::mpsc;

use crate::{
    attribution,
    result::{DialectEntry, Finding, ScenarioResult},
    run_event::RunEvent,
    scenario::{Needs, Scenario},
    stop::{Outcome, Stop},
    subject::Subject,
    transcript::{
        Transcript,
        difference::{Difference, What},
        verified,
    },
    verdict::Verdict,
    world::World,
};

/// How long a scenario may take in all: at least this, and this often the patience of the run. A scenario waits for
/// nothing longer than that patience, and for few things in a row, so that this is reached by a server that trickles
/// alone.
const LONGEST: Duration = Duration::from_secs(120);
const PATIENCES: u32 = 12;
/// Why a scenario says nothing in which the server went away.
pub const WENT_AWAY: &str = "the server went away while it ran";

/// Why a scenario says nothing in which the suite was too late for the server's pings, twice.
const STARVED: &str =
    "a connection was lost because this machine or the network was too busy to answer its pings in time";
/// Tells the second attempt at a scenario from all others of the run.
const ONCE_MORE: usize = 100_000;

/// What one scenario gave, with what is known of it besides its result.
#[derive(Debug, Clone)]
pub struct Finished {
    /// Its result, as reports show it.
    pub result: ScenarioResult,
    /// Whether it came to its end, so that what it checked and did not find wrong is right.
    pub completed: bool,
    /// The requirements that something was checked of.
    pub checked: BTreeSet<&'static str>,
    /// What the server does where servers are free.
    pub dialect: Vec<DialectEntry>,
    /// Event names that the protocol does not know.
    pub undocumented: BTreeSet<String>,
    /// Sentences that a reader should know.
    pub notes: Vec<String>,
}

/// Runs scenarios: those that may, several at a time; then those that must have quiet, one after the other; those that
/// only wait beside both; at last those that must have the server for themselves.
pub async fn run_all(
    subject: &Arc<Subject>,
    scenarios: Vec<&'static Scenario>,
    jobs: usize,
    keep_wire_log: bool,
    events: &mpsc::Sender<RunEvent>,
) -> Vec<Finished> {
    let number = AtomicUsize::new(0);
    let one = |scenario: &'static Scenario| {
        let number = number.fetch_add(1, Ordering::Relaxed);
        async move {
            // A reader that is gone does not stop the run: its result is returned all the same.
            drop(events.send(RunEvent::ScenarioStarted { id: scenario.id() }).await);
            // On the heap: what a scenario holds is large, and who runs the suite may have a small stack.
            let finished = Box::pin(run_one(subject, scenario, number, keep_wire_log)).await;
            drop(events.send(RunEvent::ScenarioFinished(Box::new(finished.result.clone()))).await);
            finished
        }
    };
    let of = |fits: fn(Needs) -> bool| scenarios.iter().copied().filter(move |scenario| fits(scenario.needs));
    let waiting = stream::iter(of(|needs| needs == Needs::Time).map(&one)).buffer_unordered(jobs.max(1)).collect();
    let working = Box::pin(async {
        let together = of(|needs| matches!(needs, Needs::Nothing | Needs::Profile(_)));
        let mut finished: Vec<Finished> =
            stream::iter(together.map(&one)).buffer_unordered(jobs.max(1)).collect().await;
        for scenario in of(|needs| needs == Needs::Quiet) {
            finished.push(one(scenario).await);
        }
        finished
    });
    let (mut finished, worked): (Vec<Finished>, _) = futures_util::future::join(waiting, working).await;
    finished.extend(worked);
    for scenario in of(|needs| matches!(needs, Needs::Nobody | Needs::OwnServer)) {
        finished.push(one(scenario).await);
    }
    finished
}

async fn run_one(subject: &Arc<Subject>, scenario: &'static Scenario, number: usize, keep_wire_log: bool) -> Finished {
    let begun = Instant::now();
    let (mut world, mut outcome) = Box::pin(attempt(subject, scenario, number)).await;
    if is_starved(&world, &outcome) || is_held_up(&world, &outcome) {
        // Late is not wrong: what a busy machine spoilt is tried once more. What holds a server up each time is wrong.
        world.forget_clients();
        (world, outcome) = Box::pin(attempt(subject, scenario, number + ONCE_MORE)).await;
        if is_starved(&world, &outcome) {
            world.forget_what_the_loss_explains();
            outcome = Err(Stop::not_evaluable(STARVED));
        }
    }
    let duration = begun.elapsed();
    let finished = finished(&world, scenario, outcome, duration, keep_wire_log);
    world.forget_clients();
    finished
}

/// Runs a scenario to its end.
async fn attempt(subject: &Arc<Subject>, scenario: &'static Scenario, number: usize) -> (World, Outcome) {
    let world = World::new(Arc::clone(subject), number);
    let outcome = match missing(subject, scenario.needs) {
        Some(outcome) => outcome,
        None => within_time(&world, scenario).await,
    };
    world.finish(&outcome).await;
    let outcome = unless_the_server_went(&world, scenario, outcome).await;
    (world, outcome)
}

/// Whether a scenario did not go well, and lost a connection whose client came too late to answer a ping.
fn is_starved(world: &World, outcome: &Outcome) -> bool {
    went_wrong(world, outcome) && world.state(|state| state.starved)
}

/// Whether a scenario did not go well, and lost a connection whose server was itself too late for its heartbeat.
fn is_held_up(world: &World, outcome: &Outcome) -> bool {
    went_wrong(world, outcome) && world.state(|state| state.held_up)
}

fn went_wrong(world: &World, outcome: &Outcome) -> bool {
    !world.state(|state| state.findings.is_empty())
        || matches!(outcome, Err(Stop::Broken | Stop::NotEvaluable(_) | Stop::Harness(_)))
}

/// A server that went away while a scenario ran is not accused of what its connections missed then: nobody knows what
/// ended it. The scenarios that try to are another matter.
async fn unless_the_server_went(world: &World, scenario: &Scenario, outcome: Outcome) -> Outcome {
    let lost = world.lost_a_connection();
    let suspicious = world.state(|state| !state.findings.is_empty()) || (lost && outcome.is_err());
    if scenario.may_end_the_server() || !suspicious || !world.subject().went_away(lost).await {
        return outcome;
    }
    world.forget_what_the_loss_explains();
    Err(Stop::not_evaluable(WENT_AWAY))
}

/// What a scenario needs and this run does not have.
fn missing(subject: &Subject, needs: Needs) -> Option<Outcome> {
    if subject.is_gone() {
        return Some(Err(Stop::not_evaluable("the server cannot be reached any more")));
    }
    match needs {
        Needs::Profile(profile) if !subject.has_profile(profile) => {
            Some(Err(Stop::NotApplicable(format!("the server does not declare the profile `{profile}`"))))
        }
        Needs::OwnServer if subject.process.is_none() => Some(Err(Stop::NotApplicable(
            "the server would have to be restarted, and the suite did not start it: see --server-cmd".into(),
        ))),
        _ => None,
    }
}

/// Runs a scenario; a panic in it, or one that takes too long, is an error of the suite.
async fn within_time(world: &World, scenario: &Scenario) -> Outcome {
    let caught = AssertUnwindSafe((scenario.run)(world)).catch_unwind();
    let usual = LONGEST.max(world.patience().max.saturating_mul(PATIENCES));
    let longest = usual + scenario.allowance(&world.subject().random, world.subject().cases);
    match tokio::time::timeout(longest, caught).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(panic)) => {
            let said =
                panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
            Err(Stop::Harness(format!("the scenario panicked: {}", said.unwrap_or("without a word"))))
        }
        Err(_) => Err(Stop::not_evaluable(took_too_long(world, longest))),
    }
}

/// Why a scenario says nothing that was not over in time, and how to give it more.
fn took_too_long(world: &World, longest: Duration) -> String {
    // A patience of which the scenario gets more than it had.
    let patience = (longest * 2).as_secs_f64() / f64::from(PATIENCES);
    let patience = patience.max(world.patience().max.as_secs_f64() * 2.0).ceil();
    format!(
        "it was not over after {} s, for the server answers slowly: `--patience {patience}` gives it longer, and \
         `--jobs 1` the server less to do at once",
        longest.as_secs()
    )
}

fn finished(world: &World, scenario: &Scenario, outcome: Outcome, duration: Duration, keep_wire_log: bool) -> Finished {
    let id = scenario.id();
    let transcript = world.state(|state| state.transcript.clone());
    let diff = compare(world, &id, &outcome);
    let (mut findings, checked, dialect, undocumented, notes) = world.state(|state| {
        (
            std::mem::take(&mut state.findings),
            std::mem::take(&mut state.checked),
            std::mem::take(&mut state.dialect),
            std::mem::take(&mut state.undocumented),
            std::mem::take(&mut state.notes),
        )
    });
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
    let completed = outcome.is_ok() && notes.is_empty();
    let (verdict, message) = judge(&findings, &outcome, &notes);
    let wire_log = if keep_wire_log || verdict > Verdict::Pass { world.wire_log() } else { Vec::new() };
    let mut result = ScenarioResult {
        id,
        group: scenario.group.into(),
        title: scenario.title.into(),
        verdict,
        requirements: scenario.requirements.iter().map(|&id| id.to_owned()).collect(),
        duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        message,
        findings,
        known: None,
        transcript: transcript.lanes().to_vec(),
        comparable: world.state(|state| state.is_recording()) && !transcript.lanes().is_empty(),
        diff,
        wire_log,
    };
    world.subject().expected.mark(&mut result, matches!(outcome, Err(Stop::Harness(_))));
    Finished { completed, result, checked, dialect, undocumented, notes }
}

/// The gravest of what was found, and why a scenario did not come to its end.
fn judge(findings: &[Finding], outcome: &Outcome, notes: &[String]) -> (Verdict, Option<String>) {
    let found =
        findings.first().map(|finding| (finding.verdict, format!("{}: {}", finding.requirement, finding.message)));
    let stopped = match outcome {
        Ok(()) => notes.first().map(|note| (Verdict::NotEvaluable, note.clone())),
        Err(Stop::Broken) => None,
        Err(Stop::NotApplicable(why)) => Some((Verdict::NotApplicable, why.clone())),
        Err(Stop::NotEvaluable(why)) => Some((Verdict::NotEvaluable, why.clone())),
        Err(Stop::Harness(why)) => Some((Verdict::HarnessError, why.clone())),
    };
    match (found, stopped) {
        (Some(found), Some(stopped)) if found.0 < stopped.0 => (stopped.0, Some(stopped.1)),
        (Some(found), _) => (found.0, Some(found.1)),
        (None, Some(stopped)) => (stopped.0, Some(stopped.1)),
        (None, None) => (Verdict::Pass, None),
    }
}

/// Compares the transcript with the verified one, and gives the diff. A scenario that did not come to its end has none
/// to compare; where something was found wrong already, the difference is shown and not found once more.
fn compare(world: &World, id: &str, outcome: &Outcome) -> Option<String> {
    let (transcript, recorded, clean) = world.state(|state| {
        // The transcript shows neither the form of dates nor fields that nobody documented.
        let is_hidden = |finding: &Finding| matches!(finding.requirement.as_str(), "TYPE-4" | "TYPE-5");
        let clean = state.findings.iter().all(is_hidden) && state.notes.is_empty();
        (state.transcript.clone(), state.is_recording(), clean)
    });
    if !recorded || matches!(outcome, Err(Stop::NotApplicable(_) | Stop::NotEvaluable(_) | Stop::Harness(_))) {
        return None;
    }
    let (verified, text) = (verified::of(id)?, transcript.render());
    let diff = verified::diff(verified, &text)?;
    if clean && outcome.is_ok() {
        judge_difference(world, &Transcript::parse(verified), &Transcript::parse(&text));
    }
    // What servers are free in is no difference to show.
    (!world.state(|state| state.findings.is_empty())).then_some(diff)
}

/// Records which requirement is broken by the first difference from the verified transcript.
fn judge_difference(world: &World, verified: &Transcript, transcript: &Transcript) {
    let Some(difference) = Difference::first(verified, transcript) else { return };
    let sent = world.state(|state| state.sent.clone());
    let Some(requirement) = attribution::of_difference(&difference, &sent) else { return };
    let Difference { lane, what, expected, got, .. } = difference;
    let sentence = match what {
        What::Content { event, fields } => {
            format!("`{lane}` heard {event} with other content than verified: {}", fields.join(", "))
        }
        What::Event(event) => format!("`{lane}` heard {event} out of the verified order, or not at all"),
        What::Action => return,
    };
    world.state(|state| state.find(requirement, sentence, Some(expected), Some(got)));
}
