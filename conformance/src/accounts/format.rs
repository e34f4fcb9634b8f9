//! Reading and checking the text of an accounts file.

use std::collections::HashMap;

use serde::Deserialize;

use super::{Account, Accounts, AccountsError, PROFILES, Source};

#[derive(Deserialize)]
struct File {
    accounts: Vec<Account>,
    #[serde(default)]
    profiles: Vec<String>,
}

/// Reads accounts from JSON.
pub(super) fn parse(origin: &Source, text: &str, fresh: bool) -> Result<Accounts, AccountsError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let file: File = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        malformed(origin, &path, error.inner())
    })?;
    deserializer
        .end()
        .map_err(|error| AccountsError::NotJson { origin: origin.to_string(), what: error.to_string() })?;
    check(&file.accounts).map_err(|(field, what)| AccountsError::Field { origin: origin.to_string(), field, what })?;
    if let Some(index) = file.profiles.iter().position(|profile| !PROFILES.contains(&profile.as_str())) {
        let what = format!("is `{}`: expected {}", file.profiles[index], PROFILES.join(" or "));
        return Err(AccountsError::Field { origin: origin.to_string(), field: format!("profiles[{index}]"), what });
    }
    Ok(Accounts { pool: file.accounts, fresh, profiles: file.profiles })
}

/// Says what is wrong without repeating what is there: it could be a token.
fn malformed(origin: &Source, path: &str, error: &serde_json::Error) -> AccountsError {
    let origin = origin.to_string();
    let message = error.to_string();
    if error.is_syntax() || error.is_eof() {
        return AccountsError::NotJson { origin, what: message };
    }
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    if let Some(name) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        let field = if path == "." { name.to_owned() } else { format!("{path}.{name}") };
        return AccountsError::Field { origin, field, what: "is missing".to_owned() };
    }
    let expected = message.rsplit_once(", expected ").map_or("something else", |(_, expected)| expected);
    let expected = expected.strip_prefix("struct ").map_or(expected, |_| "an object");
    let field = if path == "." { "(top level)".to_owned() } else { path.to_owned() };
    AccountsError::Field { origin, field, what: format!("is malformed: expected {expected}") }
}

/// What types alone do not say. The field, and what is wrong with it.
fn check(accounts: &[Account]) -> Result<(), (String, String)> {
    let mut ids = HashMap::new();
    let mut tokens = HashMap::new();
    let mut attachments = HashMap::new();
    for (index, account) in accounts.iter().enumerate() {
        let place = format!("accounts[{index}]");
        if account.token.is_empty() {
            return Err((format!("{place}.token"), "is empty".to_owned()));
        }
        unique(&mut ids, account.id, format!("{place}.id"))?;
        unique(&mut tokens, account.token.as_str(), format!("{place}.token"))?;
        for (number, attachment) in account.attachments.iter().enumerate() {
            unique(&mut attachments, attachment.id, format!("{place}.attachments[{number}].id"))?;
        }
    }
    Ok(())
}

fn unique<K: Eq + std::hash::Hash>(
    seen: &mut HashMap<K, String>,
    key: K,
    field: String,
) -> Result<(), (String, String)> {
    match seen.insert(key, field.clone()) {
        Some(before) => Err((field, format!("is the same as `{before}`"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        parse(&Source::File("a.json".into()), text, false).unwrap_err().to_string()
    }

    #[test]
    fn the_built_in_accounts_are_well_formed() {
        let accounts = parse(&Source::Fixtures, chat_fixtures::ACCOUNTS, false).unwrap();
        assert!(accounts.pool.len() >= 6);
        assert_eq!(parse(&Source::Fixtures, &accounts.to_json(), false).unwrap(), accounts);
    }

    #[test]
    fn attachments_and_profiles_are_optional() {
        let accounts = parse(&Source::Fixtures, r#"{"accounts": [{"id": 1, "token": "x"}]}"#, true).unwrap();
        assert_eq!((accounts.pool[0].attachments.len(), accounts.profiles.len(), accounts.fresh), (0, 0, true));
        assert!(!format!("{accounts:?}").contains("\"x\""), "a token is never shown");
    }

    #[test]
    fn names_file_account_and_field() {
        for (text, said) in [
            ("{}", "`accounts` is missing"),
            ("[]", "`(top level)` is malformed: expected an object"),
            ("7", "`(top level)` is malformed: expected an object"),
            (r#"{"accounts": {}}"#, "`accounts` is malformed: expected a sequence"),
            (r#"{"accounts": [{"id": 1, "token": "x"}, {"id": 2}]}"#, "`accounts[1].token` is missing"),
            (r#"{"accounts": [{"token": "x"}]}"#, "`accounts[0].id` is missing"),
            (
                r#"{"accounts": [{"id": 0, "token": "x"}]}"#,
                "`accounts[0].id` is malformed: expected an id, an integer from 1 to 9007199254740991",
            ),
            (r#"{"accounts": [{"id": 1, "token": 123456}]}"#, "`accounts[0].token` is malformed: expected a string"),
            (r#"{"accounts": [{"id": 1, "token": ""}]}"#, "`accounts[0].token` is empty"),
            (
                r#"{"accounts": [{"id": 1, "token": "x"}, {"id": 1, "token": "y"}]}"#,
                "`accounts[1].id` is the same as `accounts[0].id`",
            ),
            (
                r#"{"accounts": [{"id": 1, "token": "x"}, {"id": 2, "token": "x"}]}"#,
                "`accounts[1].token` is the same as `accounts[0].token`",
            ),
            (
                r#"{"accounts": [{"id": 1, "token": "x", "attachments": [{"id": 7}]}]}"#,
                "`accounts[0].attachments[0].type` is missing",
            ),
        ] {
            assert_eq!(refusal(text), format!("the accounts file `a.json`: {said}"), "{text}");
        }
        let bogus = r#"{"accounts": [], "profiles": ["errors", "bogus"]}"#;
        assert!(refusal(bogus).ends_with("`profiles[1]` is `bogus`: expected errors or attachments"));
        assert!(refusal("{").contains("it is not JSON: EOF while parsing an object at line 1 column 1"));
        assert!(refusal(r#"{"accounts": []} x"#).contains("it is not JSON"));
    }
}
