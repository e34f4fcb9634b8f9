//! The matrix as a page: a column for each server, the reason in each cell behind a click.

use maud::{Markup, html};

use crate::{
    report::{
        compare::{Column, Comparison},
        headline::Headline,
        html::{
            markup::{anchor, bar, foreign, mark, prose},
            shell,
        },
        summary::{Counts, Group, Shown},
        text::counted,
    },
    result::RequirementResult,
};

/// The whole page.
pub(crate) fn page(comparison: &Comparison) -> Markup {
    let servers = counted(comparison.columns.len(), "run", "runs");
    let version = &comparison.columns[0].result.protocol_version;
    let title = format!("{servers} against protocol {version}");
    let content = html! {
        header.banner { h1 { (servers) " compared" } p.detail { "protocol " (version) } }
        main.wide {
            (changes(comparison))
            (tools(comparison))
            div.matrix {
                table {
                    thead { tr { th { "requirement" } @for column in &comparison.columns { (head(column)) } } }
                    @for group in comparison.groups() { (rows(comparison, &group)) }
                }
            }
        }
    };
    shell::page(&title, &content)
}

/// What differs from the first run.
fn changes(comparison: &Comparison) -> Markup {
    let first = &comparison.columns[0];
    html! {
        section.notes {
            h2 { "Against the first, " (foreign(&first.name)) }
            ul {
                @for column in &comparison.columns[1..] {
                    li {
                        b { (foreign(&column.name)) } ": " (column.checked()) " requirements checked, " (first.checked()) " in the first"
                        @let sentences = comparison.change(column).sentences();
                        @if sentences.is_empty() { "; nothing else differs" }
                        @for sentence in sentences { br; (sentence) }
                    }
                }
            }
        }
    }
}

/// Search and filters. They need the script, and are hidden without it.
fn tools(comparison: &Comparison) -> Markup {
    let gravest = Counts::of(comparison.requirements.iter().map(|requirement| comparison.gravest(requirement)));
    html! {
        div.tools role="search" {
            input #search type="search" placeholder="Search requirements and reasons" aria-label="Search";
            @for (verdict, number) in gravest.present() {
                button.chip type="button" aria-pressed="true" data-verdict=(verdict) title="the gravest verdict of the row" { (verdict.counted(number)) }
            }
            button.differ type="button" aria-pressed="false" { "only where they differ" }
            output #shown {}
        }
    }
}

/// The head of a column.
fn head(column: &Column) -> Markup {
    let headline = Headline::of(&column.result);
    html! {
        th scope="col" title=(headline.sentence()) {
            (foreign(&column.name))
            p.quiet { (foreign(&column.result.target)) }
            p data-verdict=(headline.tone) { b { (headline.title) } }
            (bar(column.counts()))
        }
    }
}

/// The requirements under one heading.
fn rows(comparison: &Comparison, group: &Group<'_>) -> Markup {
    html! {
        tbody.group id=(anchor("group", group.name)) {
            tr { th.name colspan=(comparison.columns.len() + 1) { (group.name) } }
            @for requirement in &group.requirements {
                tr.requirement.same[comparison.agree(requirement)] data-verdict=(comparison.gravest(requirement)) {
                    th scope="row" title=(requirement.text) {
                        details {
                            summary { b { (requirement.id) } " " small { (requirement.level) } }
                            p { (prose(&requirement.text)) }
                        }
                    }
                    @for column in &comparison.columns { td { (cell(comparison.cell(column, requirement))) } }
                }
            }
        }
    }
}

/// What one run says about one requirement.
fn cell(said: Option<&RequirementResult>) -> Markup {
    html! {
        @match said {
            None => span.quiet title="the run does not know this requirement" { "unknown" },
            Some(requirement) => @match &requirement.reason {
                None => { (mark(requirement.verdict)) " " span.words { (requirement.verdict.words()) } },
                Some(reason) => details {
                    summary { (mark(requirement.verdict)) " " span.words { (requirement.verdict.words()) } }
                    p { (prose(reason)) }
                }
            }
        }
    }
}
