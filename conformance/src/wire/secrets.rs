//! The tokens of all accounts: found where a server gives them away (SEC-5), masked where people read.

use aho_corasick::{AhoCorasick, BuildError, MatchKind};

/// A token of fewer characters is searched for as a whole JSON string only: `"abc"`. It could be part of any text.
const SHORT: usize = 8;

/// A set of tokens to look for.
#[derive(Debug, Default)]
pub struct Secrets {
    finder: Option<AhoCorasick>,
    /// One name a pattern, such as `token of user 7`.
    names: Vec<String>,
}

impl Secrets {
    /// A set of tokens, each with the name that stands for it in reports, such as `token of user 7`.
    ///
    /// # Errors
    /// There are more than can be searched for at once (many millions of characters).
    pub fn new(tokens: impl IntoIterator<Item = (String, String)>) -> Result<Self, BuildError> {
        let mut names = Vec::new();
        let mut patterns = Vec::new();
        for (name, token) in tokens {
            for pattern in spellings(&token) {
                names.push(name.clone());
                patterns.push(pattern);
            }
        }
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns)?;
        Ok(Self { finder: Some(finder), names })
    }

    /// The name of the first token that a text carries.
    #[must_use]
    pub fn find(&self, text: &[u8]) -> Option<&str> {
        let found = self.finder.as_ref()?.find(text)?;
        self.names.get(found.pattern().as_usize()).map(String::as_str)
    }

    /// The text with every token replaced by its name, as in `<token of user 7>`.
    #[must_use]
    pub fn mask(&self, text: &str) -> String {
        // A token is rare, and their names are many.
        let Some(finder) = self.finder.as_ref().filter(|finder| finder.is_match(text)) else { return text.to_owned() };
        let names: Vec<String> = self.names.iter().map(|name| format!("<{name}>")).collect();
        finder.replace_all(text, &names)
    }
}

/// How a token may be spelled on the wire: as it is, as JSON writes it, and as JSON in ASCII writes it.
fn spellings(token: &str) -> Vec<String> {
    if token.is_empty() {
        return Vec::new();
    }
    let escaped = serde_json::Value::from(token).to_string();
    let ascii: String = escaped
        .encode_utf16()
        .map(|unit| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
            _ => format!("\\u{unit:04x}"),
        })
        .collect();
    let mut spellings = if token.chars().count() < SHORT {
        vec![escaped, ascii]
    } else {
        let inside = |quoted: String| quoted[1..quoted.len() - 1].to_owned();
        vec![token.to_owned(), inside(escaped), inside(ascii)]
    };
    spellings.sort();
    spellings.dedup();
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        let token = |name: &str, token: &str| (name.to_owned(), token.to_owned());
        Secrets::new([token("token 1", "demo-101-3f1d"), token("token 2", "ключ\"длинный"), token("token 3", "abc")])
            .unwrap()
    }

    #[test]
    fn finds_tokens_however_they_are_spelled() {
        let secrets = secrets();
        assert_eq!(secrets.find(br#"["x",{"t":"a demo-101-3f1d b"}]"#), Some("token 1"));
        assert_eq!(secrets.find(r#"["ключ\"длинный"]"#.as_bytes()), Some("token 2"));
        let ascii = r#"["\u043a\u043b\u044e\u0447\"\u0434\u043b\u0438\u043d\u043d\u044b\u0439"]"#;
        assert_eq!(secrets.find(ascii.as_bytes()), Some("token 2"));
        assert_eq!(secrets.find(br#"{"t":"abc"}"#), Some("token 3"));
    }

    #[test]
    fn a_short_token_inside_a_word_is_no_find() {
        assert_eq!(secrets().find(br#"{"text":"the abc of it"}"#), None);
        assert_eq!(Secrets::default().find(b"abc"), None);
    }

    #[test]
    fn masks_every_token() {
        let masked = secrets().mask(r#"42["user.auth",{"id":1,"token":"demo-101-3f1d"}] "abc""#);
        assert_eq!(masked, r#"42["user.auth",{"id":1,"token":"<token 1>"}] <token 3>"#);
        assert_eq!(Secrets::default().mask("abc"), "abc");
    }
}
