//! The command line: what can be asked of the suite, and how it answers.

mod again;
mod duration;

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, builder::NonEmptyStringValueParser};

use self::duration::duration;
use crate::{
    accounts::PROFILES,
    options::{self, Options},
    properties::sessions::{self, Session},
    report::ReportRequest,
    self_test::command::SelfTest,
};

/// Drives any server of the chat protocol by its URL, and says which requirements it keeps.
#[derive(Debug, Parser)]
#[command(name = "chat-conformance", version, about, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The exit codes, as the help shows them.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  conformant: no MUST is broken (with --strict: no SHOULD either)
  1  violations
  2  bad usage or input: a flag, a URL, an accounts file, a token that the server refuses
  3  the server cannot be reached, or the suite itself failed
  4  nothing ran: the filter selects nothing, or nothing could be evaluated
  5  a known failure (--expect) does not fail any more, or names nothing that there is";

/// What can be asked of the suite.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the suite against a server.
    Run(Box<Run>),
    /// Play a random session again that failed and was saved. Exit codes are those of `run`.
    Replay(Box<Replay>),
    /// List the scenarios, with what each checks.
    List(List),
    /// Explain a requirement, a decision or a scenario.
    Explain {
        /// Its id, such as SEND-4, D13 or message.send/reaches_both_users_and_nobody_else.
        id: String,
    },
    /// Print the JSON Schema of the report that `--report json=FILE` writes.
    ReportSchema,
    /// Test the suite itself: seeded faults that it must find, and correct servers that it must not accuse.
    SelfTest(SelfTest),
    /// Compare the JSON reports of several servers: one matrix, requirements by servers.
    Compare {
        /// The reports, as `--report json=FILE` wrote them.
        #[arg(required = true, num_args = 2..)]
        reports: Vec<PathBuf>,
        /// Where the page is written: `html=FILE` or `markdown=FILE` (`-` for the terminal).
        #[arg(long, value_name = "FORMAT=FILE", default_value = "markdown=-")]
        report: Vec<ReportRequest>,
    },
}

/// Flags of `list`.
#[derive(Debug, Args)]
pub struct List {
    /// Only what fits: a part of a scenario's id, or a requirement (SEND-4, SEND).
    #[arg(long, value_name = "WORD")]
    pub filter: Vec<String>,
    /// List requirements and the scenarios that check each.
    #[arg(long)]
    pub requirements: bool,
}

/// Flags of `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// Which server, and which users.
    #[command(flatten)]
    pub server: ServerFlags,
    /// Run only what fits: a part of a scenario's id, or a requirement (SEND-4, SEND). May be repeated.
    #[arg(long, value_name = "WORD")]
    pub filter: Vec<String>,
    /// How many random sessions are tried; 0 for none.
    #[arg(long, value_name = "N", default_value_t = Options::default().cases)]
    pub cases: u32,
    /// Go on trying random sessions for that long, such as 60s or 5m.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub time: Option<Duration>,
    /// The seed of everything that is random; printed at the end of each run.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// The folder in which a random session that fails is saved, for `replay`.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub save_sessions: PathBuf,
    /// How it is run.
    #[command(flatten)]
    pub running: RunningFlags,
}

/// Flags of `replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// The file, as `run` saved it.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Which server, and which users.
    #[command(flatten)]
    pub server: ServerFlags,
    /// How it is run.
    #[command(flatten)]
    pub running: RunningFlags,
}

/// Which server is tested, and as which users.
#[derive(Debug, Args)]
pub struct ServerFlags {
    /// The server: ws, wss, http or https; its path is the Socket.IO path, such as ws://localhost:3000/. Without a URL
    /// and without --server-cmd the reference server is tested.
    #[arg(value_name = "URL", conflicts_with_all = ["reference", "server_cmd"])]
    pub url: Option<String>,
    /// Build and start this workspace's reference server with a temporary database, and test that.
    #[arg(long)]
    pub reference: bool,
    /// Start the server under test with this command, wait until it answers, and stop it at the end. `{port}` is a free
    /// port, `{accounts}` a file with the accounts, `{dir}` a folder that survives a restart.
    #[arg(long, value_name = "COMMAND", conflicts_with = "reference", value_parser = NonEmptyStringValueParser::new())]
    pub server_cmd: Option<String>,
    /// The Socket.IO path of a server that --server-cmd starts.
    #[arg(long, value_name = "PATH", default_value = "/", requires = "server_cmd")]
    pub server_path: String,
    /// The users that the suite plays: {"accounts": [{"id": 1, "token": "…", "attachments": [{"id": 10, "type":
    /// "image"}]}]}. The suite reads, clears and deletes the dialogs between them. Default: the demo accounts.
    #[arg(long, value_name = "FILE")]
    pub accounts: Option<PathBuf>,
    /// A command that makes fresh users: it gets their number as its last argument and prints them as --accounts wants
    /// them.
    #[arg(long, value_name = "COMMAND", conflicts_with = "accounts")]
    pub provision: Option<String>,
    /// A URL that makes fresh users: POST {"count": n} is answered with them, as --accounts wants them.
    #[arg(long, value_name = "URL", conflicts_with_all = ["accounts", "provision"])]
    pub provision_url: Option<String>,
}

/// How it is run.
#[derive(Debug, Args)]
pub struct RunningFlags {
    /// A profile that the server declares, such as `errors`. May be repeated.
    #[arg(long, value_name = "NAME", value_parser = PROFILES)]
    pub profile: Vec<String>,
    /// A broken SHOULD fails the run, too.
    #[arg(long)]
    pub strict: bool,
    /// Known failures, which do not fail the run: a line each, a requirement, a scenario or both, and behind a `#` why:
    /// `SEND-7  # the queue is rewritten in March`. One that does not fail any more, or names nothing, fails the run.
    #[arg(long, value_name = "FILE")]
    pub expect: Option<PathBuf>,
    /// How many scenarios run at a time.
    #[arg(long, value_name = "N", default_value_t = options::JOBS, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: u16,
    /// The longest that is waited for anything, in seconds. What needs longer is not evaluable.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub patience: u64,
    /// Write a report: json, junit, html, markdown or github, `-` for the terminal. May be repeated.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub report: Vec<ReportRequest>,
    /// Keep the wire log of every scenario, also of those that passed or that show what others show already.
    #[arg(long)]
    pub wire_log: bool,
    /// Write down every documented event that any socket got, for tools of your own: a line of JSON each,
    /// {"event": …, "payload": …}.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
}

impl Run {
    /// How the run is made, from its flags.
    #[must_use]
    pub fn options(&self) -> Options {
        Options {
            filter: self.filter.clone(),
            seed: self.seed,
            cases: self.cases,
            time: self.time,
            save_sessions_to: Some(self.save_sessions.clone()),
            ..self.running.options(&self.server)
        }
    }
}

impl Replay {
    /// How the run is made that plays this session.
    #[must_use]
    pub fn options(&self, session: Session) -> Options {
        let filter = vec![sessions::SCENARIO.to_owned()];
        Options {
            filter,
            replay: Some(session),
            replay_file: Some(self.file.clone()),
            ..self.running.options(&self.server)
        }
    }
}

impl RunningFlags {
    fn options(&self, server: &ServerFlags) -> Options {
        Options {
            profiles: self.profile.clone(),
            strict: self.strict,
            jobs: self.jobs.into(),
            patience: Duration::from_secs(self.patience),
            keep_wire_log: self.wire_log,
            again: server.again().into_iter().chain(self.again()).collect(),
            ..Options::default()
        }
    }
}
