//! What the text of a message may be.

use super::{Refused, Rules};

/// Whether a text may be sent: not empty unless an attachment comes with it (SEND-10, ATT-5), not over the maximum, and
/// without U+0000, which not every database and client can hold. Anything else is kept exactly as it is (SEND-4).
///
/// # Errors
/// A sentence that says what was expected.
pub fn check_text(text: &str, has_attachment: bool, rules: &Rules) -> Result<(), Refused> {
    if text.is_empty() && !has_attachment {
        return Err(Refused::TextEmpty);
    }
    // A code point is at least one byte: most texts need no counting.
    if text.len() > rules.text_length && text.chars().count() > rules.text_length {
        return Err(Refused::TextTooLong { most: rules.text_length });
    }
    if text.contains('\0') {
        return Err(Refused::TextHoldsNul);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_everything_but_nothing_too_much_and_nul() {
        let rules = Rules { text_length: 3, ..Rules::default() };
        for text in ["a", " ", "\n", "abc", "😀😀😀", "\u{1}"] {
            assert_eq!(check_text(text, false, &rules), Ok(()), "{text:?}");
        }
        assert_eq!(check_text("", true, &rules), Ok(()));
        assert_eq!(check_text("", false, &rules), Err(Refused::TextEmpty));
        assert_eq!(check_text("abcd", true, &rules), Err(Refused::TextTooLong { most: 3 }));
        assert_eq!(check_text("😀😀😀😀", false, &rules), Err(Refused::TextTooLong { most: 3 }));
        assert_eq!(check_text("a\0", false, &rules), Err(Refused::TextHoldsNul));
    }
}
