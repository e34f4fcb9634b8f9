//! One requirement: its text and verdict, and behind a click why, and the scenarios that checked it.

use std::collections::HashMap;

use maud::{Markup, html};

use crate::{
    report::{
        html::{
            markup::{anchor, mark, prose},
            scenario,
        },
        summary::Shown,
    },
    result::{RequirementResult, RunResult, ScenarioResult},
};

/// How many failed requirements are open from the start. Of more, the list at the top is read first.
const MOST_OPEN: usize = 5;

/// Under which requirement each scenario is told in full. A scenario names several; under the others stands a link, so
/// that a page does not say everything three times.
pub(crate) struct Homes<'a>(HashMap<&'a str, &'a str>);

impl<'a> Homes<'a> {
    /// The home of a scenario: the requirement that it found broken, or else the first that it names.
    pub(crate) fn of(result: &'a RunResult) -> Self {
        let home = |scenario: &'a ScenarioResult| {
            let broken = scenario.findings.iter().map(|finding| finding.requirement.as_str());
            let named = scenario.requirements.iter().map(String::as_str);
            let mut candidates = broken.chain(named).filter(|id| {
                result.requirement(id).is_some_and(|requirement| requirement.scenarios.contains(&scenario.id))
            });
            Some((scenario.id.as_str(), candidates.next()?))
        };
        Self(result.scenarios.iter().filter_map(home).collect())
    }

    /// Whether a scenario is told under no requirement.
    pub(crate) fn is_homeless(&self, scenario: &ScenarioResult) -> bool {
        !self.0.contains_key(scenario.id.as_str())
    }

    fn is_home(&self, requirement: &RequirementResult, scenario: &ScenarioResult) -> bool {
        self.0.get(scenario.id.as_str()) == Some(&requirement.id.as_str())
    }
}

/// One requirement.
pub(crate) fn row(result: &RunResult, homes: &Homes<'_>, requirement: &RequirementResult) -> Markup {
    let scenarios = result.scenarios.iter().filter(|scenario| requirement.scenarios.contains(&scenario.id));
    let (here, elsewhere): (Vec<_>, Vec<_>) = scenarios.partition(|scenario| homes.is_home(requirement, scenario));
    let told =
        here.iter().any(|scenario| scenario.findings.iter().any(|finding| finding.requirement == requirement.id));
    let open = requirement.fails(result.strict) && result.failures().count() <= MOST_OPEN;
    html! {
        details.requirement id=(requirement.id) data-verdict=(requirement.verdict) open[open] {
            summary {
                (mark(requirement.verdict))
                span.id { (requirement.id) }
                span.level { (requirement.level) }
                span.text { (prose(&requirement.text)) }
            }
            div.behind {
                @if !told {
                    p.verdict {
                        b { (requirement.verdict.words()) }
                        @if let Some(reason) = &requirement.reason { ": " (prose(reason)) }
                    }
                }
                @for scenario in &here { (scenario::block(result, scenario)) }
                @if !elsewhere.is_empty() { (links(&elsewhere, here.is_empty())) }
                @if here.is_empty() && elsewhere.is_empty() { p.quiet { "No scenario was run for it." } }
            }
        }
    }
}

/// The scenarios that are told elsewhere.
fn links(scenarios: &[&ScenarioResult], all: bool) -> Markup {
    html! {
        p.quiet { @if all { "Checked by:" } @else { "Checked by these, too:" } }
        ul.links {
            @for scenario in scenarios {
                li { (mark(scenario.verdict)) " " a href={ "#" (anchor("scenario", &scenario.id)) } { (prose(&scenario.title)) } }
            }
        }
    }
}
