//! A published contract, read from its bundle.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde_json::{Map, Value};
use thiserror::Error;

use super::Side;
use crate::publish::json_schema;

/// A published contract.
#[derive(Debug, Clone, PartialEq)]
pub struct Contract {
    /// Its version.
    pub version: Version,
    /// What clients send, by wire name.
    actions: BTreeMap<String, Value>,
    /// What clients receive, by wire name; the acknowledgement under its own.
    events: BTreeMap<String, Value>,
    /// What their references lead to.
    pub(super) definitions: Map<String, Value>,
}

/// A text that is no bundle of schemas as `chat-spec publish` writes one.
#[derive(Debug, Error)]
pub enum MalformedContract {
    /// It is no JSON.
    #[error("it is no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Its `$id` ends in no version.
    #[error("its `$id` does not end in a version, such as `:1.0.0`")]
    Version,
    /// A part of it is missing.
    #[error("it has no `{0}`")]
    Missing(&'static str),
}

impl Contract {
    /// The contract that this crate's types describe.
    ///
    /// # Panics
    /// Never: the bundle that is published is well formed.
    #[must_use]
    pub fn built_in() -> Self {
        json_schema::bundle().parse().expect("the published bundle is well formed")
    }

    /// The payloads that go one way.
    pub(super) fn payloads(&self, side: Side) -> &BTreeMap<String, Value> {
        match side {
            Side::Sent => &self.actions,
            Side::Received => &self.events,
        }
    }
}

impl FromStr for Contract {
    type Err = MalformedContract;

    /// Reads a bundle.
    fn from_str(text: &str) -> Result<Self, MalformedContract> {
        let bundle: Value = serde_json::from_str(text)?;
        let payloads = |pointer: &str| -> Option<BTreeMap<_, _>> {
            let properties = bundle.pointer(pointer)?.as_object()?;
            Some(properties.iter().map(|(name, schema)| (name.clone(), schema.clone())).collect())
        };
        let actions = payloads("/properties/actions/properties").ok_or(MalformedContract::Missing("actions"))?;
        let mut events = payloads("/properties/events/properties").ok_or(MalformedContract::Missing("events"))?;
        if let Some(acknowledgement) = bundle.pointer("/properties/acknowledgement") {
            events.insert("acknowledgement".into(), acknowledgement.clone());
        }
        let version = bundle["$id"].as_str().and_then(|id| id.rsplit(':').next()).and_then(Version::parse);
        Ok(Self {
            version: version.ok_or(MalformedContract::Version)?,
            actions,
            events,
            definitions: bundle["$defs"].as_object().cloned().unwrap_or_default(),
        })
    }
}

/// A version of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Grows with a breaking change.
    pub major: u64,
    /// Grows with an addition.
    pub minor: u64,
    /// Grows with a change of words.
    pub patch: u64,
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|number| number.parse().ok());
        let version = Self { major: numbers.next()??, minor: numbers.next()??, patch: numbers.next()?? };
        numbers.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_published_bundle() {
        let contract = Contract::built_in();
        assert_eq!(contract.version.to_string(), crate::PROTOCOL_VERSION);
        assert!(contract.payloads(Side::Sent).contains_key("message.send"));
        assert!(contract.payloads(Side::Received).contains_key("acknowledgement"));
    }

    #[test]
    fn says_what_is_wrong_with_something_else() {
        let error = |text: &str| text.parse::<Contract>().unwrap_err().to_string();
        assert!(error("no").starts_with("it is no JSON"));
        assert_eq!(error("{}"), "it has no `actions`");
        let bundle = json_schema::bundle().replace("urn:chat-protocol:1.0.0", "urn:chat-protocol");
        assert!(error(&bundle).contains("version"));
    }
}
