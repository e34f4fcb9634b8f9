//! A unified diff in colour. Where a line took the place of another, the words that differ stand out.

use maud::{Markup, html};
use similar::{ChangeTag, TextDiff};

use crate::report::{html::markup::foreign, text::visible};

/// Words are not compared in lines that are longer.
const LONGEST_COMPARED: usize = 4_000;

/// The whole diff.
pub(crate) fn diff(text: &str) -> Markup {
    let lines: Vec<_> = text.lines().collect();
    let rows: Vec<_> = (0..lines.len()).map(|number| row(&lines, number)).collect();
    html! {
        h3 { "Difference " small { "− as verified, + as this server does it" } }
        pre.diff { @for row in rows { (row) } }
    }
}

/// One line of it.
fn row(lines: &[&str], number: usize) -> Markup {
    let line = lines[number];
    let class = match mark(line) {
        Some('+') => "added",
        Some('-') => "removed",
        Some('@') => "where",
        _ => "same",
    };
    html! {
        span.(class) {
            @match partner(lines, number) {
                Some(other) => { (&line[..1]) (emphasised(&line[1..], &other[1..])) }
                None => (foreign(line)),
            }
            "\n"
        }
    }
}

/// The line that this one took the place of, or that took its place: removed lines are followed by as many added ones.
fn partner<'a>(lines: &[&'a str], number: usize) -> Option<&'a str> {
    let mine = mark(lines[number]).filter(|mark| ['+', '-'].contains(mark))?;
    let in_block = |line: &&&str| mark(line).is_some_and(|mark| mark == '+' || mark == '-');
    let start = number - lines[..number].iter().rev().take_while(in_block).count();
    let end = number + lines[number..].iter().take_while(in_block).count();
    let removed = lines[start..end].iter().take_while(|line| mark(line) == Some('-')).count();
    let added = lines[start + removed..end].iter().take_while(|line| mark(line) == Some('+')).count();
    if removed != added || start + removed + added != end {
        return None;
    }
    let other = if mine == '-' { lines[number + removed] } else { lines[number - removed] };
    (lines[number].len().max(other.len()) <= LONGEST_COMPARED).then_some(other)
}

fn mark(line: &str) -> Option<char> {
    line.chars().next()
}

/// A line with the words that the other line does not have standing out.
fn emphasised(line: &str, other: &str) -> Markup {
    let (other, line) = (words(other), words(line));
    let diff = TextDiff::from_slices(&other, &line);
    html! {
        bdi {
            @for change in diff.iter_all_changes() {
                @match change.tag() {
                    ChangeTag::Equal => (visible(change.value())),
                    ChangeTag::Insert => em { (visible(change.value())) },
                    ChangeTag::Delete => {}
                }
            }
        }
    }
}

/// A line as words and the characters between them: JSON has few blanks.
fn words(line: &str) -> Vec<&str> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let mut words = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let end = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_differ_stand_out() {
        let html = diff("@@ -1 +1 @@\n same\n-{\"a\":\"two\"}\n+{\"a\":\"<b\"}\n").into_string();
        assert!(html.contains("-<bdi>{&quot;a&quot;:&quot;<em>two</em>&quot;}</bdi>"), "{html}");
        assert!(html.contains("+<bdi>{&quot;a&quot;:&quot;<em>&lt;</em><em>b</em>&quot;}</bdi>"), "{html}");
    }

    #[test]
    fn lines_without_a_partner_stand_as_they_are() {
        let html = diff("-one\n+two\n+three\n \n").into_string();
        assert!(html.contains(r#"<span class="added">"#) && !html.contains("<em>"), "{html}");
    }
}
