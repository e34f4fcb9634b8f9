//! `chat-conformance self-test`.

use std::{env, io, path::PathBuf, process::Stdio};

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::Value;
use tokio::process::Command;

use super::{
    report,
    run::{self, Plan, Progress},
    stage::Binaries,
};
use crate::report::ReportRequest;

/// Flags of `self-test`.
#[derive(Debug, Args)]
pub struct SelfTest {
    /// Try only faults whose id contains this, or that break this requirement. May be repeated. Correct servers are
    /// tried where there is no filter. With --innocents: only correct servers whose name contains this.
    #[arg(long, value_name = "WORD")]
    pub filter: Vec<String>,
    /// How many faults, or correct servers, are tried at a time.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: u16,
    /// Hunt for false alarms: no faults, whole runs of the suite against correct servers alone, in every mode, by
    /// themselves, over a bad network and on busy cores.
    #[arg(long)]
    pub innocents: bool,
    /// How often each correct server is tried.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "innocents", value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: u32,
    /// The seed of the first run against a correct server; each later one has the next. Random with --innocents, else
    /// 1.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// The folder that gets the report of each alarm, as JSON and HTML: what was said, every frame, the seed.
    #[arg(long, value_name = "DIR", default_value = "self-test-alarms")]
    pub alarms: PathBuf,
    /// Write the matrix: json, markdown or html, `-` for the terminal. May be repeated.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub report: Vec<ReportRequest>,
    /// List the faults, or the correct servers, and end.
    #[arg(long)]
    pub list: bool,
}

impl SelfTest {
    /// What is tried, from its flags.
    fn plan(&self) -> Plan {
        let plan = if self.innocents { Plan::innocents } else { Plan::new };
        let seed = self.seed.unwrap_or_else(|| if self.innocents { rand::random() } else { 1 });
        Plan { rounds: self.repeat, seed, alarms: self.alarms.clone(), ..plan(&self.filter, self.jobs.into()) }
    }
}

/// How a self-test went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Every fault was caught, and no correct server accused.
    Yes,
    /// Something was missed, not live, or accused.
    No,
    /// The filter selects no fault.
    NothingSelected,
}

/// Tries the faults that were asked for, and prints the matrix.
///
/// # Errors
/// The servers cannot be built, or a report cannot be written.
pub async fn run(flags: &SelfTest) -> anyhow::Result<Held> {
    let plan = flags.plan();
    if plan.is_empty() {
        return Ok(Held::NothingSelected);
    }
    if flags.list {
        print!("{}", report::list(&plan));
        return Ok(Held::Yes);
    }
    report::prepare(&flags.report).map_err(io::Error::other)?;
    eprintln!("building the servers …");
    let binaries = build().await?;
    let matrix = run::run(&plan, &binaries, |progress| match progress {
        Progress::Fault(fault) => eprintln!("{}", report::fault_line(fault)),
        Progress::Server(server) => eprintln!("{}", report::server_line(server)),
    })
    .await;
    print!("{}", report::table(&matrix));
    report::write(&matrix, &flags.report)?;
    Ok(if matrix.holds() { Held::Yes } else { Held::No })
}

/// Builds the reference server and the one with seeded faults, as the suite itself was built.
///
/// # Errors
/// They cannot be built.
pub async fn build() -> anyhow::Result<Binaries> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--bin", "chat-server", "--example", "faulty"]);
    build.args(["--message-format", "json-render-diagnostics"]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let output = build.stdin(Stdio::null()).output().await.context("`cargo` cannot be run to build the servers")?;
    if !output.status.success() {
        bail!("the servers could not be built; cargo said:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let messages: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let find = |name: &str| {
        let found =
            messages.iter().find(|message| message["target"]["name"] == name && message["executable"].is_string());
        let path = found.and_then(|message| message["executable"].as_str()).map(PathBuf::from);
        path.with_context(|| format!("cargo built `{name}` and did not say where it is"))
    };
    Ok(Binaries { reference: find("chat-server")?, faulty: find("faulty")? })
}
