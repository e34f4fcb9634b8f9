//! The self-test: faults, then correct servers.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use chat_spec::{PROTOCOL_VERSION, types::Date};
use futures_util::{StreamExt, stream};

use super::{
    catalogue,
    examine::{examine, is_alone},
    fault::Fault,
    innocent::{self, Innocent, Trial},
    matrix::{FaultResult, Matrix, ServerResult},
    stage::Binaries,
};

/// What is tried.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The faults, in the order of the catalogue.
    pub faults: Vec<&'static Fault>,
    /// The correct servers.
    pub(super) innocents: Vec<&'static Innocent>,
    /// How often each correct server is tried.
    pub rounds: u32,
    /// How many faults or servers are tried at a time.
    pub jobs: usize,
    /// The seed of the first run against a correct server; each later one has the next.
    pub seed: u64,
    /// The folder that gets the report of each alarm.
    pub alarms: PathBuf,
}

impl Plan {
    /// The faults that fit one of the words: a part of an id, or the requirement that is broken; all where there is no
    /// word. Correct servers are tried, once each, where nothing was filtered out.
    #[must_use]
    pub fn new(filter: &[String], jobs: usize) -> Self {
        let fits = |fault: &&Fault| filter.is_empty() || filter.iter().any(|word| fault.fits(word));
        let innocents = if filter.is_empty() { innocent::ALL.iter().collect() } else { Vec::new() };
        Self { innocents, ..Self::nothing(catalogue::all().filter(fits).collect(), jobs) }
    }

    /// The correct servers whose name holds one of the words, all where there is none, and no fault.
    #[must_use]
    pub fn innocents(filter: &[String], jobs: usize) -> Self {
        let fits = |one: &&Innocent| filter.is_empty() || filter.iter().any(|word| one.fits(word));
        Self { innocents: innocent::ALL.iter().filter(fits).collect(), ..Self::nothing(Vec::new(), jobs) }
    }

    /// Certain faults alone, such as the sample that the tests of this workspace try.
    ///
    /// # Panics
    /// There is no fault of that id.
    #[must_use]
    pub fn of(ids: &[&str], jobs: usize) -> Self {
        let find = |id: &&str| catalogue::find(id).unwrap_or_else(|| panic!("there is no fault `{id}`"));
        Self::nothing(ids.iter().map(find).collect(), jobs)
    }

    fn nothing(faults: Vec<&'static Fault>, jobs: usize) -> Self {
        let alarms = PathBuf::from("self-test-alarms");
        Self { faults, innocents: Vec::new(), rounds: 1, jobs: jobs.max(1), seed: 1, alarms }
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.faults.is_empty() && self.innocents.is_empty()
    }

    /// Every run against a correct server: round by round, so that a hunt that is ended early tried all of them alike.
    fn trials(&self) -> impl Iterator<Item = (&'static Innocent, Trial<'_>)> {
        let rounds = (1..=self.rounds).flat_map(|round| self.innocents.iter().map(move |&innocent| (innocent, round)));
        rounds.zip(0..).map(|((innocent, round), number)| {
            (innocent, Trial { round, seed: self.seed.wrapping_add(number), alarms: &self.alarms })
        })
    }
}

/// Something of the self-test is done.
#[derive(Debug)]
pub enum Progress<'a> {
    /// A fault was tried.
    Fault(&'a FaultResult),
    /// A correct server was tried.
    Server(&'a ServerResult),
}

/// Tries everything that is planned. `watch` is told of each result as it comes.
pub async fn run(plan: &Plan, binaries: &Binaries, watch: impl Fn(Progress<'_>)) -> Matrix {
    let (started_at, begun) = (Date::from(jiff::Timestamp::now()).to_string(), Instant::now());
    let faults = faults(plan, binaries, &watch).await;
    let servers = servers(plan, binaries, &watch).await;
    Matrix {
        suite_version: env!("CARGO_PKG_VERSION").into(),
        protocol_version: PROTOCOL_VERSION.into(),
        started_at,
        duration_ms: milliseconds(begun.elapsed()),
        faults,
        servers,
    }
}

/// Tries the faults: those that may, several at a time; then those that are shown by what takes how long.
async fn faults(plan: &Plan, binaries: &Binaries, watch: &impl Fn(Progress<'_>)) -> Vec<FaultResult> {
    let (alone, together): (Vec<_>, Vec<_>) = plan.faults.iter().copied().partition(|fault| is_alone(fault));
    let mut results = Vec::with_capacity(plan.faults.len());
    for (faults, jobs) in [(together, plan.jobs), (alone, 1)] {
        let mut trying = stream::iter(faults).map(|fault| examine(fault, binaries)).buffer_unordered(jobs);
        while let Some(result) = trying.next().await {
            watch(Progress::Fault(&result));
            results.push(result);
        }
    }
    results.sort_by_key(|result| catalogue::all().position(|fault| fault.id == result.id));
    results
}

/// Tries the correct servers.
async fn servers(plan: &Plan, binaries: &Binaries, watch: &impl Fn(Progress<'_>)) -> Vec<ServerResult> {
    let trying = stream::iter(plan.trials()).map(|(innocent, trial)| innocent::try_it(innocent, trial, binaries));
    let mut trying = trying.buffer_unordered(plan.jobs);
    let mut results = Vec::new();
    while let Some(result) = trying.next().await {
        watch(Progress::Server(&result));
        results.push(result);
    }
    let place = |name: &str| plan.innocents.iter().position(|innocent| innocent.name() == name);
    results.sort_by_key(|result| (result.round, place(&result.name)));
    results
}

/// A time in whole milliseconds.
pub(super) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
