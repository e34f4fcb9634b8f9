//! The suite, run in-process against this server: everything holds, and every event sequence is as it was reviewed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::time::Duration;

use chat_conformance::{
    options::Options,
    reference,
    result::{RunResult, ScenarioResult},
    suite,
    transcript::{Transcript, verified},
    verdict::Verdict,
};
use chat_server::{
    accounts,
    app::Server,
    config::{Config, Database},
};

/// Runs the suite, as strictly as it can be, against a server of its own.
async fn run() -> RunResult {
    let users = reference::accounts(suite::accounts_wanted() as u64);
    let config = Config {
        database: Database::Memory,
        accounts: accounts::parse(&users.to_json()).expect("the accounts that the suite makes are well formed"),
        ping_interval: Duration::from_secs(1),
        ping_timeout: Duration::from_secs(2),
        ..Config::default()
    };
    let server = Server::start(config).await.expect("the server starts");
    let target = server.url().replace("http://", "ws://").parse().expect("its URL is one");
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
