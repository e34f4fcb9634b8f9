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
        let counts = Counts::of_requirements(&result.requirements);
        let all = result.requirements.len();
        let unchecked = counts.get(Verdict::NotEvaluable);
        let broken = counts.get(Verdict::Violation);
        let warnings = counts.get(Verdict::Warning);
        let headline = |tone, title, detail| Self { tone, title, detail };

        if result.scenarios.is_empty() {
            return headline(Verdict::HarnessError, "No verdict", "nothing was run".into());
        }
        match result.verdict {
            Verdict::Violation => {
                let verb = if broken == 1 { "is" } else { "are" };
                let detail = format!("{broken} of {} {verb} broken", counted(all, "requirement", "requirements"));
                headline(Verdict::Violation, "Not conformant", detail)
            }
            Verdict::HarnessError => {
                let failed = result.scenarios.iter().filter(|s| s.verdict == Verdict::HarnessError).count();
                let detail = format!("the suite itself failed in {}", counted(failed, "scenario", "scenarios"));
                headline(Verdict::HarnessError, "No verdict", detail)
            }
            Verdict::Warning if result.strict => {
                let detail =
                    format!("{}, and the run is strict", counted(warnings, "SHOULD is broken", "SHOULDs are broken"));
                headline(Verdict::Violation, "Not conformant", detail)
            }
            Verdict::Warning => {
                let detail = format!("no MUST is broken; {}", Verdict::Warning.counted(warnings));
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
                let checked = counts.get(Verdict::Pass);
                headline(
                    Verdict::Pass,
                    "Conformant",
                    format!("{} hold", counted(checked, "requirement", "requirements")),
                )
            }
        }
    }

    /// Title and detail on one line.
    pub(crate) fn sentence(&self) -> String {
        format!("{}: {}", self.title, self.detail)
    }
}
