//! What is random in the suite sees: faults that show themselves only where several act at once are found by the
//! checker of concurrent histories, and faults in the reading of payloads by payloads that are derived from the
//! schemas; each by its own requirement, and explained by a few events or one small payload.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::path::PathBuf;

use chat_conformance::{
    options::Options,
    reference,
    result::Finding,
    self_test::{catalogue, fault::Fault, stage::Binaries},
    suite,
    verdict::Verdict,
};
use futures_util::{StreamExt as _, stream};

/// Faults that need several at once, those of other files of the catalogue included.
const FAULTS: [&str; 12] = [
    "send-1-dropped-in-bursts",
    "send-2-lost-update",
    "send-3-shared-variable",
    "send-5-lost-where-both-send",
    "send-6-history-by-arrival",
    "send-7-overtaken",
    "send-8-own-first",
    "send-8-second-device-late",
    "evt-1-redelivered-under-load",
    "auth-11-second-device-skipped",
    "del-2-comes-back",
    "start-9-two-rooms-at-once",
];

/// Faults in the reading of payloads.
const PAYLOADS: [&str; 19] = [
    "rob-1-missing-text-is-empty",
    "rob-1-negative-made-positive",
    "rob-1-no-payload-ends-the-connection",
    "rob-1-null-payload-crashes",
    "rob-1-number-for-text",
    "rob-1-position-unchecked",
    "rob-1-success-for-nothing",
    "rob-3-extra-argument-refused",
    "rob-3-extra-field-refused",
    "rob-9-fraction-cut",
    "rob-9-id-in-a-text",
    "hist-9-large-limit-refused",
    "hist-10-fraction-rounded",
    "hist-10-negative-is-all",
    "hist-10-zero-is-default",
    "call-3-nulls-stripped",
    "evt-3-null-position-refused",
    "send-4-escapes-html",
    "send-10-empty-accepted",
];

/// How often a fault is tried that did not show itself: whether several are under way at once hangs on chance, and what
/// never showed was not tried.
const TRIES: u64 = 5;

/// Runs some scenarios against a server with a fault until that shows itself; gives what is wrong with what they found.
async fn try_fault(id: &str, filter: &str, cases: u32) -> Option<String> {
    let fault = catalogue::find(id).unwrap();
    for seed in 7..7 + TRIES {
        let (live, findings) = play(fault, filter, cases, seed).await;
        if live == 0 {
            continue;
        }
        let found =
            findings.iter().find(|finding| finding.requirement == fault.breaks && finding.verdict >= Verdict::Warning);
        let Some(found) = found else { return Some(format!("{id} was not found, but {findings:#?}")) };
        let shown = found.got.as_deref().unwrap_or_default();
        println!("{id}: {}\n{shown}\n", found.message);
        let is_short = !shown.is_empty() && shown.lines().count() <= 8;
        return (!is_short).then(|| format!("{id} is not explained in a few lines: {shown}"));
    }
    Some(format!("{id} never showed itself, in {TRIES} runs"))
}

/// How often a fault showed itself, and what was found.
async fn play(fault: &'static Fault, filter: &str, cases: u32, seed: u64) -> (u64, Vec<Finding>) {
    let reference = PathBuf::from(env!("CARGO_BIN_EXE_chat-server"));
    let faulty = reference.with_file_name("examples").join("faulty");
    let accounts = reference::accounts(suite::accounts_wanted() as u64);
    let staged = Binaries { reference, faulty }.stage(fault, &accounts).await.unwrap();
    let options = Options { filter: vec![filter.to_owned()], seed: Some(seed), cases, ..Options::default() };
    let result = suite::run(staged.target.clone(), accounts, &options).await.unwrap();
    let findings = result.scenarios.into_iter().flat_map(|scenario| scenario.findings).collect();
    (staged.stop().await.unwrap(), findings)
}

async fn all_are_found(ids: &[&str], filter: &str, cases: u32) {
    let tries = stream::iter(ids).map(|id| try_fault(id, filter, cases)).buffer_unordered(2);
    let wrong: Vec<String> = tries.filter_map(std::future::ready).collect().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Of every kind some; the self-test tries all, and so do the tests below that take minutes.
#[tokio::test(flavor = "multi_thread")]
async fn a_sample_of_faults_is_found_and_explained() {
    let sample = ["send-3-shared-variable", "send-6-history-by-arrival", "del-2-comes-back"];
    all_are_found(&sample, "concurrent/", 16).await;
    let sample = ["rob-1-negative-made-positive", "rob-9-id-in-a-text", "hist-10-zero-is-default"];
    all_are_found(&sample, "payloads/", 32).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes minutes: a sample of it is tried above, and the self-test tries every fault"]
async fn faults_that_need_several_at_once_are_found_and_explained() {
    all_are_found(&FAULTS, "concurrent/", 16).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes minutes: a sample of it is tried above, and the self-test tries every fault"]
async fn faults_in_the_reading_of_payloads_are_found_by_a_small_payload() {
    all_are_found(&PAYLOADS, "payloads/", 32).await;
}
