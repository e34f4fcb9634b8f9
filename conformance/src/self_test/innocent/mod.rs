//! Correct servers, which the whole suite must find nothing wrong with, each in several surroundings.

mod judge;
mod servers;
mod trial;

use super::surroundings::Surroundings;
pub(super) use trial::{Trial, try_it};

/// A correct server in its surroundings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Innocent {
    server: Server,
    surroundings: Surroundings,
}

/// A correct server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    /// The reference server.
    Reference,
    /// The independent server, in a mode.
    Express(&'static str),
}

const fn innocent(server: Server, surroundings: Surroundings) -> Innocent {
    Innocent { server, surroundings }
}

/// Every correct server: each by itself, then what surroundings do to it.
pub(super) const ALL: &[Innocent] = &[
    innocent(Server::Reference, Surroundings::Quiet),
    innocent(Server::Reference, Surroundings::IdleProxy),
    innocent(Server::Express("default"), Surroundings::Quiet),
    innocent(Server::Express("contrary-a"), Surroundings::Quiet),
    innocent(Server::Express("contrary-b"), Surroundings::Quiet),
    innocent(Server::Express("tolerated"), Surroundings::Quiet),
    innocent(Server::Express("slow"), Surroundings::Quiet),
    innocent(Server::Reference, Surroundings::BadNetwork),
    innocent(Server::Express("default"), Surroundings::BadNetwork),
    innocent(Server::Express("contrary-a"), Surroundings::BadNetwork),
    innocent(Server::Express("contrary-b"), Surroundings::BadNetwork),
    innocent(Server::Express("slow"), Surroundings::BadNetwork),
    innocent(Server::Reference, Surroundings::BusyCores),
    innocent(Server::Express("default"), Surroundings::BusyCores),
    innocent(Server::Express("contrary-a"), Surroundings::BusyCores),
    innocent(Server::Express("contrary-b"), Surroundings::BusyCores),
    innocent(Server::Express("slow"), Surroundings::BusyCores),
];

impl Innocent {
    /// Which one, in which mode, in which surroundings.
    pub(super) fn name(&self) -> String {
        format!("{}{}", self.server.name(), self.surroundings.words())
    }

    /// Whether a word of a filter means it.
    pub(super) fn fits(&self, word: &str) -> bool {
        self.name().to_lowercase().contains(&word.to_lowercase())
    }
}
