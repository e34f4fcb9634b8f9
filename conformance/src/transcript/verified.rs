//! The verified transcripts.
//!
//! They are insta snapshots in `fixtures/transcripts/`, one a scenario, written from the reference server, reviewed by
//! reading, and built into the suite.

use chat_fixtures::TRANSCRIPTS;
use similar::TextDiff;

/// Where the verified transcript of a scenario is kept, below `fixtures/transcripts/`.
///
/// `message.send/stays_exact` is in `message/send/stays_exact.snap`.
#[must_use]
pub fn path(scenario: &str) -> String {
    let (group, name) = scenario.split_once('/').unwrap_or(("", scenario));
    format!("{}/{name}.snap", group.replace(['.', ' '], "/"))
}

/// The verified transcript of a scenario; `None` where none was reviewed yet.
#[must_use]
pub fn of(scenario: &str) -> Option<&'static str> {
    let file = TRANSCRIPTS.get_file(path(scenario))?;
    // insta's files begin with a header between two lines of dashes.
    let (_, contents) = file.contents_utf8()?.strip_prefix("---\n")?.split_once("\n---\n")?;
    Some(contents.trim_end())
}

/// How a transcript differs from the verified one, as a unified diff: `-` is verified, `+` is what this server said.
/// `None` where they are the same.
#[must_use]
pub fn diff(verified: &str, transcript: &str) -> Option<String> {
    let transcript = transcript.trim_end();
    (verified != transcript).then(|| {
        let diff = TextDiff::from_lines(verified, transcript);
        diff.unified_diff().context_radius(3).header("verified", "this server").to_string()
    })
}
