//! Scenarios of `message.*`.

pub(super) mod counters;
pub(super) mod delete;
pub(super) mod exact;
pub(super) mod order;
pub(super) mod refusals;
pub(super) mod send;
pub(super) mod text;
