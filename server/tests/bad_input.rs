//! What `chat-conformance run` says where it was asked for something that cannot be: one sentence and the right exit code,
//! never a word against the server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::path::Path;

use chat_conformance::{
    cli::Cli,
    command::{self, Exit},
};
use chat_server::{
    accounts,
    app::{RunningServer, Server},
    config::Config,
};
use clap::Parser as _;
use serde_json::{Value, json};

async fn start() -> RunningServer {
    let accounts = accounts::parse(chat_fixtures::ACCOUNTS).unwrap();
    Server::start(Config { accounts, ..Config::default() }).await.unwrap()
}

async fn run(arguments: &[&str]) -> Exit {
    let words = ["chat-conformance", "run"].iter().chain(arguments);
    Box::pin(command::run(Cli::try_parse_from(words).unwrap())).await
}

fn shown(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn a_token_that_the_server_refuses_is_bad_input_whoever_has_it() {
    let server = start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("accounts.json");
    let demo: Value = serde_json::from_str(chat_fixtures::ACCOUNTS).unwrap();
    let all = demo["accounts"].as_array().unwrap().len();
    for wrong in [0, 1, all / 2, all - 1] {
        let mut accounts = demo.clone();
        accounts["accounts"][wrong]["token"] = json!("a token that the server never had");
        std::fs::write(&file, accounts.to_string()).unwrap();
        let exit = run(&[server.url(), "--accounts", shown(&file), "--filter", "CONN-1", "--cases", "0"]).await;
        assert_eq!(exit, Exit::BadInput, "the token of account {wrong}");
    }
    // The control: with the right tokens the same run is fine.
    std::fs::write(&file, demo.to_string()).unwrap();
    let exit = run(&[server.url(), "--accounts", shown(&file), "--filter", "CONN-1", "--cases", "0"]).await;
    assert_eq!(exit, Exit::Fine);
}

#[tokio::test]
async fn users_without_a_server_are_bad_input() {
    for users in [["--accounts", "accounts.json"], ["--provision", "true"], ["--provision-url", "http://127.0.0.1:1/"]]
    {
        assert_eq!(run(&users).await, Exit::BadInput, "{users:?}");
    }
}

#[tokio::test]
async fn a_run_that_checks_nothing_is_no_success_in_any_report() {
    let server = start().await;
    let folder = tempfile::tempdir().unwrap();
    let [markdown, junit] = ["report.md", "report.xml"].map(|name| folder.path().join(name));
    let reports = [format!("markdown={}", shown(&markdown)), format!("junit={}", shown(&junit))];
    // The server would have to be restarted for these, and the suite did not start it.
    let exit = run(&[server.url(), "--filter", "DUR", "--report", &reports[0], "--report", &reports[1]]).await;
    assert_eq!(exit, Exit::NothingRan);
    let markdown = std::fs::read_to_string(markdown).unwrap();
    assert!(markdown.contains("No verdict") && !markdown.contains("Conformant"), "{markdown}");
    let junit = std::fs::read_to_string(junit).unwrap();
    assert!(junit.contains("<error") && junit.contains("nothing could be checked"), "{junit}");
}

#[tokio::test]
async fn reports_that_cannot_be_written_are_told_before_the_run() {
    let server = start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.json");
    let (plain, dotted) = (format!("json={}", shown(&file)), format!("junit={}/./a.json", shown(folder.path())));
    let arguments = [server.url(), "--filter", "CONN-1", "--cases", "0", "--report"];
    assert_eq!(run(&[&arguments[..], &[&plain, "--report", &dotted]].concat()).await, Exit::BadInput);
    assert_eq!(run(&[&arguments[..], &[&plain, "--record", shown(&file)]].concat()).await, Exit::BadInput);
    assert!(!file.exists(), "nothing ran");
    assert_eq!(run(&[&arguments[..], &[&plain]].concat()).await, Exit::Fine);
}
