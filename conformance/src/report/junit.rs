//! JUnit, for the test views of build servers: a suite for each group of scenarios, a case for each scenario.

use std::{sync::LazyLock, time::Duration};

use indexmap::IndexMap;
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use crate::{
    report::{
        headline::Headline,
        summary::{Shown, fails},
        terminal,
        text::{cut, one_line, visible},
    },
    result::{RunResult, ScenarioResult},
    verdict::Verdict,
};

/// What is of no group of scenarios.
static NO_GROUP: LazyLock<String> = LazyLock::new(|| "run".to_owned());

/// The whole file.
pub(crate) fn render(result: &RunResult) -> String {
    let mut suites = IndexMap::new();
    for scenario in &result.scenarios {
        let suite = suites.entry(&scenario.group).or_insert_with_key(|group| suite(result, group));
        suite.add_test_case(case(result, scenario));
    }
    for suite in suites.values_mut() {
        suite.set_time(suite.test_cases.iter().filter_map(|case| case.time).sum());
    }
    suites.extend(of_the_run(result).map(|suite| (&*NO_GROUP, suite)));
    let mut report = Report::new("chat-conformance");
    report.set_time(Duration::from_millis(result.duration_ms)).add_test_suites(suites.into_values());
    report.to_string().expect("XML that is written to memory cannot fail")
}

/// What is wrong with the run where no scenario fails for it: a view of tests would be green otherwise. There is no
/// verdict, or the list of known failures is out of date.
fn of_the_run(result: &RunResult) -> Option<TestSuite> {
    let headline = Headline::of(result);
    if !fails(headline.tone, result.strict) || result.scenarios.iter().any(|scenario| scenario.fails(result.strict)) {
        return None;
    }
    let kind = match headline.tone {
        Verdict::HarnessError => NonSuccessKind::Error,
        _ => NonSuccessKind::Failure,
    };
    let mut status = TestCaseStatus::non_success(kind);
    let notes: Vec<String> = result.notes.iter().map(|note| visible(note).into_owned()).collect();
    status.set_type(headline.tone.as_str()).set_message(one_line(&cut(&headline.sentence(), 500)));
    status.set_description(notes.join("\n"));
    let mut case = TestCase::new("the_run_comes_to_a_verdict", status);
    case.set_classname(NO_GROUP.as_str()).set_time(Duration::ZERO);
    let mut suite = suite(result, &NO_GROUP);
    suite.add_test_case(case);
    Some(suite)
}

/// An empty suite with what the run was made with.
fn suite(result: &RunResult, group: &str) -> TestSuite {
    let mut suite = TestSuite::new(visible(group).as_ref());
    let facts = [
        ("target", one_line(&result.target)),
        ("protocol_version", result.protocol_version.clone()),
        ("suite_version", result.suite_version.clone()),
        ("started_at", result.started_at.clone()),
        ("seed", result.seed.to_string()),
        ("strict", result.strict.to_string()),
        ("profiles", result.profiles.join(" ")),
    ];
    suite.add_properties(facts.map(|(name, value)| Property::new(name, value)));
    suite
}

/// One scenario.
fn case(result: &RunResult, scenario: &ScenarioResult) -> TestCase {
    let why = one_line(&cut(scenario.message.as_deref().unwrap_or(&scenario.title), 500));
    let status = match scenario.verdict {
        _ if let Some(known) = &scenario.known => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("known failure ({}): {why}", one_line(known)));
            status
        }
        Verdict::HarnessError => told(NonSuccessKind::Error, result, scenario, why),
        verdict if fails(verdict, result.strict) => told(NonSuccessKind::Failure, result, scenario, why),
        Verdict::NotEvaluable | Verdict::NotApplicable => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("{}: {why}", scenario.verdict.words()));
            status
        }
        Verdict::Violation | Verdict::Warning | Verdict::Pass => TestCaseStatus::success(),
    };
    let warned = scenario.verdict == Verdict::Warning && !result.strict;
    let mut case = TestCase::new(scenario.id.as_str(), status);
    case.set_classname(visible(&scenario.group).as_ref()).set_time(Duration::from_millis(scenario.duration_ms));
    case.add_property(Property::new("requirements", scenario.requirements.join(" ")));
    if warned {
        case.set_system_out(terminal::plain(result, scenario));
    }
    case
}

/// A failure or an error with all that there is to say about it.
fn told(kind: NonSuccessKind, result: &RunResult, scenario: &ScenarioResult, why: String) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(scenario.verdict.as_str()).set_message(why).set_description(terminal::plain(result, scenario));
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn looks_as_documented() {
        insta::assert_snapshot!(render(&sample::result()));
    }

    #[test]
    fn is_well_formed_and_counts_right() {
        let text = render(&sample::result());
        let document = roxmltree::Document::parse(&text).unwrap();
        let root = document.root_element();
        let count = |name| document.descendants().filter(|node| node.has_tag_name(name)).count();
        assert_eq!(
            [count("testcase"), count("failure"), count("error"), count("skipped"), count("system-out")],
            [7, 2, 1, 2, 1]
        );
        let attributes = ["tests", "failures", "errors"].map(|name| root.attribute(name).unwrap());
        assert_eq!(attributes, ["7", "2", "1"]);
        let broken =
            document.descendants().find(|node| node.has_tag_name("failure") && node.text().unwrap().contains("SEND-4"));
        assert!(broken.unwrap().text().unwrap().contains("\\u{1b}[31mred\\u{7} ]]>"), "nothing is lost");
    }

    #[test]
    fn a_run_without_a_verdict_is_not_green() {
        let notes = vec!["the server did not live to the end of the run".to_owned()];
        let result = RunResult { verdict: Verdict::HarnessError, notes, ..sample::all_well() };
        let text = render(&result);
        let document = roxmltree::Document::parse(&text).unwrap();
        assert_eq!(document.root_element().attribute("errors"), Some("1"), "{text}");
        assert!(text.contains("did not live to the end"), "{text}");
        assert!(!render(&sample::all_well()).contains("<error"));
    }

    #[test]
    fn a_strict_run_fails_on_warnings() {
        let result = RunResult { strict: true, ..sample::result() };
        assert_eq!(render(&result).matches("<failure ").count(), 3);
    }
}
