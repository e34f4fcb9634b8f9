//! The matrix as Markdown: what was missed first, then everything. Nothing in it differs from run to run of the same
//! suite, so that it can be committed: no times, no counts of what depends on them.

use std::fmt::Write as _;

use crate::self_test::matrix::{FaultOutcome, FaultResult, Matrix, ServerResult};

/// The whole file.
pub(super) fn text(matrix: &Matrix) -> String {
    let conditional = matrix.faults.iter().filter(|fault| fault.condition.is_some()).count();
    let mut text = format!("# Fault matrix\n\n**{}**\n\n", matrix.headline());
    text += INTRODUCTION;
    line(&mut text, format_args!("\n{} faults, {conditional} of them under a condition alone.\n", matrix.faults.len()));
    not_caught(&mut text, matrix);
    servers(&mut text, &matrix.servers);
    line(&mut text, format_args!("## Faults\n\n{FAULT_HEAD}"));
    for fault in &matrix.faults {
        line(&mut text, format_args!("{}", row(fault)));
    }
    text
}

/// What the file is.
const INTRODUCTION: &str = "\
Each fault is something that implementers really get wrong. It is made by a proxy in front of a correct server, or by a
decorator of the reference server's own parts (`server`), and it showed itself, as whoever makes it counts. It is caught
where the requirement that it breaks is the one that the suite finds broken; the checks that found it are scenarios.

`cargo self-test --report markdown=conformance/FAULTS.md` writes this file.
";

/// The head of the table of faults.
const FAULT_HEAD: &str = "| fault | what is wrong | condition | made by | breaks | | caught by | also broken |\n|---|---|---|---|---|---|---|---|";

/// One fault: what is known before it is tried, then what came of it.
fn row(fault: &FaultResult) -> String {
    let caught_by: Vec<String> = fault.caught_by.iter().map(|id| format!("`{id}`")).collect();
    let also = fault.also.join(" ");
    format!("{} {} | {} | {also} |", known_before(fault), fault.outcome.as_str(), caught_by.join(" "))
}

/// What is known of a fault before it is tried.
fn known_before(fault: &FaultResult) -> String {
    let FaultResult { id, wrong, condition, made_by, breaks, level, .. } = fault;
    let condition = condition.as_deref().unwrap_or_default();
    format!("| `{id}` | {} | {condition} | {made_by} | {breaks} {level} |", cell(wrong))
}

/// What makes the self-test fail.
fn not_caught(text: &mut String, matrix: &Matrix) {
    let mut missed = matrix.faults.iter().filter(|fault| fault.outcome != FaultOutcome::Caught).peekable();
    if missed.peek().is_none() {
        return;
    }
    line(text, format_args!("## Not caught\n"));
    for fault in missed {
        let note = cell(fault.note.as_deref().unwrap_or("it never showed itself"));
        line(text, format_args!("- `{}` {}: {} {note}", fault.id, fault.outcome.as_str(), fault.wrong));
    }
    text.push('\n');
}

/// Correct servers, and what was said of them.
fn servers(text: &mut String, servers: &[ServerResult]) {
    if servers.is_empty() {
        return;
    }
    line(text, format_args!("## Correct servers\n\n| server | | accused of | warned on purpose |\n|---|---|---|---|"));
    for server in servers {
        let (outcome, accusations) = (server.outcome.as_str(), cell(&server.accusations.join("; ")));
        let warned = server.expected_warnings.join(" ");
        line(text, format_args!("| {} | {outcome} | {accusations} | {warned} |", server.name));
    }
    text.push('\n');
}

/// A text that does not break a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::self_test::{catalogue, examine};

    /// `cargo self-test --report markdown=conformance/FAULTS.md` writes it anew.
    #[test]
    fn the_committed_matrix_has_every_fault_of_the_catalogue_and_each_is_caught() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("FAULTS.md");
        let committed = std::fs::read_to_string(path).unwrap();
        let (_, table) = committed.split_once(FAULT_HEAD).unwrap();
        let rows: Vec<&str> = table.lines().filter(|line| !line.is_empty()).collect();
        let faults: Vec<_> = catalogue::all().map(examine::blank).collect();
        for (row, fault) in rows.iter().zip(&faults) {
            let caught = format!("{} caught |", known_before(fault));
            assert!(row.starts_with(&caught), "FAULTS.md is stale: it says\n{row}\nand should begin with\n{caught}");
        }
        assert_eq!(rows.len(), faults.len(), "FAULTS.md is stale");
    }
}
