//! One scenario: what it checks, what is wrong, what was said, how to run it alone.

use maud::{Markup, html};

use crate::{
    report::{
        html::{
            diff,
            markup::{anchor, foreign, mark, prose},
            transcript,
        },
        summary::Shown,
        text::duration,
    },
    result::{Finding, RunResult, ScenarioResult},
};

/// One scenario behind a click; open where it failed.
pub(crate) fn block(result: &RunResult, scenario: &ScenarioResult) -> Markup {
    html! {
        details.scenario id=(anchor("scenario", &scenario.id)) open[scenario.fails(result.strict)] {
            summary {
                (mark(scenario.verdict)) " "
                span.title { (prose(&scenario.title)) } " "
                small { code { (scenario.id) } " " (duration(scenario.duration_ms)) }
            }
            div.behind {
                @if scenario.findings.is_empty() {
                    @if let Some(message) = &scenario.message { p { b { (scenario.verdict.words()) } ": " (prose(message)) } }
                }
                @for finding in &scenario.findings { (broken(finding)) }
                (transcript::lanes(&scenario.transcript))
                @if let Some(text) = &scenario.diff { (diff::diff(text)) }
                (transcript::wire_log(&scenario.wire_log))
                @if scenario.wire_log.is_empty() && !scenario.findings.is_empty() {
                    p.quiet { "Its wire log is left out, because scenarios before it show the same with theirs. Run it alone to see it." }
                }
                div.command {
                    span { "Run it alone:" }
                    code { (result.command_for(&scenario.id)) }
                    button.copy type="button" { "copy" }
                }
            }
        }
    }
}

/// One thing that is wrong.
fn broken(finding: &Finding) -> Markup {
    html! {
        div.finding data-verdict=(finding.verdict) {
            p { a href={ "#" (finding.requirement) } { (finding.requirement) } " " b { (finding.verdict.words()) } ": " (foreign(&finding.message)) }
            @if let Some(why) = &finding.known { p { "A known failure: " (foreign(why)) } }
            @if finding.expected.is_some() || finding.got.is_some() {
                dl {
                    @if let Some(expected) = &finding.expected { div { dt { "expected" } dd { pre { (foreign(expected)) } } } }
                    @if let Some(got) = &finding.got { div { dt { "came" } dd { pre { (foreign(got)) } } } }
                }
            }
        }
    }
}
