//! Accounts that are made for a run: by a command, or by a URL.

use std::{process::ExitStatus, time::Duration};

use serde_json::json;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    time::timeout,
};
use url::Url;

use super::{AccountsError, Source};
use crate::process_group::ProcessGroup;

/// The longest answer that is taken, in bytes.
const MAX_ANSWER: u64 = 16 << 20;
/// How much of what a failed command printed is shown, in characters.
const SHOWN: usize = 2_000;

/// What a command prints.
pub(super) async fn command(
    origin: &Source,
    command: &str,
    wanted: usize,
    patience: Duration,
) -> Result<String, AccountsError> {
    let failed = |what| AccountsError::Provision { origin: origin.to_string(), what };
    let mut group = ProcessGroup::spawn(&format!("{command} {wanted}"), &[], None)
        .map_err(|error| failed(format!("it could not be started: {error}")))?;
    let (stdout, stderr) = (group.leader.stdout.take(), group.leader.stderr.take());
    let mut printed = Vec::new();
    let mut complained = Vec::new();
    let ended = timeout(patience, async {
        let (printed, complained, status) =
            tokio::join!(read(stdout, &mut printed), read(stderr, &mut complained), group.leader.wait());
        printed.and(complained).and(status)
    });
    let ended: Result<std::io::Result<ExitStatus>, _> = ended.await;
    let complained = tail(&complained);
    match ended {
        Ok(Ok(status)) if status.success() => {
            String::from_utf8(printed).map_err(|_| failed("what it printed is not UTF-8".to_owned()))
        }
        Ok(Ok(status)) => Err(failed(format!("it ended with {status}{complained}"))),
        Ok(Err(error)) => Err(failed(format!("its output could not be read: {error}"))),
        Err(_) => Err(failed(format!("it did not end within {patience:?}{complained}"))),
    }
}

/// What a URL answers.
pub(super) async fn url(
    origin: &Source,
    url: &Url,
    wanted: usize,
    patience: Duration,
) -> Result<String, AccountsError> {
    let failed = |what| AccountsError::Provision { origin: origin.to_string(), what };
    let answer = async {
        let client = reqwest::Client::builder().timeout(patience).build()?;
        let answer = client.post(url.clone()).json(&json!({"count": wanted})).send().await?;
        let status = answer.status();
        Ok::<_, reqwest::Error>((status, answer.text().await?))
    };
    // reqwest says what happened in its sources alone.
    let (status, text) = answer.await.map_err(|error| failed(chain(&error)))?;
    if !status.is_success() {
        return Err(failed(format!("it answered with HTTP status {status}{}", tail(text.as_bytes()))));
    }
    Ok(text)
}

async fn read(from: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>) -> std::io::Result<()> {
    match from {
        Some(from) => from.take(MAX_ANSWER).read_to_end(into).await.map(drop),
        None => Ok(()),
    }
}

/// The end of what was printed, as the end of a sentence.
fn tail(printed: &[u8]) -> String {
    let printed = String::from_utf8_lossy(printed);
    let printed = printed.trim();
    if printed.is_empty() {
        return String::new();
    }
    let skipped = printed.chars().count().saturating_sub(SHOWN);
    let start = printed.char_indices().nth(skipped).map_or(0, |(start, _)| start);
    format!(":\n{}", &printed[start..])
}

/// An error and its sources, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}
