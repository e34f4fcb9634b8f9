//! What messages say.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Texts that servers get wrong, each with what is special about it.
const SPECIAL: &[(&str, &str)] = &[
    ("astral characters", "😀 𝒳 🏴‍☠️"),
    ("joined emoji", "👩‍👩‍👧‍👦"),
    ("composed and decomposed letters", "é e\u{301} ﬁ"),
    ("right to left with marks", "\u{202E}שלום\u{202C}"),
    ("line ends of all kinds", "a\nb\r\nc\rd\u{2028}e"),
    ("white space at both ends", "  \t x \n "),
    ("quotes and backslashes", r#"'"`\ \" \u0041"#),
    ("HTML", "<b>&amp;</b><!-- -->"),
    ("SQL", "'; DROP TABLE messages; -- %_"),
    ("a template", "{{7*7}} ${7*7} %s"),
];

/// A text of so many code points is long, and every server accepts it (SEND-10).
const LONG: usize = 3_900;

/// The text of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Text {
    /// Plain words.
    Words,
    /// One of the texts that servers get wrong.
    Special(u8),
    /// A text that is as long as every server accepts it.
    Long,
    /// Nothing at all: refused (SEND-10).
    Empty,
}

impl Text {
    /// How many special texts there are.
    pub const SPECIAL: u8 = 10;

    /// The text itself. What makes it different from all others stands in the middle, so that its ends are what they
    /// are.
    #[must_use]
    pub fn written(self, mark: &str) -> String {
        match self {
            Self::Words => format!("hello{mark}"),
            Self::Special(number) => {
                let (_, text) = SPECIAL[usize::from(number) % SPECIAL.len()];
                format!("{text}{mark}{text}")
            }
            Self::Long => {
                let rest = LONG.saturating_sub(mark.chars().count());
                let body: String = "a😀".chars().cycle().take(rest).collect();
                format!("{mark}{body}")
            }
            Self::Empty => String::new(),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words => f.write_str("some words"),
            Self::Special(number) => f.write_str(SPECIAL[usize::from(*number) % SPECIAL.len()].0),
            Self::Long => write!(f, "{LONG} code points"),
            Self::Empty => f.write_str("an empty text"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_text_is_counted_and_keeps_its_ends() {
        assert_eq!(usize::from(Text::SPECIAL), SPECIAL.len());
        assert!(Text::Special(5).written(" ~1").ends_with(" \n "));
        assert_eq!(Text::Long.written(" ~1").chars().count(), LONG);
        assert_eq!(Text::Empty.written(" ~1"), "");
    }
}
