//! A sample of the suite's self-test: the suite finds seeded faults, each by the check that is named for it. All of
//! them are tried by `just self-test`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::{collections::BTreeSet, path::PathBuf, process::Command};

use chat_conformance::self_test::{
    catalogue, command,
    fault::Made,
    report,
    run::{self, Plan},
    stage::Binaries,
};

/// Of every kind some: made by the proxy and in the server, conditional or not, dropped, doubled, altered, leaked.
const SAMPLE: [&str; 15] = [
    "conn-1-interval-in-text",
    "evt-1-third-message-twice",
    "auth-2-any-token",
    "auth-6-oldest-message",
    "pres-8-refused-announced",
    "start-3-one-payload-for-both",
    "send-2-a-flag",
    "send-3-third-message-leaks",
    "send-4-cuts-astral",
    "send-5-third-message-lost",
    "del-4-announced-again",
    "hist-3-position-included",
    "read-4-other-side-told",
    "drop-3-still-sends",
    "type-3-no-offset",
];

/// Where the servers are. Cargo builds examples with the tests of their package, but not with a single test of it.
async fn binaries() -> Binaries {
    let reference = PathBuf::from(env!("CARGO_BIN_EXE_chat-server"));
    let faulty = reference.with_file_name("examples").join("faulty");
    if faulty.is_file() { Binaries { reference, faulty } } else { command::build().await.unwrap() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_of_faults_is_caught() {
    let matrix = run::run(&Plan::of(&SAMPLE, 4), &binaries().await, |_| {}).await;
    assert!(matrix.holds(), "{}", report::table(&matrix));
    assert_eq!(matrix.faults.len(), SAMPLE.len());
}

#[tokio::test]
async fn every_fault_in_the_server_has_a_decorator() {
    let listed = Command::new(binaries().await.faulty).arg("--list").output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let seeded: BTreeSet<&str> = listed.lines().collect();
    let named: BTreeSet<&str> =
        catalogue::all().filter(|fault| matches!(fault.made, Made::InTheServer)).map(|fault| fault.id).collect();
    assert_eq!(seeded, named);
}
