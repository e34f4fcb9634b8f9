//! The page from top to bottom.

use std::collections::BTreeSet;

use maud::{Markup, html};

use crate::{
    report::{
        headline::Headline,
        html::{
            markup::{anchor, bar, foreign, mark, prose},
            requirement::{self, Homes},
            scenario, shell,
        },
        summary::{Counts, Group, Shown, groups},
        text::duration,
    },
    result::{RunResult, ScenarioResult},
};

/// The whole page.
pub(crate) fn page(result: &RunResult) -> Markup {
    let headline = Headline::of(result);
    let homes = Homes::of(result);
    let title = format!("{}: {}", headline.title, result.target);
    let content = html! {
        (shell::banner(&headline, &facts(result)))
        main {
            (failures(result))
            (expectations(result))
            (notes(result))
            (tools(result))
            @for group in groups(&result.requirements) { (section(result, &homes, &group)) }
            (homeless(result, &homes))
            (dialect(result))
        }
        footer { "Made by chat-conformance " (result.suite_version) ". The same as data: " code { "--report json=FILE" } "." }
    };
    shell::page(&title, &content)
}

/// What was tested, when and how.
fn facts(result: &RunResult) -> Markup {
    let counts = Counts::of_requirements(&result.requirements);
    html! {
        p.target { code { (foreign(&result.target)) } }
        (bar(counts))
        dl.facts {
            div.whole { dt { "requirements" } dd { (counts.sentence()) } }
            div.whole { dt { "scenarios" } dd { (Counts::of(result.scenarios.iter().map(|scenario| scenario.verdict)).sentence()) } }
            div { dt { "began" } dd { (result.started_at) ", took " (duration(result.duration_ms)) } }
            div { dt { "protocol" } dd { (result.protocol_version) @if result.strict { ", strict" } } }
            @if let Some(ms) = result.round_trip_ms { div { dt { "round trip" } dd { (format!("{ms:.2} ms")) } } }
            div { dt { "seed" } dd { (result.seed) } }
            @if !result.profiles.is_empty() { div { dt { "profiles" } dd { (result.profiles.join(", ")) } } }
        }
    }
}

/// What makes the run fail, each with a link to where it is told.
fn failures(result: &RunResult) -> Markup {
    let failed: Vec<_> = result.failures().collect();
    html! {
        @if !failed.is_empty() {
            section.failed {
                h2 { "What failed" }
                ul {
                    @for scenario in failed {
                        li {
                            (mark(scenario.verdict)) " "
                            a href={ "#" (anchor("scenario", &scenario.id)) } { (prose(&scenario.title)) }
                            p {
                                @for id in broken(scenario) { a.id href={ "#" (id) } { (id) } " " }
                                @if let Some(message) = &scenario.message { (foreign(message)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The requirements that a scenario found broken, or else all that it names.
fn broken(scenario: &ScenarioResult) -> Vec<&str> {
    let mut broken: Vec<_> = scenario.findings.iter().map(|finding| finding.requirement.as_str()).collect();
    let mut named = BTreeSet::new();
    broken.retain(|requirement| named.insert(*requirement));
    if broken.is_empty() { scenario.requirements.iter().map(String::as_str).collect() } else { broken }
}

/// What became of each known failure.
fn expectations(result: &RunResult) -> Markup {
    html! {
        @if !result.expectations.is_empty() {
            section.notes {
                h2 { "Known failures" }
                ul { @for one in &result.expectations { li { (mark(one.tone())) " " (foreign(&one.sentence())) } } }
            }
        }
    }
}

/// What a reader should know besides.
fn notes(result: &RunResult) -> Markup {
    html! {
        @if !result.notes.is_empty() {
            section.notes {
                h2 { "Notes" }
                ul { @for note in &result.notes { li { (foreign(note)) } } }
            }
        }
    }
}

/// Search and filters. They need the script, and are hidden without it.
fn tools(result: &RunResult) -> Markup {
    html! {
        div.tools role="search" {
            input #search type="search" placeholder="Search requirements and scenarios" aria-label="Search";
            @for (verdict, number) in Counts::of_requirements(&result.requirements).present() {
                button.chip type="button" aria-pressed="true" data-verdict=(verdict) { (verdict.counted(number)) }
            }
            output #shown {}
        }
    }
}

/// The requirements under one heading.
fn section(result: &RunResult, homes: &Homes<'_>, group: &Group<'_>) -> Markup {
    let counts = Counts::of_requirements(group.requirements.iter().copied());
    html! {
        section.group id=(anchor("group", group.name)) {
            h2 { (group.name) " " small { (counts.sentence()) } }
            @for requirement in &group.requirements { (requirement::row(result, homes, requirement)) }
        }
    }
}

/// Scenarios that no requirement of this run is named by.
fn homeless(result: &RunResult, homes: &Homes<'_>) -> Markup {
    let homeless: Vec<_> = result.scenarios.iter().filter(|scenario| homes.is_homeless(scenario)).collect();
    html! {
        @if !homeless.is_empty() {
            section.group {
                h2 { "Other scenarios" }
                @for scenario in homeless { (scenario::block(result, scenario)) }
            }
        }
    }
}

/// What the server does where servers are free.
fn dialect(result: &RunResult) -> Markup {
    html! {
        @if !result.dialect.is_empty() {
            section {
                h2 { "Dialect " small { "what it does where servers are free" } }
                table.dialect {
                    thead { tr { th { "matter" } th { "this server" } th { "the reference server" } th { "left free by" } } }
                    tbody {
                        @for entry in &result.dialect {
                            tr.same[entry.server == entry.ours] {
                                th scope="row" { (foreign(&entry.matter)) }
                                td data-label="this server" { (foreign(&entry.server)) }
                                td data-label="the reference server" { (foreign(&entry.ours)) }
                                td data-label="left free by" { (entry.source) }
                            }
                        }
                    }
                }
            }
        }
    }
}
