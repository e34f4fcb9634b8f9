//! How the terminal looks: its width, whether there is colour, and words that wrap.

use console::{Style, measure_text_width};

use crate::{report::summary::Shown, verdict::Verdict};

/// Prose that runs wider than this is hard to read, however wide the terminal is.
const WIDEST_PROSE: usize = 100;

/// What a terminal can show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// Its width in columns.
    pub(crate) width: usize,
    /// Whether it shows colours, and they are wanted.
    pub(crate) colour: bool,
}

impl Look {
    /// The look of a terminal; 80 columns where nobody knows. `NO_COLOR` and `CLICOLOR` are honoured.
    pub(crate) fn of(term: &console::Term) -> Self {
        let width = term.size_checked().map_or(80, |(_rows, columns)| usize::from(columns));
        let forced = std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && (forced || term.features().colors_supported());
        Self { width: width.clamp(40, 200), colour }
    }

    fn paint(self, style: Style, text: &str) -> String {
        style.force_styling(self.colour).apply_to(text).to_string()
    }

    /// In the colour of a verdict.
    pub(crate) fn toned(self, verdict: Verdict, text: &str) -> String {
        let style = match verdict {
            Verdict::Pass => Style::new().green(),
            Verdict::Violation => Style::new().red().bold(),
            Verdict::HarnessError => Style::new().magenta().bold(),
            Verdict::Warning => Style::new().yellow(),
            Verdict::NotEvaluable => Style::new().cyan(),
            Verdict::NotApplicable => Style::new().dim(),
        };
        self.paint(style, text)
    }

    /// The glyph of a verdict in its colour.
    pub(crate) fn glyph(self, verdict: Verdict) -> String {
        self.toned(verdict, verdict.glyph())
    }

    /// Loud.
    pub(crate) fn bold(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    /// Quiet.
    pub(crate) fn dim(self, text: &str) -> String {
        self.paint(Style::new().dim(), text)
    }

    /// A command that can be copied.
    pub(crate) fn command(self, text: &str) -> String {
        self.paint(Style::new().cyan(), text)
    }

    /// A part of a line of a unified diff, in the colour of the mark that the line begins with.
    pub(crate) fn diff_line(self, mark: Option<char>, part: &str) -> String {
        match mark {
            Some('+') => self.paint(Style::new().green(), part),
            Some('-') => self.paint(Style::new().red(), part),
            Some('@') => self.dim(part),
            _ => part.to_owned(),
        }
    }

    /// How wide prose is with an indent before it.
    pub(crate) fn prose(self, indent: usize) -> usize {
        self.width.min(WIDEST_PROSE).saturating_sub(indent).max(20)
    }

    /// A heading with a rule to the edge of the prose.
    pub(crate) fn heading(self, text: &str) -> String {
        let rule = "─".repeat(self.prose(measure_text_width(text) + 4));
        format!("{} {}", self.bold(&format!("── {text}")), self.dim(&rule))
    }
}

/// A plain text, wrapped to `width` columns, with `first` before its first line and as many blanks before the others.
pub(crate) fn wrapped(text: &str, first: &str, width: usize) -> String {
    let indent = " ".repeat(measure_text_width(first));
    let mut lines = String::new();
    for (number, line) in lines_of(text, width).iter().enumerate() {
        lines.push_str(if number == 0 { first } else { &indent });
        lines.push_str(line);
        lines.push('\n');
    }
    lines
}

/// A plain text as lines of at most `width` columns, broken between words where that is possible.
pub(crate) fn lines_of(text: &str, width: usize) -> Vec<String> {
    text.lines().flat_map(|line| broken(line, width)).map(|line| line.trim_end().to_owned()).collect()
}

/// Styled pieces that do not break, as many on a line as there is room for, with `first` before the first line and as
/// many blanks before the others.
pub(crate) fn flowed(pieces: impl IntoIterator<Item = String>, separator: &str, first: &str, width: usize) -> String {
    let indent = " ".repeat(measure_text_width(first));
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line)
                if measure_text_width(line) + measure_text_width(separator) + measure_text_width(&piece) <= width =>
            {
                *line = format!("{line}{separator}{piece}");
            }
            Some(line) => {
                line.push_str(separator.trim_end());
                lines.push(format!("{indent}{piece}"));
            }
            None => lines.push(format!("{first}{piece}")),
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// One line of text as lines of at most `width` columns.
fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let word_width = measure_text_width(word.trim_end());
        if used > 0 && used + word_width > width {
            lines.push(String::new());
            used = 0;
        }
        for character in word.chars() {
            let mut buffer = [0; 4];
            let character_width = measure_text_width(character.encode_utf8(&mut buffer));
            // A blank at the end of a line is trimmed, so that it may stand over the edge.
            if used + character_width > width && character != ' ' {
                lines.push(String::new());
                used = 0;
            }
            lines.last_mut().expect("there is a line from the start").push(character);
            used += character_width;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_and_overlong_ones_break() {
        assert_eq!(wrapped("one two three", "- ", 8), "- one two\n  three\n");
        assert_eq!(wrapped("abcdefghij k", "", 4), "abcd\nefgh\nij k\n");
        assert_eq!(wrapped("שלום 你好你好", "", 5), "שלום\n你好\n你好\n");
        assert_eq!(wrapped("a\nb", "> ", 5), "> a\n  b\n");
        assert_eq!(wrapped("", "- ", 5), "");
    }

    #[test]
    fn pieces_flow_without_breaking() {
        let pieces = ["1 pass", "2 warnings"].map(String::from);
        assert_eq!(flowed(pieces.clone(), ", ", "all: ", 30), "all: 1 pass, 2 warnings\n");
        assert_eq!(flowed(pieces, ", ", "all: ", 20), "all: 1 pass,\n     2 warnings\n");
    }
}
