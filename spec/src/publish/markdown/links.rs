//! Anchors of headings, and links from every mention of a requirement or decision to where it stands.

use crate::requirements::{Requirement, decisions, readings};

/// The anchor that a heading gets, as GitHub makes it.
pub(crate) fn slug(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// The lines of a text that are not in a fenced block of code.
pub(super) fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let fence = line.starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

/// A text in which each mention of a requirement or decision is a link. Leaves code, headings and the mention that
/// stands right behind its own anchor as they are.
pub(super) fn linked(text: &str) -> String {
    let mut fenced = false;
    let mut out = String::with_capacity(text.len() * 2);
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        if fenced || line.starts_with('#') || line.starts_with("```") {
            out.push_str(line);
        } else {
            link_line(line, &mut out);
        }
        out.push('\n');
    }
    out
}

fn link_line(line: &str, out: &mut String) {
    // Every second piece is between backticks.
    for (index, piece) in line.split('`').enumerate() {
        if index > 0 {
            out.push('`');
        }
        if index % 2 == 1 {
            out.push_str(piece);
            continue;
        }
        let mut rest = piece;
        while !rest.is_empty() {
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            if is_known(word) && !out.ends_with(['[', '#', '>']) {
                out.push_str(&format!("[{word}](#{})", slug(word)));
            } else {
                out.push_str(word);
            }
            let other = after.find(is_word).unwrap_or(after.len());
            out.push_str(&after[..other]);
            rest = &after[other..];
        }
    }
}

fn is_known(id: &str) -> bool {
    Requirement::find(id).is_some()
        || decisions().iter().any(|decision| decision.id == id)
        || readings().iter().any(|reading| reading.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_what_is_known_and_nothing_in_code_or_headings() {
        assert_eq!(linked("Kept (SEND-4, D7), not X-1."), "Kept ([SEND-4](#send-4), [D7](#d7)), not X-1.\n");
        for untouched in
            ["# SEND-4\n", "`SEND-4`\n", "```\nSEND-4\n```\n", "[SEND-4](#send-4)\n", "<a id=\"d7\"></a>D7\n"]
        {
            assert_eq!(linked(untouched), untouched);
        }
    }

    #[test]
    fn makes_the_anchors_that_github_makes() {
        assert_eq!(slug("`on.message.new`"), "onmessagenew");
        assert_eq!(slug("At a glance"), "at-a-glance");
        assert_eq!(slug("SEND-4"), "send-4");
    }
}
