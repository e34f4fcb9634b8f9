//! Texts of others on a page: escaped, made visible, cut where they are too long; and small parts that recur.

use maud::{Markup, html};

use crate::{
    report::{
        summary::{Counts, Shown},
        text::{cut, visible},
    },
    verdict::Verdict,
};

/// How much of one text is shown. All of it is in the JSON report.
const LONGEST_TEXT: usize = 20_000;

/// A text of somebody else. Its direction does not touch what stands around it.
pub(crate) fn foreign(text: &str) -> Markup {
    html! { bdi { (visible(&cut(text, LONGEST_TEXT))) } }
}

/// A text in which code stands between back-ticks, as the texts of requirements and the suite's own are written.
pub(crate) fn prose(text: &str) -> Markup {
    html! {
        @for piece in pieces(text) {
            @match piece {
                Piece::Prose(words) => (visible(words)),
                Piece::Code(code) => code { (visible(code)) },
            }
        }
    }
}

/// The verdict as a mark: a glyph, and its words for those who hover or listen.
pub(crate) fn mark(verdict: Verdict) -> Markup {
    html! { span.mark data-verdict=(verdict) role="img" aria-label=(verdict.words()) title=(verdict.words()) { (verdict.glyph()) } }
}

/// How often each verdict was given, as one bar.
pub(crate) fn bar(counts: Counts) -> Markup {
    html! {
        div.bar aria-hidden="true" {
            @for (verdict, number) in counts.present() {
                span data-verdict=(verdict) style={ "flex-grow:" (number) } title=(verdict.counted(number)) {}
            }
        }
    }
}

/// A text as the id of an element that can be linked to.
pub(crate) fn anchor(kind: &str, text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    let text: String = text.chars().map(|character| if plain(character) { character } else { '-' }).collect();
    format!("{kind}-{text}")
}

/// A piece of a text in Markdown as requirements are written: prose, or code between back-ticks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Words.
    Prose(&'a str),
    /// What stood between back-ticks.
    Code(&'a str),
}

/// The pieces of a text in order. A back-tick without a partner is an ordinary character.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((prose, code, after)) = rest.split_once('`').and_then(|(prose, after)| {
        let (code, after) = after.split_once('`')?;
        Some((prose, code, after))
    }) {
        found.push(Piece::Prose(prose));
        found.push(Piece::Code(code));
        rest = after;
    }
    found.push(Piece::Prose(rest));
    found.retain(|piece| *piece != Piece::Prose(""));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_stands_between_back_ticks() {
        assert_eq!(pieces("a `b` c"), [Piece::Prose("a "), Piece::Code("b"), Piece::Prose(" c")]);
        assert_eq!(pieces("`b"), [Piece::Prose("`b")]);
    }
}
