//! How much of what went over the wire a report keeps.
//!
//! A server that does one thing wrong everywhere, such as an odd date in every event, fails nearly every scenario with the
//! same finding. The wire logs of all of them would make a report of tens of megabytes that says one thing.

use std::collections::BTreeMap;

use crate::{result::ScenarioResult, verdict::Verdict};

/// So many scenarios show each requirement that is broken with their wire log.
const SHOWN: usize = 8;

/// Leaves out the wire logs of scenarios whose every finding others before them show with theirs.
pub(crate) fn leave_out_repeated<'a>(scenarios: impl Iterator<Item = &'a mut ScenarioResult>) {
    let mut shown: BTreeMap<String, usize> = BTreeMap::new();
    for scenario in scenarios {
        if !matches!(scenario.verdict, Verdict::Warning | Verdict::Violation) || scenario.findings.is_empty() {
            continue;
        }
        let is_shown = |id: &String| shown.get(id).is_some_and(|count| *count >= SHOWN);
        if scenario.findings.iter().all(|finding| is_shown(&finding.requirement)) {
            scenario.wire_log = Vec::new();
            continue;
        }
        let mut ids: Vec<&String> = scenario.findings.iter().map(|finding| &finding.requirement).collect();
        ids.dedup();
        for id in ids {
            *shown.entry(id.clone()).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{report::sample, result::Finding};

    fn broken(requirements: &[&str]) -> ScenarioResult {
        let failed =
            |scenario: &ScenarioResult| scenario.verdict == Verdict::Violation && !scenario.wire_log.is_empty();
        let mut scenario = sample::result().scenarios.into_iter().find(failed).unwrap();
        let like = scenario.findings[0].clone();
        scenario.findings = requirements.iter().map(|&id| Finding { requirement: id.into(), ..like.clone() }).collect();
        scenario
    }

    #[test]
    fn what_many_scenarios_show_is_shown_by_a_few() {
        let mut scenarios = vec![broken(&["TYPE-4", "TYPE-4"]); 20];
        scenarios.push(broken(&["TYPE-4", "SEND-1"]));
        scenarios.push(broken(&["TYPE-4"]));
        leave_out_repeated(scenarios.iter_mut());
        let kept: Vec<bool> = scenarios.iter().map(|scenario| !scenario.wire_log.is_empty()).collect();
        assert_eq!(kept.iter().filter(|kept| **kept).count(), SHOWN + 1);
        assert!(kept[..SHOWN].iter().all(|kept| *kept), "the first ones keep theirs");
        assert!(kept[20], "what nothing else shows keeps its own");
    }

    #[test]
    fn what_could_not_be_evaluated_keeps_its_own() {
        let mut scenarios = vec![ScenarioResult { verdict: Verdict::NotEvaluable, ..broken(&["SEND-1"]) }; 2 * SHOWN];
        leave_out_repeated(scenarios.iter_mut());
        assert!(scenarios.iter().all(|scenario| !scenario.wire_log.is_empty()));
    }
}
