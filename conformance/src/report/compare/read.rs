//! Reads the JSON reports that are to be compared.

use std::path::{Path, PathBuf};

use crate::{report::compare::Comparison, result::RunResult};

/// Why runs cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// Nothing to compare with.
    #[error("a comparison needs the JSON reports of at least two runs")]
    TooFew,
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file is something else.
    #[error("{} is no report of `--report json=FILE`: {source}", path.display())]
    NoReport {
        /// The file.
        path: PathBuf,
        /// Where it is not.
        source: serde_json::Error,
    },
    /// The runs checked different things.
    #[error(
        "{first} is about version {first_version} of the protocol and {other} about version {other_version}: compare runs of one version"
    )]
    Versions {
        /// The first run.
        first: String,
        /// Its version of the protocol.
        first_version: String,
        /// The run that does not fit to it.
        other: String,
        /// Its version of the protocol.
        other_version: String,
    },
}

/// Reads JSON reports and compares them. A column is named after its file.
///
/// # Errors
/// A file cannot be read, is no report, or does not fit to the first; the error is a sentence.
pub fn read(paths: &[PathBuf]) -> Result<Comparison, CompareError> {
    let runs = paths.iter().map(|path| Ok((name(path, paths), run(path)?))).collect::<Result<_, CompareError>>()?;
    Comparison::of(runs)
}

fn run(path: &Path) -> Result<RunResult, CompareError> {
    let text = std::fs::read(path).map_err(|source| CompareError::Unreadable { path: path.to_owned(), source })?;
    serde_json::from_slice(&text).map_err(|source| CompareError::NoReport { path: path.to_owned(), source })
}

/// The file's name without its ending; with its folder where that alone would not tell the files apart.
fn name(path: &Path, all: &[PathBuf]) -> String {
    let twins = all.iter().filter(|other| other.file_stem() == path.file_stem()).count();
    let short = path.file_stem().filter(|_| twins == 1);
    short.map_or_else(|| path.display().to_string(), |stem| stem.to_string_lossy().into_owned())
}
