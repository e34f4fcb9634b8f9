//! How a server is started.

use std::{io, time::Duration};

use super::Storage;

/// How a server is started.
#[derive(Debug, Clone)]
pub struct ServerCommand {
    /// The shell command, with placeholders.
    pub command: String,
    /// The Socket.IO path that it will serve, `/` as the protocol documents it.
    pub path: String,
    /// The text of the accounts file.
    pub accounts: String,
    /// What holds the server's folder.
    pub storage: Storage,
    /// How long it may take until it answers.
    pub start_patience: Duration,
    /// How long it may take to end when it is asked to.
    pub stop_patience: Duration,
}

impl ServerCommand {
    /// A command with the usual path, storage and patience.
    #[must_use]
    pub fn new(command: impl Into<String>, accounts: impl Into<String>) -> Self {
        Self {
            command: command.into(),
            path: "/".to_owned(),
            accounts: accounts.into(),
            storage: Storage::Disk,
            start_patience: Duration::from_secs(30),
            stop_patience: Duration::from_secs(10),
        }
    }

    /// The command with its placeholders replaced, each value quoted for the shell.
    ///
    /// # Errors
    /// A value cannot be quoted.
    pub(super) fn filled(&self, environment: &[(&str, String); 3]) -> io::Result<String> {
        let mut filled = self.command.clone();
        for (placeholder, (_, value)) in ["{port}", "{accounts}", "{dir}"].iter().zip(environment) {
            let quoted = shlex::try_quote(value).map_err(io::Error::other)?;
            filled = filled.replace(placeholder, &quoted);
        }
        Ok(filled)
    }
}
