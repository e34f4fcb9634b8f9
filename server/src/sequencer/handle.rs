//! How the rest of the server speaks to the sequencer.

use std::{sync::Arc, time::Duration};

use chat_spec::types::User;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

use super::{
    Origin, Step,
    command::{Arrival, Command},
};
use crate::{
    domain::Rules,
    fanout::{Outgoing, SocketId},
};

/// How the sequencer works.
#[derive(Debug, Clone, Copy)]
pub struct SequencerSettings {
    /// The limits of the rules.
    pub rules: Rules,
    /// How many actions may wait; beyond, those who bring more wait themselves.
    pub queue: usize,
    /// How many actions go into one commit at most.
    pub batch: usize,
    /// The least time between two commits under load. Never a delay for an action that comes alone.
    pub pace: Duration,
    /// How many rooms are kept in memory, about.
    pub cached_rooms: usize,
    /// How many sockets a user may have.
    pub sockets_per_user: usize,
}

impl Default for SequencerSettings {
    fn default() -> Self {
        Self {
            rules: Rules::default(),
            queue: 4_096,
            batch: 1_024,
            pace: Duration::from_millis(1),
            cached_rooms: 200_000,
            sockets_per_user: 100,
        }
    }
}

/// The sequencer has ended, because the server is shutting down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the server is shutting down")]
pub struct Stopped;

/// Puts actions into the one order.
#[derive(Clone)]
pub struct Sequencer {
    pub(super) commands: mpsc::Sender<Command>,
}

impl Sequencer {
    /// Queues an action of an authorised user; waits while the queue is full.
    ///
    /// # Errors
    /// The sequencer has ended.
    pub async fn act(&self, origin: Origin, caller: User, step: Box<dyn Step>) -> Result<(), Stopped> {
        self.put(Command::Act { origin, caller, step }).await
    }

    /// Makes a socket one of a user's, once the dialogs are read: sends `on.user.authorized`, and tells everyone else
    /// if the user is online by it. `false` where the user has too many sockets already, or the dialogs cannot be read;
    /// the origin was answered then.
    ///
    /// # Errors
    /// The sequencer has ended.
    pub async fn arrive(&self, origin: Origin, user: User, outgoing: Arc<dyn Outgoing>) -> Result<bool, Stopped> {
        let (admitted, is_admitted) = oneshot::channel();
        self.put(Command::Arrive { origin, arrival: Arrival { user, outgoing, admitted } }).await?;
        Ok(is_admitted.await.is_ok())
    }

    /// A socket of a user's is gone: tells everyone else if it was the user's last.
    ///
    /// # Errors
    /// The sequencer has ended.
    pub async fn leave(&self, socket: SocketId, user: User) -> Result<(), Stopped> {
        self.put(Command::Leave { socket, user }).await
    }

    async fn put(&self, command: Command) -> Result<(), Stopped> {
        self.commands.send(command).await.map_err(|_| Stopped)
    }
}
