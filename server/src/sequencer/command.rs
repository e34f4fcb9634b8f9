//! What the sequencer is asked to do.

use std::sync::Arc;

use chat_spec::types::User;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::Effect;
use crate::{
    domain::{Needed, Refused, Rules, Transaction},
    fanout::{Outgoing, SocketId},
    presence::Presence,
};

/// An action of an authorised user on its way through the sequencer.
pub trait Step: Send {
    /// Whether it only reads. Reads of a batch run after its commit, so that they see all of it.
    fn is_read(&self) -> bool;

    /// Names what the rule will ask the [`Transaction`] for.
    fn needs(&self, caller: &User, needed: &mut Needed);

    /// Runs the rule, and says who is to be told what.
    ///
    /// # Errors
    /// Why the action is refused; nothing was changed then.
    fn run(
        self: Box<Self>,
        caller: &User,
        chat: &mut Transaction<'_>,
        surroundings: Surroundings<'_>,
    ) -> Result<Vec<Effect>, Refused>;
}

/// What a rule may know besides the state of the chat.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The limits of the rules.
    pub rules: &'a Rules,
    /// Who is online.
    pub presence: &'a Presence,
}

/// Answers an action on the socket that sent it.
pub trait Responder: Send {
    /// The action was carried out, and its events were sent.
    fn done(self: Box<Self>);

    /// The action was refused.
    fn refused(self: Box<Self>, why: Refused);
}

/// Where an action comes from.
pub struct Origin {
    /// The socket that sent it.
    pub socket: SocketId,
    /// Answers it.
    pub responder: Box<dyn Responder>,
    /// The action's place among those that the socket may have under way; given back when it is answered.
    pub place: OwnedSemaphorePermit,
}

/// A new session.
pub(super) struct Arrival {
    pub(super) user: User,
    pub(super) outgoing: Arc<dyn Outgoing>,
    /// Told when the socket becomes authorised; dropped where it does not.
    pub(super) admitted: oneshot::Sender<()>,
}

pub(super) enum Command {
    /// Carry out an action.
    Act { origin: Origin, caller: User, step: Box<dyn Step> },
    /// Make a socket one of a user's, and list the user's dialogs.
    Arrive { origin: Origin, arrival: Arrival },
    /// A socket is gone.
    Leave { socket: SocketId, user: User },
}
