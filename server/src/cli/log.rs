//! The log, on standard error.

use clap::ValueEnum;
use tracing_subscriber::{EnvFilter, fmt};

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// Starts the log. `level` is a level, or a filter such as `chat_server=debug,info`.
pub(super) fn start(level: &str, format: Format) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(level)?;
    let log = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        Format::Text => log.try_init(),
        Format::Json => log.json().try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("failed to start the log: {error}"))
}
