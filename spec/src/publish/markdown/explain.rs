//! What a requirement, a decision, a reading, an action or an event says, by its name.

use super::event_section;
use crate::{
    events::Entry,
    requirements::{Decision, Reading, Requirement, decisions, readings},
    topics::{TOPICS, Topic},
};

/// What the reference says about a requirement (`SEND-4`), a decision (`D7`), a reading (`R7`), an action or an event
/// (`message.send`); `None` for a name that the protocol does not have.
#[must_use]
pub fn explain(name: &str) -> Option<String> {
    requirement(name).or_else(|| decision(name)).or_else(|| reading(name)).or_else(|| {
        let section = event_section(name)?;
        Some(format!("# {name}\n\n{section}"))
    })
}

/// What a requirement says, where it comes from, and which actions and events it is about.
#[must_use]
pub fn requirement(id: &str) -> Option<String> {
    let requirement = Requirement::find(id)?;
    let mut text = format!(
        "# {} ({}, {})\n\n{}.\n\nSource: {}.\n",
        requirement.id,
        requirement.level,
        requirement.group,
        requirement.text.trim_end_matches('.'),
        requirement.source.join(", ")
    );
    if let Some(profile) = &requirement.profile {
        text.push_str(&format!("Applies where a server declares the profile `{profile}`.\n"));
    }
    if let Some(reason) = &requirement.excluded {
        text.push_str(&format!("Cannot be tested from outside: {reason}.\n"));
    }
    let about: Vec<_> = Topic::find(&requirement.group).into_iter().flat_map(Topic::entries).collect();
    if !about.is_empty() {
        let names: Vec<_> = about.iter().map(|entry| format!("`{}`", entry.name)).collect();
        text.push_str(&format!("About: {}.\n", names.join(", ")));
    }
    for decision in decisions().iter().filter(|decision| requirement.source.contains(&decision.id)) {
        text.push_str(&format!("\n{}", decided(decision)));
    }
    for reading in readings().iter().filter(|reading| reading.about.contains(&requirement.id)) {
        text.push_str(&format!("\n{}", read(reading)));
    }
    Some(text)
}

/// What is left open, and how it is read.
#[must_use]
fn reading(id: &str) -> Option<String> {
    let reading = readings().iter().find(|reading| reading.id == id)?;
    Some(format!("# {id}\n\n{}\nAbout: {}.\n", read(reading), reading.about.join(", ")))
}

fn read(reading: &Reading) -> String {
    format!("{}. Open: {}.\nRead: {}.\n", reading.id, reading.open, reading.read)
}

/// What was decided, and which requirements come from it.
#[must_use]
pub fn decision(id: &str) -> Option<String> {
    let decision = decisions().iter().find(|decision| decision.id == id)?;
    let based: Vec<_> = crate::requirements::all()
        .iter()
        .filter(|requirement| requirement.source.contains(&decision.id))
        .map(|requirement| requirement.id.as_str())
        .collect();
    let based = if based.is_empty() { "none".to_owned() } else { based.join(", ") };
    Some(format!("# {id}\n\n{}\nRequirements that rest on it: {based}.\n", decided(decision)))
}

fn decided(decision: &Decision) -> String {
    format!("{}. The original: {}.\nDecided: {}.\n", decision.id, decision.original, decision.decided)
}

/// The decisions that the requirements on an action or event rest on, in the order of their numbers.
pub(super) fn decisions_behind(entry: &Entry) -> Vec<&'static Decision> {
    let rests_on = |decision: &&Decision| {
        let mut requirements = TOPICS.iter().filter(|topic| topic.concerns(entry)).flat_map(Topic::requirements);
        requirements.any(|requirement| requirement.source.contains(&decision.id))
    };
    decisions().iter().filter(rests_on).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explains_whatever_has_a_name() {
        let send = explain("SEND-4").unwrap();
        assert!(send.starts_with("# SEND-4 (MUST, Sending)\n") && send.contains("About: `message.send`"), "{send}");
        assert!(explain("D13").unwrap().contains("DROP-6"));
        assert!(explain("R7").unwrap().contains("About: EVT-1"));
        assert!(explain("EVT-1").unwrap().contains("\nR7. Open: "));
        assert!(explain("on.error").unwrap().contains("ERR-1"));
        assert!(explain("message.send").unwrap().contains("**SEND-4** MUST"));
        assert_eq!(explain("SEND-99"), None);
    }
}
