//! One line of a list of known failures.

use thiserror::Error;

use super::Expected;

/// Why a line cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadLine {
    /// There is no comment.
    #[error("line {line}: `{what}` says no reason: write why it is expected behind a `#`")]
    NoReason {
        /// The line, from 1.
        line: usize,
        /// What it lists.
        what: String,
    },
    /// There is something else than a requirement, a scenario, or both.
    #[error("line {line}: `{what}` is neither a requirement, a scenario, nor a requirement and a scenario")]
    NotUnderstood {
        /// The line, from 1.
        line: usize,
        /// What it says.
        what: String,
    },
    /// It says what another line says.
    #[error("line {line} lists what line {before} lists already")]
    Again {
        /// The line, from 1.
        line: usize,
        /// The line that came first.
        before: usize,
    },
}

/// Reads a line; `None` where it is empty or a comment.
pub(super) fn parse(line: usize, text: &str) -> Result<Option<Expected>, BadLine> {
    let (what, why) = text.split_once('#').unwrap_or((text, ""));
    let (what, why) = (what.trim().to_owned(), why.trim().to_owned());
    if what.is_empty() {
        return Ok(None);
    }
    let words: Vec<&str> = what.split_whitespace().collect();
    let scenario = |word: &str| Some(word.to_owned()).filter(|word| word.contains('/'));
    let requirement = |word: &str| Some(word.to_uppercase()).filter(|word| !word.contains('/'));
    let (requirement, scenario) = match words.as_slice() {
        [word] => (requirement(word), scenario(word)),
        [first, second] if !first.contains('/') && second.contains('/') => (requirement(first), scenario(second)),
        _ => return Err(BadLine::NotUnderstood { line, what }),
    };
    if why.is_empty() {
        return Err(BadLine::NoReason { line, what });
    }
    Ok(Some(Expected { line, requirement, scenario, why }))
}

#[cfg(test)]
mod tests {
    use super::super::Expectations;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let read = Expectations::parse(text).map_err(|error| error.to_string())?;
        Ok(read.lines.iter().map(|line| format!("{} {}: {}", line.line, line.what(), line.why)).collect())
    }

    #[test]
    fn requirements_scenarios_and_both_each_with_a_reason() {
        let text = "# ours\n\nsend-7  # slow # queue\r\n a/b# cut \nEVT-1 a/b # both\n";
        assert_eq!(read(text).unwrap(), ["3 SEND-7: slow # queue", "4 a/b: cut", "5 EVT-1 a/b: both"]);
        assert!(Expectations::parse(" \n# nothing\n").unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let wrong = ["\nSEND-7", "SEND-7 #  ", "a/b EVT-1 # x", "SEND 7 # x", "a/b # x\n\na/b # y"];
        let errors = wrong.map(|text| read(text).unwrap_err());
        let no_reason = "says no reason: write why it is expected behind a `#`";
        let neither = "is neither a requirement, a scenario, nor a requirement and a scenario";
        assert_eq!(errors[0], format!("line 2: `SEND-7` {no_reason}"));
        assert_eq!(errors[1], format!("line 1: `SEND-7` {no_reason}"));
        assert_eq!(errors[2], format!("line 1: `a/b EVT-1` {neither}"));
        assert_eq!(errors[3], format!("line 1: `SEND 7` {neither}"));
        assert_eq!(errors[4], "line 3 lists what line 1 lists already");
    }
}
