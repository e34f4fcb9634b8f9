//! The section of one action or event.

use super::{explain, types};
use crate::{
    events::Entry,
    publish::shape::{Documented, Shape},
    schema,
    topics::TOPICS,
};

/// What the reference says about an action or event, under its heading; `None` for a name that the protocol does not
/// have.
#[must_use]
pub fn event_section(name: &str) -> Option<String> {
    Entry::find(name).map(section)
}

pub(super) fn section(entry: &Entry) -> String {
    let documented = Documented::of(&schema::of(entry).to_value());
    let fields = if let Shape::Object(fields) = &documented.shape { fields.as_slice() } else { &[] };
    let mut text =
        format!("{}\n\n{}\n```json\n{}\n```\n", documented.description, types::table(fields), (entry.example_text)());
    for topic in TOPICS.iter().filter(|topic| topic.concerns(entry)) {
        text.push_str(&format!("\nRequirements, {}:\n\n", topic.group));
        for requirement in topic.requirements() {
            text.push_str(&format!("- **{}** {}: {}\n", requirement.id, requirement.level, requirement.text));
        }
    }
    let decisions = explain::decisions_behind(entry);
    if !decisions.is_empty() {
        text.push_str("\nDecisions behind them:\n\n");
        for decision in decisions {
            text.push_str(&format!(
                "- **{}** Original: {}. Decided: {}\n",
                decision.id, decision.original, decision.decided
            ));
        }
    }
    text
}
