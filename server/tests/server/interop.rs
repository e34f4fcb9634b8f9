//! Off-the-shelf clients. `socket.io-client` walks through all ten actions, exactly as the original document connects.

use std::{path::Path, process::Command, sync::Mutex};

use crate::support::{ALICE, BOB, start, token};

/// Runs a program; `false` where it is not there.
fn run(command: &mut Command) -> bool {
    match command.output() {
        Ok(output) => {
            let said = |bytes| String::from_utf8_lossy(bytes).into_owned();
            assert!(output.status.success(), "{}\n{}", said(&output.stdout), said(&output.stderr));
            true
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => panic!("{error}"),
    }
}

/// Runs a script with the official client against a server of its own, as users of it.
async fn run_script(script: &'static str, users: &[u64]) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop");
    if !is_installed(&directory) {
        assert!(std::env::var_os("CI").is_none(), "CI needs Node: npm is not there");
        println!("SKIPPED: npm is not there, so that socket.io-client was not tried");
        return;
    }
    let server = start().await;
    let mut node = Command::new("node");
    node.arg(script).arg(server.url()).args(users.iter().map(|user| format!("{user}:{}", token(*user))));
    node.current_dir(directory);
    if !tokio::task::spawn_blocking(move || run(&mut node)).await.unwrap() {
        assert!(std::env::var_os("CI").is_none(), "CI needs Node");
        println!("SKIPPED: Node is not there, so that socket.io-client was not tried");
    }
}

/// Installs the official client where it is not there yet, once for all tests; `false` where that cannot be.
fn is_installed(directory: &Path) -> bool {
    static INSTALLED: Mutex<()> = Mutex::new(());
    let _one_at_a_time = INSTALLED.lock().unwrap();
    directory.join("node_modules/socket.io-client").exists()
        || run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(directory))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_official_javascript_client_walks_through_all_ten_actions() {
    run_script("walk.mjs", &[ALICE, BOB]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_official_javascript_client_stays_connected_whatever_its_events_are_called() {
    run_script("names.mjs", &[ALICE]).await;
}

/// rust_socketio is a project of its own beside this one, so that nothing of its many dependencies gets into the
/// workspace.
#[cfg(feature = "interop-rust-socketio")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rust_socketio_walks_through_all_ten_actions() {
    let server = start().await;
    let url = server.url().to_owned();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/rust_socketio");
    let walk = move || {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["run", "--quiet", "--locked", "--"]).arg(url);
        cargo.args([ALICE, BOB].map(|user| format!("{user}:{}", token(user))));
        assert!(run(cargo.current_dir(directory)));
    };
    tokio::task::spawn_blocking(walk).await.unwrap();
}
