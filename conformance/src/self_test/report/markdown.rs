//! The matrix as Markdown: what was missed first, then everything.

use crate::self_test::matrix::{FaultOutcome, FaultResult, Matrix};

/// The whole file.
pub(super) fn text(matrix: &Matrix) -> String {
    let mut text = format!("# Fault matrix\n\n**{}**\n", matrix.headline());
    let conditional = matrix.faults.iter().filter(|fault| fault.conditional).count();
    line(
        &mut text,
        format_args!(
            "\n{} faults, {conditional} of them conditional; suite {}, protocol {}; began {}, took {} s.\n",
            matrix.faults.len(),
            matrix.suite_version,
            matrix.protocol_version,
            matrix.started_at,
            matrix.duration_ms / 1000
        ),
    );
    let missed: Vec<&FaultResult> =
        matrix.faults.iter().filter(|fault| fault.outcome != FaultOutcome::Caught).collect();
    if !missed.is_empty() {
        line(&mut text, format_args!("## Not caught\n"));
        for fault in missed {
            let note = fault.note.as_deref().unwrap_or("it never showed itself");
            line(
                &mut text,
                format_args!("- `{}` {}: {} {}", fault.id, fault.outcome.as_str(), fault.wrong, cell(note)),
            );
        }
        text.push('\n');
    }
    if !matrix.servers.is_empty() {
        line(
            &mut text,
            format_args!(
                "## Correct servers\n\n| server | | passed | accused of | not evaluable |\n|---|---|---|---|---|"
            ),
        );
        for server in &matrix.servers {
            line(
                &mut text,
                format_args!(
                    "| {} | {} | {} | {} | {} |",
                    server.name,
                    server.outcome.as_str(),
                    server.passed,
                    cell(&server.accusations.join("; ")),
                    server.not_evaluable.join(" ")
                ),
            );
        }
        text.push('\n');
    }
    line(
        &mut text,
        format_args!(
            "## Faults\n\n| fault | what is wrong | breaks | | caught by | also | live |\n|---|---|---|---|---|---|---|"
        ),
    );
    for fault in &matrix.faults {
        line(
            &mut text,
            format_args!(
                "| `{}`{} | {} | {} {} | {} | {} | {} | {} |",
                fault.id,
                if fault.conditional { " (conditional)" } else { "" },
                cell(&fault.wrong),
                fault.breaks,
                fault.level,
                fault.outcome.as_str(),
                fault.caught_by.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" "),
                fault.also.join(" "),
                fault.live
            ),
        );
    }
    text
}

/// A text that does not break a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.push_str(&line.to_string());
    text.push('\n');
}
