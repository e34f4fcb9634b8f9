//! Scenarios of `call.*`.

pub(super) mod answer;
pub(super) mod start;
mod values;
