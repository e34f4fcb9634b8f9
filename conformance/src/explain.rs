//! `list` and `explain`: what the suite checks, in words.

use chat_spec::{publish::markdown, requirements};

use crate::{scenario::Needs, scenarios, selection, transcript::verified};

/// The scenarios that a filter selects, one line each, under the heading of their file.
#[must_use]
pub fn list(filter: &[String]) -> String {
    let mut text = String::new();
    let mut group = "";
    for scenario in selection::select(filter) {
        if scenario.group != group {
            group = scenario.group;
            let space = if text.is_empty() { "" } else { "\n" };
            line(&mut text, format_args!("{space}{group}"));
        }
        line(&mut text, format_args!("  {}  {}", scenario.id(), scenario.title));
        line(&mut text, format_args!("      {}{}", scenario.requirements.join(" "), needs(scenario.needs)));
    }
    text
}

/// Every requirement with the scenarios that check it.
#[must_use]
pub fn list_requirements(filter: &[String]) -> String {
    let mut text = String::new();
    for requirement in requirements::all() {
        let named: Vec<String> = selection::select(filter)
            .into_iter()
            .filter(|scenario| scenario.requirements.contains(&requirement.id.as_str()))
            .map(crate::scenario::Scenario::id)
            .collect();
        if named.is_empty() && !filter.is_empty() {
            continue;
        }
        line(&mut text, format_args!("{}  {}  {}", requirement.id, requirement.level, requirement.text));
        match &requirement.excluded {
            Some(reason) => line(&mut text, format_args!("      not checked: {reason}")),
            None => named.iter().for_each(|id| line(&mut text, format_args!("      {id}"))),
        }
    }
    text
}

/// What is to be known about a requirement, a decision, an action, an event or a scenario; `None` for an unknown id.
#[must_use]
pub fn explain(id: &str) -> Option<String> {
    if let Some(scenario) = scenarios::all().find(|scenario| scenario.id() == id) {
        return Some(scenario_in_words(scenario));
    }
    let mut text = markdown::explain(id).or_else(|| markdown::explain(&id.to_ascii_uppercase()))?;
    let checks: Vec<_> = scenarios::all()
        .filter(|scenario| scenario.requirements.iter().any(|requirement| requirement.eq_ignore_ascii_case(id)))
        .collect();
    if !checks.is_empty() {
        line(&mut text, format_args!("\nChecked by:"));
        for scenario in checks {
            line(&mut text, format_args!("- {}: {}", scenario.id(), scenario.title));
        }
    }
    Some(text)
}

fn scenario_in_words(scenario: &crate::scenario::Scenario) -> String {
    let mut text = format!("{}\n\n{}{}\n\nIt checks:\n", scenario.id(), scenario.title, needs(scenario.needs));
    for id in scenario.requirements {
        if let Some(requirement) = requirements::Requirement::find(id) {
            line(&mut text, format_args!("- {id} ({}): {}", requirement.level, requirement.text));
        }
    }
    if let Some(transcript) = verified::of(&scenario.id()) {
        line(&mut text, format_args!("\nThe verified transcript, one lane a socket:\n\n{transcript}"));
    }
    text
}

fn needs(needs: Needs) -> String {
    match needs {
        Needs::Nothing | Needs::Time => String::new(),
        Needs::Profile(profile) => format!("  (profile {profile})"),
        Needs::Quiet | Needs::Nobody => "  (runs alone)".to_owned(),
        Needs::OwnServer => "  (with --server-cmd)".to_owned(),
    }
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.push_str(&line.to_string());
    text.push('\n');
}
