//! Wiring: a server is started, runs, and is shut down.

use std::{
    fs::TryLockError,
    io,
    net::SocketAddr,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use anyhow::Context as _;
use chat_spec::types::UserId;
use socketioxide::SocketIo;
use thiserror::Error;
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    accounts::{self, Account},
    auth::{Authenticator, PeerThrottle, StoredTokens},
    clock::{Clock, SystemClock},
    config::{Config, Database},
    fanout::{Fanout, LocalFanout},
    http::{self, Files, HttpState, UploadPlaces},
    net::{ConnectionHandle, ConnectionListener, Connections},
    sequencer,
    store::{
        Store,
        sqlite::{DatabaseLock, SqliteStore},
    },
    wire::{self, Services, SocketSettings},
};

/// A server could not be started.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address is taken, or not one of this machine.
    #[error("failed to listen on {address}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The database cannot be opened or written.
    #[error("failed to open the database {database}")]
    Database {
        /// Which database.
        database: String,
        /// What went wrong.
        #[source]
        source: anyhow::Error,
    },
    /// Another server has the database.
    #[error(
        "another server runs on the database {database}: two would not hear of each other's users; stop it, or choose \
         another file with --database"
    )]
    InUse {
        /// Which database.
        database: String,
    },
    /// The accounts cannot be stored.
    #[error("failed to store the accounts")]
    Accounts(#[source] anyhow::Error),
    /// Demo accounts would be open to others.
    #[error(
        "the demo account {user} would be open to everybody on {address}: everybody knows its token \
         (choose other accounts and another database, or allow it with --allow-demo-accounts)"
    )]
    DemoAccounts {
        /// One of them.
        user: UserId,
        /// Where others could use it.
        address: SocketAddr,
    },
}

/// How long connections may take to be closed.
const GOODBYE: Duration = Duration::from_secs(2);

/// Starts servers.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Starts a server as it is.
    ///
    /// # Errors
    /// The address is taken, the database cannot be opened, the accounts cannot be stored.
    pub async fn start(config: Config) -> Result<RunningServer, StartError> {
        Self::builder(config).start().await
    }

    /// Starts a server with something around its parts.
    #[must_use]
    pub fn builder(config: Config) -> ServerBuilder {
        ServerBuilder { config, store: None, clock: None, authenticator: None, fanout: None }
    }
}

type Wrap<T> = Box<dyn FnOnce(Arc<T>) -> Arc<T> + Send>;

/// A server to be started. Its parts may be wrapped, as fault tests do: the product itself carries no fault.
pub struct ServerBuilder {
    config: Config,
    store: Option<Wrap<dyn Store>>,
    clock: Option<Wrap<dyn Clock>>,
    authenticator: Option<Wrap<dyn Authenticator>>,
    fanout: Option<Wrap<dyn Fanout>>,
}

macro_rules! wrappers {
    ($($(#[$doc:meta])+ $name:ident: $field:ident, $part:path;)+) => {$(
        $(#[$doc])+
        #[must_use]
        pub fn $name(mut self, wrap: impl FnOnce(Arc<dyn $part>) -> Arc<dyn $part> + Send + 'static) -> Self {
            self.$field = Some(Box::new(wrap));
            self
        }
    )+};
}

fn wrapped<T: ?Sized>(part: Arc<T>, wrap: Option<Wrap<T>>) -> Arc<T> {
    match wrap {
        Some(wrap) => wrap(part),
        None => part,
    }
}

impl ServerBuilder {
    wrappers! {
        /// Puts something around the store.
        wrap_store: store, Store;
        /// Puts something around the clock.
        wrap_clock: clock, Clock;
        /// Puts something around the check of tokens.
        wrap_authenticator: authenticator, Authenticator;
        /// Puts something around the delivery of events.
        wrap_fanout: fanout, Fanout;
    }

    /// Starts the server.
    ///
    /// # Errors
    /// The address is taken, the database cannot be opened, the accounts cannot be stored.
    pub async fn start(self) -> Result<RunningServer, StartError> {
        let Self { config, store, clock, authenticator, fanout } = self;
        let address = config.listen;
        let listener = TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })?;
        let address = listener.local_addr().map_err(|source| StartError::Listen { address, source })?;
        let lock = lock(&config.database)?;
        let (opened, files) = open(&config.database).await?;
        let store = wrapped(opened, store);
        let clock = wrapped::<dyn Clock>(Arc::new(SystemClock), clock);
        let fanout = wrapped::<dyn Fanout>(Arc::new(LocalFanout::default()), fanout);
        let authenticator = wrapped::<dyn Authenticator>(Arc::new(StoredTokens::new(store.clone())), authenticator);

        let accounts: Vec<_> = config.accounts.iter().map(Account::to_store).collect();
        if !config.allow_demo_accounts && !address.ip().is_loopback() {
            refuse_demo_accounts(&*authenticator, &config.accounts, address).await?;
        }
        store.put_accounts(&accounts, clock.now()).await.map_err(|error| StartError::Accounts(error.into()))?;

        let drained = CancellationToken::new();
        let (sequencer, sequencing) =
            sequencer::spawn(store.clone(), clock.clone(), fanout, config.sequencer, drained.clone());
        let stopping = CancellationToken::new();
        let peers = Arc::new(PeerThrottle::default());
        let services = Arc::new(Services {
            settings: socket_settings(&config),
            authenticator: authenticator.clone(),
            sequencer,
            peers: peers.clone(),
            conversations: TaskTracker::new(),
            stopping: stopping.clone(),
            next_socket: AtomicU64::new(1),
        });
        let (socket_io, io) = wire::build(services.clone());
        let state = HttpState {
            store: store.clone(),
            clock,
            authenticator,
            files: Arc::new(files),
            uploads: Arc::new(UploadPlaces::new(config.transport.uploads)),
            upload_time: config.transport.upload_time,
            upload_bytes: config.transport.upload_bytes,
            peers,
            throttle: config.throttle,
        };
        let router = http::router(state, socket_io, &config.socket_path)
            .into_make_service_with_connect_info::<ConnectionHandle>();
        let connections = Arc::new(Connections::default());
        let listener = ConnectionListener::new(listener, config.connection, connections.clone());
        let serving = axum::serve(listener, router).with_graceful_shutdown(stopping.clone().cancelled_owned());
        let serving = tokio::spawn(async move { serving.await });
        let url = format!("http://{address}{}", config.socket_path);
        let grace = config.shutdown_grace;
        Ok(RunningServer {
            address,
            url,
            grace,
            services,
            stopping,
            drained,
            io,
            connections,
            store,
            serving,
            sequencing,
            _lock: lock,
        })
    }
}

