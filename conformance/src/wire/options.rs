//! How a connection is opened and how it behaves.

use std::{sync::Arc, time::Duration};

use super::{record::Keep, secrets::Secrets};

/// How a connection is opened and how it behaves. The default is that of a well-behaved client.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// How long opening may take in all, and how long a send may wait for a server that does not read.
    pub patience: Duration,
    /// Whether to join the default namespace.
    pub auto_connect: bool,
    /// Whether to answer heartbeats.
    pub answer_pings: bool,
    /// Whether to read (ROB-7). Reading can be stopped and resumed later.
    pub read: bool,
    /// The size of the operating system's receive buffer, in bytes. A small one makes a client that does not read felt
    /// early.
    pub receive_buffer: Option<u32>,
    /// How many events may wait to be looked at. When more come, the connection is closed.
    pub queue: usize,
    /// How much of what goes by is kept.
    pub record: Keep,
    /// The tokens that no frame from the server may carry (SEC-5), and that reports mask.
    pub secrets: Arc<Secrets>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(10),
            auto_connect: true,
            answer_pings: true,
            read: true,
            receive_buffer: None,
            queue: 65_536,
            record: Keep::default(),
            secrets: Arc::default(),
        }
    }
}
