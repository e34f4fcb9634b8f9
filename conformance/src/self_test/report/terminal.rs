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

/// One correct server: a line, what it does otherwise than the reference server, and where an alarm can be looked into.
#[must_use]
pub fn server_line(server: &ServerResult) -> String {
    let said = match server.outcome {
        ServerOutcome::Accused => server.accusations.join("; "),
        _ => format!("{} requirements passed in {} scenarios", server.passed, server.scenarios),
    };
    let but = [("warned as its mode asks for", &server.expected_warnings), ("not evaluable", &server.not_evaluable)];
    let but =
        but.into_iter().filter(|(_, ids)| !ids.is_empty()).map(|(what, ids)| format!("; {what}: {}", ids.join(" ")));
    let but: String = but.chain(server.note.iter().map(|note| format!("; {note}"))).collect();
    let at = format!("round {}, seed {}, {} ms", server.round, server.seed, server.duration_ms);
    let reports = server.reports.iter().map(|path| format!("\n         see {path}"));
    format!("{:<8} {:<36} {said}{but}  [{at}]{}", server.outcome.as_str(), server.name, reports.collect::<String>())
}

/// What a correct server does otherwise than the reference server where servers are free, a line a matter.
fn dialect(server: &ServerResult) -> String {
    let otherwise = server.dialect.iter().filter(|entry| entry.server != entry.ours);
    otherwise
        .map(|entry| {
            format!("\n         ≠ {}: {}, ours {}  ({})", entry.matter, entry.server, entry.ours, entry.source)
        })
        .collect()
}

/// The whole matrix, a line a fault and a server, and the headline.
#[must_use]
pub fn table(matrix: &Matrix) -> String {
    let servers = matrix.servers.iter().map(|server| match server.round {
        1 => server_line(server) + &dialect(server),
        _ => server_line(server),
    });
    let lines: Vec<String> = matrix.faults.iter().map(fault_line).chain(servers).collect();
    format!("{}\n\n{}\n", lines.join("\n"), matrix.headline())
}
