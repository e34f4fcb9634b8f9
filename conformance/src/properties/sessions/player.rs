//! Plays a session against the server under test, and compares every step with the model.

use std::{collections::BTreeSet, time::Duration};

use chat_spec::{
    events::{OnUserAuthorized, Payload, UserAuth},
    requirements::Requirement,
    types::MAX_ID,
};
use serde_json::json;
use tokio::time::Instant;

use super::{
    judge::{Difference, Heard, Judgement, judge},
    ledger::Ledger,
    payload,
    session::Session,
    stage::Stage,
};
use crate::{
    model::{Branch, Credentials, Due, Goodbye, Model, Socket, Step, User},
    result::Finding,
    stop::{Outcome, Stop},
    verdict::Verdict,
    world::{World, auth},
};

/// A token that nobody has.
const WRONG_TOKEN: &str = "a token that nobody has";

/// An answer is waited for at least this long, even while a failure is made smaller: machines hiccup.
const SHORTEST_ANSWER: Duration = Duration::from_millis(500);

/// How long a player waits for what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiting {
    /// As long as the whole suite does.
    Patient,
    /// Not long after something later was answered: while a failure that is known is made smaller.
    Brief,
}

/// Where a session went wrong.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    /// How many steps were taken, the last of which showed it; all of them where the last look at everything did.
    pub(super) steps: usize,
    /// What was wrong.
    pub(super) differences: Vec<Difference>,
}

/// Plays one session.
pub(super) struct Player {
    pub(super) stage: Stage,
    pub(super) model: Model,
    pub(super) ledger: Ledger,
    pub(super) checked: BTreeSet<&'static str>,
    late: Vec<(Socket, User, bool)>,
    waiting: Waiting,
}

impl Failure {
    /// How grave the gravest difference is.
    pub(super) fn gravity(&self) -> Verdict {
        let level = |difference: &Difference| {
            Requirement::find(difference.requirement)
                .map_or(Verdict::HarnessError, |known| Verdict::of_broken(known.level))
        };
        self.differences.iter().map(level).max().unwrap_or(Verdict::Pass)
    }
}

impl Player {
    /// Sets the stage for a session.
    pub(super) async fn new(world: World, session: &Session, waiting: Waiting) -> Outcome<Self> {
        let errors = world.subject().has_profile("errors");
        let users = session.users.clamp(2, User::MOST);
        let mark = world.text("");
        let stage = Stage::set(world, users).await?;
        let ledger = Ledger::new(stage.ids(), mark);
        let model = Model::begin(users, errors);
        Ok(Self { stage, model, ledger, checked: BTreeSet::new(), late: Vec::new(), waiting })
    }

    /// Plays all steps, and looks at everything at the end; stops where something is wrong.
    pub(super) async fn play(&mut self, session: &Session) -> Outcome<Option<Failure>> {
        for (index, step) in session.steps.iter().enumerate() {
            let taken = self.take(step).await;
            if let Some(failure) = self.failure(index + 1, taken)? {
                return Ok(Some(failure));
            }
        }
        let looked = self.look_at_everything().await;
        self.failure(session.steps.len(), looked)
    }

    /// Where a session went wrong, if it did: by the model, or by what is checked of every event.
    fn failure(&self, steps: usize, taken: Outcome<Vec<Difference>>) -> Outcome<Option<Failure>> {
        let mut differences = match taken {
            Err(Stop::Broken) => Vec::new(),
            taken => taken?,
        };
        differences.extend(violations(&self.stage.world));
        Ok((!differences.is_empty()).then_some(Failure { steps, differences }))
    }

    /// Takes one step; gives what is not as the model says.
    pub(super) async fn take(&mut self, step: &Step) -> Outcome<Vec<Difference>> {
        let branches = self.model.predict(step);
        if branches.is_empty() {
            return Ok(Vec::new());
        }
        self.perform(step).await?;
        let judgement = self.hear(step, &branches).await?;
        self.checked.extend(&judgement.checked);
        self.ledger = judgement.ledger;
        self.model = judgement.model;
        self.late = judgement.late;
        Ok(judgement.differences)
    }

