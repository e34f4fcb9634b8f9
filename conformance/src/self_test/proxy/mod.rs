//! A proxy in front of a correct server that makes a fault of what passes.
//!
//! It accepts WebSocket on a free loopback port, connects to the server on the same path, reads Socket.IO's events in
//! both directions and gives each frame to a rule (`self_test/catalogue/`). What the rule does not touch passes as it
//! came, to the byte. The end of one side is the end of the other: a close frame passes as a close frame, a connection
//! that vanishes makes the other vanish. Requests that are no WebSocket pass as bytes.
//!
//! How often it tampered is counted here, from what went in and what came out, and not by the rules: a fault that never
//! touched anything was not tested.

mod head;
mod hub;
mod link;

use std::{collections::BTreeMap, io, net::SocketAddr, sync::Arc};

use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::hub::Hub;
use super::{fault::Rule, known::KnownAccount};

/// Where the server is.
#[derive(Debug, Clone)]
pub(super) struct Upstream {
    pub(super) host: String,
    pub(super) port: u16,
}

/// How a proxy works.
pub struct ProxySettings {
    /// The host of the server.
    pub host: String,
    /// The port of the server.
    pub port: u16,
    /// What is done with what passes.
    pub rule: Rule,
    /// The accounts of the server, as rules may need them.
    pub accounts: BTreeMap<u64, KnownAccount>,
    /// Whether it writes to one client after the other ([`With::OneWriter`](super::fault::With::OneWriter)).
    pub one_writer: bool,
}

/// A proxy at work. Dropping it ends all its connections.
pub struct Proxy {
    address: SocketAddr,
    hub: Arc<Hub>,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Proxy {
    /// Starts a proxy on a free port.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start(settings: ProxySettings) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (stopping, tasks) = (CancellationToken::new(), TaskTracker::new());
        let upstream = Upstream { host: settings.host, port: settings.port };
        let hub =
            Arc::new(Hub::new(settings.rule, settings.accounts, settings.one_writer, tasks.clone(), stopping.clone()));
        tasks.spawn(accept(listener, upstream, Arc::clone(&hub), tasks.clone(), stopping.clone()));
        Ok(Self { address, hub, stopping, tasks })
    }

    /// The address that it listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many frames did not pass as they came, and how many were added.
    #[must_use]
    pub fn tampered(&self) -> u64 {
        self.hub.tampered()
    }

    /// Ends all connections and waits until they are gone. Gives how often it tampered.
    pub async fn stop(self) -> u64 {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.hub.tampered()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

async fn accept(
    listener: TcpListener,
    upstream: Upstream,
    hub: Arc<Hub>,
    tasks: TaskTracker,
    stopping: CancellationToken,
) {
    let mut number = 0;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopping.cancelled() => return,
        };
        // A client that is gone before it was accepted is no reason to stop.
        let Ok((stream, _)) = accepted else { continue };
        number += 1;
        let (upstream, hub, stopping) = (upstream.clone(), Arc::clone(&hub), stopping.clone());
        tasks.spawn(async move {
            tokio::select! {
                () = link::serve(number, stream, &upstream, &hub) => {}
                () = stopping.cancelled() => {}
            }
            hub.forget(number);
        });
    }
}
