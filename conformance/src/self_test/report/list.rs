//! What would be tried.

use crate::self_test::run::Plan;

/// A line for each fault and each correct server of a plan.
#[must_use]
pub fn list(plan: &Plan) -> String {
    let faults = plan.faults.iter().map(|fault| {
        let condition = fault.condition.map(|condition| format!(" ({})", condition.as_str())).unwrap_or_default();
        format!("{:<36} {:<8} {}{condition}\n", fault.id, fault.breaks, fault.wrong)
    });
    faults.chain(plan.innocents.iter().map(|innocent| format!("{}\n", innocent.name()))).collect()
}