    async fn perform(&mut self, step: &Step) -> Outcome {
        match step {
            Step::Connect(socket) => self.stage.open(*socket).await,
            Step::Arrive(socket) => {
                self.stage.open(*socket).await?;
                self.authorise(*socket, Credentials::Right).await
            }
            Step::Authorise(socket, credentials) => self.authorise(*socket, *credentials).await,
            Step::Leave(socket, how) => {
                self.stage.close(*socket, *how == Goodbye::Said).await;
                Ok(())
            }
            Step::Act(socket, action) => {
                let payload = payload::of(&self.model, &self.ledger, action);
                self.stage.client(*socket)?.emit_arguments(action.wire_name(), vec![payload]).await
            }
            Step::Spoilt(socket, action, spoil) => {
                let arguments = payload::spoilt(&payload::of(&self.model, &self.ledger, action), *spoil);
                self.stage.client(*socket)?.emit_arguments(action.wire_name(), arguments).await
            }
        }
    }

    async fn authorise(&self, socket: Socket, credentials: Credentials) -> Outcome {
        let own = auth(self.stage.account(socket.user)?);
        let client = self.stage.client(socket)?;
        let payload = match credentials {
            Credentials::Right => return client.emit(&own).await,
            Credentials::As(user) => return client.emit(&auth(self.stage.account(user)?)).await,
            Credentials::WrongToken => json!({"id": own.id, "token": WRONG_TOKEN}),
            Credentials::UnknownUser => json!({"id": MAX_ID, "token": WRONG_TOKEN}),
            Credentials::TokenOf(user) => json!({"id": own.id, "token": self.stage.account(user)?.token}),
        };
        client.emit_arguments(UserAuth::NAME, vec![payload]).await
    }

    /// Listens until what was heard fits a branch; where something is missing, until the patience is over.
    async fn hear(&mut self, step: &Step, branches: &[Branch]) -> Outcome<Judgement> {
        let patience = self.stage.world.patience();
        let longest = if self.waiting == Waiting::Patient { patience.event } else { patience.quiet * 10 };
        let deadline = Instant::now() + longest;
        let mut pause = patience.quiet;
        if matches!(step, Step::Arrive(_) | Step::Authorise(..)) {
            // Before it is authorised, no sentinel of this socket says anything.
            self.stage.client(step.socket())?.wait_for_event(OnUserAuthorized::NAME, longest).await;
        }
        let mut heard = Heard::new();
        let mut listened_on = false;
        loop {
            let settled = self.settle(step.socket()).await;
            add(&mut heard, self.stage.take_heard());
            let mut judged = self.judge(step, branches, &heard);
            if let Err(stop) = settled {
                return self.unanswered(judged, stop);
            }
            let missing = judged.differences.iter().all(|difference| difference.missing);
            let fine = judged.differences.is_empty();
            let over = Instant::now() >= deadline;
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
        let judged = judge(&self.model, step.socket(), branches, &self.ledger, heard, &self.late);
        judged.unwrap_or_else(|| Judgement {
            ledger: self.ledger.clone(),
            model: self.model.clone(),
            differences: Vec::new(),
            checked: BTreeSet::new(),
            late: self.late.clone(),
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

/// What was found of the events themselves, whatever they are about: MUSTs, such as a field that is missing. What is a
/// SHOULD there is the same in every session, and no reason to look for a smaller one.
pub(super) fn violations(world: &World) -> Vec<Difference> {
    let findings = world.state(|state| state.findings.clone());
    let grave = findings.into_iter().filter(|finding| finding.verdict >= Verdict::Violation);
    let difference = |finding: Finding| {
        let requirement = Requirement::find(&finding.requirement).map_or("TYPE-1", |known| known.id.as_str());
        let Finding { message: sentence, expected, got, .. } = finding;
        Difference { requirement, sentence, expected, got, missing: false }
    };
    grave.map(difference).collect()
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
