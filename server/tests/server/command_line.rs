//! The binary: what it prints, and how it ends.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use chat_conformance::wire::OpenOptions;
use serde_json::{Value, json};

use crate::support::{ALICE, Client};

fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.args(arguments).current_dir(directory).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CHAT_")) {
        command.env_remove(name);
    }
    command
}

fn output(directory: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command(directory, arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A server that was started; stopped when it is dropped.
struct Process(Child);

impl Process {
    fn serve(directory: &Path, arguments: &[&str]) -> (Self, String, Value) {
        let mut command = command(directory, arguments);
        #[expect(clippy::zombie_processes, reason = "the guard that it is put into waits for it")]
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut greeting = String::new();
        for line in lines {
            if let Some(ready) = line.strip_prefix("READY ") {
                return (Self(child), greeting, serde_json::from_str(ready).unwrap());
            }
            greeting += &line;
            greeting.push('\n');
        }
        let mut error = String::new();
        child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
        panic!("the server did not start: {error}");
    }

    #[cfg(unix)]
    fn interrupt(mut self) -> Option<i32> {
        let kill = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status().unwrap();
        assert!(kill.success());
        self.0.wait().unwrap().code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

#[cfg(unix)]
#[tokio::test]
async fn it_says_how_to_connect_serves_and_ends_when_it_is_interrupted() {
    let directory = tempfile::tempdir().unwrap();
    let (process, greeting, ready) = Process::serve(directory.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert!(greeting.contains("transports: ['websocket']") && greeting.contains("id: 101, token: 'demo-101-"));
    let url = ready["url"].as_str().unwrap();
    assert!(url.ends_with(&format!(":{}/", ready["port"])));
    let mut client = Client::connect_to(url, OpenOptions::default()).await;
    assert_eq!(client.authorise(ALICE).await["success"], true);
    // An account that is added while the server runs is known at once.
    let (code, printed, _) = output(directory.path(), &["user", "add", "--id", "7"]);
    assert_eq!(code, Some(0));
    let account: Value = serde_json::from_str(&printed).unwrap();
    let mut added = Client::connect_to(url, OpenOptions::default()).await;
    added.emit("user.auth", account).await;
    assert_eq!(added.hear("on.user.authorized").await["user"]["id"], 7);
    assert_eq!(client.hear("on.user.online").await, json!({ "id": 7, "online": true }));

    assert_eq!(process.interrupt(), Some(0));
    client.closed().await;
    assert!(directory.path().join("chat.db").exists());
}

#[test]
fn what_is_wrong_is_said_in_one_sentence_with_an_exit_code() {
    let directory = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    std::fs::write(directory.path().join("bad.json"), r#"{"accounts": [{"id": 1}]}"#).unwrap();
    std::fs::write(directory.path().join("no.db"), "this is no database, and long enough to be taken for one").unwrap();
    let listen = ["serve", "--listen", "127.0.0.1:0"];
    for (arguments, code, said) in [
        (vec!["serve", "--listen", &address], 3, format!("error: failed to listen on {address}")),
        ([&listen[..], &["--accounts", "none.json"]].concat(), 2, "failed to read the accounts file none.json".into()),
        ([&listen[..], &["--accounts", "bad.json"]].concat(), 2, "`accounts[0]`: missing field `token`".into()),
        ([&listen[..], &["--database", "no.db"]].concat(), 3, "failed to open the database no.db".into()),
        ([&listen[..], &["--database", "no/where.db"]].concat(), 3, "failed to open the database no/where.db".into()),
        (vec!["serve", "--listen", "0.0.0.0:0"], 2, "the demo account 101 would be open to everybody".into()),
        (vec!["serve", "--ping-interval", "soon"], 2, "expected a duration, such as 25s".into()),
        (vec!["user", "add", "--id", "0"], 2, "expected an integer from 1".into()),
    ] {
        let (actual, _, stderr) = output(directory.path(), &arguments);
        assert!(stderr.contains(&said), "{arguments:?}: {stderr}");
        assert_eq!(actual, Some(code), "{arguments:?}: {stderr}");
    }
}
