//! Tokens: none may be seen on the wire, and none may be seen in a report.

use aho_corasick::AhoCorasick;

use crate::accounts::Account;

/// The shortest token that is searched for as it is. A shorter one could stand in any text by chance, so it is looked
/// for as a whole JSON string.
const SHORTEST: usize = 8;

/// The tokens of a run, ready to be searched for.
#[derive(Debug)]
pub struct Secrets {
    patterns: Option<AhoCorasick>,
}

impl Secrets {
    /// The tokens of these accounts.
    #[must_use]
    pub fn new(accounts: &[Account]) -> Self {
        let patterns = accounts.iter().map(|account| match account.token.len() {
            length if length < SHORTEST => format!("\"{}\"", account.token),
            _ => account.token.clone(),
        });
        // Building fails for gigabytes of patterns alone; then nothing is searched for and SEC-5 is not evaluable.
        Self { patterns: AhoCorasick::new(patterns).ok() }
    }

    /// Whether a text holds a token.
    #[must_use]
    pub fn are_in(&self, text: &str) -> bool {
        self.patterns.as_ref().is_some_and(|patterns| patterns.is_match(text))
    }
}
