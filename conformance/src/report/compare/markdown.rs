//! The matrix as Markdown: a table, then the reasons behind a click.

use crate::report::{
    compare::{Column, Comparison},
    headline::Headline,
    markdown::{code, emoji, escaped},
    summary::Shown,
    text::cut,
};

/// How much of a reason is shown.
const LONGEST_REASON: usize = 300;

/// The whole file.
pub(crate) fn render(comparison: &Comparison) -> String {
    let first = &comparison.columns[0];
    let mut out =
        format!("## {} runs against protocol {}\n\n", comparison.columns.len(), first.result.protocol_version);
    for column in &comparison.columns {
        let headline = Headline::of(&column.result);
        let target = code(&column.result.target);
        out += &format!("- {} **{}** {target} {}\n", emoji(headline.tone), escaped(&column.name), headline.sentence());
    }
    out += &format!("\n### Against the first, {}\n\n", escaped(&first.name));
    out.extend(comparison.columns[1..].iter().map(|column| change(comparison, column)));
    out += &table(comparison);
    out + &reasons(comparison)
}

/// What differs from the first run.
fn change(comparison: &Comparison, column: &Column) -> String {
    let (now, then) = (column.checked(), comparison.columns[0].checked());
    let head = format!("- **{}**: {now} requirements checked, {then} in the first\n", escaped(&column.name));
    let sentences = comparison.change(column).sentences();
    std::iter::once(head).chain(sentences.iter().map(|sentence| format!("  - {sentence}\n"))).collect()
}

/// A row for each requirement, a column for each run.
fn table(comparison: &Comparison) -> String {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = String::from("\n");
    let names = comparison.columns.iter().map(|column| escaped(&column.name));
    out += &row(["requirement".to_owned(), String::new()].into_iter().chain(names).collect());
    out += &row(vec!["---".to_owned(); comparison.columns.len() + 2]);
    for requirement in &comparison.requirements {
        let cells = comparison.columns.iter().map(|column| match comparison.cell(column, requirement) {
            Some(cell) => format!("{} {}", emoji(cell.verdict), cell.verdict.words()),
            None => "unknown".to_owned(),
        });
        let head = [requirement.id.clone(), requirement.level.to_string()];
        out += &row(head.into_iter().chain(cells).collect());
    }
    out
}

/// Why a cell is not a pass, by run.
fn reasons(comparison: &Comparison) -> String {
    let mut out = String::from("\n");
    for column in &comparison.columns {
        let told = column.result.requirements.iter().filter_map(|requirement| {
            let reason = escaped(&cut(requirement.reason.as_deref()?, LONGEST_REASON));
            Some(format!("- {} **{}** {reason}\n", emoji(requirement.verdict), requirement.id))
        });
        let told: String = told.collect();
        if !told.is_empty() {
            out += &format!("<details><summary>Reasons: {}</summary>\n\n{told}\n</details>\n\n", escaped(&column.name));
        }
    }
    out
}
