//! The catalogue is whole: every requirement has a scenario or a reason, every name is known, nothing is stale.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::collections::BTreeSet;

use chat_conformance::{scenarios, transcript::verified};
use chat_spec::requirements::{self, Requirement};

#[test]
fn every_requirement_is_named_by_a_scenario_or_excluded_with_a_reason() {
    let named: BTreeSet<&str> = scenarios::all().flat_map(|scenario| scenario.requirements).copied().collect();
    for requirement in requirements::all() {
        let is_named = named.contains(requirement.id.as_str());
        match &requirement.excluded {
            Some(reason) => {
                assert!(!reason.trim().is_empty(), "{} is excluded without a reason", requirement.id);
                assert!(!is_named, "{} is excluded and checked all the same", requirement.id);
            }
            None => {
                assert!(is_named, "{} is named by no scenario: add one, or exclude it with a reason", requirement.id)
            }
        }
    }
}

#[test]
fn scenarios_name_known_requirements_once_and_have_names_of_their_own() {
    let mut ids = BTreeSet::new();
    for scenario in scenarios::all() {
        assert!(ids.insert(scenario.id()), "two scenarios are called {}", scenario.id());
        assert!(scenario.title.ends_with('.'), "{}: its title is a sentence", scenario.id());
        let distinct: BTreeSet<_> = scenario.requirements.iter().collect();
        assert_eq!(distinct.len(), scenario.requirements.len(), "{} names a requirement twice", scenario.id());
        for id in scenario.requirements {
            assert!(Requirement::find(id).is_some(), "{} names {id}, which the protocol does not have", scenario.id());
        }
    }
}

#[test]
fn no_verified_transcript_is_left_of_a_scenario_that_is_gone() {
    let known: BTreeSet<String> = scenarios::all().map(|scenario| verified::path(&scenario.id())).collect();
    let mut folders = vec![&chat_fixtures::TRANSCRIPTS];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        for file in folder.files() {
            let path = file.path().to_string_lossy().into_owned();
            assert!(!path.ends_with(".snap") || known.contains(&path), "{path} belongs to no scenario: delete it");
        }
    }
}
