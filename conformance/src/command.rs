//! What the command line does with what it was asked, and the exit code that says how it went.

use std::{
    fmt,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use tokio::sync::{Mutex, mpsc};

use crate::{
    accounts::{Accounts, Source},
    calibration::CalibrationError,
    cli::{Cli, Command, List, Replay, RunningFlags, ServerFlags},
    expect::Expectations,
    explain,
    options::Options,
    program,
    properties::sessions::SavedSession,
    recording::Recording,
    reference,
    report::{self, Destination, Format, ReportRequest, json_schema},
    result::RunResult,
    run_event::{Reporter, RunEvent},
    selection,
    self_test::{
        self,
        command::{Held, SelfTest},
    },
    server_process::{ServerCommand, ServerProcess, StartError},
    suite::{self, RunError},
    verdict::Verdict,
    wire::Target,
    world::Casting,
};

/// How many run events may wait for a report that is slow.
const EVENTS: usize = 1024;

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Conformant, or what was asked for is done.
    Fine = 0,
    /// Violations.
    Violations = 1,
    /// A flag, a URL, an accounts file or a token is wrong.
    BadInput = 2,
    /// The server cannot be reached, or the suite itself failed.
    Failed = 3,
    /// Nothing ran.
    NothingRan = 4,
    /// A known failure does not fail, or there is no such requirement or scenario.
    StaleExpectations = 5,
}

impl Exit {
    /// The exit code of a run that came to its end.
    #[must_use]
    pub fn of(result: &RunResult) -> Self {
        let has = |verdict| result.requirements.iter().any(|requirement| requirement.verdict == verdict);
        let is_known = result.requirements.iter().any(|requirement| requirement.known.is_some());
        let stale = result.expectations.iter().any(|expectation| expectation.outcome.is_stale());
        match result.verdict {
            Verdict::Violation => Self::Violations,
            Verdict::HarnessError => Self::Failed,
            _ if !has(Verdict::Pass) && !has(Verdict::Warning) && !is_known => Self::NothingRan,
            _ if stale => Self::StaleExpectations,
            _ => Self::Fine,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why nothing came of it: a sentence, and its exit code.
struct Failure(Exit, String);

impl Failure {
    fn input(why: impl fmt::Display) -> Self {
        Self(Exit::BadInput, why.to_string())
    }

    fn failed(why: impl fmt::Display) -> Self {
        Self(Exit::Failed, why.to_string())
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let exit = match &error {
            RunError::NothingSelected(_) => Exit::NothingRan,
            RunError::TooFewAccounts { .. }
            | RunError::Secrets(_)
            | RunError::Server(CalibrationError::TokenRefused(_)) => Exit::BadInput,
            RunError::Server(_) => Exit::Failed,
        };
        Self(exit, error.to_string())
    }
}

/// Does what was asked.
pub async fn run(cli: Cli) -> Exit {
    let done = match cli.command {
        Command::Run(run) => run_suite(&run.server, &run.running, &run.options()).await,
        Command::Replay(replay) => play_again(&replay).await,
        Command::List(flags) => list(&flags),
        Command::Explain { id } => explain(&id),
        Command::ReportSchema => say(&format!("{}\n", json_schema::text())),
        Command::SelfTest(flags) => self_test(&flags).await,
        Command::Compare { reports, report } => compare(&reports, &report),
    };
    done.unwrap_or_else(|Failure(exit, sentence)| {
        eprintln!("error: {sentence}");
        exit
    })
}

fn list(flags: &List) -> Result<Exit, Failure> {
    check_filter(&flags.filter)?;
    let text =
        if flags.requirements { explain::list_requirements(&flags.filter) } else { explain::list(&flags.filter) };
    say(&text)
}

fn explain(id: &str) -> Result<Exit, Failure> {
    let text = explain::explain(id).ok_or_else(|| {
        Failure::input(format!(
            "there is no requirement, decision, event or scenario `{id}`; `{} list` shows them",
            program::name()
        ))
    })?;
    say(&format!("{}\n", text.trim_end()))
}

/// Prints a text. Who reads it may have seen enough, such as `head`.
fn say(text: &str) -> Result<Exit, Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("standard output cannot be written to: {error}")))
        }
        _ => Ok(Exit::Fine),
    }
}

/// A word of a filter that selects nothing is a mistake, even beside others that do.
fn check_filter(filter: &[String]) -> Result<(), Failure> {
    match selection::without_effect(filter).first() {
        Some(word) => Err(Failure(
            Exit::NothingRan,
            format!("no scenario or requirement fits `{word}`; `{} list` shows them all", program::name()),
        )),
        None => Ok(()),
    }
}

async fn self_test(flags: &SelfTest) -> Result<Exit, Failure> {
    match self_test::command::run(flags).await.map_err(|error| Failure::failed(format!("{error:#}")))? {
        Held::Yes => Ok(Exit::Fine),
        Held::No => Ok(Exit::Violations),
        Held::NothingSelected => Err(Failure(
            Exit::NothingRan,
            format!("no fault fits the filter; `{} self-test --list` shows them all", program::name()),
        )),
    }
}

fn compare(reports: &[PathBuf], requests: &[ReportRequest]) -> Result<Exit, Failure> {
    let comparison = report::compare::read(reports).map_err(Failure::input)?;
    for request in requests {
        let text = match request.format {
            Format::Html => comparison.html(),
            Format::Markdown => comparison.markdown(),
            other => {
                let name = other.entry().name;
                return Err(Failure::input(format!("a comparison is written as html or markdown, not as {name}")));
            }
        };
        request
            .destination
            .write(&text)
            .map_err(|error| Failure::failed(format!("the page could not be written: {error}")))?;
    }
    Ok(Exit::Fine)
}

