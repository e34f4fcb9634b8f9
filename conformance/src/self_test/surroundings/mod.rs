//! What surrounds a correct server while it is judged: nothing, or what real networks and real machines do to it. None
//! of that is the server's fault, and none of it may be held against it.

mod busy;
mod network;

pub(super) use self::{busy::BusyCores, network::Network};

/// What surrounds a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surroundings {
    /// Nothing: the suite and the server are alone.
    Quiet,
    /// A proxy that does nothing, so that what a tampering proxy finds is known to be its rule's.
    IdleProxy,
    /// A network that is late by 0 to 50 ms, and delivers in slices.
    BadNetwork,
    /// A machine of which every core is busy with something else.
    BusyCores,
}

impl Surroundings {
    /// What a reader is told, behind the name of the server; nothing where there is nothing to tell.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Quiet => "",
            Self::IdleProxy => ", idle proxy",
            Self::BadNetwork => ", bad network",
            Self::BusyCores => ", busy cores",
        }
    }
}
