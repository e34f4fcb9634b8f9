//! How correct servers are started, and what their modes choose.

use std::path::{Path, PathBuf};

use super::{Innocent, Server, Surroundings};
use crate::{
    accounts::Accounts,
    self_test::stage::{Binaries, Staged},
};

impl Server {
    /// Which one, in which mode.
    pub(super) fn name(self) -> String {
        match self {
            Self::Reference => "reference".to_owned(),
            Self::Express(mode) => format!("Express {mode}"),
        }
    }

    /// SHOULDs that its mode breaks on purpose, where a tolerated reading says otherwise.
    pub(super) fn warnings(self) -> &'static [&'static str] {
        match self {
            Self::Express("contrary-b") => &["PRES-3", "PRES-9", "HIST-7", "DROP-6", "TYPE-4", "TYPE-5"],
            Self::Express("tolerated") => &["PRES-3", "PRES-9", "HIST-7", "DROP-6"],
            _ => &[],
        }
    }

    /// The command that starts it; `None` where it cannot be run here.
    fn command(self, binaries: &Binaries, restarts: bool) -> anyhow::Result<Option<String>> {
        let Self::Express(mode) = self else { return Ok(Some(binaries.reference_command(restarts))) };
        let Some(folder) = express() else { return Ok(None) };
        let folder = folder.to_string_lossy().into_owned();
        let folder = shlex::try_quote(&folder)?;
        Ok(Some(format!(
            "exec node {folder}/server.js --port {{port}} --accounts {{accounts}} --database {{dir}}/chat.db \
             --mode {mode} --ping-interval 1000 --ping-timeout 3000 --connect-timeout 4000"
        )))
    }
}

impl Innocent {
    /// Starts it in its surroundings; `None` where it cannot be run here. It loses the profiles that it does not have.
    pub(super) async fn stage(&self, binaries: &Binaries, accounts: &mut Accounts) -> anyhow::Result<Option<Staged>> {
        let restarts = matches!(self.surroundings, Surroundings::Quiet | Surroundings::BusyCores);
        let Some(command) = self.server.command(binaries, restarts)? else { return Ok(None) };
        if matches!(self.server, Server::Express(_)) {
            accounts.profiles.clear();
        }
        let staged = match self.surroundings {
            Surroundings::Quiet | Surroundings::BusyCores => Staged::start(&command, accounts).await?,
            Surroundings::IdleProxy => Staged::behind_proxy(&command, accounts, Box::new(|_| {}), false).await?,
            Surroundings::BadNetwork => Staged::behind_bad_network(&command, accounts).await?,
        };
        Ok(Some(staged))
    }
}

/// The folder of the Express server, where it can be run.
fn express() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/peers/express");
    let has_node =
        std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|one| one.join("node").is_file()));
    (has_node && folder.join("node_modules/socket.io").is_dir()).then_some(folder)
}
