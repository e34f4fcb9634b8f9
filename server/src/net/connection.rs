//! A TCP connection that can be closed from outside of the task that serves it, and that does not wait for ever.
//!
//! Socket.IO's own means do not reach a transport whose writer waits for a client that does not read: neither its
//! heartbeat nor a disconnect packet gets past the full buffer. So the connection itself gives up.

use std::{
    future::Future,
    io,
    net::{Shutdown, SocketAddr},
    pin::Pin,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

/// How long a connection may make no progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// A client that takes nothing of what is written to it for this long is cut off.
    pub write_stall: Duration,
    /// A client that says nothing for this long before it joined the chat is cut off (CONN-4).
    pub idle_before_join: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self { write_stall: Duration::from_secs(15), idle_before_join: Duration::from_secs(45) }
    }
}

/// A connection as the HTTP server reads and writes it.
pub(crate) struct Connection {
    shared: Arc<Shared>,
    limits: ConnectionLimits,
    stalled: Option<Pin<Box<Sleep>>>,
    idle: Option<Pin<Box<Sleep>>>,
}

struct Shared {
    stream: TcpStream,
    joined: AtomicBool,
}

/// Closes a connection from outside. Does not keep it alive.
#[derive(Clone)]
pub struct ConnectionHandle {
    shared: Weak<Shared>,
    peer: SocketAddr,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, limits: ConnectionLimits) -> Self {
        let shared = Arc::new(Shared { stream, joined: AtomicBool::new(false) });
        Self { shared, limits, stalled: None, idle: None }
    }

    pub(crate) fn handle(&self, peer: SocketAddr) -> ConnectionHandle {
        ConnectionHandle { shared: Arc::downgrade(&self.shared), peer }
    }
}

impl ConnectionHandle {
    /// The client's address.
    #[must_use]
    pub const fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// The connection joined the chat: from now on heartbeats find out whether it lives.
    pub fn joined(&self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.joined.store(true, Ordering::Relaxed);
        }
    }

    /// Closes the connection after what is queued for the client was written, and says so by a WebSocket close frame.
    pub fn close(&self) {
        self.shut_down(Shutdown::Read);
    }

    /// Closes the connection at once, and forgets what the client did not take.
    pub fn abort(&self) {
        if let Some(shared) = self.shared.upgrade() {
            forget_unsent(&shared.stream);
        }
        self.shut_down(Shutdown::Both);
    }

    fn shut_down(&self, how: Shutdown) {
        let Some(shared) = self.shared.upgrade() else { return };
        if let Err(error) = SockRef::from(&shared.stream).shutdown(how) {
            tracing::debug!(%error, peer = %self.peer, "the connection was closed already");
        }
    }
}

fn forget_unsent(stream: &TcpStream) {
    if let Err(error) = SockRef::from(stream).set_linger(Some(Duration::ZERO)) {
        tracing::debug!(%error, "failed to drop what is unsent");
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if this.shared.stream.poll_read_ready(cx)?.is_pending() {
                if this.shared.joined.load(Ordering::Relaxed) {
                    this.idle = None;
                    return Poll::Pending;
                }
                let limit = this.limits.idle_before_join;
                return wait(&mut this.idle, limit, cx).map(Err);
            }
            match this.shared.stream.try_read(buffer.initialize_unfilled()) {
                Ok(read) => {
                    buffer.advance(read);
                    this.idle = None;
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        loop {
            if this.shared.stream.poll_write_ready(cx)?.is_pending() {
                let error = ready!(wait(&mut this.stalled, this.limits.write_stall, cx));
                forget_unsent(&this.shared.stream);
                return Poll::Ready(Err(error));
            }
            match this.shared.stream.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => {
                    this.stalled = None;
                    return Poll::Ready(result);
                }
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match SockRef::from(&self.shared.stream).shutdown(Shutdown::Write) {
            Err(error) if error.kind() != io::ErrorKind::NotConnected => Poll::Ready(Err(error)),
            _ => Poll::Ready(Ok(())),
        }
    }
}

/// Waits on a timer that begins with the first call; ready with an error when it is over.
fn wait(timer: &mut Option<Pin<Box<Sleep>>>, limit: Duration, cx: &mut Context<'_>) -> Poll<io::Error> {
    let timer = timer.get_or_insert_with(|| Box::pin(sleep(limit)));
    timer.as_mut().poll(cx).map(|()| io::ErrorKind::TimedOut.into())
}
