//! `--expect`: known failures, against a real server that fails in a known way.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::{fs, path::PathBuf, sync::Arc};

use chat_conformance::{
    accounts::Accounts,
    cli::Cli,
    command::{self, Exit},
    expect::Expectations,
    options::Options,
    reference,
    result::{ExpectationOutcome, RunResult},
    self_test::{
        self, catalogue,
        stage::{Binaries, Staged},
    },
    suite,
};
use clap::Parser as _;

/// A server that shows the oldest message of a dialog as its newest: it breaks AUTH-6, and in these scenarios nothing
/// else.
const FAULT: &str = "auth-6-oldest-message";
/// The scenarios that find it.
const FOUND_BY: [&str; 2] = ["user.auth/shows_the_newest_message", "user.auth/counts_over_a_hundred"];
/// A scenario that finds nothing.
const FINE: &str = "user.auth/the_right_token_lets_in";

/// The server at work.
struct Stage {
    server: Staged,
    accounts: Accounts,
}

impl Stage {
    async fn new() -> Self {
        let reference = PathBuf::from(env!("CARGO_BIN_EXE_chat-server"));
        let faulty = reference.with_file_name("examples").join("faulty");
        let binaries = match faulty.is_file() {
            true => Binaries { reference, faulty },
            false => self_test::command::build().await.unwrap(),
        };
        let mut accounts = reference::accounts(40);
        let server = binaries.stage(catalogue::find(FAULT).unwrap(), &accounts).await.unwrap();
        // They are used by one run after the other.
        accounts.fresh = false;
        Self { server, accounts }
    }

    /// Runs the suite with a list of known failures; gives the result and its exit code.
    async fn run(&self, list: &str, filter: &[&str]) -> (Exit, RunResult) {
        let options = Options {
            expected: Arc::new(Expectations::parse(list).unwrap()),
            filter: filter.iter().map(|&word| word.to_owned()).collect(),
            ..Options::default()
        };
        // Boxed, for a run is more than the stack of a test's thread holds several times.
        let run = Box::pin(suite::run(self.server.target.clone(), self.accounts.clone(), &options));
        let result = run.await.unwrap();
        (Exit::of(&result), result)
    }

    /// The same, and what became of each line.
    async fn outcomes(&self, list: &str, filter: &[&str]) -> (Exit, Vec<ExpectationOutcome>) {
        let (exit, result) = self.run(list, filter).await;
        (exit, result.expectations.iter().map(|expectation| expectation.outcome).collect())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn known_failures_do_not_fail_a_run_and_lists_that_are_out_of_date_do() {
    use ExpectationOutcome::{Fails, NotChecked, Passes, Unknown};
    let stage = Stage::new().await;

    // Without a line it fails.
    assert_eq!(stage.outcomes("# nothing is known\n", &["AUTH-6"]).await, (Exit::Violations, vec![]));

    // By requirement.
    let (exit, result) = stage.run("AUTH-6  # the oldest is shown\n", &["AUTH-6"]).await;
    let broken = result.requirements.iter().find(|requirement| requirement.id == "AUTH-6").unwrap();
    assert_eq!((exit, broken.known.as_deref()), (Exit::Fine, Some("the oldest is shown")));
    assert!(result.scenarios.iter().filter(|scenario| !scenario.findings.is_empty()).all(|one| one.known.is_some()));

    // By scenario, and by requirement in a scenario: both, for one alone leaves the other.
    let [one, other] = FOUND_BY;
    let both = format!("{one} # x\nAUTH-6 {other} # y\n");
    assert_eq!(stage.outcomes(&both, &[one, other]).await, (Exit::Fine, vec![Fails, Fails]));
    assert_eq!(stage.outcomes(&format!("{one} # x\n"), &[one, other]).await, (Exit::Violations, vec![Fails]));

    // What holds, and what there is not.
    let stale = format!("AUTH-6 # x\n{FINE} # y\nAUTH-1 {FINE} # y\n");
    assert_eq!(stage.outcomes(&stale, &[one, FINE]).await, (Exit::StaleExpectations, vec![Fails, Passes, Passes]));
    let unknown = "AUTH-6 # x\nAUTH-600 # y\nuser.auth/no_such_scenario # z\n";
    assert_eq!(stage.outcomes(unknown, &[one]).await, (Exit::StaleExpectations, vec![Fails, Unknown, Unknown]));
    assert_eq!(stage.outcomes("CONN-1 # x\n", &["CONN-1"]).await, (Exit::StaleExpectations, vec![Passes]));
    // Beside violations that are not known, those count.
    assert_eq!(stage.outcomes(&format!("{FINE} # x\n"), &[one, FINE]).await, (Exit::Violations, vec![Passes]));

    // A scenario that ran to its end, and says nothing of a requirement, has no failure of it.
    let unmatched = format!("SEND-4 {FINE} # x\n");
    assert_eq!(stage.outcomes(&unmatched, &[FINE]).await, (Exit::StaleExpectations, vec![Passes]));

    // What a filter leaves out is neither, half of a requirement's scenarios too.
    let left_out = format!("AUTH-6 # x\n{other} # y\nSEND-4 # z\n");
    assert_eq!(stage.outcomes(&left_out, &[FINE]).await, (Exit::Fine, vec![NotChecked; 3]));

    stage.server.stop().await.unwrap();
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_bad_input_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("known-failures");
    let run = || {
        let words = ["chat-conformance", "run", "ws://127.0.0.1:1/", "--expect"].map(Into::into);
        command::run(Cli::parse_from(words.into_iter().chain([list.clone().into_os_string()])))
    };
    assert_eq!(run().await, Exit::BadInput, "there is no such file");
    fs::write(&list, "AUTH-6\n").unwrap();
    assert_eq!(run().await, Exit::BadInput, "a line says no reason");
    fs::write(&list, "AUTH-6  # a reason\n").unwrap();
    assert_eq!(run().await, Exit::Failed, "the list is right, and nobody listens at the port");
}
