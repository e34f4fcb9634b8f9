//! What became of each line of a list of known failures.

use chat_spec::requirements::Requirement;

use super::{Expectations, Expected};
use crate::{
    result::{ExpectationOutcome, ExpectationResult, RequirementResult},
    runner::Finished,
    scenario::Scenario,
    scenarios,
    verdict::Verdict,
};

/// Says of each line what became of it, and of each requirement whether all that is wrong with it is known.
#[must_use]
pub fn judge(
    expectations: &Expectations,
    requirements: &mut [RequirementResult],
    finished: &[Finished],
) -> Vec<ExpectationResult> {
    for requirement in requirements.iter_mut() {
        requirement.known = known(requirement, finished);
    }
    let result = |line: &Expected| ExpectationResult {
        line: line.line,
        what: line.what(),
        why: line.why.clone(),
        outcome: outcome(line, requirements, finished),
    };
    expectations.lines.iter().map(result).collect()
}

/// Why what is wrong with a requirement is put up with; `None` where something of it is not.
fn known(requirement: &RequirementResult, finished: &[Finished]) -> Option<String> {
    let findings = finished.iter().flat_map(|finished| &finished.result.findings);
    let mut broken = findings
        .filter(|finding| finding.requirement == requirement.id && finding.verdict >= Verdict::Warning)
        .peekable();
    let first = broken.peek()?.known.clone();
    first.filter(|_| broken.all(|finding| finding.known.is_some()))
}

fn outcome(line: &Expected, requirements: &[RequirementResult], finished: &[Finished]) -> ExpectationOutcome {
    if !exists(line) {
        return ExpectationOutcome::Unknown;
    }
    let covered = |finished: &Finished| {
        let mut broken = finished.result.findings.iter().filter(|finding| finding.verdict >= Verdict::Warning);
        broken.any(|finding| line.covers(&finished.result.id, finding))
    };
    if finished.iter().any(covered) {
        ExpectationOutcome::Fails
    } else if holds(line, requirements, finished) {
        ExpectationOutcome::Passes
    } else {
        ExpectationOutcome::NotChecked
    }
}

/// Whether the catalogue has what a line names.
fn exists(line: &Expected) -> bool {
    line.requirement.as_deref().is_none_or(|id| Requirement::find(id).is_some())
        && line.scenario.as_deref().is_none_or(|id| scenarios::all().any(|scenario| scenario.id() == id))
}

/// Whether what a line names was checked and is right. Half of it says nothing: where a filter left out some of the
/// scenarios of a requirement, those could be the ones that fail.
fn holds(line: &Expected, requirements: &[RequirementResult], finished: &[Finished]) -> bool {
    let was_run = |id: &str| finished.iter().find(|finished| finished.result.id == id);
    match (&line.requirement, &line.scenario) {
        // What a scenario does not say that it checks, it need not have checked to be without a fault in it.
        (Some(requirement), Some(scenario)) => was_run(scenario).is_some_and(|finished| {
            let is_named = finished.result.requirements.contains(requirement);
            finished.completed && (!is_named || finished.checked.contains(requirement.as_str()))
        }),
        (None, Some(scenario)) => was_run(scenario).is_some_and(|finished| finished.result.verdict == Verdict::Pass),
        (Some(requirement), None) => {
            let names = |scenario: &&Scenario| scenario.requirements.contains(&requirement.as_str());
            scenarios::all().filter(|scenario| names(scenario)).all(|scenario| was_run(&scenario.id()).is_some())
                && requirements.iter().any(|one| one.id == *requirement && one.verdict == Verdict::Pass)
        }
        (None, None) => false,
    }
}
