//! Refusals of the profile `errors`: `on.error`, and acknowledgements.

use chat_spec::{
    events::Payload,
    types::{Acknowledgement, ErrorCode, Refusal},
};
use serde_json::{Value, json};

use super::{Client, inbox::Heard};
use crate::{
    result,
    stop::{Outcome, Stop},
};

impl Client {
    /// Waits for the next `on.error`, and checks that it refuses this action with this code. The transcript leaves its
    /// sentence out: how a server puts it is its own.
    pub async fn expect_error(&self, action: &str, code: ErrorCode) -> Outcome<Refusal> {
        self.expect_error_by("ERR-3", action, code).await
    }

    /// The same, where another requirement than ERR-3 decides about the code.
    pub async fn expect_error_by(&self, requirement: &'static str, action: &str, code: ErrorCode) -> Outcome<Refusal> {
        let world = self.world();
        world.state(|state| state.mark_checked("ERR-1"));
        let find = |heard: &mut Heard| match heard.errors.pop_front() {
            Some(error) => Some(Some(error)),
            None => heard.closed.as_ref().map(|_| None),
        };
        let mut came = self.inbox().wait_for(world.patience().event, find).await;
        if came.is_none() {
            self.barrier().await?;
            came = self.inbox().wait_for(world.patience().quiet, find).await;
        }
        let Some(error) = came.flatten() else {
            let sentence =
                format!("`{}` never heard on.error, and its {action} was to be refused ({code})", self.label());
            return Err(world.broken("ERR-1", sentence));
        };
        let refusal = serde_json::from_value(error.payload)
            .map_err(|error| world.broken("TYPE-1", format!("on.error cannot be read: {error}")))?;
        self.judge_refusal(requirement, action, code, &refusal);
        let shown = json!({"action": refusal.action, "code": refusal.code, "message": "<message>"});
        world.state(|state| state.record(self.label(), result::Heard::Received, Refusal::NAME, Some(shown)));
        Ok(refusal)
    }

    /// Sends an action with a callback, and checks that it is refused with this code.
    pub async fn call_refused(&self, action: &str, payload: Vec<Value>, code: ErrorCode) -> Outcome<Refusal> {
        match self.acknowledged(action, payload).await? {
            Acknowledgement::Refused { error, .. } => {
                self.judge_refusal("ERR-3", action, code, &error);
                Ok(error)
            }
            Acknowledgement::Done { .. } => {
                let sentence = format!("{action} was acknowledged as done, and was to be refused ({code})");
                Err(self.world().broken("ERR-2", sentence))
            }
        }
    }

    /// Sends an action with a callback, and gives what the server calls it with.
    pub async fn acknowledged(&self, action: &str, payload: Vec<Value>) -> Outcome<Acknowledgement> {
        Ok(self.acknowledged_at(action, payload).await?.0)
    }

    /// The same, with the place of the acknowledgement among all frames that the connection received.
    pub async fn acknowledged_at(&self, action: &str, payload: Vec<Value>) -> Outcome<(Acknowledgement, u64)> {
        let world = self.world();
        world.state(|state| state.mark_checked("ERR-2"));
        let Some(ack) = self.call(action, payload).await? else {
            return Err(world.broken("ERR-2", format!("{action} with a callback was never acknowledged")));
        };
        let read = match ack.args.as_slice() {
            [acknowledgement] => serde_json::from_value(acknowledgement.clone()).ok(),
            _ => None,
        };
        let Some(acknowledgement) = read else {
            world.state(|state| {
                let got = Some(Value::Array(ack.args.clone()).to_string());
                state.find("ERR-2", format!("the acknowledgement of {action} has another shape"), None, got);
            });
            return Err(Stop::Broken);
        };
        let shown = match &acknowledgement {
            Acknowledgement::Done { .. } => json!({"ok": true}),
            Acknowledgement::Refused { error, .. } => {
                json!({"ok": false, "error": {"action": error.action, "code": error.code, "message": "<message>"}})
            }
        };
        world.state(|state| state.record(self.label(), result::Heard::Received, "acknowledgement", Some(shown)));
        Ok((acknowledgement, ack.seq))
    }

    fn judge_refusal(&self, requirement: &'static str, action: &str, code: ErrorCode, refusal: &Refusal) {
        let world = self.world();
        world.check_eq("ERR-1", "the action that is named as refused", &refusal.action.as_str(), &action);
        world.check_eq(requirement, &format!("the code of a refused {action}"), &refusal.code, &code);
        world.check("ERR-4", !refusal.message.trim().is_empty(), || {
            format!("the refusal of {action} says nothing to people")
        });
    }

    /// How many acknowledgements came that nobody waited for.
    #[must_use]
    pub fn stray_acknowledgements(&self) -> usize {
        self.inbox().with(|heard| heard.stray_acknowledgements.len())
    }

    /// The refusals by `on.error` that came and nobody took notice of. Takes notice of them.
    #[must_use]
    pub fn errors(&self) -> Vec<Value> {
        self.inbox().with(|heard| heard.errors.drain(..).map(|event| event.payload).collect())
    }
}
