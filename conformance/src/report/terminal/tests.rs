//! The closing text on the sample, at two widths, with and without colour; and the lines while the run lasts.

use super::{Look, closing};
use crate::{report::sample, result::RequirementResult, verdict::Verdict};

const NARROW: Look = Look { width: 80, colour: false };
const WIDE: Look = Look { width: 160, colour: false };

#[test]
fn closing_text_at_80_columns() {
    let text = closing::text(&sample::result(), NARROW);
    for line in text.lines().filter(|line| !line.contains("chat-conformance run")) {
        assert!(console::measure_text_width(line) <= 80, "too wide: {line}");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn closing_text_at_160_columns() {
    insta::assert_snapshot!(closing::text(&sample::result(), WIDE));
}

#[test]
fn closing_text_when_all_is_well() {
    insta::assert_snapshot!(closing::text(&sample::all_well(), NARROW));
}

#[test]
fn without_colour_there_is_no_escape_sequence_and_with_it_only_ours() {
    assert!(!closing::text(&sample::result(), NARROW).contains('\u{1b}'));
    let coloured = closing::text(&sample::result(), Look { colour: true, ..NARROW });
    assert!(coloured.contains("\u{1b}[31m"), "violations are red");
    let controls = coloured.chars().filter(|character| character.is_control() && !matches!(character, '\n' | '\u{1b}'));
    assert_eq!(controls.count(), 0);
    assert!(console::strip_ansi_codes(&coloured).contains("\\u{1b}[31mred\\u{7}"), "the server's own are spelled out");
}

#[test]
fn a_run_of_nothing_says_so() {
    let mut result = sample::all_well();
    result.scenarios.clear();
    assert!(closing::text(&result, NARROW).starts_with("‼ No verdict: nothing was run\n"));
}

#[test]
fn what_was_not_selected_is_counted_and_not_listed() {
    let mut result = sample::all_well();
    let like = result.requirements[0].clone();
    let reason = Some("its scenarios were not selected".into());
    let left_out =
        RequirementResult { id: "SEND-99".into(), verdict: Verdict::NotEvaluable, scenarios: vec![], reason, ..like };
    result.requirements.extend(vec![left_out; 3]);
    let text = closing::text(&result, NARROW);
    assert!(text.contains("  not selected: 3\n"), "{text}");
    assert!(!text.contains("SEND-99") && !text.contains("its scenarios were not selected"), "{text}");
}

#[test]
fn a_strict_run_counts_warnings_as_failures() {
    let mut result = sample::result();
    result.strict = true;
    result.scenarios.retain(|scenario| scenario.id == "user.auth/is_announced");
    result.verdict = Verdict::Warning;
    let text = closing::text(&result, NARROW);
    assert!(text.starts_with("✗ Not conformant: 2 SHOULDs are broken, and the run is strict\n"), "{text}");
    assert!(text.contains("── 1 failure"), "{text}");
}

#[test]
fn of_many_failures_some_are_shown_in_full_and_all_are_named() {
    let mut result = sample::result();
    let failed = result.scenarios.iter().find(|scenario| !scenario.findings.is_empty()).cloned();
    let mut failed = failed.expect("the sample has failures");
    failed.verdict = crate::verdict::Verdict::Violation;
    result.scenarios =
        (0..60).map(|number| crate::result::ScenarioResult { id: format!("s/{number}"), ..failed.clone() }).collect();
    let text = closing::text(&result, NARROW);
    assert!(text.contains("50 failures more"), "{text}");
    assert!(text.contains("s/59"), "{text}");
}
