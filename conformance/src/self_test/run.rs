//! The whole self-test: all faults, several at a time, then those that measure time, then the correct servers.

use std::time::Instant;

use chat_spec::{PROTOCOL_VERSION, types::Date};
use futures_util::{StreamExt, stream};

use super::{
    catalogue,
    examine::{examine, is_alone},
    fault::Fault,
    innocent,
    matrix::{FaultResult, Matrix, ServerResult},
    stage::Binaries,
};

/// What is tried.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The faults, in the order of the catalogue.
    pub faults: Vec<&'static Fault>,
    /// Whether correct servers are tried, too.
    pub servers: bool,
    /// How many faults are tried at a time.
    pub jobs: usize,
}

impl Plan {
    /// The faults that fit one of the words: a part of an id, or the requirement that is broken; all where there is no
    /// word. Correct servers are tried where nothing was filtered out.
    #[must_use]
    pub fn new(filter: &[String], jobs: usize) -> Self {
        let fits = |fault: &&Fault| {
            filter.is_empty()
                || filter.iter().any(|word| fault.id.contains(word.as_str()) || fault.breaks.eq_ignore_ascii_case(word))
        };
        Self { faults: catalogue::all().filter(fits).collect(), servers: filter.is_empty(), jobs }
    }
}

impl Plan {
    /// Certain faults alone, such as the sample that the tests of this workspace try.
    ///
    /// # Panics
    /// There is no fault of that id.
    #[must_use]
    pub fn of(ids: &[&str], jobs: usize) -> Self {
        let find = |id: &&str| catalogue::find(id).unwrap_or_else(|| panic!("there is no fault `{id}`"));
        Self { faults: ids.iter().map(find).collect(), servers: false, jobs }
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
    let (alone, together): (Vec<_>, Vec<_>) = plan.faults.iter().copied().partition(|fault| is_alone(fault));
    let mut results = Vec::with_capacity(plan.faults.len());
    for (faults, jobs) in [(together, plan.jobs.max(1)), (alone, 1)] {
        let mut trying = stream::iter(faults).map(|fault| examine(fault, binaries)).buffer_unordered(jobs);
        while let Some(result) = trying.next().await {
            watch(Progress::Fault(&result));
            results.push(result);
        }
    }
    results.sort_by_key(|result| catalogue::all().position(|fault| fault.id == result.id));
    let mut servers = Vec::new();
    for server in innocent::ALL.iter().filter(|_| plan.servers) {
        let result = server.try_it(binaries).await;
        watch(Progress::Server(&result));
        servers.push(result);
    }
    Matrix {
        suite_version: env!("CARGO_PKG_VERSION").into(),
        protocol_version: PROTOCOL_VERSION.into(),
        started_at,
        duration_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        faults: results,
        servers,
    }
}
