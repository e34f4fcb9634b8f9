//! What is wrong in a history. Pure: no server, no clock, no randomness.
//!
//! Each rule looks at the history as a whole and gives anomalies, each with the smallest number of events that show it.
//! Where the protocol leaves something open while actions overlap, only what no order of them explains is wrong:
//! "before" means that the one was heard before the other was said.
//!
//! * `view`: the history, looked up by text and by room.
//! * `delivery`: lost, doubled, leaked, altered. `order`: one order for everybody, and that of ids.
//! * `storage`: what is in the history at rest. `pages`: the same while others talk. `counters`: what is unread.
//! * `answers`: deletions, reading and clearing are told to whom they should. `starts`: one room a pair.

mod answers;
mod counters;
mod delivery;
mod order;
mod pages;
mod starts;
mod storage;
#[cfg(test)]
mod tests;
mod view;

use std::collections::BTreeSet;

use chat_spec::requirements::{Level, Requirement};

use self::view::View;
use super::history::History;

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Anomaly {
    /// The requirement that it breaks: the most special one.
    pub(crate) requirement: &'static str,
    /// What is wrong, in one sentence.
    pub(crate) sentence: String,
    /// The events that show it, each with its socket: two or three.
    pub(crate) shown_by: Vec<String>,
}

/// What was found in a history.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    /// What is wrong: of each requirement the first, with the number of others of its kind.
    pub(crate) anomalies: Vec<Anomaly>,
    /// The requirements that the history put to the test.
    pub(crate) checked: BTreeSet<&'static str>,
    /// How many more there are of each anomaly's requirement.
    more: Vec<usize>,
}

impl Judgement {
    /// Puts a requirement to the test.
    fn check(&mut self, requirement: &'static str) {
        self.checked.insert(requirement);
    }

    /// Something is wrong.
    fn find(&mut self, requirement: &'static str, sentence: String, shown_by: Vec<String>) {
        self.check(requirement);
        match self.anomalies.iter().position(|known| known.requirement == requirement) {
            Some(place) => self.more[place] += 1,
            None => {
                self.anomalies.push(Anomaly { requirement, sentence, shown_by });
                self.more.push(0);
            }
        }
    }

    /// What breaks a requirement.
    pub(crate) fn of(&self, requirement: &str) -> Option<&Anomaly> {
        self.anomalies.iter().find(|anomaly| anomaly.requirement == requirement)
    }

    /// What is wrong and weighs most: a MUST before a SHOULD.
    pub(crate) fn gravest(&self) -> Option<&Anomaly> {
        let is_must = |anomaly: &&Anomaly| {
            Requirement::find(anomaly.requirement).is_some_and(|requirement| requirement.level == Level::Must)
        };
        self.anomalies.iter().find(is_must).or(self.anomalies.first())
    }

    /// Says in each sentence how many there are more.
    fn count_the_others(mut self) -> Self {
        for (anomaly, more) in self.anomalies.iter_mut().zip(&self.more) {
            if *more > 0 {
                anomaly.sentence += &format!(" (and {more} more of the kind)");
            }
        }
        self
    }
}

/// Looks for everything that is wrong in a history.
pub(crate) fn judge(history: &History) -> Judgement {
    let view = View::new(history);
    let mut judgement = Judgement::default();
    for rule in
        [delivery::judge, order::judge, storage::judge, pages::judge, counters::judge, answers::judge, starts::judge]
    {
        rule(&view, &mut judgement);
    }
    judgement.count_the_others()
}
