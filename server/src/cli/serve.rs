//! `chat-server serve`.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::{Context as _, anyhow};
use chat_server::{
    accounts::{self, Account},
    app::{Server, StartError},
    config::{Config, Database},
    http::is_taken,
};
use clap::{Args, builder::RangedU64ValueParser};

use super::{
    failure::Failure,
    greeting::{self, AccountSource},
    log,
};

/// Settings of the server. Each flag can be given as an environment variable.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The address to listen on; port 0 takes any free one.
    #[arg(long, env = "CHAT_LISTEN", default_value = "127.0.0.1:3000", value_parser = parse_address)]
    listen: SocketAddr,
    /// The database file, or `:memory:`. Uploaded files are in a directory beside it, `<FILE>.attachments`.
    #[arg(long, env = "CHAT_DATABASE", default_value = "chat.db", value_name = "FILE")]
    database: PathBuf,
    /// A file with accounts, which are made or given their token at start; the demo accounts where it is left out.
    #[arg(long, env = "CHAT_ACCOUNTS", value_name = "FILE")]
    accounts: Option<PathBuf>,
    /// Start with the accounts that are in the database, and no others.
    #[arg(long, env = "CHAT_NO_DEMO_ACCOUNTS", conflicts_with = "accounts")]
    no_demo_accounts: bool,
    /// Allow the demo accounts, whose tokens everybody knows, on an address that others can reach.
    #[arg(long, env = "CHAT_ALLOW_DEMO_ACCOUNTS")]
    allow_demo_accounts: bool,
    /// The path that Socket.IO is served on; `/socket.io/` is served besides.
    #[arg(long, env = "CHAT_SOCKET_PATH", default_value = "/", value_parser = parse_path)]
    socket_path: String,
    /// How often clients are pinged, such as 25s or 500ms.
    #[arg(long, env = "CHAT_PING_INTERVAL", default_value = "25s", value_parser = parse_duration)]
    ping_interval: Duration,
    /// How long a client may take to answer a ping.
    #[arg(long, env = "CHAT_PING_TIMEOUT", default_value = "20s", value_parser = parse_duration)]
    ping_timeout: Duration,
    /// How long a client may take to join after it connected: at most a minute.
    #[arg(long, env = "CHAT_JOIN_TIMEOUT", default_value = "45s", value_parser = parse_join_timeout)]
    join_timeout: Duration,
    #[command(flatten)]
    limits: Limits,
    /// What is logged: off, error, warn, info, debug, trace, or a filter such as `chat_server=debug,info`. Of the
    /// libraries that carry what clients say, tokens included, no more than info is logged unless they are named.
    #[arg(long, env = "CHAT_LOG_LEVEL", default_value = "info", value_parser = log::parse_filter)]
    log_level: String,
    /// How a line of the log looks.
    #[arg(long, env = "CHAT_LOG_FORMAT", default_value = "text")]
    log_format: log::Format,
}

/// Limits, all on by default.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
struct Limits {
    /// The longest text of a message, in Unicode code points.
    #[arg(long, env = "CHAT_MAX_TEXT_LENGTH", default_value_t = 10_000, value_parser = at_least(1))]
    max_text_length: usize,
    /// The largest message that a client may send, in bytes: from 1 KiB to 64 MiB.
    #[arg(
        long,
        env = "CHAT_MAX_MESSAGE_BYTES",
        default_value_t = 1 << 20,
        value_parser = RangedU64ValueParser::<usize>::new().range(1 << 10..=64 << 20)
    )]
    max_message_bytes: usize,
    /// The largest file that may be uploaded, in bytes.
    #[arg(long, env = "CHAT_MAX_UPLOAD_BYTES", default_value_t = 25 << 20, value_parser = at_least(1))]
    max_upload_bytes: usize,
    /// How long an upload may take.
    #[arg(long, env = "CHAT_UPLOAD_TIMEOUT", default_value = "2m", value_parser = parse_duration)]
    upload_timeout: Duration,
    /// Actions a second of one connection; it may send twice as many at once after a pause.
    #[arg(
        long,
        env = "CHAT_MAX_ACTIONS_PER_SECOND",
        default_value_t = 1_000,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    max_actions_per_second: u32,
    /// Connections of one user.
    #[arg(long, env = "CHAT_MAX_SOCKETS_PER_USER", default_value_t = 100, value_parser = at_least(1))]
    max_sockets_per_user: usize,
    /// Packets that may wait for a client that does not read; beyond, it is disconnected. At least 16.
    #[arg(long, env = "CHAT_MAX_OUTGOING_PACKETS", default_value_t = 4_096, value_parser = at_least(16))]
    max_outgoing_packets: usize,
}

