//! One fault, one verdict: is the requirement that is named for it found broken?

use std::time::{Duration, Instant};

use chat_spec::requirements::Requirement;

use super::{
    fault::{Fault, Made, With},
    matrix::{FaultOutcome, FaultResult},
    run::milliseconds,
    stage::Binaries,
};
use crate::{
    options::Options,
    properties::sessions::SCENARIO,
    reference,
    result::{Finding, RunResult, ScenarioResult},
    scenario::Needs,
    selection, suite,
    verdict::Verdict,
};

/// Scenarios that are run besides those that name the requirement: what every client does.
const ALWAYS: [&str; 1] = ["message.send/reaches_both_users_and_nobody_else"];

/// The longest that is waited for anything.
const PATIENCE: Duration = Duration::from_secs(8);
/// The same, where a requirement allows a minute.
const LONG_PATIENCE: Duration = Duration::from_secs(65);

/// How the suite is run against a fault.
fn options(fault: &Fault) -> Options {
    let mut filter: Vec<String> = vec![fault.breaks.to_owned()];
    filter.extend(ALWAYS.map(str::to_owned));
    let patience = if fault.needs(With::LongPatience) { LONG_PATIENCE } else { PATIENCE };
    // The scenario that is named for the fault is to catch it, not chance.
    let except = vec![SCENARIO.to_owned()];
    Options { filter, except, jobs: 4, patience, seed: Some(1), ..Options::default() }
}

/// Whether a fault must be tried with nothing beside it, because what shows it measures time.
pub(super) fn is_alone(fault: &Fault) -> bool {
    selection::select(&[fault.breaks.to_owned()]).iter().any(|scenario| scenario.needs == Needs::Quiet)
}

/// How often a fault is tried that did not show itself: whether several are under way at once hangs on chance, and what
/// never showed was not tried. One that showed itself is not tried again, found or not.
const TRIES: usize = 3;

/// Tries a fault.
pub(super) async fn examine(fault: &Fault, binaries: &Binaries) -> FaultResult {
    let begun = Instant::now();
    let mut result = blank(fault);
    for _ in 0..TRIES {
        match run(fault, binaries).await {
            Ok((run, live)) => judge(&mut result, &run, live),
            Err(error) => result.note = Some(format!("{error:#}")),
        }
        if result.outcome != FaultOutcome::NotLive {
            break;
        }
    }
    result.duration_ms = milliseconds(begun.elapsed());
    result
}

/// A fault that was not tried yet.
pub(super) fn blank(fault: &Fault) -> FaultResult {
    FaultResult {
        id: fault.id.to_owned(),
        breaks: fault.breaks.to_owned(),
        level: Requirement::find(fault.breaks).map(|requirement| requirement.level.to_string()).unwrap_or_default(),
        wrong: fault.wrong.to_owned(),
        condition: fault.condition.map(|condition| condition.as_str().to_owned()),
        made_by: if matches!(fault.made, Made::InTheServer) { "server" } else { "proxy" }.to_owned(),
        outcome: FaultOutcome::Failed,
        live: 0,
        reason: None,
        caught_by: Vec::new(),
        also: Vec::new(),
        scenarios: 0,
        duration_ms: 0,
        note: None,
    }
}

async fn run(fault: &Fault, binaries: &Binaries) -> anyhow::Result<(RunResult, u64)> {
    let accounts = reference::accounts(suite::accounts_wanted() as u64);
    let staged = binaries.stage(fault, &accounts).await?;
    let run =
        Box::pin(suite::run_with(staged.target.clone(), accounts, &options(fault), staged.process.clone(), None)).await;
    let live = staged.stop().await?;
    Ok((run?, live))
}

fn judge(result: &mut FaultResult, run: &RunResult, live: u64) {
    result.live = live;
    result.scenarios = run.scenarios.len();
    let breaks = |finding: &&Finding| finding.requirement == result.breaks && finding.verdict >= Verdict::Warning;
    let found: Vec<(&ScenarioResult, &Finding)> =
        run.scenarios.iter().filter_map(|scenario| Some((scenario, scenario.findings.iter().find(breaks)?))).collect();
    result.reason = found.first().map(|(_, finding)| finding.message.clone());
    let caught_by: Vec<String> = found.iter().map(|(scenario, _)| scenario.id.clone()).collect();
    let broken = run.requirements.iter().filter(|requirement| {
        matches!(requirement.verdict, Verdict::Warning | Verdict::Violation) && requirement.id != result.breaks
    });
    result.also = broken.map(|requirement| requirement.id.clone()).collect();
    let harness = run.scenarios.iter().find(|scenario| scenario.verdict == Verdict::HarnessError);
    result.outcome = match (caught_by.is_empty(), live) {
        _ if harness.is_some() => FaultOutcome::Failed,
        (_, 0) => FaultOutcome::NotLive,
        (true, _) => FaultOutcome::Missed,
        (false, _) => FaultOutcome::Caught,
    };
    result.caught_by = caught_by;
    result.note = match harness {
        Some(scenario) => scenario.message.clone(),
        None if result.outcome == FaultOutcome::Missed => Some(why_missed(&result.breaks, run)),
        None => None,
    };
}

/// What the suite said instead.
fn why_missed(requirement: &str, run: &RunResult) -> String {
    let said = run.requirements.iter().find(|one| one.id == requirement);
    let said = said.map_or_else(String::new, |one| match &one.reason {
        Some(reason) => format!("{requirement} is {}: {reason}", one.verdict),
        None => format!("{requirement} is {}", one.verdict),
    });
    let instead = run.scenarios.iter().flat_map(|scenario| &scenario.findings).next();
    match instead {
        Some(finding) => format!("{said}; found instead: {}: {}", finding.requirement, finding.message),
        None => said,
    }
}
