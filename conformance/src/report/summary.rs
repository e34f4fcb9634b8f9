//! What every report says the same way: the verdicts in words, the counts, the requirements by group, what failed.

use crate::{
    aggregate::NOT_SELECTED,
    program,
    report::text::{counted, thousands},
    result::{ExpectationOutcome, ExpectationResult, Finding, RequirementResult, RunResult, ScenarioResult},
    verdict::Verdict,
};

/// The verdicts, gravest first: the order in which reports count them.
pub(crate) const GRAVEST_FIRST: [Verdict; 6] = [
    Verdict::Violation,
    Verdict::HarnessError,
    Verdict::Warning,
    Verdict::NotEvaluable,
    Verdict::NotApplicable,
    Verdict::Pass,
];

/// How a verdict is shown to people.
pub(crate) trait Shown {
    /// One character that tells the verdicts apart without colour.
    fn glyph(self) -> &'static str;
    /// The verdict in words.
    fn words(self) -> &'static str;
    /// So many of them: `2 violations`.
    fn counted(self, number: usize) -> String;
}

impl Shown for Verdict {
    fn glyph(self) -> &'static str {
        match self {
            Self::Pass => "✓",
            Self::Violation => "✗",
            Self::HarnessError => "‼",
            Self::Warning => "!",
            Self::NotEvaluable => "?",
            Self::NotApplicable => "–",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Violation => "violation",
            Self::HarnessError => "harness error",
            Self::Warning => "warning",
            Self::NotEvaluable => "not evaluable",
            Self::NotApplicable => "not applicable",
        }
    }

    fn counted(self, number: usize) -> String {
        match self {
            Self::Violation => counted(number, "violation", "violations"),
            Self::HarnessError => counted(number, "harness error", "harness errors"),
            Self::Warning => counted(number, "warning", "warnings"),
            Self::Pass | Self::NotEvaluable | Self::NotApplicable => format!("{} {}", thousands(number), self.words()),
        }
    }
}

/// How often each verdict was given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts([usize; 6]);

impl Counts {
    /// Counts verdicts.
    pub(crate) fn of(verdicts: impl IntoIterator<Item = Verdict>) -> Self {
        let mut counts = Self::default();
        verdicts.into_iter().for_each(|verdict| counts.add(verdict));
        counts
    }

    /// Counts the verdicts of requirements.
    pub(crate) fn of_requirements<'a>(requirements: impl IntoIterator<Item = &'a RequirementResult>) -> Self {
        Self::of(requirements.into_iter().map(|requirement| requirement.verdict))
    }

    /// Counts one more.
    pub(crate) fn add(&mut self, verdict: Verdict) {
        self.0[verdict as usize] += 1;
    }

    /// How often a verdict was given.
    pub(crate) const fn get(self, verdict: Verdict) -> usize {
        self.0[verdict as usize]
    }

    /// The verdicts that were given at all, gravest first, each with how often.
    pub(crate) fn present(self) -> impl Iterator<Item = (Verdict, usize)> {
        GRAVEST_FIRST.into_iter().map(move |verdict| (verdict, self.get(verdict))).filter(|(_, number)| *number > 0)
    }

    /// `2 violations, 10 pass`.
    pub(crate) fn sentence(self) -> String {
        self.present().map(|(verdict, number)| verdict.counted(number)).collect::<Vec<_>>().join(", ")
    }
}

impl RequirementResult {
    /// Whether the run is about it: a filter may have left out all scenarios that name it.
    pub(crate) fn was_selected(&self) -> bool {
        self.reason.as_deref() != Some(NOT_SELECTED)
    }
}

/// The requirements under one heading.
pub(crate) struct Group<'a> {
    /// The heading.
    pub(crate) name: &'a str,
    /// Its requirements, in their order.
    pub(crate) requirements: Vec<&'a RequirementResult>,
}

