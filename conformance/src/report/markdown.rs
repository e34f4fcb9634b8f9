//! Markdown for the summary of a job: the verdict, the groups as a table, each failure behind a click.

use std::fmt::Write as _;

use crate::{
    report::{
        headline::Headline,
        summary::{Counts, GRAVEST_FIRST, Shown, groups},
        terminal,
        text::{cut, duration, one_line},
    },
    result::{RunResult, ScenarioResult},
    verdict::Verdict,
};

/// Build servers refuse summaries of more than a mebibyte; what does not fit is named only.
const LARGEST: usize = 500_000;
/// How much of a text is shown in a cell.
const LONGEST_CELL: usize = 300;

/// The whole file.
pub(crate) fn render(result: &RunResult) -> String {
    let headline = Headline::of(result);
    let mut out = format!("## {} {}\n\n", emoji(headline.tone), headline.sentence());
    out += &format!(
        "{} · protocol {} · {} · seed {}\n\n",
        code(&result.target),
        result.protocol_version,
        duration(result.duration_ms),
        result.seed
    );
    out += &requirements(result);
    out += &section("Failures", failures(result));
    let warnings = result.warnings().map(|(scenario, finding)| {
        let message = escaped(&cut(&finding.message, LONGEST_CELL));
        format!("- {} **{}** {message} ({})\n", emoji(finding.verdict), finding.requirement, code(&scenario.id))
    });
    out += &section("Warnings", warnings.collect());
    let expectations = result.expectations.iter();
    out += &section(
        "Known failures",
        expectations.map(|one| format!("- {} {}\n", emoji(one.tone()), escaped(&one.sentence()))).collect(),
    );
    for (verdict, title) in [(Verdict::NotEvaluable, "Not evaluable"), (Verdict::NotApplicable, "Not applicable")] {
        let reasons = result.by_reason(verdict).into_iter();
        out += &section(
            title,
            reasons.map(|(reason, ids)| format!("- {}: {}\n", ids.join(", "), escaped(reason))).collect(),
        );
    }
    out += &dialect(result);
    out + &section("Notes", result.notes.iter().map(|note| format!("- {}\n", escaped(note))).collect())
}

/// A heading and what stands under it; nothing where that is nothing.
fn section(title: &str, items: Vec<String>) -> String {
    if items.is_empty() { String::new() } else { format!("### {title}\n\n{}\n", items.concat()) }
}

/// A row for each group, a column for each verdict that was given.
fn requirements(result: &RunResult) -> String {
    let all = Counts::of_requirements(&result.requirements);
    let columns: Vec<_> = GRAVEST_FIRST.into_iter().rev().filter(|verdict| all.get(*verdict) > 0).collect();
    let row = |name: &str, cells: Vec<String>| format!("| {name} | {} |\n", cells.join(" | "));
    let cells = |counts: Counts, mark: &str| {
        let numbers = columns.iter().map(|verdict| counts.get(*verdict));
        numbers.map(|number| if number == 0 { String::new() } else { format!("{mark}{number}{mark}") }).collect()
    };

    let mut out = row("requirements", columns.iter().map(|v| format!("{} {}", emoji(*v), v.words())).collect());
    out += &row("---", columns.iter().map(|_| "--:".into()).collect());
    for group in groups(&result.requirements) {
        let verdicts = Counts::of_requirements(group.requirements.iter().copied());
        out += &row(&escaped(group.name), cells(verdicts, ""));
    }
    out + &row("**all**", cells(all, "**")) + "\n"
}

/// The failed scenarios. From where it would be too much, without their transcripts.
fn failures(result: &RunResult) -> Vec<String> {
    let mut size = 0;
    let blocks = result.failures().map(|scenario| {
        let block = failure(result, scenario);
        size += block.len();
        if size < LARGEST { block } else { format!("- {} {}\n", emoji(scenario.verdict), code(&scenario.id)) }
    });
    blocks.collect()
}

/// One failed scenario behind a click.
fn failure(result: &RunResult, scenario: &ScenarioResult) -> String {
    let mut broken: Vec<_> = scenario.findings.iter().map(|finding| finding.requirement.as_str()).collect();
    if broken.is_empty() {
        broken = scenario.requirements.iter().map(String::as_str).collect();
    }
    let message = escaped(&cut(scenario.message.as_deref().unwrap_or(&scenario.title), LONGEST_CELL));
    let summary = format!("{} <b>{}</b> {message}", emoji(scenario.verdict), broken.join(", "));
    format!("<details><summary>{summary}</summary>\n\n{}\n</details>\n\n", fenced(&terminal::plain(result, scenario)))
}

/// What the server does where servers are free.
fn dialect(result: &RunResult) -> String {
    if result.dialect.is_empty() {
        return String::new();
    }
    let cell = |text: &str| escaped(&cut(text, LONGEST_CELL));
    let rows = result.dialect.iter().map(|entry| {
        let (matter, server, ours) = (cell(&entry.matter), cell(&entry.server), cell(&entry.ours));
        format!("| {matter} | {server} | {ours} | {} |\n", escaped(&entry.source))
    });
    let head = "| matter | this server | the reference server | left free by |\n| --- | --- | --- | --- |\n";
    section("Dialect", std::iter::once(head.to_owned()).chain(rows).collect())
}

/// The verdict as a mark in colour.
pub(crate) const fn emoji(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✅",
        Verdict::Violation => "❌",
        Verdict::HarnessError => "💥",
        Verdict::Warning => "⚠️",
        Verdict::NotEvaluable => "❔",
        Verdict::NotApplicable => "➖",
    }
}

/// A text on one line in which nothing is Markdown, HTML, a mention or a reference. Entities say the same in Markdown
/// and inside HTML, where back-slashes would be shown.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in one_line(text).chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '!' | '$' | '|' | '#' | '@' => {
                write!(out, "&#{};", u32::from(character)).expect("a string takes everything");
            }
            _ => out.push(character),
        }
    }
    out
}

/// A text on one line as code.
pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// A text as a block of code, fenced with more back-ticks than it has in a row.
fn fenced(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}text\n{}\n{fence}\n", text.trim_end())
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
    fn nothing_that_a_server_says_is_markup() {
        assert_eq!(escaped("<b>|`*_@you #1\n"), "&lt;b&gt;&#124;&#96;&#42;&#95;&#64;you &#35;1&#92;n");
        assert!(fenced("a ```` b").starts_with("`````text\n"));
    }

    #[test]
    fn a_job_summary_is_never_too_large() {
        let mut result = sample::result();
        let failed = result.failures().next().cloned().unwrap();
        result.scenarios = vec![failed; 2_000];
        assert!(render(&result).len() < 1_000_000);
    }
}
