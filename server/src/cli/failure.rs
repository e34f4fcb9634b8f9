//! What ends the process, in one sentence and with an exit code.

use std::process::ExitCode;

/// Why the process ends.
#[derive(Debug)]
pub(super) struct Failure {
    error: anyhow::Error,
    code: u8,
}

impl Failure {
    /// The server broke while it ran.
    pub(super) const fn running(error: anyhow::Error) -> Self {
        Self { error, code: 1 }
    }

    /// What was asked for makes no sense, or a file that was named is malformed.
    pub(super) const fn input(error: anyhow::Error) -> Self {
        Self { error, code: 2 }
    }

    /// The server, or its database, cannot be started.
    pub(super) const fn start(error: anyhow::Error) -> Self {
        Self { error, code: 3 }
    }

    /// Says why on standard error.
    pub(super) fn report(&self) -> ExitCode {
        // The causes in one line: each says what its own part failed to do.
        eprintln!("error: {:#}", self.error);
        ExitCode::from(self.code)
    }
}
