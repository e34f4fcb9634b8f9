//! What was heard after a step, compared with what a branch of the model expects.
//!
//! * `kinds`: which event is which.
//! * `contents`, `welcome`, `page`: what an event carries.
//! * `unexpected`: which requirement an event breaks that nobody expected.

mod contents;
mod kinds;
mod page;
mod unexpected;
mod welcome;

use std::collections::{BTreeMap, BTreeSet};

use super::ledger::Ledger;
use crate::{
    model::{Branch, Due, Event, Expectation, Model, Socket, User, state::Presence},
    world::HeardEvent,
};

/// What each socket heard.
pub(super) type Heard = BTreeMap<Socket, Vec<HeardEvent>>;

/// One thing that is not as the model says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// The requirement that it breaks.
    pub(super) requirement: &'static str,
    /// What is wrong, in one sentence.
    pub(super) sentence: String,
    /// What the model expects.
    pub(super) expected: Option<String>,
    /// What came.
    pub(super) got: Option<String>,
    /// Whether something is missing that may still come.
    pub(super) missing: bool,
}

/// Announcements that may come, at once or after later steps, and that nobody has to send.
#[derive(Debug, Clone, Default)]
pub(super) struct Outstanding {
    /// Those that were free and did not come.
    late: Vec<(Socket, User, bool)>,
    /// Sockets that came, and who was there then: each may be told so once (R16).
    greetings: BTreeSet<(Socket, User)>,
}

/// What came of comparing.
#[derive(Debug, Clone)]
pub(super) struct Judgement {
    /// What is known after the step.
    pub(super) ledger: Ledger,
    /// The model after the step.
    pub(super) model: Model,
    /// Everything that is not as the model says.
    pub(super) differences: Vec<Difference>,
    /// The requirements that something was checked of.
    pub(super) checked: BTreeSet<&'static str>,
    /// What may still be announced.
    pub(super) outstanding: Outstanding,
}

/// Compares what was heard with one branch.
pub(super) struct Judge<'a> {
    branch: &'a Branch,
    before: &'a Model,
    actor: Option<User>,
    ledger: Ledger,
    differences: Vec<Difference>,
    checked: BTreeSet<&'static str>,
    outstanding: Outstanding,
    learned: bool,
}

/// Compares what was heard after a step with the branches, and gives what came of the one that fits best; of several
/// the first. What is missing may still come, and speaks less against a branch than what came and does not fit.
/// `outstanding` is what earlier steps left to be announced.
pub(super) fn judge(
    before: &Model,
    actor: Socket,
    branches: &[Branch],
    ledger: &Ledger,
    heard: &Heard,
    outstanding: &Outstanding,
) -> Option<Judgement> {
    let judged = branches.iter().map(|branch| {
        let judge = Judge {
            branch,
            before,
            actor: before.user_of(actor),
            ledger: ledger.clone(),
            differences: Vec::new(),
            checked: BTreeSet::new(),
            outstanding: outstanding.clone(),
            learned: false,
        };
        judge.compare(heard)
    });
    judged.min_by_key(|judgement| {
        let differences = &judgement.differences;
        (differences.iter().filter(|difference| !difference.missing).count(), differences.len())
    })
}

impl<'a> Judge<'a> {
    /// One that compares what is asked for, not heard after a step.
    pub(super) fn quiet(branch: &'a Branch, ledger: &Ledger) -> Self {
        Self {
            branch,
            before: &branch.after,
            actor: None,
            ledger: ledger.clone(),
            differences: Vec::new(),
            checked: BTreeSet::new(),
            outstanding: Outstanding::default(),
            learned: false,
        }
    }

    /// What was found, and the requirements that something was checked of.
    pub(super) fn into_found(self) -> (Vec<Difference>, BTreeSet<&'static str>) {
        (self.differences, self.checked)
    }
}

