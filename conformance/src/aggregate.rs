//! From what the scenarios gave to a verdict for each requirement, and for the server.

use chat_spec::requirements::{self, Requirement};

use crate::{
    result::{Finding, RequirementResult, ScenarioResult},
    runner::Finished,
    scenarios,
    verdict::Verdict,
};

/// A verdict for each requirement of the protocol, in its order.
#[must_use]
pub fn requirements(finished: &[Finished], has_profile: impl Fn(&str) -> bool) -> Vec<RequirementResult> {
    requirements::all().iter().map(|requirement| judge(requirement, finished, &has_profile)).collect()
}

/// The gravest verdict of a run, known failures left out. What could not be evaluated does not outweigh a pass.
#[must_use]
pub fn overall(requirements: &[RequirementResult], finished: &[Finished]) -> Verdict {
    let all = finished.iter().map(|finished| unexpected(&finished.result));
    let grave = all.filter(|verdict| *verdict >= Verdict::Warning).max();
    let passed =
        requirements.iter().any(|requirement| requirement.verdict == Verdict::Pass || requirement.known.is_some());
    grave.unwrap_or(if passed { Verdict::Pass } else { Verdict::NotEvaluable })
}

/// The gravest verdict of a scenario, known failures left out. What failed without a finding is not known.
fn unexpected(scenario: &ScenarioResult) -> Verdict {
    let found = scenario.findings.iter().filter(|finding| finding.known.is_none()).map(|finding| finding.verdict);
    match found.max() {
        Some(verdict) if scenario.findings.iter().any(|finding| finding.known.is_some()) => verdict,
        _ if scenario.known.is_some() => Verdict::Pass,
        _ => scenario.verdict,
    }
}

fn judge(requirement: &Requirement, finished: &[Finished], has_profile: &impl Fn(&str) -> bool) -> RequirementResult {
    let named: Vec<&Finished> =
        finished.iter().filter(|finished| finished.result.requirements.contains(&requirement.id)).collect();
    let (verdict, reason) = verdict_of(requirement, &named, finished, has_profile);
    RequirementResult {
        id: requirement.id.clone(),
        level: requirement.level,
        group: requirement.group.clone(),
        text: requirement.text.clone(),
        verdict,
        known: None,
        scenarios: named.iter().map(|finished| finished.result.id.clone()).collect(),
        reason,
    }
}

fn verdict_of(
    requirement: &Requirement,
    named: &[&Finished],
    finished: &[Finished],
    has_profile: &impl Fn(&str) -> bool,
) -> (Verdict, Option<String>) {
    if let Some(reason) = &requirement.excluded {
        return (Verdict::NotApplicable, Some(reason.clone()));
    }
    if let Some(finding) = gravest(&requirement.id, finished) {
        return (finding.verdict, Some(finding.message.clone()));
    }
    if let Some(profile) = requirement.profile.as_deref().filter(|profile| !has_profile(profile)) {
        return (Verdict::NotApplicable, Some(format!("the server does not declare the profile `{profile}`")));
    }
    if let Some(error) = named.iter().find(|finished| finished.result.verdict == Verdict::HarnessError) {
        return (Verdict::HarnessError, error.result.message.clone());
    }
    let checked = |finished: &&&Finished| finished.checked.contains(requirement.id.as_str());
    let came_to_its_end = |finished: &&&Finished| finished.completed;
    if named.iter().filter(checked).any(|finished| came_to_its_end(&finished)) {
        return (Verdict::Pass, None);
    }
    let Some(first) = named.first() else {
        return (Verdict::NotEvaluable, Some(not_run(requirement)));
    };
    let verdict = if named.iter().all(|finished| finished.result.verdict == Verdict::NotApplicable) {
        Verdict::NotApplicable
    } else {
        Verdict::NotEvaluable
    };
    let why = named.iter().find_map(|finished| finished.result.message.clone());
    (verdict, Some(why.unwrap_or_else(|| format!("{} did not come to the point where it is checked", first.result.id))))
}

/// Why no scenario says anything about a requirement that a filter left out.
pub(crate) const NOT_SELECTED: &str = "its scenarios were not selected";

/// Why no scenario says anything about a requirement.
fn not_run(requirement: &Requirement) -> String {
    if scenarios::all().any(|scenario| scenario.requirements.contains(&requirement.id.as_str())) {
        NOT_SELECTED.to_owned()
    } else {
        "no scenario names it".to_owned()
    }
}

fn gravest<'a>(id: &str, finished: &'a [Finished]) -> Option<&'a Finding> {
    let findings = finished.iter().flat_map(|finished| &finished.result.findings);
    findings.filter(|finding| finding.requirement == id).max_by_key(|finding| finding.verdict)
}
