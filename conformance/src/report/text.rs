//! Texts that came from a server, made fit to be shown: what is invisible becomes visible, what is long is cut.
//!
//! A server under test says whatever it likes: escape sequences that recolour a terminal, marks that turn the line
//! around, a megabyte of one letter. Every report shows such texts through [`visible`] first, and then escapes what its
//! own format treats specially.

use std::{
    borrow::Cow,
    fmt::Write as _,
    io::{self, Write},
};

use serde::Serialize as _;
use serde_json::{Value, ser::Formatter};

/// The text with every character that would act on the reader's screen spelled out, as `\u{1b}`. Line ends stay.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ if is_invisible(character) => {
                write!(shown, "\\u{{{:x}}}", u32::from(character)).expect("a string takes everything");
            }
            _ => shown.push(character),
        }
    }
    Cow::Owned(shown)
}

/// The same on one line: line ends are spelled out too.
pub(crate) fn one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n")
}

/// Control characters, and those of Unicode that turn, join or hide text without being seen.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{9}'
            | '\u{b}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            // No characters at all, and in no XML.
            | '\u{fffe}'..='\u{ffff}'
    )
}

/// The first `limit` characters of a text, and how many there were more.
pub(crate) fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let more = text[end..].chars().count();
            Cow::Owned(format!("{}… ({} more characters)", &text[..end], thousands(more)))
        }
    }
}

/// A payload as JSON on one line, with blanks where a line may break.
pub(crate) fn compact(payload: &Value) -> String {
    let mut json = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut json, Spaced);
    payload.serialize(&mut serializer).expect("a JSON value is JSON");
    one_line(&String::from_utf8_lossy(&json))
}

/// JSON as people write it on one line: `{"a": 1, "b": [2, 3]}`.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

/// `1234567` as `1,234,567`.
pub(crate) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Milliseconds as people say them: `340 ms`, `4.2 s`, `3 min 20 s`.
pub(crate) fn duration(milliseconds: u64) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => format!("{:.1} s", milliseconds as f64 / 1_000.0),
        _ => format!("{} min {} s", milliseconds / 60_000, milliseconds / 1_000 % 60),
    }
}

/// `1 violation`, `3 violations`.
pub(crate) fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_the_screen_is_spelled_out() {
        assert_eq!(visible("\u{1b}[31mred\u{7}\t\r\n\u{9b}0m"), "\\u{1b}[31mred\\u{7}\\t\\r\n\\u{9b}0m");
        assert_eq!(visible("a\u{202e}b\u{2066}\u{feff}"), "a\\u{202e}b\\u{2066}\\u{feff}");
        assert_eq!(visible("\u{fffe}\u{ffff}"), "\\u{fffe}\\u{ffff}", "no XML may hold these");
        assert_eq!(visible("שלום 👩\u{200d}🚀 ok"), "שלום 👩\u{200d}🚀 ok");
        assert_eq!(one_line("a\nb"), "a\\nb");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("😀😀😀", 2), "😀😀… (1 more characters)");
        assert_eq!(cut("😀😀", 2), "😀😀");
        assert_eq!(cut(&"x".repeat(5_002), 2), "xx… (5,000 more characters)");
    }

    #[test]
    fn json_has_room_to_breathe() {
        let payload = serde_json::json!({"a": [1, "x\u{1b}"], "b": {}});
        assert_eq!(compact(&payload), r#"{"a": [1, "x\u001b"], "b": {}}"#);
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            ["0", "999", "1,000", "1,234,567"],
            [0, 999, 1_000, 1_234_567].map(thousands).each_ref().map(String::as_str)
        );
        assert_eq!(
            ["340 ms", "4.2 s", "3 min 20 s"],
            [340, 4_210, 200_900].map(duration).each_ref().map(String::as_str)
        );
    }
}