impl Judge<'_> {
    fn compare(mut self, heard: &Heard) -> Judgement {
        if let Some(refused) = self.branch.refused {
            self.checked.insert(refused.requirement);
        }
        if self.branch.events.is_empty() || self.branch.refused.is_some() {
            self.checked.insert(self.branch.presence);
        }
        if self.branch.after.has_unauthorised() {
            self.checked.insert("PRES-4");
        }
        let nothing = Vec::new();
        let sockets: BTreeSet<Socket> = heard.keys().chain(self.branch.events.keys()).copied().collect();
        for socket in sockets {
            self.compare_socket(socket, heard.get(&socket).unwrap_or(&nothing));
        }
        let mut model = self.branch.after.clone();
        if self.learned {
            model.learn_free_presence();
        }
        let Self { ledger, differences, checked, outstanding, .. } = self;
        Judgement { ledger, model, differences, checked, outstanding }
    }

    fn compare_socket(&mut self, socket: Socket, events: &[HeardEvent]) {
        if self.is_welcomed(socket) {
            let model = &self.branch.after;
            let there = model.cast().chain([User::ONLOOKER]).filter(|user| model.is_online(*user));
            self.outstanding.greetings.extend(there.map(|user| (socket, user)));
        }
        let mut left: Vec<HeardEvent> = events.to_vec();
        let mut matched: Vec<HeardEvent> = Vec::new();
        for expectation in self.branch.events.get(&socket).into_iter().flatten() {
            match left.iter().position(|event| self.is_it(&expectation.event, event)) {
                Some(position) => {
                    let event = left.remove(position);
                    self.take(socket, expectation, &event);
                    matched.push(event);
                }
                None => self.miss(socket, expectation, &left),
            }
            if let Event::Dropped(_) = expectation.event {
                left.retain(|event| !self.is_other_goodbye(event, &matched));
            }
        }
        for event in left {
            self.unexpected(socket, &event, &matched);
        }
        // Who was told what came later is not told any more what was before.
        for user in matched.iter().filter_map(|event| self.announced(event)).collect::<Vec<_>>() {
            self.outstanding.greetings.remove(&(socket, user));
        }
    }

    fn miss(&mut self, socket: Socket, expectation: &Expectation, left: &[HeardEvent]) {
        match (expectation.due, &expectation.event) {
            (Due::Required(requirement), event) => {
                self.checked.insert(requirement);
                let names: Vec<&str> = left.iter().map(|event| event.name.as_str()).collect();
                let got = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
                let name = self.in_words(event);
                self.differences.push(Difference {
                    requirement,
                    sentence: format!("`{socket}` never heard {name}"),
                    expected: Some(format!("{name} at `{socket}`")),
                    got: Some(got),
                    missing: true,
                });
            }
            (Due::Free | Due::FreePresence, Event::Online(user, online)) => {
                self.outstanding.late.push((socket, *user, *online));
            }
            (Due::Free | Due::FreePresence, _) => {}
        }
    }

    fn take(&mut self, socket: Socket, expectation: &Expectation, event: &HeardEvent) {
        if let Due::Required(requirement) = expectation.due {
            self.checked.insert(requirement);
        }
        if expectation.due == Due::FreePresence {
            self.learned = true;
        }
        self.checked.extend(unexpected::silences(&expectation.event));
        self.compare_contents(socket, expectation, event);
    }

    /// Finds something wrong.
    fn find(&mut self, requirement: &'static str, sentence: String, expected: Option<String>, got: Option<String>) {
        self.differences.push(Difference { requirement, sentence, expected, got, missing: false });
    }

    /// Compares two values.
    fn same<T: PartialEq + ToString>(&mut self, requirement: &'static str, what: &str, got: &T, expected: &T) {
        self.checked.insert(requirement);
        if got != expected {
            self.find(
                requirement,
                format!("{what} is not as it should be"),
                Some(expected.to_string()),
                Some(got.to_string()),
            );
        }
    }

    /// Whether announcements that are not expected are free.
    fn presence_is_free(&self) -> bool {
        self.learned || self.before.presence == Presence::Free
    }
}
