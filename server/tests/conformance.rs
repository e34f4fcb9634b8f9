//! The suite, run in-process against this server: everything holds, and every event sequence is as it was reviewed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::time::Duration;

use chat_conformance::{
    accounts::Accounts,
    options::Options,
    reference,
    result::{RunResult, ScenarioResult},
    run_event::RunEvent,
    suite,
    transcript::{Transcript, verified},
    verdict::Verdict,
    wire::Target,
};
use chat_server::{
    accounts,
    app::{RunningServer, Server},
    config::{Config, Database},
};
use tokio::sync::mpsc;

/// A server of its own, and where it is.
async fn start() -> (RunningServer, Target, Accounts) {
    let users = reference::accounts(suite::accounts_wanted() as u64);
    let config = Config {
        database: Database::Memory,
        accounts: accounts::parse(&users.to_json()).expect("the accounts that the suite makes are well formed"),
        ping_interval: Duration::from_secs(1),
        ping_timeout: Duration::from_secs(3),
        ..Config::default()
    };
    let server = Server::start(config).await.expect("the server starts");
    let target = server.url().replace("http://", "ws://").parse().expect("its URL is one");
    (server, target, users)
}

/// Runs the suite, as strictly as it can be, against a server of its own.
async fn run() -> RunResult {
    let (server, target, users) = start().await;
    let options = Options { strict: true, ..Options::default() };
    let result = suite::run(target, users, &options).await.expect("the suite runs");
    server.shutdown().await.expect("the server stops");
    result
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_every_requirement_and_says_what_was_verified() {
    let result = run().await;
    // A transcript that is to be written anew differs from the verified one, which is no fault of the server.
    let writing = std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always");
    for scenario in result.scenarios.iter().filter(|scenario| !writing || scenario.diff.is_none()) {
        assert!(
            matches!(scenario.verdict, Verdict::Pass | Verdict::NotApplicable | Verdict::NotEvaluable),
            "{}: {}\n{:#?}\n{}",
            scenario.id,
            scenario.message.as_deref().unwrap_or_default(),
            scenario.findings,
            scenario.diff.as_deref().unwrap_or_default(),
        );
    }
    for scenario in result.scenarios.iter().filter(|scenario| scenario.comparable) {
        verify(scenario);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_away_half_way_is_accused_of_nothing() {
    let (server, target, users) = start().await;
    let (events, mut stream) = mpsc::channel(1024);
    let watching = tokio::spawn(async move {
        let (mut server, mut finished) = (Some(server), 0);
        while let Some(event) = stream.recv().await {
            finished += u32::from(matches!(event, RunEvent::ScenarioFinished(_)));
            if finished == 20
                && let Some(server) = server.take()
            {
                server.shutdown().await.expect("the server stops");
            }
        }
    });
    let result = suite::run_with(target, users, &Options::default(), None, Some(events)).await.expect("the run begins");
    watching.await.expect("the server was stopped");
    let said: Vec<_> = result.scenarios.iter().flat_map(|scenario| &scenario.findings).collect();
    assert!(said.is_empty(), "{said:#?}");
    assert_eq!(result.verdict, Verdict::HarnessError);
    assert!(result.notes[0].contains("did not live to the end of the run"), "{:?}", result.notes);
    let count = |verdict| result.scenarios.iter().filter(|scenario| scenario.verdict == verdict).count();
    assert!(count(Verdict::Pass) >= 12 && count(Verdict::NotEvaluable) >= 100, "what was learnt until then is told");
}

/// Compares a transcript with its snapshot in `fixtures/transcripts/`, where `cargo insta review` shows a new one.
fn verify(scenario: &ScenarioResult) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures/transcripts")
        .join(verified::path(&scenario.id));
    let (folder, name) = (path.parent().expect("it is in a folder"), path.file_stem().expect("it has a name"));
    insta::with_settings!({
        snapshot_path => folder,
        prepend_module_to_snapshot => false,
        omit_expression => true,
        description => scenario.title.clone(),
    }, {
        let text = Transcript::from_lanes(scenario.transcript.clone()).render();
        insta::assert_snapshot!(name.to_string_lossy().into_owned(), text);
    });
}
