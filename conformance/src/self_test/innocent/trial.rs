//! One whole run of the suite against one correct server.

use std::{path::Path, time::Instant};

use super::{Innocent, Surroundings, judge::judge};
use crate::{
    options::Options,
    reference,
    report::Format,
    result::RunResult,
    self_test::{
        matrix::{ServerOutcome, ServerResult},
        run::milliseconds,
        stage::Binaries,
        surroundings::BusyCores,
    },
    suite,
};

/// How a correct server is tried.
#[derive(Debug, Clone, Copy)]
pub(in crate::self_test) struct Trial<'a> {
    /// The how-manieth of this self-test it is, from 1.
    pub(in crate::self_test) round: u32,
    /// The seed of everything that is random.
    pub(in crate::self_test) seed: u64,
    /// The folder that gets the report of each alarm.
    pub(in crate::self_test) alarms: &'a Path,
}

/// Runs the whole suite against a correct server.
pub(in crate::self_test) async fn try_it(innocent: &Innocent, trial: Trial<'_>, binaries: &Binaries) -> ServerResult {
    let begun = Instant::now();
    let mut result = blank(innocent, trial);
    match run(innocent, trial, binaries).await {
        Ok(Some(run)) => {
            judge(&mut result, &run, innocent.server);
            if result.outcome.is_alarm() {
                keep(&mut result, &run, trial);
            }
        }
        Ok(None) => {
            result.outcome = ServerOutcome::NotRun;
            result.note = Some("Node or its packages are not here: see fixtures/peers/express/README.md".to_owned());
        }
        Err(error) => result.note = Some(format!("{error:#}")),
    }
    result.duration_ms = milliseconds(begun.elapsed());
    result
}

fn blank(innocent: &Innocent, trial: Trial<'_>) -> ServerResult {
    ServerResult {
        name: innocent.name(),
        round: trial.round,
        seed: trial.seed,
        outcome: ServerOutcome::Failed,
        accusations: Vec::new(),
        expected_warnings: Vec::new(),
        passed: 0,
        not_evaluable: Vec::new(),
        dialect: Vec::new(),
        scenarios: 0,
        duration_ms: 0,
        note: None,
        reports: Vec::new(),
    }
}

async fn run(innocent: &Innocent, trial: Trial<'_>, binaries: &Binaries) -> anyhow::Result<Option<RunResult>> {
    let mut accounts = reference::accounts(suite::accounts_wanted() as u64);
    let Some(staged) = innocent.stage(binaries, &mut accounts).await? else { return Ok(None) };
    let busy = (innocent.surroundings == Surroundings::BusyCores).then(BusyCores::start);
    let options = Options { seed: Some(trial.seed), ..Options::default() };
    let run = Box::pin(suite::run_with(staged.target.clone(), accounts, &options, staged.process.clone(), None)).await;
    drop(busy);
    staged.stop().await?;
    Ok(Some(run?))
}

/// Keeps all that is known of an alarm: what was said, every frame, and the seed.
fn keep(result: &mut ServerResult, run: &RunResult, trial: Trial<'_>) {
    let name = result.name.to_lowercase().replace(", ", "-").replace(' ', "-");
    for (format, ending) in [(Format::Json, "json"), (Format::Html, "html")] {
        let path = trial.alarms.join(format!("{:03}-{name}.{ending}", trial.round));
        let written = std::fs::create_dir_all(trial.alarms).and_then(|()| std::fs::write(&path, format.render(run)));
        match written {
            Ok(()) => result.reports.push(path.display().to_string()),
            Err(error) => {
                result.note =
                    Some(format!("the report of this alarm could not be written to {}: {error}", path.display()));
            }
        }
    }
}
