//! The matrix as one self-contained page: correct servers, then a table of faults by requirement.

use maud::{Markup, html};

use crate::{
    report::{
        html::{
            markup::{foreign, mark, prose},
            shell,
        },
        text::duration,
    },
    self_test::matrix::{FaultOutcome, FaultResult, Matrix, ServerOutcome, ServerResult},
    verdict::Verdict,
};

/// The whole page.
pub(super) fn page(matrix: &Matrix) -> Markup {
    let tone = if matrix.holds() { Verdict::Pass } else { Verdict::Violation };
    let title = if matrix.holds() { "The suite sees" } else { "The suite is blind, or accuses" };
    let conditional = matrix.faults.iter().filter(|fault| fault.condition.is_some()).count();
    let content = html! {
        header.banner data-verdict=(tone) {
            h1 { (title) }
            p.detail { (matrix.headline()) }
            dl.facts {
                div { dt { "faults" } dd { (matrix.faults.len()) ", " (conditional) " conditional" } }
                div { dt { "began" } dd { (matrix.started_at) ", took " (duration(matrix.duration_ms)) } }
                div { dt { "protocol" } dd { (matrix.protocol_version) } }
            }
        }
        main.wide {
            (not_caught(matrix))
            @if !matrix.servers.is_empty() {
                h2 { "Correct servers" }
                div.matrix { table {
                    thead { tr { th { "server" } th { "" } th { "passed" } th { "accused of" } th { "not evaluable" } } }
                    tbody { @for server in &matrix.servers { (server_row(server)) } }
                } }
            }
            h2 { "Faults" }
            div.matrix { table {
                thead { tr { th { "fault" } th { "" } th { "breaks" } th { "caught by" } th { "also broken" } th { "live" } } }
                tbody { @for fault in &matrix.faults { (fault_row(fault)) } }
            } }
        }
        footer { "Made by chat-conformance " (matrix.suite_version) " self-test." }
    };
    shell::page("Fault matrix", &content)
}

/// What makes the self-test fail.
fn not_caught(matrix: &Matrix) -> Markup {
    let missed: Vec<&FaultResult> =
        matrix.faults.iter().filter(|fault| fault.outcome != FaultOutcome::Caught).collect();
    html! {
        @if !missed.is_empty() {
            section.failed {
                h2 { "Not caught" }
                ul { @for fault in missed { li {
                    (mark(tone(fault.outcome))) " " span.id { (fault.id) } " " (prose(&fault.wrong))
                    p { (foreign(fault.note.as_deref().unwrap_or("it never showed itself"))) }
                } } }
            }
        }
    }
}

fn server_row(server: &ServerResult) -> Markup {
    let verdict = match server.outcome {
        ServerOutcome::Cleared => Verdict::Pass,
        ServerOutcome::Accused => Verdict::Violation,
        ServerOutcome::Failed => Verdict::HarnessError,
        ServerOutcome::NotRun => Verdict::NotApplicable,
    };
    html! {
        tr {
            th scope="row" { (server.name) @if let Some(note) = &server.note { br; small { (foreign(note)) } } }
            td { (mark(verdict)) " " (server.outcome.as_str()) }
            td { (server.passed) }
            td {
                @for accusation in &server.accusations { p { (foreign(accusation)) } }
                @if !server.expected_warnings.is_empty() { small { "warned on purpose: " (server.expected_warnings.join(" ")) } }
            }
            td { (server.not_evaluable.join(" ")) }
        }
    }
}

fn fault_row(fault: &FaultResult) -> Markup {
    html! {
        tr id=(fault.id) {
            th scope="row" {
                code { (fault.id) } @if let Some(condition) = &fault.condition { " " small { (condition) } }
                br; small { (prose(&fault.wrong)) }
            }
            td { (mark(tone(fault.outcome))) " " (fault.outcome.as_str()) }
            td { (fault.breaks) " " small { (fault.level) } }
            td {
                @for scenario in &fault.caught_by { code { (scenario) } " " }
                @if let Some(reason) = &fault.reason { br; small { (foreign(reason)) } }
            }
            td { (fault.also.join(" ")) }
            td { (fault.live) " " small { "in the " (fault.made_by) } }
        }
    }
}

const fn tone(outcome: FaultOutcome) -> Verdict {
    match outcome {
        FaultOutcome::Caught => Verdict::Pass,
        FaultOutcome::Missed => Verdict::Violation,
        FaultOutcome::NotLive => Verdict::NotEvaluable,
        FaultOutcome::Failed => Verdict::HarnessError,
    }
}
