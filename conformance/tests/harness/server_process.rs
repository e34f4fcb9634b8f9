//! Servers that the suite starts itself. The server is this very test binary, run again for one ignored test.

use std::{path::PathBuf, time::Duration};

use chat_conformance::server_process::{ServerCommand, ServerProcess, StartError, Stopped};
use chat_conformance::wire::{Connection, Incoming};
use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::{accept_async, tungstenite::Message};

use crate::server::{OPEN, PATIENCE, next, options};

/// Not a test: a server. It notes each of its starts in its folder.
#[tokio::test]
#[ignore = "a server for the other tests, which start it"]
async fn serve() {
    let Ok(dir) = std::env::var("CHAT_DIR") else { return };
    assert!(std::fs::read_to_string(std::env::var("CHAT_ACCOUNTS").unwrap()).unwrap().contains("accounts"));
    let runs = PathBuf::from(dir).join("runs");
    let before = std::fs::read_to_string(&runs).unwrap_or_default();
    std::fs::write(&runs, format!("{before}x")).unwrap();
    let port: u16 = std::env::var("PORT").unwrap().parse().unwrap();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    println!("serving run {}", before.len() + 1);
    loop {
        let (tcp, _) = listener.accept().await.unwrap();
        let mut socket = accept_async(tcp).await.unwrap();
        socket.send(Message::text(OPEN)).await.unwrap();
        while let Some(Ok(Message::Text(_))) = socket.next().await {
            socket.send(Message::text("40")).await.unwrap();
            socket.send(Message::text(format!(r#"42["run",{}]"#, before.len() + 1))).await.unwrap();
        }
    }
}

/// The shell command that runs [`serve`], after some other words.
fn command(before: &str) -> ServerCommand {
    let this = std::env::current_exe().unwrap();
    let this = shlex::try_quote(this.to_str().unwrap()).unwrap().into_owned();
    let command = format!("{before} {this} server_process::serve --exact --ignored --nocapture");
    ServerCommand { start_patience: PATIENCE, ..ServerCommand::new(command, r#"{"accounts": []}"#) }
}

/// Which run of it serves.
async fn run_of(server: &ServerProcess) -> String {
    let mut connection = Connection::open(server.target(), options()).await.unwrap();
    let Incoming::Event(event) = next(&mut connection).await else { panic!("an event") };
    event.args[0].to_string()
}

#[tokio::test]
async fn it_serves_stops_and_serves_again_from_the_same_folder() {
    let mut server = ServerProcess::start(command("")).await.unwrap();
    assert_eq!(run_of(&server).await, "1");
    assert!(server.last_lines(3).contains("serving run 1"), "{}", server.last_lines(3));
    assert_eq!(server.stop().await.unwrap(), Stopped::Gracefully);
    assert!(Connection::open(server.target(), options()).await.is_err());
    assert_eq!(server.stop().await.unwrap(), Stopped::Before);

    server.restart().await.unwrap();
    assert_eq!(run_of(&server).await, "2");
    server.kill().await.unwrap();
    assert!(server.has_ended());
    server.restart().await.unwrap();
    server.restart().await.unwrap();
    assert_eq!(run_of(&server).await, "4");
}

#[tokio::test]
async fn one_that_ignores_the_request_to_end_is_killed() {
    let command = ServerCommand { stop_patience: Duration::from_millis(200), ..command("trap '' TERM; ") };
    let mut server = ServerProcess::start(command).await.unwrap();
    assert_eq!(server.stop().await.unwrap(), Stopped::Killed);
    assert!(Connection::open(server.target(), options()).await.is_err());
}

#[tokio::test]
async fn one_behind_a_shell_is_stopped_as_a_whole() {
    let behind = command("");
    let command = ServerCommand { command: format!("({}); true", behind.command), ..behind };
    let mut server = ServerProcess::start(command).await.unwrap();
    assert_eq!(server.stop().await.unwrap(), Stopped::Gracefully);
    assert!(Connection::open(server.target(), options()).await.is_err());
}

#[tokio::test]
async fn dropping_it_ends_it() {
    let server = ServerProcess::start(command("")).await.unwrap();
    let mut connection = Connection::open(server.target(), options()).await.unwrap();
    drop(server);
    while !matches!(next(&mut connection).await, Incoming::Closed { .. }) {}
}

#[tokio::test]
async fn one_that_ends_at_once_shows_its_last_words() {
    let failing = ServerCommand::new("echo starting; echo cannot find {dir}/x on {port} >&2; exit 7", "");
    let error = ServerProcess::start(failing).await.unwrap_err();
    assert!(matches!(error, StartError::Exited { .. }), "{error}");
    let text = error.to_string();
    assert!(text.starts_with("the server ended with exit status: 7 before it answered on port"), "{text}");
    assert!(text.contains("starting") && text.contains("/data/x on "), "{text}");
}

#[tokio::test]
async fn one_that_never_answers_is_given_up() {
    let silent = ServerCommand { start_patience: Duration::from_millis(300), ..ServerCommand::new("sleep 1000", "") };
    let text = ServerProcess::start(silent).await.unwrap_err().to_string();
    assert!(text.contains("did not answer within 300ms: nothing listens at 127.0.0.1"), "{text}");
    assert!(text.ends_with("; it printed nothing"), "{text}");
}