/// Refuses demo accounts, those included that an earlier start left in the database.
async fn refuse_demo_accounts(
    authenticator: &dyn Authenticator,
    accounts: &[Account],
    address: SocketAddr,
) -> Result<(), StartError> {
    let demo = accounts::parse(chat_fixtures::ACCOUNTS).map_err(|error| StartError::Accounts(error.into()))?;
    for Account { token, .. } in &demo {
        let named = accounts.iter().find(|account| account.token == *token).map(|account| account.id);
        let stored = authenticator.identify(token).await;
        let stored = stored.map_err(|error| StartError::Accounts(error.into()))?.map(|user| user.id);
        if let Some(user) = named.or(stored) {
            return Err(StartError::DemoAccounts { user, address });
        }
    }
    Ok(())
}

fn socket_settings(config: &Config) -> SocketSettings {
    SocketSettings {
        inbox: config.inbox,
        throttle: config.throttle,
        ping_interval: config.ping_interval,
        ping_timeout: config.ping_timeout,
        join_timeout: config.join_timeout,
        message_bytes: config.transport.message_bytes,
        outgoing_packets: config.transport.outgoing_packets,
    }
}

async fn open(database: &Database) -> Result<(Arc<dyn Store>, Files), StartError> {
    let opened: anyhow::Result<(SqliteStore, Files)> = async {
        Ok(match database {
            Database::Memory => (SqliteStore::in_memory().await?, Files::in_memory()),
            Database::File(path) => (SqliteStore::open(path).await?, Files::beside(path)),
        })
    }
    .await;
    let (store, files) = opened.map_err(|source| {
        let database = match database {
            Database::Memory => "in memory".to_owned(),
            Database::File(path) => path.display().to_string(),
        };
        StartError::Database { database, source }
    })?;
    Ok((Arc::new(store), files))
}

/// Makes the database this server's alone, as long as the lock lives: presence and counters are kept in memory.
/// `chat-server user add` needs none.
fn lock(database: &Database) -> Result<Option<DatabaseLock>, StartError> {
    let Database::File(path) = database else { return Ok(None) };
    DatabaseLock::take(path).map(Some).map_err(|error| {
        let database = path.display().to_string();
        match error {
            TryLockError::WouldBlock => StartError::InUse { database },
            TryLockError::Error(error) => StartError::Database { database, source: error.into() },
        }
    })
}

/// A server at work. Dropping it without [`RunningServer::shutdown`] stops it without a goodbye.
pub struct RunningServer {
    address: SocketAddr,
    url: String,
    grace: Duration,
    services: Arc<Services>,
    stopping: CancellationToken,
    drained: CancellationToken,
    io: SocketIo,
    connections: Arc<Connections>,
    store: Arc<dyn Store>,
    serving: JoinHandle<io::Result<()>>,
    sequencing: JoinHandle<()>,
    _lock: Option<DatabaseLock>,
}

impl RunningServer {
    /// The address that it listens on, with the real port.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL that clients connect to; its path is the Socket.IO path.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until the server ends by itself, which it only does when it is broken.
    pub async fn failed(&mut self) {
        tokio::select! {
            _ = &mut self.serving => {}
            _ = &mut self.sequencing => {}
        }
    }

    /// Shuts the server down: what was received is handled, committed and announced, then connections are closed, and
    /// those that do not let themselves be closed are cut off.
    ///
    /// # Errors
    /// Something did not end in time; the rest was shut down all the same.
    pub async fn shutdown(mut self) -> anyhow::Result<()> {
        // Conversations take nothing more in, and end when what they took is answered; no connection is accepted.
        self.stopping.cancel();
        self.services.conversations.close();
        let conversations = timeout(self.grace, self.services.conversations.wait()).await;
        self.drained.cancel();
        let sequencing = timeout(self.grace, &mut self.sequencing).await;
        // What was sent goes out before the connections are closed. A client that does not read is not waited for.
        let goodbye = self.grace.min(GOODBYE);
        let closed = timeout(goodbye, async {
            self.io.close().await;
            let served = (&mut self.serving).await;
            self.connections.closed().await;
            served
        });
        let closed = closed.await;
        let cut_off = self.connections.abort_all();
        if cut_off > 0 {
            tracing::info!(connections = cut_off, "cut off connections that did not let themselves be closed");
        }
        if let Ok(served) = closed {
            served.context("the HTTP server broke")?.context("the HTTP server failed")?;
        }
        self.store.close().await;
        conversations.context("actions that were received could not be handled in time")?;
        sequencing.context("actions that were handled could not be stored in time")?.context("the sequencer broke")
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.stopping.cancel();
        self.drained.cancel();
        self.serving.abort();
        self.connections.abort_all();
    }
}
