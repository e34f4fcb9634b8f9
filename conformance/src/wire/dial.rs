//! From a URL to an open WebSocket, each step with its own error.

use std::{io, time::Duration};

use socket2::SockRef;
use tokio::{
    net::{TcpSocket, TcpStream, lookup_host},
    time::{Instant, timeout_at},
};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config,
    tungstenite::{self, http, protocol::WebSocketConfig},
};

use super::{
    error::{OpenError, Stage},
    frame::cut,
    options::OpenOptions,
    target::Target,
    tls,
};

/// The largest message that is taken from a server, in bytes.
const MAX_MESSAGE: usize = 64 << 20;
/// How much of an HTTP answer is shown, in characters.
const SHOWN: usize = 200;

pub(super) type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The time that opening a connection may take.
#[derive(Debug, Clone)]
pub(super) struct Deadline {
    target: Target,
    patience: Duration,
    at: Instant,
}

impl Deadline {
    pub(super) fn new(target: &Target, patience: Duration) -> Self {
        Self { target: target.clone(), patience, at: Instant::now() + patience }
    }

    /// Waits for a step, but not longer than the deadline.
    pub(super) async fn wait<T>(&self, stage: Stage, step: impl Future<Output = T>) -> Result<T, OpenError> {
        let Self { target, patience, at } = self;
        timeout_at(*at, step).await.map_err(|_| OpenError::Timeout {
            target: target.clone(),
            patience: *patience,
            stage,
        })
    }
}

/// Opens a WebSocket, and gives a second handle of its TCP socket, through which it can be reset.
pub(super) async fn dial(
    target: &Target,
    options: &OpenOptions,
    deadline: &Deadline,
) -> Result<(Stream, socket2::Socket), OpenError> {
    let io = |source| OpenError::Io { host: target.host().to_owned(), port: target.port(), source };
    let tcp = connect(target, options, deadline).await?;
    tcp.set_nodelay(true).map_err(io)?;
    let handle = SockRef::from(&tcp).try_clone().map_err(io)?;

    let connector = if target.is_secure() {
        let config = tokio::task::spawn_blocking(tls::client_config).await.map_err(|error| io(error.into()))?;
        let tls = |what| OpenError::Tls { host: target.host().to_owned(), what };
        Connector::Rustls(config.map_err(tls)?)
    } else {
        Connector::Plain
    };
    let mut config = WebSocketConfig::default();
    config.max_message_size = Some(MAX_MESSAGE);
    config.max_frame_size = Some(MAX_MESSAGE);
    config.read_buffer_size = 16 << 10;
    let url = target.websocket_url();
    let upgrade = client_async_tls_with_config(url.as_str(), tcp, Some(config), Some(connector));
    let upgraded = deadline.wait(Stage::Upgrade, upgrade).await?;
    let (stream, _) = upgraded.map_err(|error| refused(target, error))?;
    Ok((stream, handle))
}

/// Connects to the first address of the host that answers.
async fn connect(target: &Target, options: &OpenOptions, deadline: &Deadline) -> Result<TcpStream, OpenError> {
    let (host, port) = (target.host(), target.port());
    let name = |source| OpenError::Name { host: host.to_owned(), source };
    let addresses = deadline.wait(Stage::Name, lookup_host((host, port))).await?.map_err(name)?;
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        let attempt = async {
            let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
            if let Some(size) = options.receive_buffer {
                // Before connecting: the window is agreed on then.
                socket.set_recv_buffer_size(size)?;
            }
            socket.connect(address).await
        };
        match deadline.wait(Stage::Tcp, attempt).await? {
            Ok(tcp) => return Ok(tcp),
            Err(error) => last = error,
        }
    }
    Err(match last.kind() {
        io::ErrorKind::ConnectionRefused => OpenError::Refused { host: host.to_owned(), port },
        io::ErrorKind::NotFound => name(last),
        _ => OpenError::Io { host: host.to_owned(), port, source: last },
    })
}

/// Why a server did not upgrade the connection.
fn refused(target: &Target, error: tungstenite::Error) -> OpenError {
    let host = target.host().to_owned();
    match error {
        tungstenite::Error::Http(answer) => {
            let location = answer.headers().get(http::header::LOCATION);
            let location = location.map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
            let status = answer.status().as_u16();
            let body = String::from_utf8_lossy(answer.body().as_deref().unwrap_or_default()).into_owned();
            let body = cut(body.split_whitespace().collect::<Vec<_>>().join(" ").as_str(), SHOWN);
            OpenError::Http { target: target.clone(), status, location, body }
        }
        tungstenite::Error::Io(source) => match tls::explain(&source) {
            Some(what) => OpenError::Tls { host, what },
            None => OpenError::Io { host, port: target.port(), source },
        },
        tungstenite::Error::Tls(error) => OpenError::Tls { host, what: error.to_string() },
        error => {
            let advice =
                if target.is_secure() { "" } else { "; if it speaks TLS on this port, write wss:// or https://" };
            OpenError::NotWebSocket { target: target.clone(), what: format!("{error}{advice}") }
        }
    }
}