/// The requirements by heading, in the order of the protocol.
pub(crate) fn groups(requirements: &[RequirementResult]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for requirement in requirements {
        match groups.iter_mut().find(|group| group.name == requirement.group) {
            Some(group) => group.requirements.push(requirement),
            None => groups.push(Group { name: &requirement.group, requirements: vec![requirement] }),
        }
    }
    groups
}

/// Whether a verdict makes a run fail.
pub(crate) const fn fails(verdict: Verdict, strict: bool) -> bool {
    match verdict {
        Verdict::Violation | Verdict::HarnessError => true,
        Verdict::Warning => strict,
        Verdict::Pass | Verdict::NotEvaluable | Verdict::NotApplicable => false,
    }
}

impl ScenarioResult {
    /// Whether it makes a run fail: something is wrong that is no known failure.
    pub(crate) const fn fails(&self, strict: bool) -> bool {
        self.known.is_none() && fails(self.verdict, strict)
    }
}

impl RequirementResult {
    /// Whether it makes a run fail: it is broken in a way that is no known failure.
    pub(crate) const fn fails(&self, strict: bool) -> bool {
        self.known.is_none() && fails(self.verdict, strict)
    }
}

impl ExpectationResult {
    /// What became of it, in words.
    pub(crate) const fn words(&self) -> &'static str {
        match self.outcome {
            ExpectationOutcome::Fails => "fails, as expected",
            ExpectationOutcome::Passes => "holds: remove the line",
            ExpectationOutcome::Unknown => "there is no such requirement or scenario: mend the line",
            ExpectationOutcome::NotChecked => "was not checked in this run",
        }
    }

    /// How it is shown where verdicts are.
    pub(crate) const fn tone(&self) -> Verdict {
        match self.outcome {
            ExpectationOutcome::Fails => Verdict::Warning,
            ExpectationOutcome::Passes | ExpectationOutcome::Unknown => Verdict::Violation,
            ExpectationOutcome::NotChecked => Verdict::NotEvaluable,
        }
    }

    /// It in one sentence.
    pub(crate) fn sentence(&self) -> String {
        format!("line {}, {}: {} ({})", self.line, self.what, self.words(), self.why)
    }
}

impl RunResult {
    /// The requirement with an id.
    pub(crate) fn requirement(&self, id: &str) -> Option<&RequirementResult> {
        self.requirements.iter().find(|requirement| requirement.id == id)
    }

    /// The scenarios that make the run fail, in the order of the catalogue.
    pub(crate) fn failures(&self) -> impl Iterator<Item = &ScenarioResult> {
        self.scenarios.iter().filter(|scenario| scenario.fails(self.strict))
    }

    /// The broken SHOULDs of scenarios that do not make the run fail, each with its scenario.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = (&ScenarioResult, &Finding)> {
        let passed = self.scenarios.iter().filter(|scenario| !scenario.fails(self.strict));
        let findings = passed.flat_map(|scenario| scenario.findings.iter().map(move |finding| (scenario, finding)));
        findings.filter(|(_, finding)| finding.verdict == Verdict::Warning && finding.known.is_none())
    }

    /// The requirements of one verdict by the reason for it, in the order of the protocol.
    pub(crate) fn by_reason(&self, verdict: Verdict) -> Vec<(&str, Vec<&str>)> {
        let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
        for requirement in self.requirements.iter().filter(|requirement| requirement.verdict == verdict) {
            let reason = requirement.reason.as_deref().unwrap_or("no reason is given");
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, ids)) => ids.push(&requirement.id),
                None => reasons.push((reason, vec![&requirement.id])),
            }
        }
        reasons
    }

    /// The command that runs one scenario alone, in the way in which this run was made.
    pub(crate) fn command_for(&self, scenario: &str) -> String {
        if let Some(file) = &self.replayed {
            return program::command(&["replay", file], &self.target, &self.options);
        }
        let flags: Vec<String> =
            self.options.iter().map(String::as_str).chain(["--filter", scenario]).map(str::to_owned).collect();
        program::command(&["run"], &self.target, &flags)
    }
}
