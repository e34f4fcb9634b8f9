//! The server under test as a process that the suite starts, stops, kills and starts again (`--server-cmd`).
//!
//! The command is a shell command in which `{port}`, `{accounts}` and `{dir}` are replaced: a free port, the path of a
//! file with the accounts of the run, and a folder that is the same after a restart and gone after the run. The same
//! three are in the environment as `PORT`, `CHAT_ACCOUNTS` and `CHAT_DIR`.

mod command;
mod error;
mod output;
mod storage;

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    ops::Range,
    path::Path,
    process::ExitStatus,
    time::Duration,
};

use rand::Rng as _;
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};

use self::output::Output;
pub use self::{command::ServerCommand, error::StartError, storage::Storage};
use crate::{
    process_group::ProcessGroup,
    wire::{Connection, OpenError, OpenOptions, Target},
};

/// The pauses between two tries to reach a server that is starting: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(200));
/// How long a single try may take: a server that is starting may accept a connection and forget it.
const TRY: Duration = Duration::from_secs(2);
/// How long a server that answers HTTP may take to answer WebSocket requests as well.
const MOUNTING: Duration = Duration::from_secs(5);
/// Ports that Linux gives to nobody who does not ask for them by their number.
const PORTS: Range<u16> = 15_000..32_000;
/// How much of the server's output a failure shows, in lines.
const SHOWN: usize = 20;

/// A server that the suite started. It is killed, with all that it started, when this is dropped, and even when the
/// suite itself is killed.
#[derive(Debug)]
pub struct ServerProcess {
    command: ServerCommand,
    shell_command: String,
    environment: [(&'static str, String); 3],
    target: Target,
    output: Output,
    running: Option<ProcessGroup>,
    /// Holds the accounts file and the server's own folder.
    folder: TempDir,
}

/// How a server ended when it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// By itself, in time.
    Gracefully,
    /// It had to be killed.
    Killed,
    /// It had ended before.
    Before,
}

/// A port that nobody listens on. Not one of those that the operating system gives to whoever asks for any: until the
/// server listens, another program could be given the same, and answer in its place.
fn free_port() -> io::Result<u16> {
    const TRIES: usize = 100;
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    let mut random = rand::rng();
    let found = (0..TRIES).map(|_| random.random_range(PORTS)).find(is_free);
    match found {
        Some(port) => Ok(port),
        None => Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port()),
    }
}

impl ServerProcess {
    /// Starts a server on a free port and waits until it answers.
    ///
    /// # Errors
    /// It cannot be started, ends at once, or does not answer in time; with the end of what it printed.
    pub async fn start(command: ServerCommand) -> Result<Self, StartError> {
        let folder = tempfile::Builder::new().prefix("chat-conformance-").tempdir_in(command.storage.folder())?;
        let port = free_port()?;
        let accounts = folder.path().join("accounts.json");
        let dir = folder.path().join("data");
        std::fs::write(&accounts, &command.accounts)?;
        std::fs::create_dir(&dir)?;
        let path = |path: &Path| path.to_string_lossy().into_owned();
        let environment = [("PORT", port.to_string()), ("CHAT_ACCOUNTS", path(&accounts)), ("CHAT_DIR", path(&dir))];
        let shell_command = command.filled(&environment)?;
        let target = format!("ws://127.0.0.1:{port}{}", command.path);
        let target = target.parse().map_err(|_| StartError::Path(command.path.clone()))?;
        let output = Output::default();
        let mut server = Self { command, shell_command, environment, target, output, running: None, folder };
        server.launch().await?;
        Ok(server)
    }

    /// Where it serves. The same after a restart.
    #[must_use]
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// The end of what it printed, in lines.
    #[must_use]
    pub fn last_lines(&self, lines: usize) -> String {
        self.output.last_lines(lines)
    }

    /// How it ended, and the last that it printed, in lines; `None` while it runs, or where it was stopped.
    pub async fn how_it_ended(&mut self) -> Option<(ExitStatus, String)> {
        let status = self.running.as_mut()?.leader.try_wait().ok()??;
        self.hear_out().await;
        Some((status, self.last_lines(SHOWN)))
    }

