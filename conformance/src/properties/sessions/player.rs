//! Plays a session against the server under test, and compares every step with the model.

use std::collections::BTreeSet;

use chat_spec::{
    events::{Payload, UserAuth},
    requirements::Requirement,
};
use serde_json::json;

use super::{
    judge::{Difference, Outstanding},
    ledger::Ledger,
    payload,
    session::Session,
    stage::Stage,
};
use crate::{
    model::{Credentials, Goodbye, Model, Socket, Step, User},
    result::Finding,
    stop::{Outcome, Stop},
    verdict::Verdict,
    world::{World, auth},
};

/// A token that nobody has.
const WRONG_TOKEN: &str = "a token that nobody has";

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
    pub(super) outstanding: Outstanding,
    pub(super) waiting: Waiting,
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
        let [nobody, ..] = world.subject().casting.unknown();
        let stage = Box::pin(Stage::set(world, users)).await?;
        let ledger = Ledger::new(stage.ids(), nobody, mark);
        let model = Model::begin(users, errors);
        Ok(Self { stage, model, ledger, checked: BTreeSet::new(), outstanding: Outstanding::default(), waiting })
    }

    /// Plays all steps, and looks at everything at the end; stops where something is wrong.
    pub(super) async fn play(&mut self, session: &Session) -> Outcome<Option<Failure>> {
        for (index, step) in session.steps.iter().enumerate() {
            let taken = Box::pin(self.take(step)).await;
            if let Some(failure) = self.failure(index + 1, taken)? {
                return Ok(Some(failure));
            }
        }
        let looked = Box::pin(self.look_at_everything()).await;
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
        self.forgive_a_stranger(step).await?;
        self.checked.extend(&judgement.checked);
        self.ledger = judgement.ledger;
        self.model = judgement.model;
        self.outstanding = judgement.outstanding;
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

    /// Where the server hangs up on a socket that acts before it is authorised, which is free, the client connects
    /// again: to the model it is the same socket, on which nothing was done.
    async fn forgive_a_stranger(&mut self, step: &Step) -> Outcome {
        let (Step::Act(socket, _) | Step::Spoilt(socket, ..)) = step else { return Ok(()) };
        let world = &self.stage.world;
        if self.model.user_of(*socket).is_some() || !world.subject().hangs_up_on_strangers {
            return Ok(());
        }
        let patience = world.patience().event;
        match self.stage.client(*socket)?.cut_off(patience).await {
            true => self.stage.open(*socket).await,
            false => Ok(()),
        }
    }

    async fn authorise(&self, socket: Socket, credentials: Credentials) -> Outcome {
        let own = auth(self.stage.account(socket.user)?);
        let client = self.stage.client(socket)?;
        let payload = match credentials {
            Credentials::Right => return client.emit(&own).await,
            Credentials::As(user) => return client.emit(&auth(self.stage.account(user)?)).await,
            Credentials::WrongToken => json!({"id": own.id, "token": WRONG_TOKEN}),
            Credentials::UnknownUser => json!({"id": self.ledger.nobody(), "token": WRONG_TOKEN}),
            Credentials::TokenOf(user) => json!({"id": own.id, "token": self.stage.account(user)?.token}),
        };
        client.emit_arguments(UserAuth::NAME, vec![payload]).await
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
