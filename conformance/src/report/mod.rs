//! Reports: each consumes the stream of run events and writes one format. They see results, never scenarios.
//!
//! To add a format: a file beside this one with a `render` function, and one line in `FORMATS`.

pub mod terminal;

#[doc(hidden)]
pub mod sample;

mod summary;
mod text;
