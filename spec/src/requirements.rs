//! Every requirement of the protocol, from `requirements.yaml`, every decision, from `decisions.yaml`, and how the project
//! reads what both leave open, from `readings.yaml`.

use std::{fmt, sync::LazyLock};

use serde::{Deserialize, Serialize};

/// How much a requirement binds (RFC 2119).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// A server that breaks it is not conformant.
    Must,
    /// A server that breaks it gets a warning.
    Should,
    /// Servers are free; what they do is their dialect.
    May,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::May => "MAY",
        })
    }
}

/// One requirement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Its stable id, such as `SEND-4`.
    pub id: String,
    /// How much it binds.
    pub level: Level,
    /// The section of the protocol that it stands in, 1 to 5.
    pub section: u8,
    /// The heading that it stands under, such as `Presence`.
    pub group: String,
    /// What is required, in Markdown.
    pub text: String,
    /// Anchors of the original document and decisions that it comes from.
    pub source: Vec<String>,
    /// The profile that a server must declare for it to apply; `None` where it always applies.
    #[serde(default)]
    pub profile: Option<String>,
    /// Why no suite can test it from outside; `None` where one can.
    #[serde(default)]
    pub excluded: Option<String>,
}

impl Requirement {
    /// The requirement with an id; `None` for an id that the protocol does not have.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        all().iter().find(|requirement| requirement.id == id)
    }
}

/// What was decided where the original is silent or contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Its stable id, such as `D13`.
    pub id: String,
    /// What the original says, or that it says nothing.
    pub original: String,
    /// What was decided.
    pub decided: String,
}

/// How this project reads what requirements leave open.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// Its stable id, such as `R7`.
    pub id: String,
    /// The requirements and decisions that leave it open.
    pub about: Vec<String>,
    /// What is open.
    pub open: String,
    /// How it is read.
    pub read: String,
}

static REQUIREMENTS: LazyLock<Vec<Requirement>> = LazyLock::new(|| parse(include_str!("../requirements.yaml")));
static DECISIONS: LazyLock<Vec<Decision>> = LazyLock::new(|| parse(include_str!("../decisions.yaml")));
static READINGS: LazyLock<Vec<Reading>> = LazyLock::new(|| parse(include_str!("../readings.yaml")));

fn parse<T: serde::de::DeserializeOwned>(yaml: &str) -> Vec<T> {
    serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("a file that is built in is malformed: {error}"))
}

/// Every requirement, in the order of the protocol document.
#[must_use]
pub fn all() -> &'static [Requirement] {
    &REQUIREMENTS
}

/// Every decision, in the order of their numbers.
#[must_use]
pub fn decisions() -> &'static [Decision] {
    &DECISIONS
}

/// Every reading, in the order of their numbers.
#[must_use]
pub fn readings() -> &'static [Reading] {
    &READINGS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reading_is_numbered_and_about_what_there_is() {
        for (number, reading) in (1..).zip(readings()) {
            assert_eq!(reading.id, format!("R{number}"));
            assert!(!reading.about.is_empty(), "{} is about nothing", reading.id);
            for id in &reading.about {
                let is_known = Requirement::find(id).is_some() || decisions().iter().any(|decision| decision.id == *id);
                assert!(is_known, "{} is about {id}, which is nowhere", reading.id);
            }
        }
    }

    #[test]
    fn every_requirement_is_there_once_and_names_known_sources() {
        assert!(all().len() > 100, "only {} requirements", all().len());
        for requirement in all() {
            assert_eq!(all().iter().filter(|other| other.id == requirement.id).count(), 1, "{}", requirement.id);
            assert!(!requirement.source.is_empty(), "{} has no source", requirement.id);
            for source in requirement.source.iter().filter(|source| source.starts_with('D')) {
                assert!(decisions().iter().any(|decision| decision.id == *source), "{}: {source}", requirement.id);
            }
        }
    }
}
