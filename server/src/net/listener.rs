//! Accepts connections and sets their options.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};

use super::{ConnectionHandle, ConnectionLimits, Connections, connection::Connection};

/// How long to wait when no connection can be accepted, as when there are no file descriptors left.
const PAUSE: Duration = Duration::from_millis(500);

/// A listening socket.
pub(crate) struct ConnectionListener {
    listener: TcpListener,
    limits: ConnectionLimits,
    connections: Arc<Connections>,
}

impl ConnectionListener {
    pub(crate) const fn new(listener: TcpListener, limits: ConnectionLimits, connections: Arc<Connections>) -> Self {
        Self { listener, limits, connections }
    }

    /// Small frames leave at once, and a peer that vanished is noticed even while something waits to be sent to it.
    fn set_options(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        #[cfg(target_os = "linux")]
        SockRef::from(stream).set_tcp_user_timeout(Some(self.limits.write_stall))?;
        Ok(())
    }
}

impl Listener for ConnectionListener {
    type Addr = SocketAddr;
    type Io = Connection;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            if self.connections.count() >= self.limits.connections {
                tracing::warn!("there are as many connections as there may be");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            match self.listener.accept().await {
                Ok((stream, peer)) => {
                    if let Err(error) = self.set_options(&stream) {
                        tracing::debug!(%error, %peer, "failed to set the options of a connection");
                    }
                    return (Connection::new(stream, self.limits, &self.connections), peer);
                }
                Err(error) => {
                    tracing::warn!(%error, "failed to accept a connection");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, ConnectionListener>> for ConnectionHandle {
    fn connect_info(stream: IncomingStream<'_, ConnectionListener>) -> Self {
        stream.io().handle(*stream.remote_addr())
    }
}
