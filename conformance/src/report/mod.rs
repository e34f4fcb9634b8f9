//! Reports: each consumes the stream of run events and writes one format. They see results, never scenarios.
//!
//! * [`terminal`]: for people, while the run lasts and at its end.
//! * [`Format`]: the formats that go to a file, each in a module of its own with a `render` function.
//! * [`compare`]: several results side by side.
//! * [`reporters`]: what the runner sends its events to.
//!
//! To add a format: a file beside this one with a `render` function, and one line in [`FORMATS`].

pub mod compare;
pub mod json_schema;
pub mod terminal;

#[doc(hidden)]
pub mod sample;

mod attach;
mod destination;
mod github;
mod headline;
pub(crate) mod html;
mod json;
mod junit;
mod markdown;
mod request;
mod summary;
pub(crate) mod text;

pub use attach::reporters;
pub use destination::Destination;
pub use request::{BadRequest, ReportRequest};

use crate::result::RunResult;

/// A format that a report can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Everything, for programs.
    Json,
    /// For the test views of build servers.
    Junit,
    /// One page for people.
    Html,
    /// For the summary of a job.
    Markdown,
    /// Annotations of a GitHub workflow.
    Github,
}

/// A format, its name on the command line, what it is for, and what writes it.
pub struct Entry {
    /// The format.
    pub format: Format,
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    /// What writes it.
    pub(crate) render: fn(&RunResult) -> String,
}

/// Every format, in the order in which help texts name them.
pub const FORMATS: &[Entry] = &[
    Entry { format: Format::Json, name: "json", about: "everything, for programs", render: json::render },
    Entry { format: Format::Junit, name: "junit", about: "for the test views of build servers", render: junit::render },
    Entry { format: Format::Html, name: "html", about: "one page for people", render: html::render },
    Entry { format: Format::Markdown, name: "markdown", about: "for the summary of a job", render: markdown::render },
    Entry { format: Format::Github, name: "github", about: "annotations of a GitHub workflow", render: github::render },
];

impl Format {
    /// Its line in [`FORMATS`].
    ///
    /// # Panics
    /// Never: a test shows that each format has a line.
    #[must_use]
    pub fn entry(self) -> &'static Entry {
        FORMATS.iter().find(|entry| entry.format == self).expect("each format has a line in the table")
    }

    /// The format that the command line calls by this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        FORMATS.iter().find(|entry| entry.name == name).map(|entry| entry.format)
    }

    /// A result in this format, as a whole file.
    #[must_use]
    pub fn render(self, result: &RunResult) -> String {
        (self.entry().render)(result)
    }
}
