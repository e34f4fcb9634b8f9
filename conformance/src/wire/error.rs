//! What can go wrong between the suite and a server.

use std::{io, time::Duration};

use thiserror::Error;

use super::{incoming::CloseReason, target::Target};

/// Why no connection to a server came about.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The host's name has no address.
    #[error("the host `{host}` cannot be found: {source}")]
    Name {
        /// The name.
        host: String,
        /// What the resolver says.
        source: io::Error,
    },
    /// Nobody listens there.
    #[error("nothing listens at {host} port {port}: start the server, or check the port in the URL")]
    Refused {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// The network does not lead there, or the connection broke during the handshake.
    #[error("the connection to {host} port {port} failed: {source}")]
    Io {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// What the operating system says.
        source: io::Error,
    },
    /// It took too long.
    #[error("{target} did not answer within {patience:?} while waiting for {stage}")]
    Timeout {
        /// The server.
        target: Target,
        /// How long was waited in all.
        patience: Duration,
        /// What was waited for.
        stage: Stage,
    },
    /// Encryption could not be agreed on, or the certificate is not trusted.
    #[error("TLS with {host} failed: {what}")]
    Tls {
        /// The host.
        host: String,
        /// What is wrong, and what to do.
        what: String,
    },
    /// An HTTP answer instead of a WebSocket.
    #[error("{target} answered the WebSocket request with HTTP status {status}{}{}: {}",
        location.as_deref().map(|to| format!(" (to {to})")).unwrap_or_default(), quoted(body), hint(*status, target))]
    Http {
        /// The server.
        target: Target,
        /// The status.
        status: u16,
        /// Where the server sends clients instead.
        location: Option<String>,
        /// The beginning of the answer.
        body: String,
    },
    /// What answers is no WebSocket server.
    #[error("{target} does not speak WebSocket: {what}")]
    NotWebSocket {
        /// The server.
        target: Target,
        /// What is wrong.
        what: String,
    },
    /// A WebSocket whose first frame is no Engine.IO open packet.
    #[error("{target} does not speak Engine.IO: its first frame is {frame}, expected an open packet, 0{{\"sid\":…}}")]
    NotEngineIo {
        /// The server.
        target: Target,
        /// The beginning of its first frame.
        frame: String,
    },
    /// An open packet that cannot be read at all.
    #[error("the Engine.IO open packet of {target} is malformed: {what}; it is {frame}")]
    MalformedOpen {
        /// The server.
        target: Target,
        /// What is wrong.
        what: String,
        /// The beginning of the packet.
        frame: String,
    },
    /// The server closed the connection again.
    #[error("{target} closed the connection while waiting for {stage}: {reason}")]
    Closed {
        /// The server.
        target: Target,
        /// What was waited for.
        stage: Stage,
        /// How it closed.
        reason: CloseReason,
    },
    /// The server refuses the default namespace.
    #[error("{target} refuses the namespace `/`: {message}")]
    NamespaceRefused {
        /// The server.
        target: Target,
        /// What it says.
        message: String,
    },
}

/// What an opening connection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Stage {
    /// The address of the host's name.
    #[error("the address of the host")]
    Name,
    /// The TCP connection.
    #[error("the TCP connection")]
    Tcp,
    /// TLS and the WebSocket upgrade.
    #[error("the WebSocket upgrade")]
    Upgrade,
    /// The Engine.IO open packet.
    #[error("the Engine.IO open packet")]
    Open,
    /// The answer to joining the default namespace.
    #[error("the answer to joining the namespace `/`")]
    Namespace,
}

/// Why nothing could be sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SendError {
    /// The connection is closed.
    #[error("the connection is closed: {0}")]
    Closed(CloseReason),
    /// The server does not read: the outgoing queue stayed full.
    #[error("the server took nothing off the connection for {0:?}")]
    Stalled(Duration),
    /// What should be sent is no JSON.
    #[error("the payload is not JSON: {0}")]
    Payload(String),
}

/// Why an acknowledgement did not come.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AckError {
    /// It took too long.
    #[error("no acknowledgement within {0:?}")]
    Timeout(Duration),
    /// The connection closed before.
    #[error("the connection closed before the acknowledgement: {0}")]
    Closed(CloseReason),
}

fn quoted(body: &str) -> String {
    if body.is_empty() { String::new() } else { format!(", `{body}`") }
}

/// What an HTTP status most likely means, and what to do.
fn hint(status: u16, target: &Target) -> String {
    match status {
        429 | 503 => {
            "it takes no more connections for now; the suite opens many, so let it, or run fewer scenarios at a time \
                      (--jobs)"
                .into()
        }
        _ => format!(
            "is the path `{}` the server's Socket.IO path? (the URL names it, or `--server-path` where the suite starts the \
             server)",
            target.path()
        ),
    }
}
