//! Which decorators make which fault. What each is about is told in the catalogue of the suite's self-test.

use std::sync::Arc;

use chat_server::{
    accounts::Account,
    app::{Server, ServerBuilder},
    auth::ThrottleSettings,
    config::{Config, Database},
};

use crate::{
    dialogs::{CountsNothing, CountsOwn, OldestMessage, OwnMessage},
    durability::{CountersInMemory, LosesEveryThird, WritesBehind},
    fanout::{Distortion, Faulty as FaultyFanout},
    pages::{MixesRooms, NewestFifty, OldestFirst},
    store::{Faulty, Hook},
    tokens::{CountsRefusals, Leniency, Lenient},
    trace::Trace,
};

/// Makes a server of its settings, its accounts and the trace.
pub(crate) type Seed = fn(Config, &[Account], Trace) -> ServerBuilder;

/// Every fault by its id.
pub(crate) const FAULTS: &[(&str, Seed)] = &[
    ("auth-2-any-token", |config, accounts, trace| tokens(config, accounts, trace, Leniency::AnyToken)),
    ("auth-2-prefix-of-token", |config, accounts, trace| tokens(config, accounts, trace, Leniency::Prefix)),
    ("auth-2-case-of-token", |config, accounts, trace| tokens(config, accounts, trace, Leniency::Case)),
    ("auth-2-space-around-token", |config, accounts, trace| tokens(config, accounts, trace, Leniency::Space)),
    ("auth-4-any-users-token", |config, accounts, trace| tokens(config, accounts, trace, Leniency::AnyUsers)),
    ("auth-6-oldest-message", |config, _, trace| store(config, OldestMessage(trace))),
    ("auth-6-own-messages-alone", |config, _, trace| store(config, OwnMessage(trace))),
    ("auth-7-unread-in-memory", |config, _, trace| store(config, CountsNothing(trace))),
    ("auth-7-counts-own-messages", |config, _, trace| store(config, CountsOwn(trace))),
    ("auth-11-fanout-by-user", |config, _, trace| fanout(config, trace, Distortion::OneSocketAUser)),
    ("evt-1-fanout-twice-for-two-devices", |config, _, trace| fanout(config, trace, Distortion::TwiceForTwo)),
    ("send-3-fanout-to-the-newest", |config, _, trace| fanout(config, trace, Distortion::NewestHearsAll)),
    ("pres-1-fanout-tells-one-shard", |config, _, trace| fanout(config, trace, Distortion::ShardHearsPresence)),
    ("send-5-third-message-lost", |config, _, trace| store(config, LosesEveryThird::new(trace))),
    ("hist-1-messages-of-other-rooms", |config, _, trace| store(config, MixesRooms::new(trace))),
    ("hist-3-nothing-beyond-50", |config, _, trace| store(config, NewestFifty(trace))),
    ("hist-7-oldest-page-first", |config, _, trace| store(config, OldestFirst(trace))),
    ("sec-4-no-throttle", |mut config, _, trace| {
        config.throttle = ThrottleSettings {
            free_refusals: u32::MAX - 1,
            most_refusals: u32::MAX,
            peer_refusals: u32::MAX,
            ..ThrottleSettings::default()
        };
        Server::builder(config).wrap_authenticator(move |inner| Arc::new(CountsRefusals::new(inner, trace)))
    }),
    ("dur-1-in-memory", |mut config, _, trace| {
        if let Database::File(path) = &config.database {
            // What was stored would be in it at a second start.
            let mark = path.with_extension("started");
            trace.note_if(mark.exists(), "started with nothing of what was stored");
            drop(std::fs::write(mark, ""));
        }
        config.database = Database::Memory;
        Server::builder(config)
    }),
    ("dur-1-counters-in-memory", |config, _, trace| store(config, CountersInMemory::new(trace))),
    ("dur-2-writes-behind", |config, _, trace| {
        Server::builder(config).wrap_store(move |inner| Arc::new(WritesBehind::new(inner, trace)))
    }),
];

fn tokens(config: Config, accounts: &[Account], trace: Trace, leniency: Leniency) -> ServerBuilder {
    let tokens = accounts.iter().map(|account| (account.id, account.token.clone())).collect();
    Server::builder(config).wrap_authenticator(move |inner| Arc::new(Lenient { inner, tokens, leniency, trace }))
}

fn store(config: Config, hook: impl Hook) -> ServerBuilder {
    Server::builder(config).wrap_store(move |inner| Arc::new(Faulty { inner, hook }))
}

fn fanout(config: Config, trace: Trace, distortion: Distortion) -> ServerBuilder {
    Server::builder(config).wrap_fanout(move |inner| Arc::new(FaultyFanout::new(inner, distortion, trace)))
}
