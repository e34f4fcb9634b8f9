//! The whole suite against one server: the entry for programs. The command line is made of this.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use chat_conformance::{accounts::Source, options::Options, suite, world::Casting};
//!
//! let accounts = Source::Fixtures.load(suite::accounts_wanted(), Casting::FEWEST).await?;
//! let target = "ws://127.0.0.1:3000/".parse()?;
//! let result = suite::run(target, accounts, &Options::default()).await?;
//! assert_eq!(result.verdict, chat_conformance::verdict::Verdict::Pass);
//! # Ok(())
//! # }
//! ```

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64},
    },
    time::{Duration, Instant},
};

use chat_spec::{PROTOCOL_VERSION, types::Date};
use rand::Rng;
use thiserror::Error;
use tokio::sync::{Mutex, mpsc};

use crate::{
    accounts::Accounts,
    aggregate,
    calibration::{self, CalibrationError, Patience},
    evidence, expect,
    options::Options,
    random::Random,
    result::{DialectEntry, RunResult, ScenarioResult},
    run_event::RunEvent,
    runner::{self, Finished},
    scenarios, selection,
    server_process::ServerProcess,
    subject::Subject,
    verdict::Verdict,
    wire::Target,
    world::Casting,
};

/// How many run events may wait for a report that is slow.
const EVENTS: usize = 1024;

