//! Several servers side by side: requirements × implementations, made of the JSON reports of their runs.
//!
//! * [`Comparison`]: which runs can be compared, and what differs from the first.
//! * `html`, `markdown`: the matrix in each format.

mod html;
mod markdown;
mod read;

pub use read::{CompareError, read};

use crate::{
    report::summary::{Counts, Group, groups},
    result::{RequirementResult, RunResult},
    verdict::Verdict,
};

/// Several runs against the same version of the protocol.
#[derive(Debug)]
pub struct Comparison {
    columns: Vec<Column>,
    /// Every requirement that any run knows, in the order of the first.
    requirements: Vec<RequirementResult>,
}

/// One run.
#[derive(Debug)]
struct Column {
    name: String,
    result: RunResult,
}

/// What became of the requirements since the first run.
#[derive(Debug, Default, PartialEq, Eq)]
struct Change<'a> {
    /// Checked then, and not checked now.
    dropped: Vec<&'a str>,
    /// Broken now, and not then.
    worse: Vec<&'a str>,
    /// Broken then, and not now.
    better: Vec<&'a str>,
}

impl Change<'_> {
    /// What changed, a sentence each; the drop first, since a suite that checks less finds less.
    fn sentences(&self) -> Vec<String> {
        let sentence = |ids: &[&str], what: &str| match ids.len() {
            0 => None,
            number => Some(format!("{number} {what}: {}", ids.join(", "))),
        };
        let sentences = [
            sentence(&self.dropped, "no longer checked"),
            sentence(&self.worse, "broken here, and not in the first"),
            sentence(&self.better, "broken in the first, and not here"),
        ];
        sentences.into_iter().flatten().collect()
    }
}

impl Comparison {
    /// Compares runs, each with the name that its column gets.
    ///
    /// # Errors
    /// There are fewer than two, or they are of different versions of the protocol.
    pub fn of(runs: Vec<(String, RunResult)>) -> Result<Self, CompareError> {
        let [(first_name, first), others @ ..] = runs.as_slice() else { return Err(CompareError::TooFew) };
        if others.is_empty() {
            return Err(CompareError::TooFew);
        }
        if let Some((name, other)) = others.iter().find(|(_, run)| run.protocol_version != first.protocol_version) {
            return Err(CompareError::Versions {
                first: first_name.clone(),
                first_version: first.protocol_version.clone(),
                other: name.clone(),
                other_version: other.protocol_version.clone(),
            });
        }
        let mut requirements = first.requirements.clone();
        for requirement in others.iter().flat_map(|(_, run)| &run.requirements) {
            if !requirements.iter().any(|known| known.id == requirement.id) {
                requirements.push(requirement.clone());
            }
        }
        let columns = runs.into_iter().map(|(name, result)| Column { name, result }).collect();
        Ok(Self { columns, requirements })
    }

    /// The matrix as one self-contained HTML page.
    #[must_use]
    pub fn html(&self) -> String {
        html::page(self).into_string()
    }

    /// The matrix as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        markdown::render(self)
    }

    /// What a column says about a requirement; `None` where it does not know it.
    fn cell<'a>(&self, column: &'a Column, requirement: &RequirementResult) -> Option<&'a RequirementResult> {
        column.result.requirement(&requirement.id)
    }

    /// Whether all columns say the same about a requirement.
    fn agree(&self, requirement: &RequirementResult) -> bool {
        let mut verdicts = self.columns.iter().map(|column| self.cell(column, requirement).map(|cell| cell.verdict));
        let first = verdicts.next();
        verdicts.all(|verdict| Some(verdict) == first)
    }

    /// The gravest verdict of a row.
    fn gravest(&self, requirement: &RequirementResult) -> Verdict {
        let verdicts = self.columns.iter().filter_map(|column| self.cell(column, requirement)).map(|cell| cell.verdict);
        verdicts.max().unwrap_or(Verdict::NotApplicable)
    }

    /// What became of the requirements in a column since the first.
    fn change<'a>(&'a self, column: &Column) -> Change<'a> {
        let mut change = Change::default();
        for requirement in &self.requirements {
            let verdict = |column| self.cell(column, requirement).map(|cell| cell.verdict);
            let (then, now) = (verdict(&self.columns[0]), verdict(column));
            let id = requirement.id.as_str();
            match (then.is_some_and(is_checked), now.is_some_and(is_checked)) {
                (true, false) => change.dropped.push(id),
                _ if is_broken(now) && !is_broken(then) => change.worse.push(id),
                _ if is_broken(then) && !is_broken(now) => change.better.push(id),
                _ => {}
            }
        }
        change
    }

    /// The requirements by heading.
    fn groups(&self) -> Vec<Group<'_>> {
        groups(&self.requirements)
    }
}

impl Column {
    fn counts(&self) -> Counts {
        Counts::of_requirements(&self.result.requirements)
    }

    /// How many requirements were checked, whatever the outcome.
    fn checked(&self) -> usize {
        self.result.requirements.iter().filter(|requirement| is_checked(requirement.verdict)).count()
    }
}

/// Whether a requirement with this verdict was checked at all.
const fn is_checked(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Pass | Verdict::Warning | Verdict::Violation)
}

fn is_broken(verdict: Option<Verdict>) -> bool {
    matches!(verdict, Some(Verdict::Warning | Verdict::Violation))
}

#[cfg(test)]
mod tests;
