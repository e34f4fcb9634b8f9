//! Correct servers, which the whole suite must find nothing wrong with.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use super::{
    matrix::{ServerOutcome, ServerResult},
    stage::{Binaries, Staged},
};
use crate::{options::Options, reference, result::RunResult, suite, verdict::Verdict};

/// A correct server.
pub(super) struct Innocent {
    /// Which one, in which mode.
    name: &'static str,
    /// What makes it.
    kind: Kind,
    /// SHOULDs that its mode breaks on purpose, where servers are free or a tolerated reading says otherwise.
    warnings: &'static [&'static str],
}

enum Kind {
    /// The reference server.
    Reference,
    /// The reference server behind a proxy that does nothing, so that what a proxy finds is known to be its rule's.
    BehindProxy,
    /// The independent server, in a mode.
    Express(&'static str),
}

/// Every correct server.
pub(super) const ALL: &[Innocent] = &[
    Innocent { name: "reference", kind: Kind::Reference, warnings: &[] },
    Innocent { name: "reference behind an idle proxy", kind: Kind::BehindProxy, warnings: &[] },
    Innocent { name: "Express, default", kind: Kind::Express("default"), warnings: &[] },
    Innocent { name: "Express, contrary-a", kind: Kind::Express("contrary-a"), warnings: &[] },
    Innocent {
        name: "Express, contrary-b",
        kind: Kind::Express("contrary-b"),
        warnings: &["PRES-3", "PRES-9", "HIST-7", "DROP-6", "TYPE-4", "TYPE-5"],
    },
    Innocent { name: "Express, slow", kind: Kind::Express("slow"), warnings: &[] },
];

impl Innocent {
    /// Runs the whole suite against it.
    pub(super) async fn try_it(&self, binaries: &Binaries) -> ServerResult {
        let begun = Instant::now();
        let mut result = ServerResult {
            name: self.name.to_owned(),
            outcome: ServerOutcome::Failed,
            accusations: Vec::new(),
            expected_warnings: Vec::new(),
            passed: 0,
            not_evaluable: Vec::new(),
            scenarios: 0,
            duration_ms: 0,
            note: None,
        };
        match self.run(binaries).await {
            Ok(Some(run)) => self.judge(&mut result, &run),
            Ok(None) => {
                result.outcome = ServerOutcome::NotRun;
                result.note =
                    Some("Node or its packages are not here: see fixtures/peers/express/README.md".to_owned());
            }
            Err(error) => result.note = Some(format!("{error:#}")),
        }
        result.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        result
    }

    async fn run(&self, binaries: &Binaries) -> anyhow::Result<Option<RunResult>> {
        let mut accounts = reference::accounts(suite::accounts_wanted() as u64);
        let staged = match self.kind {
            Kind::Reference => Staged::start(&binaries.reference_command(true), &accounts).await?,
            Kind::BehindProxy => {
                let command = binaries.reference_command(false);
                Staged::behind_proxy(&command, &accounts, Box::new(|_| {}), false).await?
            }
            Kind::Express(mode) => {
                accounts.profiles.clear();
                let Some(folder) = express() else { return Ok(None) };
                let folder = folder.to_string_lossy().into_owned();
                let folder = shlex::try_quote(&folder)?;
                let command = format!(
                    "exec node {folder}/server.js --port {{port}} --accounts {{accounts}} --database {{dir}}/chat.db \
                     --mode {mode} --ping-interval 1000 --ping-timeout 2000 --connect-timeout 4000"
                );
                Staged::start(&command, &accounts).await?
            }
        };
        let options = Options { jobs: 4, seed: Some(1), ..Options::default() };
        let run = suite::run_with(staged.target.clone(), accounts, &options, staged.process.clone(), None).await;
        staged.stop().await?;
        Ok(Some(run?))
    }

    fn judge(&self, result: &mut ServerResult, run: &RunResult) {
        result.scenarios = run.scenarios.len();
        for requirement in &run.requirements {
            match requirement.verdict {
                Verdict::Pass => result.passed += 1,
                Verdict::NotEvaluable => result.not_evaluable.push(requirement.id.clone()),
                Verdict::Warning if self.warnings.contains(&requirement.id.as_str()) => {
                    result.expected_warnings.push(requirement.id.clone());
                }
                Verdict::Warning | Verdict::Violation => {
                    let what = requirement.reason.as_deref().unwrap_or_default();
                    result.accusations.push(format!("{}: {what}", requirement.id));
                }
                Verdict::NotApplicable | Verdict::HarnessError => {}
            }
        }
        let harness = run.scenarios.iter().find(|scenario| scenario.verdict == Verdict::HarnessError);
        result.note =
            harness.map(|scenario| format!("{}: {}", scenario.id, scenario.message.as_deref().unwrap_or_default()));
        result.outcome = match (result.accusations.is_empty(), harness.is_some(), result.passed) {
            (false, ..) => ServerOutcome::Accused,
            (true, true, _) | (true, false, 0) => ServerOutcome::Failed,
            (true, false, _) => ServerOutcome::Cleared,
        };
    }
}

/// The folder of the Express server, where it can be run.
fn express() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/peers/express");
    let has_node =
        std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|one| one.join("node").is_file()));
    (has_node && folder.join("node_modules/socket.io").is_dir()).then_some(folder)
}
