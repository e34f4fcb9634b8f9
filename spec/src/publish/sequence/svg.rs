//! A conversation drawn as SVG, for pages that must work without a network and without a drawing library.
//!
//! Colours come from the page's style sheet (`.sequence …`), so the picture follows light and dark.

use std::fmt::Write as _;

use crate::conversations::{Conversation, Line, Party};

const LANE: usize = 128;
const HEAD: usize = 30;
const ROW: usize = 34;
const MARGIN: usize = 10;

/// The picture.
#[must_use]
pub fn picture(conversation: &Conversation) -> String {
    let parties = conversation.parties();
    let lines = conversation.lines();
    let width = parties.len() * LANE;
    let height = MARGIN + HEAD + (lines.len() + 1) * ROW;
    let mut svg = String::new();
    element(
        &mut svg,
        format_args!(
            r#"<svg class="sequence" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{}">"#,
            escaped(&described(conversation)),
        ),
    );
    for (lane, party) in parties.iter().enumerate() {
        head(&mut svg, lane, *party, height);
    }
    let centre =
        |party: Party| parties.iter().position(|other| *other == party).map_or(0, |lane| lane * LANE + LANE / 2);
    for (row, line) in lines.iter().enumerate() {
        let y = MARGIN + HEAD + (row + 1) * ROW;
        match *line {
            Line::Says { from, to, what, answers } => arrow(&mut svg, centre(from), centre(to), y, what, answers),
            Line::Note(beside, text) => note(&mut svg, centre(beside), y, width, text),
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// The picture in words, for those who do not see it.
fn described(conversation: &Conversation) -> String {
    let said = conversation.lines().into_iter().map(|line| match line {
        Line::Says { from, to, what, .. } => format!("{} to {}: {what}", from.label(), to.label()),
        Line::Note(beside, text) => format!("{}: {text}", beside.label()),
    });
    format!("{}. {}.", conversation.title, said.collect::<Vec<_>>().join(". "))
}

fn head(svg: &mut String, lane: usize, party: Party, height: usize) {
    let (left, centre) = (lane * LANE + 6, lane * LANE + LANE / 2);
    element(
        svg,
        format_args!(r#"<line class="life" x1="{centre}" y1="{}" x2="{centre}" y2="{height}"/>"#, MARGIN + HEAD),
    );
    element(
        svg,
        format_args!(r#"<rect class="head" x="{left}" y="{MARGIN}" width="{}" height="{HEAD}" rx="6"/>"#, LANE - 12,),
    );
    label(svg, "who", centre, MARGIN + HEAD / 2 + 5, party.label());
}

fn arrow(svg: &mut String, from: usize, to: usize, y: usize, what: &str, answers: bool) {
    let class = if answers { "answer" } else { "ask" };
    let (tip, back) = if to > from { (to - 1, to - 9) } else { (to + 1, to + 9) };
    element(svg, format_args!(r#"<line class="{class}" x1="{from}" y1="{y}" x2="{back}" y2="{y}"/>"#));
    element(svg, format_args!(r#"<polygon class="tip" points="{tip},{y} {back},{} {back},{}"/>"#, y - 4, y + 4,));
    // Beside the one who hears it, so that no line of life crosses the words.
    let middle = if to > from { to - LANE / 2 } else { to + LANE / 2 };
    label(svg, "what", middle, y - 7, what);
}

fn note(svg: &mut String, centre: usize, y: usize, width: usize, text: &str) {
    // About seven pixels a character, and a little air; kept inside of the picture.
    let wide = text.chars().count() * 7 + 16;
    let left = centre.saturating_sub(wide / 2).min(width.saturating_sub(wide + 2)).max(2);
    element(svg, format_args!(r#"<rect class="note" x="{left}" y="{}" width="{wide}" height="22" rx="3"/>"#, y - 18,));
    label(svg, "aside", left + wide / 2, y - 3, text);
}

fn label(svg: &mut String, class: &str, x: usize, y: usize, text: &str) {
    element(
        svg,
        format_args!(r#"<text class="{class}" x="{x}" y="{y}" text-anchor="middle">{}</text>"#, escaped(text)),
    );
}

fn element(svg: &mut String, element: std::fmt::Arguments<'_>) {
    writeln!(svg, "{element}").expect("a String takes any text");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversations::CONVERSATIONS;

    #[test]
    fn draws_a_line_for_each_message_and_lane() {
        for conversation in CONVERSATIONS {
            let svg = picture(conversation);
            let messages = conversation.lines().iter().filter(|line| matches!(line, Line::Says { .. })).count();
            assert_eq!(svg.matches("<polygon").count(), messages, "{}", conversation.title);
            assert_eq!(svg.matches(r#"class="life""#).count(), conversation.parties().len());
            assert!(!svg.contains("\n\n"), "an empty line would end the block of HTML that it stands in");
        }
    }
}
