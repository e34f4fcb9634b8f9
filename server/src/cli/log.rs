//! The log, on standard error.

use clap::ValueEnum;
use tracing_subscriber::{EnvFilter, filter::LevelFilter, fmt};

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// Libraries whose lines for debugging show what clients send: tokens, and what people write to each other.
const TALKATIVE: [&str; 6] =
    ["socketioxide", "engineioxide", "tungstenite", "tokio_tungstenite", "hyper", "tower_http"];

/// A level, or a filter: a list of `target=level`, beside which one level may stand for all other targets.
pub(super) fn parse_filter(text: &str) -> Result<String, String> {
    let expected = "expected off, error, warn, info, debug or trace, or a filter such as `chat_server=debug,info`";
    // By itself, what is no level would be taken for a target, and everything else not be logged at all.
    let is_level = |part: &str| part.contains('=') || part.parse::<LevelFilter>().is_ok();
    match text.split(',').all(|part| is_level(part.trim())) && EnvFilter::try_new(text).is_ok() {
        true => Ok(text.to_owned()),
        false => Err(expected.to_owned()),
    }
}

/// Starts the log. `level` is a level, or a filter such as `chat_server=debug,info`. Talkative libraries are heard where
/// they are named.
pub(super) fn start(level: &str, format: Format) -> anyhow::Result<()> {
    let mut filter = EnvFilter::try_new(level)?;
    let is_loud = filter.max_level_hint().is_none_or(|most| most > LevelFilter::INFO);
    for library in TALKATIVE.into_iter().filter(|library| is_loud && !level.contains(library)) {
        filter = filter.add_directive(format!("{library}=info").parse()?);
    }
    let log = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        Format::Text => log.try_init(),
        Format::Json => log.json().try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("failed to start the log: {error}"))
}
