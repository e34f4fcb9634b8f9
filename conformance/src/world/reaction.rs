//! What a client hears when it is refused, and whether two kinds of refusal can be told apart (AUTH-3, SEC-3).
//!
//! All that comes counts, documented or not: events, acknowledgements, the end of the connection. A value tells two
//! kinds apart when it is the same in every sample of the one kind, the same in every sample of the other, and not the
//! same in both. What differs from sample to sample, such as an id that is echoed or a time, tells nothing.

use std::collections::{BTreeMap, BTreeSet};

use chat_spec::events::{OnUserAuthorized, Payload, UserAuth};
use serde_json::Value;

use super::{Client, settle};
use crate::{
    result::Heard,
    stop::{Outcome, Stop},
    wire::record::Frame,
};

/// What a client heard after one action: each value by its place, such as `on.error 1: /code`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reaction {
    values: BTreeMap<String, String>,
}

/// Reactions of several kinds, to be compared with those of the first.
#[derive(Debug)]
pub struct Reactions {
    kinds: Vec<Vec<Reaction>>,
}

impl Reactions {
    /// No reactions yet, of so many kinds.
    #[must_use]
    pub fn new(kinds: usize) -> Self {
        Self { kinds: vec![Vec::new(); kinds] }
    }

    /// Adds a reaction of a kind.
    pub fn add(&mut self, kind: usize, reaction: Reaction) {
        self.kinds[kind].push(reaction);
    }

    /// What tells a kind from the first, in words; `None` where nothing does.
    #[must_use]
    pub fn apart_from_first(&self, kind: usize) -> Option<String> {
        told_apart(&self.kinds[0], &self.kinds[kind])
    }

    /// The first kind that can be told from the first one, and by what.
    #[must_use]
    pub fn told_apart(&self) -> Option<(usize, String)> {
        (1..self.kinds.len()).find_map(|kind| Some((kind, self.apart_from_first(kind)?)))
    }

    /// Whether no kind can be told from the first.
    #[must_use]
    pub fn are_alike(&self) -> bool {
        self.told_apart().is_none()
    }
}

/// The first value that tells two kinds of reaction apart, in words; `None` where nothing does.
fn told_apart(one: &[Reaction], other: &[Reaction]) -> Option<String> {
    let places: BTreeSet<&String> = one.iter().chain(other).flat_map(|reaction| reaction.values.keys()).collect();
    places.into_iter().find_map(|place| {
        let (here, there) = (same(one, place)?, same(other, place)?);
        (here != there).then(|| format!("{place}: {} or {}", shown(here), shown(there)))
    })
}

/// What all reactions have in a place (`Some(None)`: nothing); `None` where they differ.
fn same<'a>(reactions: &'a [Reaction], place: &str) -> Option<Option<&'a String>> {
    let mut values = reactions.iter().map(|reaction| reaction.values.get(place));
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

fn shown(value: Option<&String>) -> String {
    value.map_or_else(|| "nothing".to_owned(), |value| format!("`{value}`"))
}

impl Reaction {
    /// Adds one frame; `counts` numbers those of a kind.
    fn add(&mut self, text: &str, counts: &mut BTreeMap<String, usize>) {
        let (kind, payload) = event_of(text);
        let count = counts.entry(kind.clone()).or_default();
        *count += 1;
        let place = format!("{kind} {count}");
        self.values.insert(place.clone(), "came".to_owned());
        self.add_value(&format!("{place}: "), &payload);
    }

    fn add_value(&mut self, place: &str, value: &Value) {
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, inner)| self.add_value(&format!("{place}/{name}"), inner))
            }
            Value::Array(items) => {
                self.values.insert(format!("{place} length"), items.len().to_string());
                items.iter().enumerate().for_each(|(index, inner)| self.add_value(&format!("{place}/{index}"), inner));
            }
            Value::String(text) => {
                self.values.insert(place.to_owned(), text.clone());
                // The same sentence about another number is the same sentence.
                self.values.insert(format!("{place} (numbers left out)"), without_numbers(text));
            }
            plain => drop(self.values.insert(place.to_owned(), plain.to_string())),
        }
    }
}

/// What kind of frame a text is, such as the name of an event, and what it carries: the arguments.
pub(crate) fn event_of(text: &str) -> (String, Value) {
    let body = text.find(['[', '{']).map_or("", |start| &text[start..]);
    let value = serde_json::from_str(body).unwrap_or(Value::Null);
    match (text.get(..2), value) {
        (Some("42" | "45"), Value::Array(mut items)) if !items.is_empty() => {
            let name = items.remove(0);
            (name.as_str().unwrap_or("an event without a name").to_owned(), Value::Array(items))
        }
        (Some("43" | "46"), value) => ("acknowledgement".to_owned(), value),
        (_, value) => (format!("frame {}", text.chars().take(2).collect::<String>()), value),
    }
}

