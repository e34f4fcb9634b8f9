//! What a server is told before it starts. Every limit is on by default (D15), and generous.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use crate::{
    accounts::Account, auth::ThrottleSettings, net::ConnectionLimits, sequencer::SequencerSettings, wire::InboxLimits,
};

/// Where everything is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// In memory: gone when the server stops.
    Memory,
    /// In a file, made if it is not there. Uploaded files are in a directory beside it, `<file>.attachments`.
    File(PathBuf),
}

/// The settings of a server.
#[derive(Debug, Clone)]
pub struct Config {
    /// The address to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Where everything is stored.
    pub database: Database,
    /// Accounts that are made, or given their token, at start.
    pub accounts: Vec<Account>,
    /// Whether the demo accounts, whose tokens everybody knows, may be used on an address that others can reach.
    pub allow_demo_accounts: bool,
    /// The path that Socket.IO is served on; `/socket.io/` is served besides (D18).
    pub socket_path: String,
    /// How often clients are pinged.
    pub ping_interval: Duration,
    /// How long a client may take to answer a ping (CONN-3).
    pub ping_timeout: Duration,
    /// How long a client may take to join the namespace; at most 60 seconds (CONN-4).
    pub join_timeout: Duration,
    /// How long a shutdown may take before connections are cut off.
    pub shutdown_grace: Duration,
    /// Limits of the transport.
    pub transport: TransportLimits,
    /// Limits of one socket.
    pub inbox: InboxLimits,
    /// Limits of a TCP connection.
    pub connection: ConnectionLimits,
    /// What is done against guessing tokens.
    pub throttle: ThrottleSettings,
    /// Limits of the chat itself.
    pub sequencer: SequencerSettings,
}

/// Limits of what is sent and received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransportLimits {
    /// The largest message that a client may send, in bytes.
    pub message_bytes: usize,
    /// Packets that may wait for a client; one that lets more pile up is closed.
    pub outgoing_packets: usize,
    /// The largest file that may be uploaded, in bytes.
    pub upload_bytes: usize,
    /// How many files may be on their way at the same time, a quarter of them of one user; more wait.
    pub uploads: usize,
    /// How long an upload may take from its first byte to its last.
    pub upload_time: Duration,
}

impl Default for TransportLimits {
    fn default() -> Self {
        Self {
            message_bytes: 1 << 20,
            outgoing_packets: 4_096,
            upload_bytes: 25 << 20,
            uploads: 16,
            upload_time: Duration::from_secs(120),
        }
    }
}

impl Default for Config {
    /// Any free port of this machine, in memory, without accounts.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            database: Database::Memory,
            accounts: Vec::new(),
            allow_demo_accounts: false,
            socket_path: "/".to_owned(),
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            join_timeout: Duration::from_secs(45),
            shutdown_grace: Duration::from_secs(5),
            transport: TransportLimits::default(),
            inbox: InboxLimits::default(),
            connection: ConnectionLimits::default(),
            throttle: ThrottleSettings::default(),
            sequencer: SequencerSettings::default(),
        }
    }
}
