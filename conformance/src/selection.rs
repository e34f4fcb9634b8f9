//! Which scenarios a run consists of.

use crate::{scenario::Scenario, scenarios};

/// The scenarios that a filter selects, in the order of the catalogue; all of them where the filter is empty.
///
/// A word selects scenarios whose id contains it, and those that name the requirement (`SEND-4`) or one of the group of
/// requirements (`SEND`) that it is.
#[must_use]
pub fn select(filter: &[String]) -> Vec<&'static Scenario> {
    scenarios::all().filter(|scenario| filter.is_empty() || filter.iter().any(|word| fits(scenario, word))).collect()
}

/// The same, without those of certain ids.
#[must_use]
pub fn select_but(filter: &[String], except: &[String]) -> Vec<&'static Scenario> {
    let mut selected = select(filter);
    selected.retain(|scenario| !except.contains(&scenario.id()));
    selected
}

/// The words of a filter that select nothing.
#[must_use]
pub fn without_effect(filter: &[String]) -> Vec<&str> {
    let selects = |word: &String| scenarios::all().any(|scenario| fits(scenario, word));
    filter.iter().filter(|word| !selects(word)).map(String::as_str).collect()
}

fn fits(scenario: &Scenario, word: &str) -> bool {
    let names = |requirement: &str| {
        requirement.eq_ignore_ascii_case(word)
            || requirement.split_once('-').is_some_and(|(group, _)| group.eq_ignore_ascii_case(word))
    };
    scenario.id().contains(word) || scenario.requirements.iter().any(|requirement| names(requirement))
}