    /// Whether it ended, by itself or not.
    #[must_use]
    pub fn has_ended(&mut self) -> bool {
        self.running.as_mut().is_none_or(|group| !matches!(group.leader.try_wait(), Ok(None)))
    }

    /// Asks it to end (SIGTERM), waits, and kills what is left of it.
    ///
    /// # Errors
    /// The operating system does not let it be stopped.
    pub async fn stop(&mut self) -> io::Result<Stopped> {
        if self.has_ended() {
            self.kill().await?;
            return Ok(Stopped::Before);
        }
        let Some(group) = &mut self.running else { return Ok(Stopped::Before) };
        group.terminate()?;
        // A shell may end before the server that it started: that holds the output open until it ends, too.
        let ended = async {
            group.leader.wait().await?;
            self.output.wait_end().await;
            Ok::<_, io::Error>(())
        };
        let stopped = match timeout(self.command.stop_patience, ended).await {
            Ok(ended) => ended.map(|()| Stopped::Gracefully)?,
            Err(_) => Stopped::Killed,
        };
        self.kill().await?;
        Ok(stopped)
    }

    /// Kills it and all that it started (SIGKILL): it gets no chance to save anything (DUR-2).
    ///
    /// # Errors
    /// The operating system does not let it be killed.
    pub async fn kill(&mut self) -> io::Result<()> {
        let Some(mut group) = self.running.take() else { return Ok(()) };
        group.kill()?;
        group.leader.wait().await?;
        // What it started dies as suddenly, and holds port and output until then.
        if timeout(self.command.stop_patience, self.output.wait_end()).await.is_err() {
            tracing::warn!("the server started something that left its process group and still runs");
        }
        Ok(())
    }

    /// Starts it again on the same port, with the same accounts and folder. One that still runs is stopped first.
    ///
    /// # Errors
    /// As for [`ServerProcess::start`].
    pub async fn restart(&mut self) -> Result<(), StartError> {
        self.stop().await?;
        self.launch().await
    }

    async fn launch(&mut self) -> Result<(), StartError> {
        let mut group = ProcessGroup::spawn(&self.shell_command, &self.environment, Some(self.folder.path()))?;
        self.output.follow(group.leader.stdout.take(), group.leader.stderr.take());
        let answered = self.wait_until_it_answers(&mut group).await;
        if answered.is_ok() {
            self.running = Some(group);
        }
        answered
    }

    async fn wait_until_it_answers(&mut self, group: &mut ProcessGroup) -> Result<(), StartError> {
        let patience = self.command.start_patience;
        let mut deadline = Instant::now() + patience;
        let mut is_up = false;
        let (mut pause, longest) = PAUSES;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let options = OpenOptions { patience: left.min(TRY), auto_connect: false, ..OpenOptions::default() };
            let last = tokio::select! {
                status = group.leader.wait() => return Err(self.exited(status?).await),
                opened = Connection::open(&self.target, options) => match opened {
                    Ok(connection) => {
                        connection.close().await;
                        return Ok(());
                    }
                    Err(error) => error,
                },
            };
            if matches!(last, OpenError::Http { .. }) && !is_up {
                // It is up: that it still mounts its Socket.IO path is unlikely.
                is_up = true;
                deadline = deadline.min(Instant::now() + MOUNTING);
            }
            if Instant::now() + pause >= deadline {
                let output = self.output.as_end_of_sentence(SHOWN);
                return Err(StartError::Silent { patience, last: Box::new(last), output });
            }
            sleep(pause).await;
            pause = (pause * 2).min(longest);
        }
    }

    async fn exited(&mut self, status: ExitStatus) -> StartError {
        self.hear_out().await;
        StartError::Exited { status, port: self.target.port(), output: self.output.as_end_of_sentence(SHOWN) }
    }

    /// Waits for what a process printed last that has ended: it may not have been read yet.
    async fn hear_out(&mut self) {
        // What the process left running would hold the output open: not long.
        if timeout(Duration::from_millis(500), self.output.wait_end()).await.is_err() {
            tracing::debug!("the server ended, but something that it started still runs");
        }
    }
}
