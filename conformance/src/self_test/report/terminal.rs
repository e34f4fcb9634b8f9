//! The matrix in a terminal.

use crate::self_test::matrix::{FaultOutcome, FaultResult, Matrix, ServerOutcome, ServerResult};

/// One fault in a line: what became of it, and by what.
#[must_use]
pub fn fault_line(fault: &FaultResult) -> String {
    let by = match fault.outcome {
        FaultOutcome::Caught => format!("{} by {}", fault.breaks, fault.caught_by.join(", ")),
        _ => format!("{}: {}", fault.breaks, fault.note.as_deref().unwrap_or("it never showed itself")),
    };
    let also = if fault.also.is_empty() { String::new() } else { format!("; also {}", fault.also.join(" ")) };
    format!(
        "{:<8} {:<36} {by}{also}  [live {}, {} ms]",
        fault.outcome.as_str(),
        fault.id,
        fault.live,
        fault.duration_ms
    )
}

/// One correct server in a line.
#[must_use]
pub fn server_line(server: &ServerResult) -> String {
    let mut said = match server.outcome {
        ServerOutcome::Accused => server.accusations.join("; "),
        _ => format!("{} requirements passed in {} scenarios", server.passed, server.scenarios),
    };
    if !server.expected_warnings.is_empty() {
        said += &format!("; warned as its mode asks for: {}", server.expected_warnings.join(" "));
    }
    if !server.not_evaluable.is_empty() {
        said += &format!("; not evaluable: {}", server.not_evaluable.join(" "));
    }
    if let Some(note) = &server.note {
        said += &format!("; {note}");
    }
    format!("{:<8} {:<36} {said}  [{} ms]", server.outcome.as_str(), server.name, server.duration_ms)
}

/// The whole matrix, a line a fault and a server, and the headline.
#[must_use]
pub fn table(matrix: &Matrix) -> String {
    let lines = matrix.faults.iter().map(fault_line).chain(matrix.servers.iter().map(server_line));
    let lines: Vec<String> = lines.collect();
    format!("{}\n\n{}\n", lines.join("\n"), matrix.headline())
}