async fn play_again(flags: &Replay) -> Result<Exit, Failure> {
    let saved = SavedSession::read(&flags.file).map_err(|error| {
        Failure::input(format!("the session in `{}` cannot be played again: {error}", flags.file.display()))
    })?;
    run_suite(&flags.server, &flags.running, &flags.options(saved.session)).await
}

async fn run_suite(server: &ServerFlags, running: &RunningFlags, options: &Options) -> Result<Exit, Failure> {
    check_filter(&options.filter)?;
    let reporters = report::reporters(&running.report, running.strict).map_err(Failure::input)?;
    let expected = Arc::new(running.expect.as_deref().map_or_else(|| Ok(Expectations::default()), expectations)?);
    if let Some(path) = &running.record {
        let record = Destination::File(path.clone());
        if running.report.iter().any(|request| request.destination.is_same(&record)) {
            return Err(Failure::input(format!("a report and the recorded events cannot both go to {record}")));
        }
    }
    let recording = running.record.as_deref().map(recording).transpose()?;
    let (target, accounts, process) = subject(server).await?;
    let (events, stream) = mpsc::channel(EVENTS);
    let reporting = tokio::spawn(report_all(reporters, stream));
    let options = Options { recording: recording.clone(), expected, ..options.clone() };
    let run = Box::pin(suite::run_with(target, accounts, &options, process.clone(), Some(events))).await;
    let reported = reporting.await.map_err(Failure::failed)?;
    if let Some(process) = process {
        process.lock().await.stop().await.map_err(Failure::failed)?;
    }
    let result = run?;
    reported.map_err(Failure::failed)?;
    if let Some(recording) = recording {
        recording.finish().map_err(|error| Failure::failed(format!("the recording is not whole: {error}")))?;
    }
    Ok(Exit::of(&result))
}

fn expectations(path: &Path) -> Result<Expectations, Failure> {
    let refused = |why: &dyn fmt::Display| {
        Failure::input(format!("the known failures in {} cannot be read: {why}", path.display()))
    };
    let text = std::fs::read_to_string(path).map_err(|error| refused(&error))?;
    Expectations::parse(&text).map_err(|error| refused(&error))
}

fn recording(path: &Path) -> Result<Arc<Recording>, Failure> {
    let refused = |error| Failure::input(format!("events cannot be recorded in {}: {error}", path.display()));
    Recording::create(path).map(Arc::new).map_err(refused)
}

/// Feeds the reports until the run is over. A report that fails does not stop the others; its error is told at the end.
async fn report_all(
    mut reporters: Vec<Box<dyn Reporter>>,
    mut stream: mpsc::Receiver<RunEvent>,
) -> std::io::Result<()> {
    let mut outcome = Ok(());
    while let Some(event) = stream.recv().await {
        for reporter in &mut reporters {
            outcome = outcome.and(reporter.on_event(&event));
        }
    }
    outcome
}

/// The server under test and its users, from the flags.
async fn subject(flags: &ServerFlags) -> Result<(Target, Accounts, Option<Arc<Mutex<ServerProcess>>>), Failure> {
    if let Some(url) = &flags.url {
        let target: Target = url.parse().map_err(Failure::input)?;
        return Ok((target, accounts(flags).await?, None));
    }
    let (command, accounts) = match &flags.server_cmd {
        Some(command) => {
            let accounts = accounts(flags).await?;
            let path = flags.server_path.clone();
            (ServerCommand { path, ..ServerCommand::new(command, accounts.to_json()) }, accounts)
        }
        None => {
            refuse_accounts(flags)?;
            let accounts = reference::accounts(suite::accounts_wanted() as u64);
            eprintln!("building the reference server …");
            (reference::command(&accounts).await.map_err(Failure::failed)?, accounts)
        }
    };
    let process = ServerProcess::start(command).await.map_err(|error| match error {
        StartError::Path(_) => Failure::input(error),
        error => Failure::failed(error),
    })?;
    Ok((process.target().clone(), accounts, Some(Arc::new(Mutex::new(process)))))
}

/// The reference server gets accounts of its own. Who gives others means another server, and forgot to say which.
fn refuse_accounts(flags: &ServerFlags) -> Result<(), Failure> {
    let given = [
        ("--accounts", flags.accounts.is_some()),
        ("--provision", flags.provision.is_some()),
        ("--provision-url", flags.provision_url.is_some()),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((flag, _)) => Err(Failure::input(format!(
            "{flag} says who the users of your server are, but there is no URL and no --server-cmd to say where it is; \
             the reference server gets users of its own"
        ))),
    }
}

async fn accounts(flags: &ServerFlags) -> Result<Accounts, Failure> {
    let source = match (&flags.accounts, &flags.provision, &flags.provision_url) {
        (Some(path), ..) => Source::File(path.clone()),
        (_, Some(command), _) => Source::Command(command.clone()),
        (.., Some(url)) => {
            Source::Url(url.parse().map_err(|error| Failure::input(format!("--provision-url is no URL: {error}")))?)
        }
        _ => Source::Fixtures,
    };
    source.load(suite::accounts_wanted(), Casting::FEWEST).await.map_err(Failure::input)
}
