//! Sessions by number, and smaller ones where one failed.
//!
//! What proptest makes cannot be sent between threads, so it lives on a thread of its own and is asked over channels:
//! playing is asynchronous, shrinking is not.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc as blocking,
    },
    thread,
};

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use proptest_state_machine::ReferenceStateMachine;
use tokio::sync::mpsc;

use super::{machine::Machine, session::Session};
use crate::model::{Model, Step};

/// The fewest and the most steps that are made up for a session.
const STEPS: std::ops::RangeInclusive<usize> = 8..=28;

/// What was made of a session.
type Made = (Model, Vec<Step>, Option<Arc<AtomicUsize>>);

/// A session that can be made smaller.
pub(super) struct Shrinker {
    proposals: mpsc::Receiver<Session>,
    answers: blocking::Sender<Answer>,
}

/// What came of a proposal.
enum Answer {
    /// It failed after so many steps: a smaller one is wanted.
    Failed(usize),
    /// It did not fail: this was too much.
    Passed,
}

impl Shrinker {
    /// The session of a number, of a seed: always the same. It is the first proposal.
    pub(super) fn new(seed: u64, number: u32) -> Self {
        let (propose, proposals) = mpsc::channel(1);
        let (answers, answered) = blocking::channel();
        // It ends when nobody asks any more: both channels close.
        thread::spawn(move || serve(seed, number, &propose, &answered));
        Self { proposals, answers }
    }

    /// The next proposal; `None` where there is nothing smaller.
    pub(super) async fn next(&mut self) -> Option<Session> {
        self.proposals.recv().await
    }

    /// The proposal failed after so many steps: the next one is smaller.
    pub(super) fn failed(&self, steps: usize) {
        // Where the thread has ended, there is no next proposal either.
        drop(self.answers.send(Answer::Failed(steps)));
    }

    /// The proposal did not fail: the next one leaves something else out.
    pub(super) fn passed(&self) {
        drop(self.answers.send(Answer::Passed));
    }
}

fn serve(seed: u64, number: u32, propose: &mpsc::Sender<Session>, answered: &blocking::Receiver<Answer>) {
    let mut runner =
        TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, random(seed, number));
    let Ok(mut tree) = Machine::sequential_strategy(STEPS).new_tree(&mut runner) else { return };
    loop {
        let (session, counter) = session(tree.current());
        if propose.blocking_send(session).is_err() {
            return;
        }
        let Ok(answer) = answered.recv() else { return };
        let goes_on = match answer {
            Answer::Failed(steps) => {
                if let Some(counter) = counter {
                    counter.store(steps, Ordering::SeqCst);
                }
                tree.simplify()
            }
            Answer::Passed => tree.complicate(),
        };
        if !goes_on {
            return;
        }
    }
}

fn session((model, steps, counter): Made) -> (Session, Option<Arc<AtomicUsize>>) {
    (Session { users: model.users(), steps }, counter)
}

/// What is random about a session: all of it follows from the seed of the run and the number of the session.
fn random(seed: u64, number: u32) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..12].copy_from_slice(&number.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_same_number_gives_the_same_session() {
        let one = Shrinker::new(7, 3).next().await;
        assert_eq!(one, Shrinker::new(7, 3).next().await);
        assert_ne!(one, Shrinker::new(7, 4).next().await);
        assert_ne!(one, Shrinker::new(8, 3).next().await);
    }

    #[tokio::test]
    async fn what_matters_is_left() {
        let matters = |session: &Session| session.steps.iter().position(|step| step.to_string().contains("chat.clear"));
        for number in 0..200 {
            let mut shrinker = Shrinker::new(1, number);
            let mut smallest = None;
            while let Some(session) = shrinker.next().await {
                match matters(&session) {
                    Some(place) => {
                        smallest = Some(session.steps.len());
                        shrinker.failed(place + 1);
                    }
                    None => shrinker.passed(),
                }
            }
            // The step itself, and those without which its socket would not be there.
            assert!(smallest.is_none_or(|steps| steps <= 4), "{smallest:?} steps are left of session {number}");
        }
    }
}
