//! Why a server could not be started.

use std::{io, process::ExitStatus, time::Duration};

use thiserror::Error;

use crate::wire::OpenError;

/// Why a server could not be started.
#[derive(Debug, Error)]
pub enum StartError {
    /// There is no free port, no place for temporary files, or no shell.
    #[error("the server could not be started: {0}")]
    Io(#[from] io::Error),
    /// The path, put into a URL, makes none.
    #[error("the server's Socket.IO path `{0}` does not fit into a URL: it begins with a slash, such as `/`")]
    Path(String),
    /// The process ended before it answered.
    #[error("the server ended with {status} before it answered on port {port}{output}")]
    Exited {
        /// How it ended.
        status: ExitStatus,
        /// The port that it should have answered on.
        port: u16,
        /// The end of what it printed, as the end of a sentence.
        output: String,
    },
    /// The process runs, but does not answer.
    #[error("the server did not answer within {patience:?}: {last}{output}")]
    Silent {
        /// How long was waited.
        patience: Duration,
        /// What the last try to reach it met with.
        last: Box<OpenError>,
        /// The end of what it printed, as the end of a sentence.
        output: String,
    },
}