/// Why a run did not begin.
#[derive(Debug, Error)]
pub enum RunError {
    /// The filter selects nothing.
    #[error("nothing to run: no scenario fits {0}; `{program} list` shows them all", program = crate::program::name())]
    NothingSelected(String),
    /// There are too few accounts.
    #[error("the suite needs at least {needed} accounts, and was given {given}: add users to the accounts")]
    TooFewAccounts {
        /// How many there must be.
        needed: usize,
        /// How many there are.
        given: usize,
    },
    /// The tokens are too many to be looked for.
    #[error("the tokens of the accounts cannot be searched for: {0}")]
    Secrets(#[from] aho_corasick::BuildError),
    /// The server does not answer, or not as a server of the protocol does.
    #[error(transparent)]
    Server(#[from] CalibrationError),
}

/// How many accounts the suite asks a provisioner for: so many that no scenario meets what another left.
#[must_use]
pub fn accounts_wanted() -> usize {
    const LARGEST_CAST: usize = 4;
    LARGEST_CAST * scenarios::all().count() + LARGEST_CAST
}

/// Runs the suite against a server that is there, and gives the result as data.
///
/// # Errors
/// The run did not begin. What goes wrong later is in the result.
pub async fn run(target: Target, accounts: Accounts, options: &Options) -> Result<RunResult, RunError> {
    Box::pin(run_with(target, accounts, options, None, None)).await
}

/// Runs the suite; `process` where the suite started the server itself, `watcher` gets the stream of run events.
///
/// # Errors
/// The run did not begin. What goes wrong later is in the result.
pub async fn run_with(
    target: Target,
    accounts: Accounts,
    options: &Options,
    process: Option<Arc<Mutex<ServerProcess>>>,
    watcher: Option<mpsc::Sender<RunEvent>>,
) -> Result<RunResult, RunError> {
    let (started_at, begun) = (Date::from(jiff::Timestamp::now()).to_string(), Instant::now());
    let scenarios = selection::select_but(&options.filter, &options.except);
    if scenarios.is_empty() {
        return Err(RunError::NothingSelected(options.filter.join(", ")));
    }
    let subject = Arc::new(prepare(target, accounts, options, process).await?);
    // Somebody always listens, so that the runner need not care whether anybody does.
    let (events, mut unheard) = mpsc::channel(EVENTS);
    let drain = watcher.is_none().then(|| tokio::spawn(async move { while unheard.recv().await.is_some() {} }));
    let events = watcher.unwrap_or(events);
    drop(events.send(RunEvent::Started { target: subject.target.to_string(), scenarios: scenarios.len() }).await);
    let running = runner::run_all(&subject, scenarios, options.jobs, options.keep_wire_log, &events);
    let mut finished = Box::pin(running).await;
    let order: Vec<String> =
        selection::select_but(&options.filter, &options.except).iter().map(|scenario| scenario.id()).collect();
    finished.sort_by_key(|finished| order.iter().position(|id| *id == finished.result.id));
    if !options.keep_wire_log {
        evidence::leave_out_repeated(finished.iter_mut().map(|finished| &mut finished.result));
    }
    let mut result = gather(&subject, options, finished, started_at, begun.elapsed());
    if let Err(error) = Patience::measure(&subject.target, subject.casting.beacon(), options.patience).await {
        let (why, printed) = end_of_the_server(&subject, &error).await;
        let why = format!("{why}{}", witnesses(&result));
        result.notes.splice(0..0, std::iter::once(why).chain(printed));
        result.verdict = result.verdict.max(Verdict::HarnessError);
    }
    drop(events.send(RunEvent::Finished(Box::new(result.clone()))).await);
    drop(events);
    if let Some(drain) = drain {
        drain.abort();
    }
    Ok(result)
}

/// Why there is no server at the end of a run, where one was at its beginning; and the last that it printed, where the
/// suite started it.
async fn end_of_the_server(subject: &Subject, error: &CalibrationError) -> (String, Option<String>) {
    const DIED: &str = "the server did not live to the end of the run";
    if let Some(process) = &subject.process
        && let Some((status, printed)) = process.lock().await.how_it_ended().await
    {
        let printed = match printed.as_str() {
            "" => "the server printed nothing".to_owned(),
            lines => format!("the last that the server printed:\n{lines}"),
        };
        return (format!("{DIED}: it ended with {status}"), Some(printed));
    }
    let why = match error {
        CalibrationError::TokenRefused(_) => format!("at the end of the run {error}"),
        error => format!("{DIED}: {error}"),
    };
    (why, None)
}

/// The scenarios that ran when the server went away: one of them may have ended it.
fn witnesses(result: &RunResult) -> String {
    let saw_it = |scenario: &&ScenarioResult| scenario.message.as_deref() == Some(runner::WENT_AWAY);
    let ids: Vec<&str> = result.scenarios.iter().filter(saw_it).map(|scenario| scenario.id.as_str()).collect();
    if ids.is_empty() { String::new() } else { format!(". It went away while these ran: {}", ids.join(", ")) }
}

/// Learns what must be known before the first scenario: that the server answers, how fast, and who plays.
async fn prepare(
    target: Target,
    accounts: Accounts,
    options: &Options,
    process: Option<Arc<Mutex<ServerProcess>>>,
) -> Result<Subject, RunError> {
    let secrets = Arc::new(accounts.secrets()?);
    let Accounts { pool, fresh, mut profiles } = accounts;
    if pool.len() < Casting::FEWEST {
        return Err(RunError::TooFewAccounts { needed: Casting::FEWEST, given: pool.len() });
    }
    let patience = Patience::measure(&target, &pool[0], options.patience).await?;
    let (player, absent) = (&pool[0], pool[pool.len() - 1].id);
    // Accounts that were made for this run are the server's own: where it refuses one, that is what is found. The last
    // one is the user who is never there, and whom no scenario plays.
    let unchecked = if fresh { &pool[pool.len() - 1..] } else { &pool[1..] };
    calibration::check_tokens(&target, &pool[0], unchecked, options.patience).await?;
    let hears_itself = calibration::hears_itself(&target, player, absent, options.patience).await?;
    let hangs_up_on_strangers = calibration::hangs_up_on_strangers(&target, player, options.patience).await?;
    profiles.extend(options.profiles.iter().cloned());
    if pool.iter().any(|account| !account.attachments.is_empty()) {
        profiles.push("attachments".to_owned());
    }
    profiles.sort();
    profiles.dedup();
    let too_few = RunError::TooFewAccounts { needed: Casting::FEWEST, given: pool.len() };
    let mut random = rand::rng();
    Ok(Subject {
        casting: Casting::new(pool.clone()).ok_or(too_few)?,
        secrets,
        target,
        patience,
        fresh,
        hears_itself,
        hangs_up_on_strangers,
        profiles,
        run: format!("{:08x}", random.random::<u32>()),
        seed: options.seed.unwrap_or_else(|| random.random()),
        cases: options.cases,
        random: Random::new(options),
        unreachable: AtomicU32::new(0),
        presence_took: AtomicU64::new(0),
        process,
        expected: Arc::clone(&options.expected),
        recording: options.recording.clone(),
    })
}

fn gather(
    subject: &Subject,
    options: &Options,
    finished: Vec<Finished>,
    started_at: String,
    duration: Duration,
) -> RunResult {
    let mut requirements = aggregate::requirements(&finished, |profile| subject.has_profile(profile));
    let expectations = expect::judge(&subject.expected, &mut requirements, &finished);
    let mut verdict = aggregate::overall(&requirements, &finished);
    if options.strict && verdict == Verdict::Warning {
        verdict = Verdict::Violation;
    }
    RunResult {
        verdict,
        target: subject.target.to_string(),
        protocol_version: PROTOCOL_VERSION.into(),
        suite_version: env!("CARGO_PKG_VERSION").into(),
        started_at,
        duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        round_trip_ms: Some(subject.patience.round_trip.as_secs_f64() * 1000.0),
        strict: options.strict,
        seed: subject.seed,
        profiles: subject.profiles.clone(),
        options: options.again.iter().cloned().chain(subject.random.flags(subject.seed, subject.cases)).collect(),
        replayed: options.replay_file.as_ref().map(|file| file.display().to_string()),
        requirements,
        dialect: dialect(&finished),
        expectations,
        notes: notes(&finished),
        scenarios: finished.into_iter().map(|finished| finished.result).collect(),
    }
}

/// What the server was seen to do where servers are free, one entry a matter and answer.
fn dialect(finished: &[Finished]) -> Vec<DialectEntry> {
    let mut entries: Vec<DialectEntry> = Vec::new();
    for entry in finished.iter().flat_map(|finished| &finished.dialect) {
        if !entries.contains(entry) {
            entries.push(entry.clone());
        }
    }
    let undocumented: BTreeSet<&str> =
        finished.iter().flat_map(|finished| &finished.undocumented).map(String::as_str).collect();
    if !undocumented.is_empty() {
        entries.push(DialectEntry {
            matter: "events that the protocol does not know".into(),
            source: "D7".into(),
            server: undocumented.into_iter().collect::<Vec<_>>().join(", "),
            ours: "none".into(),
        });
    }
    entries
}

fn notes(finished: &[Finished]) -> Vec<String> {
    let notes: BTreeSet<&String> = finished.iter().flat_map(|finished| &finished.notes).collect();
    notes.into_iter().cloned().collect()
}
