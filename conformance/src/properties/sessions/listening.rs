//! Listening after a step: until what was heard fits, or the patience is over.

use std::{collections::BTreeSet, time::Duration};

use chat_spec::events::{OnUserAuthorized, Payload};
use tokio::time::Instant;

use super::{
    judge::{Difference, Heard, Judgement, judge},
    player::{Player, Waiting},
};
use crate::{
    model::{Branch, Due, Model, Socket, Step},
    stop::{Outcome, Stop},
};

/// An answer is waited for at least this long, even while a failure is made smaller: machines hiccup.
const SHORTEST_ANSWER: Duration = Duration::from_millis(500);

impl Player {
    /// Listens until what was heard fits a branch; where something is missing, until the patience is over.
    pub(super) async fn hear(&mut self, step: &Step, branches: &[Branch]) -> Outcome<Judgement> {
        let patience = self.stage.world.patience();
        let longest = if self.waiting == Waiting::Patient { patience.event } else { patience.quiet * 10 };
        let begun = Instant::now();
        let mut pause = patience.quiet;
        if matches!(step, Step::Arrive(_) | Step::Authorise(..)) {
            // Before it is authorised, no sentinel of this socket says anything.
            self.stage.client(step.socket())?.wait_for_event(OnUserAuthorized::NAME, longest).await;
        }
        self.stage.world.repeats_break(self.repeats(branches));
        let mut heard = Heard::new();
        let mut listened_on = false;
        loop {
            let settled = self.settle(step.socket()).await;
            add(&mut heard, self.take_heard(branches));
            let mut judged = self.judge(step, branches, &heard);
            if let Err(stop) = settled {
                return self.unanswered(judged, stop);
            }
            let missing = judged.differences.iter().all(|difference| difference.missing);
            let fine = judged.differences.is_empty();
            // Sentinels do not come the way that presence may take.
            let presence_alone = missing && judged.differences.iter().all(is_of_presence);
            let longest = if presence_alone && self.waiting == Waiting::Patient { patience.max } else { longest };
            let over = begun.elapsed() >= longest;
            if !missing || (fine && (listened_on || !is_quiet(branches))) || over {
                judged.differences.splice(0..0, self.cut_off(step, &judged.model));
                return Ok(judged);
            }
            // Late is not wrong; and silence is listened to for a moment more.
            tokio::time::sleep(pause).await;
            listened_on = true;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }

    /// What came since the last time. Which user a socket is after the step is free at times (D9).
    fn take_heard(&self, branches: &[Branch]) -> Heard {
        let models = || std::iter::once(&self.model).chain(branches.iter().map(|branch| &branch.after));
        self.stage.take_heard(|socket, user| models().any(|model| model.user_of(socket) == Some(user)))
    }

    /// What it breaks that a sentinel comes twice: the most special that may be the reason.
    fn repeats(&self, branches: &[Branch]) -> &'static str {
        let mut models: Vec<&Model> = branches.iter().map(|branch| &branch.after).collect();
        models.push(&self.model);
        let several = |model: &&Model| model.cast().any(|user| model.has_several(user));
        match models.iter().any(|model| model.authorised_again()) {
            true => "AUTH-9",
            false if models.iter().any(several) => "AUTH-11",
            false => "EVT-1",
        }
    }

    /// Sentinels. While a failure is made smaller, they are not waited for as long as the suite waits.
    async fn settle(&self, actor: Socket) -> Outcome {
        let settled = self.stage.settle(actor);
        if self.waiting == Waiting::Patient {
            return settled.await;
        }
        let longest = (self.stage.world.patience().quiet * 20).max(SHORTEST_ANSWER);
        let late = |_| Err(Stop::not_evaluable("a sentinel was not answered in a short time"));
        tokio::time::timeout(longest, settled).await.unwrap_or_else(late)
    }

    /// Somebody is not answered any more: what is missing says what is broken. Where nothing is, one of several sockets
    /// may have lost its user.
    fn unanswered(&self, mut judged: Judgement, stop: Stop) -> Outcome<Judgement> {
        let several = self.model.cast().any(|user| judged.model.has_several(user));
        if judged.differences.is_empty() && several {
            let sentence = format!("a user has several sockets, and not all of them are answered any more: {stop}");
            let lost = Difference { requirement: "AUTH-11", sentence, expected: None, got: None, missing: false };
            judged.differences.push(lost);
        }
        if judged.differences.is_empty() { Err(stop) } else { Ok(judged) }
    }

    fn judge(&self, step: &Step, branches: &[Branch], heard: &Heard) -> Judgement {
        let judged = judge(&self.model, step.socket(), branches, &self.ledger, heard, &self.outstanding);
        judged.unwrap_or_else(|| Judgement {
            ledger: self.ledger.clone(),
            model: self.model.clone(),
            differences: Vec::new(),
            checked: BTreeSet::new(),
            outstanding: self.outstanding.clone(),
        })
    }

    /// Connections that the server closed, and nothing was done that may cost them.
    fn cut_off(&self, step: &Step, after: &Model) -> Vec<Difference> {
        let lost = self.stage.lost().into_iter().filter_map(|socket| {
            // One that is not authorised may be closed (AUTH-8 is a SHOULD, and scripted scenarios check it).
            let user = after.user_of(socket)?;
            let requirement = match step {
                Step::Spoilt(actor, ..) if *actor == socket => "ROB-1",
                _ if after.has_several(user) => "AUTH-11",
                _ => "CONN-2",
            };
            let sentence = format!("the connection of `{socket}` was closed by the server");
            Some(Difference { requirement, sentence, expected: None, got: None, missing: false })
        });
        lost.collect()
    }
}

/// Whether it is about who is online; where a socket becomes another user's, that the first one goes.
fn is_of_presence(difference: &Difference) -> bool {
    difference.requirement.starts_with("PRES-") || difference.requirement == "AUTH-10"
}

/// Whether a branch is one in which nothing has to come, so that only time shows that nothing does.
fn is_quiet(branches: &[Branch]) -> bool {
    let required = |branch: &Branch| {
        let mut expected = branch.events.values().flatten();
        expected.any(|expectation| matches!(expectation.due, Due::Required(_)))
    };
    branches.iter().any(|branch| branch.refused.is_some() || !required(branch))
}

fn add(heard: &mut Heard, more: Heard) {
    for (socket, events) in more {
        heard.entry(socket).or_default().extend(events);
    }
}
