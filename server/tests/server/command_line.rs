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
        Self::run(command(directory, arguments))
    }

    /// Starts a server whose files may not become longer than this, in KiB: as on a disk that is nearly full.
    #[cfg(unix)]
    fn serve_on_small_disk(directory: &Path, most: u32, arguments: &[&str]) -> (Self, String, Value) {
        let mut shell = Command::new("bash");
        let limited = format!("trap '' XFSZ; ulimit -f {most}; exec \"$@\"");
        let server = command(directory, arguments);
        shell.args(["-c", &limited, "bash"]).arg(server.get_program()).args(server.get_args());
        shell.current_dir(directory).stdin(Stdio::null());
        Self::run(shell)
    }

    fn run(mut command: Command) -> (Self, String, Value) {
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
    fn interrupt(self) -> Option<i32> {
        self.end("-INT").0
    }

    /// Sends a signal; gives the exit code, and what was logged.
    #[cfg(unix)]
    fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let kill = Command::new("kill").args([signal, &self.0.id().to_string()]).status().unwrap();
        assert!(kill.success());
        let mut log = String::new();
        self.0.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.0.wait().unwrap().code(), log)
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

/// Whoever waits for `READY` may end it at once: a signal that came too early would kill it.
#[cfg(unix)]
#[test]
fn it_ends_cleanly_as_soon_as_it_is_ready() {
    let directory = tempfile::tempdir().unwrap();
    for signal in ["-TERM", "-INT", "-TERM", "-INT", "-TERM", "-INT"] {
        let (process, ..) = Process::serve(directory.path(), &["serve", "--listen", "127.0.0.1:0"]);
        let (code, log) = process.end(signal);
        assert_eq!(code, Some(0), "{signal}: {log}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_log_for_debugging_shows_no_token_and_nothing_that_people_write() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--log-level", "trace"];
    let (process, _, ready) = Process::serve(directory.path(), &arguments);
    let mut client = Client::connect_to(ready["url"].as_str().unwrap(), OpenOptions::default()).await;
    assert_eq!(client.authorise(ALICE).await["success"], true);
    client.act("chat.start", json!({ "user_id": 102, "text": "for Bob alone" })).await;
    let (code, log) = process.end("-TERM");
    assert_eq!(code, Some(0));
    assert!(log.contains("TRACE") || log.contains("DEBUG"), "{log}");
    assert!(!log.contains("demo-101-") && !log.contains("for Bob alone"), "{log}");
}

/// What is announced while the disk is full, or after it was, is stored; whatever SQLite itself took back.
#[cfg(unix)]
#[tokio::test]
async fn nothing_is_announced_that_a_full_disk_did_not_take() {
    let directory = tempfile::tempdir().unwrap();
    let listen = ["serve", "--listen", "127.0.0.1:0"];
    let (process, _, ready) = Process::serve_on_small_disk(directory.path(), 1_000, &listen);
    let mut alice = Client::connect_to(ready["url"].as_str().unwrap(), OpenOptions::default()).await;
    alice.authorise(ALICE).await;
    let start = |number: u32, text: &str| json!({ "user_id": 102, "text": format!("{number} {text}") });
    let (mut stored, mut refused) = (Vec::new(), 0);
    for number in 0..200 {
        // Long ones do not find room any more, and short ones do now and then.
        let text = if refused > 0 && number % 2 == 0 { "short".to_owned() } else { "x".repeat(9_000) };
        let answer = alice.ask("chat.start", start(number, &text)).await;
        match answer["ok"] == true {
            true => stored.push(format!("{number} {text}")),
            false => refused += 1,
        }
    }
    assert!(!stored.is_empty() && refused > 10, "{} stored, {refused} refused", stored.len());
    drop(process);

    let (_process, _, ready) = Process::serve(directory.path(), &listen);
    let mut alice = Client::connect_to(ready["url"].as_str().unwrap(), OpenOptions::default()).await;
    let room = alice.authorise(ALICE).await["dialogs"][0]["room"]["id"].as_u64().unwrap();
    let mut found = Vec::new();
    let mut last_id = json!(null);
    loop {
        alice.emit("chat.history", json!({ "room_id": room, "limit": 100, "last_id": last_id })).await;
        let page = alice.hear("on.chat.history").await;
        let Some(oldest) = page["messages"].get(0) else { break };
        last_id = oldest["id"].clone();
        let texts = page["messages"].as_array().unwrap().iter().map(|message| message["text"].as_str().unwrap());
        found = texts.map(str::to_owned).chain(found).collect();
    }
    assert_eq!(found, stored);
}

#[test]
fn a_second_server_on_the_same_database_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["serve", "--listen", "127.0.0.1:0"];
    let (first, ..) = Process::serve(directory.path(), &arguments);
    let (code, _, stderr) = output(directory.path(), &arguments);
    assert!(stderr.contains("another server runs on the database chat.db"), "{stderr}");
    assert_eq!(code, Some(2));
    drop(first);
    // However the first one ended.
    drop(Process::serve(directory.path(), &arguments));
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
        (vec!["serve", "--listen", "localhost:3000"], 2, "expected an IP address and a port".into()),
        (vec!["serve", "--log-level", "nonsense"], 2, "expected off, error, warn, info".into()),
        (vec!["serve", "--log-level", "chat_server==x"], 2, "expected off, error, warn, info".into()),
        (vec!["serve", "--socket-path", "/chat/../x"], 2, "expected a path that begins with a slash".into()),
        (vec!["serve", "--ping-interval", "soon"], 2, "expected a duration, such as 25s".into()),
        (vec!["serve", "--join-timeout", "5m"], 2, "expected a minute at most (CONN-4)".into()),
        (vec!["serve", "--max-outgoing-packets", "0"], 2, "0 is not in 16..".into()),
        (vec!["serve", "--max-message-bytes", "100"], 2, "100 is not in 1024..=67108864".into()),
        (vec!["serve", "--socket-path", "/docs"], 2, "something else is served on that path".into()),
        (vec!["serve", "--socket-path", "/healthz/"], 2, "something else is served on that path".into()),
        (vec!["user", "add", "--id", "0"], 2, "expected an integer from 1".into()),
        (vec!["user", "add", "--database", ":memory:"], 2, "a database in memory is gone at once".into()),
    ] {
        let (actual, _, stderr) = output(directory.path(), &arguments);
        assert!(stderr.contains(&said), "{arguments:?}: {stderr}");
        assert_eq!(actual, Some(code), "{arguments:?}: {stderr}");
    }
}
