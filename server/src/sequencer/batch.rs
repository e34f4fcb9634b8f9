//! What was queued, sorted into what is committed and what comes after the commit.

use chat_spec::types::User;

use super::{
    Origin, Step,
    command::{Arrival, Command},
};
use crate::{
    domain::{Needed, Refused},
    fanout::SocketId,
};

/// One batch. Reads, arrivals and departures come after its commit, in the order in which they were queued: all of the
/// batch is under way at the same time, and none of its answers was given yet, so that any order among different
/// sockets is a right one. A socket never has another action under way beside a read or an arrival of its own.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) writes: Vec<Act>,
    pub(super) afterwards: Vec<Afterwards>,
}

pub(super) struct Act {
    pub(super) origin: Origin,
    pub(super) caller: User,
    pub(super) step: Box<dyn Step>,
}

pub(super) enum Afterwards {
    Read(Act),
    Arrive(Origin, Arrival),
    Leave(SocketId, User),
}

impl Batch {
    pub(super) fn of(commands: impl Iterator<Item = Command>) -> Self {
        let mut batch = Self::default();
        for command in commands {
            match command {
                Command::Act { origin, caller, step } if step.is_read() => {
                    batch.afterwards.push(Afterwards::Read(Act { origin, caller, step }));
                }
                Command::Act { origin, caller, step } => batch.writes.push(Act { origin, caller, step }),
                Command::Arrive { origin, arrival } => batch.afterwards.push(Afterwards::Arrive(origin, arrival)),
                Command::Leave { socket, user } => batch.afterwards.push(Afterwards::Leave(socket, user)),
            }
        }
        batch
    }

    /// What the rules of the batch need to know.
    pub(super) fn needs(&self) -> Needed {
        let mut needed = Needed::default();
        let reads = self.afterwards.iter().filter_map(|afterwards| match afterwards {
            Afterwards::Read(act) => Some(act),
            _ => None,
        });
        for act in self.writes.iter().chain(reads) {
            act.step.needs(&act.caller, &mut needed);
        }
        needed
    }

    /// Refuses everything in the batch that can be refused, and keeps the rest: a socket that is gone is gone.
    pub(super) fn refuse(self, why: &Refused) -> Self {
        for act in self.writes {
            act.origin.responder.refused(why.clone());
        }
        let leaves = self.afterwards.into_iter().filter_map(|afterwards| match afterwards {
            Afterwards::Read(Act { origin, .. }) | Afterwards::Arrive(origin, _) => {
                origin.responder.refused(why.clone());
                None
            }
            leave @ Afterwards::Leave(..) => Some(leave),
        });
        Self { writes: Vec::new(), afterwards: leaves.collect() }
    }
}
