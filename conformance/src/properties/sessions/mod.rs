//! Random sessions: users who do anything that can be done, in any order, and a model that says what each socket hears.
//!
//! * `machine`: how sessions are made up. `shrinker`: sessions by number, and smaller ones where one failed.
//! * [`session`]: what is played. `payload`: what a step sends.
//! * `stage`: the connections. `player`: plays a session, step by step. `listening`: what is heard after each.
//!   `ending`: the last look at everything.
//! * `ledger`: which ids the server gave. `judge`: what was heard, compared with the model.
//! * `search`: many sessions. `play`: one of them. `shrink`: the smallest that fails. `tell`, [`SavedSession`]: what is
//!   told and saved of it.

mod ending;
mod judge;
mod ledger;
mod listening;
mod machine;
mod payload;
mod play;
mod player;
mod saved;
mod search;
mod session;
mod shrink;
mod shrinker;
mod stage;
mod tell;

#[cfg(test)]
pub(crate) use self::machine::Machine;
pub use self::{saved::SavedSession, session::Session, tell::SAVED};
use crate::{
    scenario::scenarios,
    stop::{Outcome, Stop},
    world::World,
};

/// The id of the scenario that plays them.
pub const SCENARIO: &str = "properties/random_sessions";

scenarios! { "properties";
    random_sessions [
        "AUTH-1", "AUTH-2", "AUTH-3", "AUTH-4", "AUTH-5", "AUTH-6", "AUTH-7", "AUTH-9", "AUTH-10", "AUTH-11",
        "PRES-1", "PRES-2", "PRES-3", "PRES-4", "PRES-5", "PRES-8", "PRES-9",
        "START-1", "START-2", "START-3", "START-4", "START-5", "START-6", "START-7", "START-8", "START-10",
        "SEND-1", "SEND-2", "SEND-3", "SEND-4", "SEND-5", "SEND-6", "SEND-9", "SEND-10", "SEND-11", "SEND-12",
        "DEL-1", "DEL-2", "DEL-3", "DEL-4", "DEL-5",
        "HIST-1", "HIST-2", "HIST-3", "HIST-4", "HIST-6", "HIST-11", "HIST-12",
        "READ-1", "READ-2", "READ-4", "READ-5", "READ-6",
        "CLEAR-1", "CLEAR-2", "CLEAR-3", "CLEAR-5",
        "DROP-1", "DROP-2", "DROP-3", "DROP-4", "DROP-5",
        "CALL-1", "CALL-2", "CALL-3", "CALL-4", "CALL-5", "CALL-6",
        "EVT-1", "CONN-2", "SEC-1", "SEC-2", "ROB-1", "ERR-1", "ERR-3",
    ]
        "Whatever two to four users do in random sessions, each socket hears what the model says, and finds it so later.";
}

async fn random_sessions(world: &World) -> Outcome {
    world.no_transcript();
    let subject = world.subject();
    if let Some(session) = &subject.random.replay {
        return Box::pin(search::replay(world, session)).await;
    }
    if subject.cases == 0 && subject.random.time.is_none() {
        return Err(Stop::not_evaluable("no random sessions were asked for (--cases 0)"));
    }
    Box::pin(search::search(world)).await
}
