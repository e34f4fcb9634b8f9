//! The verified transcripts, and what a difference from one means.
//!
//! They are insta snapshots in `fixtures/transcripts/`, one a scenario, written from the reference server, reviewed by
//! reading, and built into the suite.

use chat_fixtures::TRANSCRIPTS;
use similar::{ChangeTag, TextDiff};

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

/// A difference from the verified transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// A unified diff: `-` is verified, `+` is what this server said.
    pub diff: String,
    /// The event in which the first difference is.
    pub event: String,
    /// The lines that were verified there.
    pub expected: String,
    /// The lines that came instead.
    pub got: String,
}

/// Compares a transcript with the verified one; `None` where they are the same.
#[must_use]
pub fn compare(verified: &str, transcript: &str) -> Option<Difference> {
    let transcript = transcript.trim_end();
    if verified == transcript {
        return None;
    }
    let diff = TextDiff::from_lines(verified, transcript);
    let mut event = String::new();
    let (mut expected, mut got) = (String::new(), String::new());
    let mut first = None;
    for change in diff.iter_all_changes() {
        let line = change.value().trim_end();
        let named = ["  -> ", "  <- ", "  -- "].iter().find_map(|mark| line.strip_prefix(mark));
        if change.tag() == ChangeTag::Equal {
            if first.is_some() {
                break;
            }
            event = named.map_or(event, str::to_owned);
            continue;
        }
        if first.is_none() {
            first = Some(());
            event = named.map_or(event, str::to_owned);
        }
        let side = if change.tag() == ChangeTag::Delete { &mut expected } else { &mut got };
        side.push_str(line.trim_start());
        side.push('\n');
    }
    let text = diff.unified_diff().context_radius(3).header("verified", "this server").to_string();
    Some(Difference { diff: text, event, expected: expected.trim_end().into(), got: got.trim_end().into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_the_event_that_it_is_in() {
        let verified = "alice\n  -> chat.read\n       room_id: 1\n  <- on.chat.read\n       unread_count: 0";
        assert_eq!(compare(verified, verified), None);
        let difference = compare(verified, &verified.replace("count: 0", "count: 4")).unwrap();
        assert_eq!(difference.event, "on.chat.read");
        assert_eq!((difference.expected.as_str(), difference.got.as_str()), ("unread_count: 0", "unread_count: 4"));
    }
}
