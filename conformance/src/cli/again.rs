//! The flags that a second run needs to be like the first, for the commands that are printed. Never a token.

use std::time::Duration;

use super::{RunningFlags, ServerFlags};
use crate::{accounts, options::Options};

impl RunningFlags {
    /// The flags that a second run needs to be like this one.
    pub(super) fn again(&self) -> Vec<String> {
        let mut again: Vec<String> =
            self.profile.iter().flat_map(|profile| ["--profile".to_owned(), profile.clone()]).collect();
        again.extend(self.strict.then(|| "--strict".to_owned()));
        if Duration::from_secs(self.patience) != Options::default().patience {
            again.extend(["--patience".to_owned(), self.patience.to_string()]);
        }
        again
    }
}

impl ServerFlags {
    /// The flags that a second run needs to meet the same server as the same users. A password in a URL is left out.
    pub(super) fn again(&self) -> Vec<String> {
        let mut again = Vec::new();
        let mut add = |flag: &str, value: Option<String>| {
            if let Some(value) = value {
                again.extend([flag.to_owned(), value]);
            }
        };
        add("--server-cmd", self.server_cmd.clone());
        add(
            "--server-path",
            self.server_cmd.as_ref().filter(|_| self.server_path != "/").map(|_| self.server_path.clone()),
        );
        add("--accounts", self.accounts.as_ref().map(|path| path.display().to_string()));
        add("--provision", self.provision.clone());
        add("--provision-url", self.provision_url.as_ref().map(|url| without_password(url)));
        if self.url.is_none() && self.server_cmd.is_none() {
            again.push("--reference".to_owned());
        }
        again
    }
}

fn without_password(url: &str) -> String {
    match url.parse::<url::Url>() {
        Ok(parsed) if parsed.password().is_some() => accounts::without_password(&parsed).to_string(),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::cli::{Cli, Command, Run};

    fn run(arguments: &[&str]) -> Run {
        let cli = Cli::try_parse_from(["chat-conformance", "run"].iter().chain(arguments)).unwrap();
        let Command::Run(run) = cli.command else { panic!("{cli:?} is no run") };
        *run
    }

    #[test]
    fn a_second_run_has_the_flags_of_the_first() {
        let arguments = ["ws://localhost/", "--accounts", "a.json", "--profile", "errors", "--strict", "--jobs", "2"];
        let again = run(&arguments).options().again;
        assert_eq!(again, ["--accounts", "a.json", "--profile", "errors", "--strict"]);
        assert_eq!(run(&["--server-cmd", "serve {port}"]).options().again, ["--server-cmd", "serve {port}"]);
        assert_eq!(run(&[]).options().again, ["--reference"]);
        let url = ["ws://localhost/", "--provision-url", "http://me:secret@localhost/users"];
        assert_eq!(run(&url).options().again, ["--provision-url", "http://me@localhost/users"]);
    }
}
