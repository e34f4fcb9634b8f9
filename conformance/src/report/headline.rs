//! The outcome of a run in a few words, the same in every report.

use crate::{
    report::{
        summary::{Counts, Shown},
        text::counted,
    },
    result::RunResult,
    verdict::Verdict,
};

/// The outcome of a run in a few words and one sentence.
pub(crate) struct Headline {
    /// What colour it deserves.
    pub(crate) tone: Verdict,
    /// `Not conformant`.
    pub(crate) title: &'static str,
    /// `3 of 118 requirements are broken`.
    pub(crate) detail: String,
}

impl Headline {
    /// The headline of a run.
    pub(crate) fn of(result: &RunResult) -> Self {
        let unexpected = result.requirements.iter().filter(|requirement| requirement.known.is_none());
        let counts = Counts::of_requirements(unexpected);
        let known = result.requirements.iter().filter(|requirement| requirement.known.is_some()).count();
        let stale = result.expectations.iter().filter(|expectation| expectation.outcome.is_stale()).count();
        let all = result.requirements.len();
        let unchecked = counts.get(Verdict::NotEvaluable);
        let broken = counts.get(Verdict::Violation);
        let warnings = counts.get(Verdict::Warning);
        let headline = |tone, title, detail| Self { tone, title, detail };

        if result.scenarios.is_empty() {
            return headline(Verdict::HarnessError, "No verdict", "nothing was run".into());
        }
        let nothing_was_checked = counts.get(Verdict::Pass) + warnings + broken + known == 0;
        if nothing_was_checked && result.verdict != Verdict::HarnessError {
            let what = counted(result.scenarios.len(), "scenario", "scenarios");
            let detail = format!("nothing could be checked: {what} ran to no end, or needed what is not there");
            return headline(Verdict::HarnessError, "No verdict", detail);
        }
        match result.verdict {
            Verdict::Pass | Verdict::Warning | Verdict::NotEvaluable | Verdict::NotApplicable if stale > 0 => {
                let what = counted(stale, "known failure does not fail, or is", "known failures do not fail, or are");
                headline(Verdict::Violation, "The list is out of date", format!("{what} not in the catalogue"))
            }
            // A strict run fails for them.
            Verdict::Violation | Verdict::Warning
                if result.strict && (result.verdict == Verdict::Warning || broken == 0) =>
            {
                let detail =
                    format!("{}, and the run is strict", counted(warnings, "SHOULD is broken", "SHOULDs are broken"));
                headline(Verdict::Violation, "Not conformant", detail)
            }
            Verdict::Violation => {
                let verb = if broken == 1 { "is" } else { "are" };
                let detail = format!("{broken} of {} {verb} broken", counted(all, "requirement", "requirements"));
                headline(Verdict::Violation, "Not conformant", detail)
            }
            Verdict::HarnessError => {
                let failed = result.scenarios.iter().filter(|s| s.verdict == Verdict::HarnessError).count();
                let detail = match (failed, result.notes.first()) {
                    (0, Some(note)) => note.clone(),
                    _ => format!("the suite itself failed in {}", counted(failed, "scenario", "scenarios")),
                };
                headline(Verdict::HarnessError, "No verdict", detail)
            }
            Verdict::Warning => {
                let other = if known > 0 { "no other" } else { "no" };
                let detail = format!("{other} MUST is broken; {}", Verdict::Warning.counted(warnings));
                headline(Verdict::Warning, "Conformant", detail)
            }
            Verdict::NotEvaluable => {
                let detail = format!(
                    "as far as could be seen; {} could not be checked",
                    counted(unchecked, "requirement", "requirements")
                );
                headline(Verdict::Pass, "Conformant", detail)
            }
            Verdict::Pass | Verdict::NotApplicable => {
                let hold = counted(counts.get(Verdict::Pass), "requirement holds", "requirements hold");
                match known {
                    0 => headline(Verdict::Pass, "Conformant", hold),
                    known => {
                        let but = counted(known, "is broken, as expected", "are broken, as expected");
                        headline(Verdict::Warning, "Conformant but for known failures", format!("{hold}, {but}"))
                    }
                }
            }
        }
    }

    /// Title and detail on one line.
    pub(crate) fn sentence(&self) -> String {
        format!("{}: {}", self.title, self.detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        report::{FORMATS, sample},
        result::{ExpectationOutcome, ExpectationResult},
    };

    /// A run in which one requirement is broken, as a list of known failures says.
    fn known(outcome: ExpectationOutcome) -> RunResult {
        let mut result = sample::all_well();
        let reason = "ticket <81>".to_owned();
        let why = Some(reason.clone());
        let broken = sample::result().scenarios.into_iter().find(|one| one.verdict == Verdict::Violation).unwrap();
        let requirement = sample::result().requirements.into_iter().find(|one| one.verdict == Verdict::Violation);
        let mut findings = broken.findings.clone();
        findings.iter_mut().for_each(|finding| finding.known.clone_from(&why));
        result.scenarios.push(crate::result::ScenarioResult { known: why.clone(), findings, ..broken });
        result.requirements.push(crate::result::RequirementResult { known: why.clone(), ..requirement.unwrap() });
        result.expectations.push(ExpectationResult { line: 7, what: "SEND-4".to_owned(), why: reason, outcome });
        result
    }

    #[test]
    fn a_known_failure_is_told_and_fails_nothing() {
        let result = known(ExpectationOutcome::Fails);
        let headline = Headline::of(&result);
        assert!(headline.sentence().starts_with("Conformant but for known failures: "), "{}", headline.sentence());
        assert!(headline.sentence().ends_with("1 is broken, as expected"), "{}", headline.sentence());
        assert_eq!(result.failures().count(), 0);
        for format in FORMATS {
            let text = format.format.render(&result);
            assert!(text.contains("ticket") || format.name == "github", "{}", format.name);
            assert!(!text.contains("<failure") && !text.starts_with("::error"), "{}", format.name);
            assert!(!text.contains("\n::error"), "{}", format.name);
        }
    }

    #[test]
    fn a_run_that_checked_nothing_is_not_conformant() {
        let mut result = sample::all_well();
        for requirement in &mut result.requirements {
            requirement.verdict = Verdict::NotEvaluable;
        }
        for verdict in [Verdict::NotEvaluable, Verdict::Pass] {
            let headline = Headline::of(&RunResult { verdict, ..result.clone() });
            assert!(headline.sentence().starts_with("No verdict: nothing could be checked"), "{}", headline.sentence());
        }
    }

    #[test]
    fn a_list_that_is_out_of_date_is_told_first() {
        for outcome in [ExpectationOutcome::Passes, ExpectationOutcome::Unknown] {
            let result = known(outcome);
            assert_eq!(
                Headline::of(&result).sentence(),
                "The list is out of date: 1 known failure does not fail, or is not in the catalogue"
            );
            assert!(crate::report::Format::Github.render(&result).contains("::error title=A known failure"));
        }
    }
}
