//! Servers to be judged: each its own process, with users of its own, and a proxy in front where that makes the fault.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::Context as _;
use tempfile::TempDir;
use tokio::sync::Mutex;

use super::{
    fault::{Fault, Made, Rule, With},
    known::KnownAccount,
    proxy::{Proxy, ProxySettings},
    surroundings::Network,
};
use crate::{
    accounts::Accounts,
    server_process::{ServerCommand, ServerProcess, Storage},
    wire::Target,
};

/// Heartbeats as short as their requirements need them to be seen in a few seconds.
const FLAGS: &str = "--ping-interval 1s --ping-timeout 3s --join-timeout 4s --log-level warn";

/// Where the programs are that servers are made of.
#[derive(Debug, Clone)]
pub struct Binaries {
    /// The reference server.
    pub reference: PathBuf,
    /// The reference server with seeded faults, an example of its package.
    pub faulty: PathBuf,
}

/// A server that can be judged.
pub struct Staged {
    /// Where it is.
    pub target: Target,
    /// Its process, where the suite may restart it.
    pub process: Option<Arc<Mutex<ServerProcess>>>,
    server: Arc<Mutex<ServerProcess>>,
    front: Front,
    trace: Option<(TempDir, PathBuf)>,
}

/// What stands between the suite and the server.
enum Front {
    /// Nothing.
    Nothing,
    /// A proxy that may tamper.
    Proxy(Proxy),
    /// A network that is late.
    Network(Network),
}

impl Binaries {
    /// The command of the reference server. It keeps its data in memory where it is not restarted.
    #[must_use]
    pub fn reference_command(&self, restarts: bool) -> String {
        let database = if restarts { "{dir}/chat.db" } else { ":memory:" };
        format!(
            "exec {} serve --listen 127.0.0.1:{{port}} --database {database} --accounts {{accounts}} {FLAGS}",
            quoted(&self.reference)
        )
    }

    /// Starts a server that has a fault.
    ///
    /// # Errors
    /// It does not start.
    pub async fn stage(&self, fault: &Fault, accounts: &Accounts) -> anyhow::Result<Staged> {
        match fault.made {
            Made::OnTheWire(rule) => {
                let one_writer = fault.needs(With::OneWriter);
                Staged::behind_proxy(&self.reference_command(false), accounts, rule(), one_writer).await
            }
            Made::InTheServer => {
                let folder = tempfile::Builder::new().prefix("chat-self-test-").tempdir()?;
                let trace = folder.path().join("trace");
                let database = if fault.needs(With::Restarts) { "--database {dir}/chat.db" } else { "" };
                let command = format!(
                    "exec {} --fault {} --listen 127.0.0.1:{{port}} {database} --accounts {{accounts}} --trace {}",
                    quoted(&self.faulty),
                    fault.id,
                    quoted(&trace),
                );
                let mut staged = Staged::start(&command, accounts).await?;
                staged.trace = Some((folder, trace));
                if !fault.needs(With::Restarts) {
                    staged.process = None;
                }
                Ok(staged)
            }
        }
    }
}

impl Staged {
    /// Starts a server by its command.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start(command: &str, accounts: &Accounts) -> anyhow::Result<Self> {
        // Many servers at a time would wait for one disk; one whose storage is slow is a mode of its own.
        let command = ServerCommand { storage: Storage::Memory, ..ServerCommand::new(command, accounts.to_json()) };
        let server = ServerProcess::start(command).await?;
        let target = server.target().clone();
        let server = Arc::new(Mutex::new(server));
        Ok(Self { target, process: Some(Arc::clone(&server)), server, front: Front::Nothing, trace: None })
    }

    /// Starts a server, and a proxy in front of it.
    ///
    /// # Errors
    /// One of the two does not start.
    pub async fn behind_proxy(
        command: &str,
        accounts: &Accounts,
        rule: Rule,
        one_writer: bool,
    ) -> anyhow::Result<Self> {
        let mut staged = Self::start(command, accounts).await?;
        let settings = ProxySettings {
            host: staged.target.host().to_owned(),
            port: staged.target.port(),
            rule,
            accounts: known(accounts),
            one_writer,
        };
        let proxy = Proxy::start(settings).await.context("the proxy does not start")?;
        staged.stand_in_front(proxy.address())?;
        staged.front = Front::Proxy(proxy);
        Ok(staged)
    }

    /// Starts a server, and a bad network in front of it.
    ///
    /// # Errors
    /// One of the two does not start.
    pub async fn behind_bad_network(command: &str, accounts: &Accounts) -> anyhow::Result<Self> {
        let mut staged = Self::start(command, accounts).await?;
        let network = Network::start(staged.target.host(), staged.target.port()).await;
        let network = network.context("the bad network does not start")?;
        staged.stand_in_front(network.address())?;
        staged.front = Front::Network(network);
        Ok(staged)
    }

    /// From now on the server is at another address, and is not restarted.
    fn stand_in_front(&mut self, address: SocketAddr) -> anyhow::Result<()> {
        self.target = format!("ws://{address}{}", self.target.path()).parse()?;
        self.process = None;
        Ok(())
    }

    /// Ends it, and gives how often its fault showed itself.
    ///
    /// # Errors
    /// The process cannot be ended.
    pub async fn stop(self) -> anyhow::Result<u64> {
        let tampered = match self.front {
            Front::Proxy(proxy) => proxy.stop().await,
            Front::Network(network) => {
                network.stop().await;
                0
            }
            Front::Nothing => 0,
        };
        // It holds nothing that is needed later.
        self.server.lock().await.kill().await?;
        let traced = match &self.trace {
            Some((_folder, path)) => std::fs::read_to_string(path).map_or(0, |lines| lines.lines().count()),
            None => 0,
        };
        Ok(tampered + u64::try_from(traced)?)
    }
}

/// The accounts as rules know them.
fn known(accounts: &Accounts) -> BTreeMap<u64, KnownAccount> {
    let known = |account: &crate::accounts::Account| KnownAccount {
        token: account.token.clone(),
        attachments: account.attachments.iter().map(|attachment| attachment.id.get()).collect(),
    };
    accounts.pool.iter().map(|account| (account.id.get(), known(account))).collect()
}

fn quoted(path: &std::path::Path) -> String {
    let path = path.to_string_lossy();
    shlex::try_quote(&path).map_or_else(|_| path.to_string(), std::borrow::Cow::into_owned)
}