/// A text in which every number is a `#`.
pub(crate) fn without_numbers(text: &str) -> String {
    let mut kept = String::new();
    for character in text.chars() {
        match character {
            '0'..='9' if kept.ends_with('#') => {}
            '0'..='9' => kept.push('#'),
            other => kept.push(other),
        }
    }
    kept
}

impl Client {
    /// Sends an action that should be refused, and gives all that this client hears of it. `acknowledged` asks for an
    /// acknowledgement as well. Outside of the transcript; what is documented and unexpected is found as always.
    pub async fn reaction(&self, action: &str, payload: &Value, acknowledged: bool) -> Outcome<Reaction> {
        self.reaction_to(action, payload, acknowledged, None).await
    }

    /// The same of `user.auth`, which has an answer of its own also when it is refused: `requirement` asks for it.
    pub async fn reaction_to_auth(
        &self,
        payload: &Value,
        acknowledged: bool,
        requirement: &'static str,
    ) -> Outcome<Reaction> {
        self.reaction_to(UserAuth::NAME, payload, acknowledged, Some(requirement)).await
    }

    async fn reaction_to(
        &self,
        action: &str,
        payload: &Value,
        acknowledged: bool,
        answered: Option<&'static str>,
    ) -> Outcome<Reaction> {
        let before = self.record().snapshot().len();
        let arguments = std::slice::from_ref(payload);
        let pending = if acknowledged {
            self.wire().emit_with_ack(action, arguments).await.map(Some)
        } else {
            self.wire().emit(action, arguments).await.map(|()| None)
        };
        let pending = match pending {
            Ok(pending) => pending,
            Err(_) if !self.is_open() => None,
            Err(error) => return Err(Stop::Harness(format!("`{}` could not send {action}: {error}", self.label()))),
        };
        if let Some(requirement) = answered {
            // It must not be taken for the answer of a sentinel.
            self.world().clone().silently(self.expect::<OnUserAuthorized>(requirement)).await?;
        }
        if self.is_listening() {
            self.send_sentinel().await?;
        }
        tokio::time::sleep(self.world().patience().quiet).await;
        drop(pending);
        Ok(self.heard_since(before))
    }

    fn heard_since(&self, frame: usize) -> Reaction {
        let mut reaction = Reaction::default();
        let mut counts = BTreeMap::new();
        for recorded in self.record().snapshot().into_iter().skip(frame) {
            match recorded.frame {
                Frame::Text(text) if recorded.direction == Heard::Received && !self.is_of_no_account(&text) => {
                    reaction.add(&text, &mut counts);
                }
                _ => {}
            }
        }
        if !self.is_open() {
            reaction.values.insert("the connection".to_owned(), "closed".to_owned());
        }
        reaction
    }

    /// Heartbeats and noops, what others do, and sentinels of this client.
    fn is_of_no_account(&self, text: &str) -> bool {
        // A ping, and a packet that says nothing: both come when they come.
        if matches!(text, "2" | "6") {
            return true;
        }
        let (kind, payload) = event_of(text);
        let said = payload[0]["message"]["text"].as_str().unwrap_or_default();
        kind == "on.user.online" || (kind == "on.message.new" && settle::own(self, self.world(), said).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaction(frames: &[&str]) -> Reaction {
        let mut reaction = Reaction::default();
        let mut counts = BTreeMap::new();
        frames.iter().for_each(|frame| reaction.add(frame, &mut counts));
        reaction
    }

    #[test]
    fn what_is_echoed_or_random_tells_nothing() {
        let sample = |room: u64, trace: &str| {
            let error =
                format!(r#"42["on.error",{{"code":"not_found","message":"no room {room}","trace":"{trace}"}}]"#);
            reaction(&[&error, &format!(r#"43{room}[{{"ok":false}}]"#)])
        };
        assert_eq!(told_apart(&[sample(5, "a"), sample(6, "b")], &[sample(900, "c"), sample(901, "d")]), None);
        assert_eq!(told_apart(&[reaction(&[])], &[reaction(&[])]), None);
    }

    #[test]
    fn a_code_a_sentence_or_silence_tells_apart() {
        let forbidden = [r#"42["on.error",{"code":"forbidden"}]"#].as_slice();
        let unknown = [r#"42["on.error",{"code":"not_found"}]"#].as_slice();
        let apart = |one: &[&str], other: &[&str]| told_apart(&[reaction(one), reaction(one)], &[reaction(other)]);
        assert_eq!(apart(forbidden, unknown).unwrap(), "on.error 1: /0/code: `forbidden` or `not_found`");
        assert_eq!(apart(forbidden, &[]).unwrap(), "on.error 1: `came` or nothing");
        let sentence = |text: &str| reaction(&[&format!(r#"42["exception",{{"message":"{text}"}}]"#)]);
        let members = [sentence("not a member of room 5"), sentence("not a member of room 6")];
        let missing = [sentence("no room 900"), sentence("no room 901")];
        assert!(told_apart(&members, &missing).unwrap().contains("(numbers left out)"));
    }
}
