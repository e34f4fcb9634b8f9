//! The catalogue of scenarios, in the order of the protocol document.
//!
//! To add a file: its module, and its line in [`FILES`].

mod attachments;
mod call;
mod chat;
mod concurrent;
mod connection;
mod conversation;
mod durability;
mod errors;
mod events;
mod guessing;
mod lookalikes;
mod message;
mod payloads;
mod robustness;
mod safety;
mod stored;
mod texts;
mod unwatched;
mod user;

pub(crate) use self::conversation::part;
use crate::{properties::sessions, scenario::Scenario};

/// Every file of scenarios, in the order in which they are listed and reported.
const FILES: &[&[Scenario]] = &[
    connection::SCENARIOS,
    events::SCENARIOS,
    user::auth::SCENARIOS,
    user::identity::SCENARIOS,
    user::tokens::SCENARIOS,
    user::refused::SCENARIOS,
    user::devices::SCENARIOS,
    user::dialogs::SCENARIOS,
    user::meanwhile::SCENARIOS,
    user::online::SCENARIOS,
    user::again::SCENARIOS,
    chat::start::SCENARIOS,
    message::send::SCENARIOS,
    message::text::SCENARIOS,
    message::exact::SCENARIOS,
    message::order::SCENARIOS,
    message::refusals::SCENARIOS,
    message::delete::SCENARIOS,
    message::counters::SCENARIOS,
    chat::history::SCENARIOS,
    chat::pages::SCENARIOS,
    chat::read::SCENARIOS,
    chat::clear::SCENARIOS,
    chat::delete::SCENARIOS,
    chat::beside::SCENARIOS,
    call::start::SCENARIOS,
    call::answer::SCENARIOS,
    attachments::SCENARIOS,
    attachments::among_others::SCENARIOS,
    concurrent::SCENARIOS,
    sessions::SCENARIOS,
    safety::strangers::SCENARIOS,
    safety::SCENARIOS,
    lookalikes::SCENARIOS,
    guessing::SCENARIOS,
    robustness::malformed::SCENARIOS,
    payloads::SCENARIOS,
    robustness::unknown::SCENARIOS,
    robustness::packets::SCENARIOS,
    robustness::frames::SCENARIOS,
    robustness::oversized::SCENARIOS,
    robustness::binary::SCENARIOS,
    robustness::latency::SCENARIOS,
    durability::SCENARIOS,
    errors::delivery::SCENARIOS,
    errors::codes::SCENARIOS,
    errors::malformed::SCENARIOS,
    errors::sentences::SCENARIOS,
];

/// Every scenario, in the order of the catalogue.
pub fn all() -> impl Iterator<Item = &'static Scenario> {
    FILES.iter().copied().flatten()
}