impl Arguments {
    fn accounts(&self) -> anyhow::Result<(Vec<Account>, AccountSource)> {
        if self.no_demo_accounts {
            return Ok((Vec::new(), AccountSource::Database));
        }
        let Some(file) = &self.accounts else {
            return Ok((accounts::parse(chat_fixtures::ACCOUNTS)?, AccountSource::Demo));
        };
        let name = file.display().to_string();
        let json = std::fs::read_to_string(file).with_context(|| format!("failed to read the accounts file {name}"))?;
        let accounts = accounts::parse(&json).with_context(|| format!("the accounts file {name} is malformed"))?;
        Ok((accounts, AccountSource::File(name)))
    }

    fn config(&self, accounts: Vec<Account>) -> Config {
        let mut config = Config {
            listen: self.listen,
            database: match self.database.as_os_str() == ":memory:" {
                true => Database::Memory,
                false => Database::File(self.database.clone()),
            },
            accounts,
            allow_demo_accounts: self.allow_demo_accounts,
            socket_path: self.socket_path.clone(),
            ping_interval: self.ping_interval,
            ping_timeout: self.ping_timeout,
            join_timeout: self.join_timeout,
            ..Config::default()
        };
        let limits = &self.limits;
        config.sequencer.rules.text_length = limits.max_text_length;
        config.sequencer.sockets_per_user = limits.max_sockets_per_user;
        config.transport.message_bytes = limits.max_message_bytes;
        config.transport.upload_bytes = limits.max_upload_bytes;
        config.transport.upload_time = limits.upload_timeout;
        config.connection.request_time = limits.upload_timeout + self.join_timeout;
        config.transport.outgoing_packets = limits.max_outgoing_packets;
        // Whatever may be sent has a place to wait in.
        let waiting = u32::try_from(limits.max_message_bytes.saturating_mul(2)).unwrap_or(u32::MAX);
        config.inbox.bytes = config.inbox.bytes.max(waiting);
        config.inbox.rate = limits.max_actions_per_second;
        config.inbox.burst = limits.max_actions_per_second.saturating_mul(2);
        config.inbox.actions = config.inbox.actions.max(config.inbox.burst as usize);
        config.connection.idle_before_join = self.join_timeout;
        config
    }
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Failure> {
    log::start(&arguments.log_level, arguments.log_format).map_err(Failure::input)?;
    let (accounts, source) = arguments.accounts().map_err(Failure::input)?;
    let config = arguments.config(accounts.clone());
    // Before anybody can know that the server runs: whoever asks it to end then is heard.
    let interrupted = interrupted().map_err(|error| Failure::start(error.into()))?;
    let mut server = Server::start(config).await.map_err(failed_to_start)?;
    greeting::print(&server, &arguments.socket_path, &accounts, &source);
    tokio::select! {
        () = interrupted => {}
        () = server.failed() => return Err(Failure::running(anyhow!("the server broke: see the log"))),
    }
    tracing::info!("shutting down");
    server.shutdown().await.context("the shutdown was not clean").map_err(Failure::running)
}

fn failed_to_start(error: StartError) -> Failure {
    match error {
        error @ (StartError::DemoAccounts { .. } | StartError::InUse { .. }) => Failure::input(error.into()),
        error => Failure::start(error.into()),
    }
}

/// Waits until the process is asked to end. Registered before it is awaited, so that no signal is missed.
#[cfg(unix)]
fn interrupted() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Waits until the process is asked to end.
#[cfg(not(unix))]
fn interrupted() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "failed to wait for an interrupt");
        }
    })
}

fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let expected = "expected an IP address and a port, such as 127.0.0.1:3000, 0.0.0.0:3000 or [::1]:3000";
    text.parse().map_err(|_| expected.to_owned())
}

fn parse_path(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-_.~".contains(c);
    // Clients resolve dots before they ask.
    let is_dotted = text.split('/').any(|part| part == "." || part == "..");
    if !text.starts_with('/') || !text.chars().all(is_plain) || text.contains("//") || is_dotted {
        return Err("expected a path that begins with a slash, such as /chat/".to_owned());
    }
    if is_taken(text) {
        return Err("something else is served on that path: choose another, such as /chat/".to_owned());
    }
    Ok(text.to_owned())
}

/// How long a client may take to join: CONN-4 knows the longest.
fn parse_join_timeout(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_secs(60);
    let duration = parse_duration(text)?;
    if duration <= LONGEST { Ok(duration) } else { Err("expected a minute at most (CONN-4)".to_owned()) }
}

/// A number that is not too small to serve anybody.
fn at_least(least: u64) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(least..)
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = &text[..text.len() - unit.len()];
    let milliseconds = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        _ => None,
    };
    let duration = milliseconds.and_then(|unit| number.parse::<u64>().ok()?.checked_mul(unit));
    let duration = duration.filter(|milliseconds| *milliseconds > 0).map(Duration::from_millis);
    duration.ok_or_else(|| "expected a duration, such as 25s, 500ms or 1m".to_owned())
}
