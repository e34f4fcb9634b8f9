//! The end of a run on a terminal: the verdict first, then what it rests on, then what to do next.

use std::collections::BTreeSet;

use console::measure_text_width;
use indexmap::IndexMap;

use crate::{
    program,
    report::{
        headline::Headline,
        summary::{Counts, Group, Shown, groups},
        terminal::{
            failure,
            look::{Look, flowed, wrapped},
        },
        text::{counted, cut, duration, one_line, thousands, visible},
    },
    result::{Finding, RequirementResult, RunResult, ScenarioResult},
    verdict::Verdict,
};

/// How many failures are shown in full: one broken thing can fail every scenario.
const MOST_FAILURES: usize = 10;
/// How many warnings of one requirement are shown.
const MOST_ALIKE: usize = 3;
/// How much of a message is shown where one line should do.
const LONGEST_MESSAGE: usize = 300;

/// The whole text.
pub(crate) fn text(result: &RunResult, look: Look) -> String {
    let sections = [
        verdict(result, look),
        requirements(result, look),
        failures(result, look),
        warnings(result, look),
        expectations(result, look),
        by_reason(result, Verdict::NotEvaluable, "Not evaluable", look),
        by_reason(result, Verdict::NotApplicable, "Not applicable", look),
        dialect(result, look),
        notes(result, look),
        next(result, look),
    ];
    sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The verdict in one line, then the counts.
fn verdict(result: &RunResult, look: Look) -> String {
    let headline = Headline::of(result);
    let counts = |first: &str, counts: Counts| {
        let words = counts.present().map(|(verdict, number)| look.toned(verdict, &verdict.counted(number)));
        flowed(words, ", ", first, look.prose(0))
    };
    let round_trip = result.round_trip_ms.map(|ms| format!(", round trip {ms:.1} ms")).unwrap_or_default();
    let facts = format!(
        "protocol {}, {}{round_trip}, seed {}",
        result.protocol_version,
        duration(result.duration_ms),
        result.seed
    );
    let left_out = result.requirements.iter().filter(|requirement| !requirement.was_selected()).count();
    let left_out = if left_out > 0 { format!("  not selected: {}\n", thousands(left_out)) } else { String::new() };
    [
        format!("{} {}\n", look.glyph(headline.tone), look.toned(headline.tone, &headline.sentence())),
        format!("  {}\n", one_line(&result.target)),
        counts("  requirements: ", Counts::of_requirements(selected(result))),
        left_out,
        counts("  scenarios:    ", Counts::of(result.scenarios.iter().map(|scenario| scenario.verdict))),
        format!("  {}\n", look.dim(&facts)),
    ]
    .concat()
}

/// The requirements that this run is about. Those that a filter left out would bury them.
fn selected(result: &RunResult) -> impl Iterator<Item = &RequirementResult> {
    result.requirements.iter().filter(|requirement| requirement.was_selected())
}

/// The requirements by group, as many side by side as there is room for.
fn requirements(result: &RunResult, look: Look) -> String {
    let Some(widest) = selected(result).map(|requirement| requirement.id.len()).max() else {
        return String::new();
    };
    let mut out = format!("{}\n", look.heading("Requirements"));
    for Group { name, mut requirements } in groups(&result.requirements) {
        requirements.retain(|requirement| requirement.was_selected());
        if requirements.is_empty() {
            continue;
        }
        let counts = Counts::of_requirements(requirements.iter().copied());
        out += &format!("{}  {}\n", look.bold(name), look.dim(&counts.sentence()));
        let cells: Vec<_> = requirements.iter().map(|requirement| cell(requirement, widest, look)).collect();
        let columns = (look.width.saturating_sub(2) / (measure_text_width(&cells[0]) + 3)).max(1);
        for row in cells.chunks(columns) {
            out += &format!("  {}\n", row.join("   ").trim_end());
        }
    }
    let all = Counts::of_requirements(selected(result));
    let legend = all.present().map(|(verdict, _)| format!("{} {}", look.glyph(verdict), look.dim(verdict.words())));
    let count = look.dim("×n by how many scenarios");
    out + &flowed(legend.chain([count]), "  ", "", look.prose(0))
}

/// `✓ SEND-4  MUST   ×3`
fn cell(requirement: &RequirementResult, widest: usize, look: Look) -> String {
    let id = format!("{:widest$}", requirement.id);
    let id = if requirement.verdict > Verdict::Pass { look.toned(requirement.verdict, &id) } else { id };
    let level = look.dim(&format!("{:6}", requirement.level.to_string()));
    let count = format!("{:4}", format!("×{}", requirement.scenarios.len()));
    format!("{} {id} {level} {}", look.glyph(requirement.verdict), look.dim(&count))
}

/// What makes the run fail.
fn failures(result: &RunResult, look: Look) -> String {
    let failed: Vec<_> = result.failures().collect();
    if failed.is_empty() {
        return String::new();
    }
    let mut out = format!("{}\n", look.heading(&counted(failed.len(), "failure", "failures")));
    let (shown, more) = failed.split_at(failed.len().min(MOST_FAILURES));
    let blocks: Vec<_> = shown.iter().map(|scenario| failure::block(result, scenario, look)).collect();
    out += &blocks.join("\n");
    if !more.is_empty() {
        out += &format!("\n{} more, in full with `--report html=FILE`:\n", counted(more.len(), "failure", "failures"));
        out.extend(more.iter().map(|scenario| {
            format!(
                "  {} {} {}\n",
                look.glyph(scenario.verdict),
                scenario.id,
                look.dim(&scenario.requirements.join(" "))
            )
        }));
    }
    out
}

/// Broken SHOULDs, shorter.
fn warnings(result: &RunResult, look: Look) -> String {
    let warnings: Vec<_> = result.warnings().collect();
    if warnings.is_empty() {
        return String::new();
    }
    let out = format!("{}\n", look.heading(&counted(warnings.len(), "warning", "warnings")));
    let mut of: IndexMap<&str, Vec<_>> = IndexMap::new();
    for &(scenario, finding) in &warnings {
        of.entry(&finding.requirement).or_default().push((scenario, finding));
    }
    let blocks: Vec<_> = of.iter().map(|(requirement, warnings)| alike(result, requirement, warnings, look)).collect();
    out + &blocks.join("\n")
}

/// Warnings of one requirement: a few of them, for what is wrong with every event is wrong in every scenario.
fn alike(result: &RunResult, requirement: &str, warnings: &[(&ScenarioResult, &Finding)], look: Look) -> String {
    let (shown, more) = warnings.split_at(warnings.len().min(MOST_ALIKE));
    let blocks: Vec<_> = shown.iter().map(|(scenario, finding)| warning(result, scenario, finding, look)).collect();
    let mut out = blocks.join("\n");
    if !more.is_empty() {
        let scenarios: BTreeSet<_> = more.iter().map(|(scenario, _)| &scenario.id).collect();
        let more = counted(more.len(), "warning more of", "warnings more of");
        let scenarios = counted(scenarios.len(), "scenario", "scenarios");
        let sentence = format!("{more} {requirement}, in {scenarios}: in full with `--report html=FILE`");
        out += &wrapped(&sentence, "  ", look.prose(2));
    }
    out
}

/// One broken SHOULD.
fn warning(result: &RunResult, scenario: &ScenarioResult, finding: &Finding, look: Look) -> String {
    let shortened = |text: &str| one_line(&cut(text, LONGEST_MESSAGE));
    let first = format!("{} {}  ", look.glyph(finding.verdict), look.toned(finding.verdict, &finding.requirement));
    let mut out = wrapped(&shortened(&finding.message), &first, look.prose(measure_text_width(&first)));
    if let Some(requirement) = result.requirement(&finding.requirement) {
        out += &wrapped(&format!("{}: {}", requirement.level, requirement.text), "  ", look.prose(2));
    }
    for (name, value) in [("  expected  ", &finding.expected), ("  came      ", &finding.got)] {
        let value = value.as_deref().map(shortened).unwrap_or_default();
        out += &wrapped(&value, &look.bold(name), look.width.saturating_sub(12));
    }
    out + &format!("  {}\n", look.command(&result.command_for(&scenario.id)))
}

/// What became of each known failure.
fn expectations(result: &RunResult, look: Look) -> String {
    if result.expectations.is_empty() {
        return String::new();
    }
    let lines = result.expectations.iter().map(|expectation| {
        let sentence = visible(&expectation.sentence()).into_owned();
        wrapped(&sentence, &format!("{} ", look.glyph(expectation.tone())), look.prose(2))
    });
    format!("{}\n{}", look.heading("Known failures"), lines.collect::<String>())
}

/// The requirements that were not checked, by the reason.
fn by_reason(result: &RunResult, verdict: Verdict, title: &str, look: Look) -> String {
    let mut reasons = result.by_reason(verdict);
    let was_selected = |id: &&str| result.requirement(id).is_none_or(RequirementResult::was_selected);
    reasons.retain_mut(|(_, ids)| {
        ids.retain(was_selected);
        !ids.is_empty()
    });
    if reasons.is_empty() {
        return String::new();
    }
    let mut out = format!("{}\n", look.heading(title));
    for (reason, ids) in reasons {
        out += &wrapped(&ids.join(" "), &format!("{} ", look.glyph(verdict)), look.prose(2));
        out += &wrapped(&visible(reason), "    ", look.prose(4));
    }
    out
}

/// What the server does where servers are free: one line a matter.
fn dialect(result: &RunResult, look: Look) -> String {
    if result.dialect.is_empty() {
        return String::new();
    }
    let mut out = format!("{}\n", look.heading("Dialect: what it does where servers are free"));
    for entry in &result.dialect {
        let (sign, ours) = match entry.server == entry.ours {
            true => ("=", String::new()),
            false => ("≠", format!(", ours {}", entry.ours)),
        };
        let text = format!("{}: {}{ours}  ({})", entry.matter, entry.server, entry.source);
        out += &wrapped(&one_line(&text), &format!("  {sign} "), look.prose(4));
    }
    out
}

/// What a reader should know besides.
fn notes(result: &RunResult, look: Look) -> String {
    if result.notes.is_empty() {
        return String::new();
    }
    let notes = result.notes.iter().map(|note| wrapped(&visible(note), "  · ", look.prose(4)));
    format!("{}\n{}", look.heading("Notes"), notes.collect::<String>())
}

/// The verdict once more, for it may have scrolled away, and what to do next.
fn next(result: &RunResult, look: Look) -> String {
    let headline = Headline::of(result);
    let advice = match result.failures().next() {
        _ if result.scenarios.is_empty() => format!("`{} list` shows what can be run", program::name()),
        Some(scenario) if scenario.verdict == Verdict::HarnessError => {
            "the suite, not the server, may be at fault: see the reasons above, and run it again".into()
        }
        Some(scenario) => match scenario.requirements.first() {
            Some(_) => format!(
                "`{} explain {}` tells where the rule comes from; `--report html=FILE` shows every frame",
                program::name(),
                scenario.findings.first().map_or(&scenario.requirements[0], |finding| &finding.requirement)
            ),
            None => "`--report html=FILE` shows every frame".into(),
        },
        None if result.warnings().next().is_some() => "`--strict` makes warnings fail the run".into(),
        None => return format!("{} {}\n", look.glyph(headline.tone), look.toned(headline.tone, &headline.sentence())),
    };
    let verdict = format!("{} {}\n", look.glyph(headline.tone), look.toned(headline.tone, &headline.sentence()));
    verdict + &wrapped(&format!("next: {advice}"), "  ", look.prose(2))
}
