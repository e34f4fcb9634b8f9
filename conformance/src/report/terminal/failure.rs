//! One failed scenario on a terminal: what is broken, what was expected and came, what was said, how to run it alone.

use crate::{
    properties::sessions::SAVED,
    report::{
        summary::Shown,
        terminal::look::{Look, lines_of, wrapped},
        text::{compact, counted, cut, duration, one_line, visible},
    },
    result::{Finding, Heard, Lane, LaneEntry, RunResult, ScenarioResult},
};

/// How much of an expected or received value is shown. All of it is in the JSON and HTML reports.
const LONGEST_VALUE: usize = 600;
/// How much of one payload in a transcript is shown.
const LONGEST_PAYLOAD: usize = 400;
/// How many lines of one lane are shown, from its end.
const LONGEST_LANE: usize = 20;

/// Everything about one failed scenario.
pub(crate) fn block(result: &RunResult, scenario: &ScenarioResult, look: Look) -> String {
    let mut out = heading(scenario, look);
    if scenario.findings.is_empty() {
        let message = scenario.message.as_deref().unwrap_or("it failed, and gave no reason");
        out += &format!("\n{}", wrapped(&visible(message), "  ", look.prose(2)));
    }
    for finding in &scenario.findings {
        out += &broken(result, finding, look);
    }
    if !scenario.transcript.is_empty() {
        out += &format!("\n  {}\n", look.bold("transcript"));
        out.extend(scenario.transcript.iter().map(|lane| said(lane, look)));
    }
    if let Some(diff) = &scenario.diff {
        out += &format!("\n  {} {}\n", look.bold("difference"), look.dim("(- verified, + this server)"));
        out.extend(diff.lines().map(|line| difference(line, look)));
    }
    out += &format!("\n  run it alone:\n    {}\n", look.command(&result.command_for(&scenario.id)));
    out
}

/// What the scenario checks, and its id.
fn heading(scenario: &ScenarioResult, look: Look) -> String {
    let mut out = String::new();
    for (number, line) in lines_of(&one_line(&scenario.title), look.prose(2)).iter().enumerate() {
        let glyph = if number == 0 { look.glyph(scenario.verdict) } else { " ".into() };
        out += &format!("{glyph} {}\n", look.bold(line));
    }
    let took = format!("({}, {})", scenario.verdict.words(), duration(scenario.duration_ms));
    out + &format!("  {} {}\n", scenario.id, look.dim(&took))
}

/// One finding: the requirement in words, then what is wrong.
fn broken(result: &RunResult, finding: &Finding, look: Look) -> String {
    let requirement = result.requirement(&finding.requirement);
    let level = requirement.map(|requirement| format!(" {}", requirement.level)).unwrap_or_default();
    let head = format!("{}{level} {}", finding.requirement, finding.verdict.words());
    let mut out = format!("\n  {}\n", look.toned(finding.verdict, &head));
    if let Some(requirement) = requirement {
        out.extend(lines_of(&requirement.text, look.prose(4)).iter().map(|line| format!("    {}\n", look.dim(line))));
    }
    out += &wrapped(&visible(&cut(&finding.message, LONGEST_VALUE)), "    ", look.prose(4));
    for (name, value) in [("expected  ", &finding.expected), ("came      ", &finding.got)] {
        if let Some(value) = value {
            let first = format!("    {}", look.bold(name));
            out += &wrapped(&visible(&cut(value, LONGEST_VALUE)), &first, look.width.saturating_sub(14));
        }
    }
    out
}

/// What one user said and heard.
fn said(lane: &Lane, look: Look) -> String {
    let mut out = format!("    {}\n", look.bold(&one_line(&lane.name)));
    let left_out = lane.entries.len().saturating_sub(LONGEST_LANE);
    if left_out > 0 {
        out += &format!("      {}\n", look.dim(&format!("… {} before", counted(left_out, "entry", "entries"))));
    }
    out.extend(lane.entries.iter().skip(left_out).map(|entry| line(entry, look)));
    out
}

/// One line of a lane.
fn line(entry: &LaneEntry, look: Look) -> String {
    let arrow = match entry.direction {
        Heard::Sent => "→ ",
        Heard::Received => "← ",
        Heard::Connection => "· ",
    };
    if let Some(command) = entry.event.strip_prefix(SAVED) {
        // To be copied: in one piece, as the command that runs the scenario alone.
        return format!("      {arrow}{}\n        {}\n", SAVED.trim_end(), look.command(&one_line(command)));
    }
    let payload = entry.payload.as_ref().map(|payload| format!(" {}", cut(&compact(payload), LONGEST_PAYLOAD)));
    let text = format!("{}{}", cut(&one_line(&entry.event), LONGEST_PAYLOAD), payload.unwrap_or_default());
    wrapped(&text, &format!("      {arrow}"), look.width.saturating_sub(8))
}

/// One line of the diff. Its parts keep the colour of its mark where it is too long for the terminal.
fn difference(line: &str, look: Look) -> String {
    let mark = line.chars().next();
    let parts = lines_of(&visible(&cut(line, LONGEST_PAYLOAD)), look.width.saturating_sub(8));
    let indents = std::iter::once("    ").chain(std::iter::repeat("        "));
    parts.iter().zip(indents).map(|(part, indent)| format!("{indent}{}\n", look.diff_line(mark, part))).collect()
}
