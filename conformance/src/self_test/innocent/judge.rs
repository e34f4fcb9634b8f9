//! What is an alarm, and what a mode asks for.

use super::Server;
use crate::{
    result::RunResult,
    self_test::matrix::{ServerOutcome, ServerResult},
    verdict::Verdict,
};

/// Says what the suite said of a correct server.
pub(super) fn judge(result: &mut ServerResult, run: &RunResult, server: Server) {
    result.scenarios = run.scenarios.len();
    result.dialect.clone_from(&run.dialect);
    for requirement in &run.requirements {
        match requirement.verdict {
            Verdict::Pass => result.passed += 1,
            Verdict::NotEvaluable => result.not_evaluable.push(requirement.id.clone()),
            Verdict::Warning if server.warnings().contains(&requirement.id.as_str()) => {
                result.expected_warnings.push(requirement.id.clone());
            }
            Verdict::Warning | Verdict::Violation => {
                let what = requirement.reason.as_deref().unwrap_or_default();
                result.accusations.push(format!("{}: {what}", requirement.id));
            }
            Verdict::NotApplicable | Verdict::HarnessError => {}
        }
    }
    let harness = run.scenarios.iter().find(|scenario| scenario.verdict == Verdict::HarnessError);
    result.note =
        harness.map(|scenario| format!("{}: {}", scenario.id, scenario.message.as_deref().unwrap_or_default()));
    if harness.is_none() && run.verdict == Verdict::HarnessError {
        result.note = Some(run.notes.first().map_or_else(|| "the suite failed".to_owned(), String::clone));
    }
    result.outcome = match (result.accusations.is_empty(), result.note.is_some(), result.passed) {
        (false, ..) => ServerOutcome::Accused,
        (true, true, _) | (true, false, 0) => ServerOutcome::Failed,
        (true, false, _) => ServerOutcome::Cleared,
    };
}
