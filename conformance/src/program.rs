//! What people type to run this program again, for the commands that reports and errors print.

use std::{env, sync::OnceLock};

static NAME: OnceLock<&'static str> = OnceLock::new();

/// How the program is called in the commands that are printed: `chat-conformance`, or in a checkout, where cargo runs
/// it, `cargo chat-conformance` (an alias of this workspace).
#[must_use]
pub fn name() -> &'static str {
    NAME.get().copied().unwrap_or("chat-conformance")
}

/// Finds out how the program was started. To be called first; programs that use the library do not.
pub fn notice_how_it_was_started() {
    let by_cargo = env::var_os("CARGO").is_some() && env::var_os("CARGO_MANIFEST_DIR").is_some();
    NAME.get_or_init(|| if by_cargo { "cargo chat-conformance" } else { "chat-conformance" });
}

/// A command to be typed: what is to be done, then the server and the flags of the run that it is printed for. A server
/// that the suite starts itself is somewhere else every time, so that its flags alone say where it is.
#[must_use]
pub fn command(what: &[&str], target: &str, flags: &[String]) -> String {
    let starts = flags.iter().any(|flag| ["--server-cmd", "--reference"].contains(&flag.as_str()));
    let words = name().split(' ').chain(what.iter().copied()).chain((!starts).then_some(target));
    words.chain(flags.iter().map(String::as_str)).map(quoted).collect::<Vec<_>>().join(" ")
}

/// A word as a shell reads it; a word that no shell can read, as it is.
fn quoted(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_the_server_where_the_suite_does_not_start_it() {
        let flags = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
        let given = command(&["run"], "ws://localhost/", &flags(&["--accounts", "my accounts.json"]));
        assert_eq!(given, "chat-conformance run ws://localhost/ --accounts 'my accounts.json'");
        let started =
            command(&["replay", "a.json"], "ws://localhost:41234/", &flags(&["--server-cmd", "serve {port}"]));
        assert_eq!(started, "chat-conformance replay a.json --server-cmd 'serve {port}'");
    }
}
