//! How an action is answered on the socket that sent it: by its callback, or by `on.error` where it has none.

use chat_spec::{
    events::{OnUserAuthorized, Payload as _, UserAuth},
    types::{Acknowledgement, ErrorCode, Refusal},
};

use super::outbox::Outbox;
use crate::{
    domain::Refused,
    fanout::Outgoing as _,
    sequencer::{Responder, encode},
};

/// Answers one action.
pub(crate) struct Answer {
    outbox: Outbox,
    action: String,
    ack_id: Option<i64>,
}

impl Answer {
    pub(crate) const fn new(outbox: Outbox, action: String, ack_id: Option<i64>) -> Self {
        Self { outbox, action, ack_id }
    }

    /// Says why the action was refused: to its callback alone, or by `on.error` (ERR-1, ERR-2).
    ///
    /// A `user.auth` that is well formed has its own answer instead, besides that to its callback.
    pub(crate) fn refuse(self, why: &Refused) {
        let is_answered = self.action == UserAuth::NAME && why.code() != ErrorCode::InvalidPayload;
        if is_answered {
            let refused = OnUserAuthorized { success: false, dialogs: Vec::new(), user: None };
            self.outbox.send(OnUserAuthorized::NAME, &encode(&refused));
        }
        self.explain(why, is_answered);
    }

    /// Says that the action came when its socket takes nothing more in, because the server stops.
    ///
    /// A `user.auth` without a callback hears nothing: a client would take `success: false` for a wrong token.
    pub(crate) fn too_late(self) {
        let is_user_auth = self.action == UserAuth::NAME;
        self.explain(&Refused::Unavailable, is_user_auth);
    }

    /// Tells the callback why, or, where there is none and no other answer stands for it, `on.error`.
    fn explain(self, why: &Refused, is_answered: bool) {
        let refusal = why.to_wire(&self.action);
        match self.ack_id {
            Some(ack_id) => self.outbox.acknowledge(ack_id, &Acknowledgement::refused(refusal)),
            None if is_answered => {}
            None => self.outbox.send(Refusal::NAME, &encode(&refusal)),
        }
    }
}

impl Responder for Answer {
    fn done(self: Box<Self>) {
        if let Some(ack_id) = self.ack_id {
            self.outbox.acknowledge(ack_id, &Acknowledgement::done());
        }
    }

    fn refused(self: Box<Self>, why: Refused) {
        self.refuse(&why);
    }
}
