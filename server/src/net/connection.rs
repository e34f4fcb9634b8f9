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
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    runtime::Handle,
    time::{Instant, Sleep, sleep, timeout},
};

use super::connections::{Connections, Registration};

/// How long a connection that was slowed down waits before it reads on.
const BREATH: Duration = Duration::from_millis(10);
/// How long a connection that is over waits for the client to close its side.
const LINGERING: Duration = Duration::from_secs(2);

/// What a connection may do to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// A client that takes nothing of what is written to it for this long is cut off.
    pub write_stall: Duration,
    /// A client that says nothing for this long before it joined the chat is cut off (CONN-4).
    pub idle_before_join: Duration,
    /// A client that takes this long to bring a request to its end, however busily, is cut off. It is longer than what
    /// an upload may take, so that a slow one is still told so.
    pub request_time: Duration,
    /// A client that has more than this many bytes to take is cut off when there is more for it. What the operating system
    /// holds comes on top, and what is said last, however long.
    pub unsent_bytes: u64,
    /// How many connections there may be; more wait to be accepted.
    pub connections: usize,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            write_stall: Duration::from_secs(15),
            idle_before_join: Duration::from_secs(45),
            request_time: Duration::from_secs(300),
            unsent_bytes: 16 << 20,
            connections: 50_000,
        }
    }
}

/// A connection as the HTTP server reads and writes it.
pub(crate) struct Connection {
    shared: Arc<Shared>,
    stalled: Option<Pin<Box<Sleep>>>,
    idle: Option<Pin<Box<Sleep>>>,
    slowed: Option<Pin<Box<Sleep>>>,
    /// When the request began that is not answered yet.
    request_began: Option<Instant>,
}

pub(super) struct Shared {
    stream: TcpStream,
    limits: ConnectionLimits,
    joined: AtomicBool,
    /// Whether the next read is to wait a moment.
    slow_down: AtomicBool,
    aborted: AtomicBool,
    /// Bytes that were handed over to be sent, and that were written. Frame headers are counted in the second alone, so
    /// that the first is brought up to it whenever it falls behind.
    queued: AtomicU64,
    written: AtomicU64,
    _registration: Registration,
}

/// Closes a connection from outside. Does not keep it alive.
#[derive(Clone)]
pub struct ConnectionHandle {
    shared: Weak<Shared>,
    peer: SocketAddr,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, limits: ConnectionLimits, connections: &Arc<Connections>) -> Self {
        let shared = Arc::new_cyclic(|shared| Shared {
            stream,
            limits,
            joined: AtomicBool::new(false),
            slow_down: AtomicBool::new(false),
            aborted: AtomicBool::new(false),
            queued: AtomicU64::new(0),
            written: AtomicU64::new(0),
            _registration: connections.add(shared),
        });
        Self { shared, stalled: None, idle: None, slowed: None, request_began: None }
    }

    /// Whether the client takes too long over its request. Never once it joined: it brings no more requests then.
    fn is_over_time(&mut self) -> bool {
        let began = *self.request_began.get_or_insert_with(Instant::now);
        !self.shared.joined.load(Ordering::Relaxed) && began.elapsed() > self.shared.limits.request_time
    }

    pub(super) fn handle(&self, peer: SocketAddr) -> ConnectionHandle {
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

    /// Makes the connection wait a moment before it reads on: a client that sends more than it may is slowed down by
    /// its own network, and costs the server little.
    pub fn slow_down(&self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.slow_down.store(true, Ordering::Relaxed);
        }
    }

    /// Counts bytes that are handed over to be sent; `false` where too many pile up, or the connection is gone.
    #[must_use]
    pub fn queue(&self, bytes: usize) -> bool {
        self.shared.upgrade().is_some_and(|shared| shared.queue(bytes as u64))
    }

    /// Closes the connection after what is queued for the client was written, and says so by a WebSocket close frame.
    pub fn close(&self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.shut_down(Shutdown::Read);
        }
    }

    /// Closes the connection at once, and forgets what the client did not take; whether that was not done before.
    pub fn abort(&self) -> bool {
        self.shared.upgrade().is_some_and(|shared| shared.abort())
    }
}

impl Shared {
    fn queue(&self, bytes: u64) -> bool {
        let written = self.written.load(Ordering::Relaxed);
        let before = self.queued.fetch_max(written, Ordering::Relaxed).max(written);
        self.queued.fetch_add(bytes, Ordering::Relaxed);
        // One event may be longer than that, such as a list of many dialogs, and is no sign of a slow reader.
        before - written <= self.limits.unsent_bytes
    }

    pub(super) fn abort(&self) -> bool {
        let is_first = !self.aborted.swap(true, Ordering::Relaxed);
        if is_first {
            self.forget_unsent();
            self.shut_down(Shutdown::Both);
        }
        is_first
    }

    fn shut_down(&self, how: Shutdown) {
        if let Err(error) = SockRef::from(&self.stream).shutdown(how) {
            tracing::debug!(%error, "the connection was closed already");
        }
    }

    fn forget_unsent(&self) {
        if let Err(error) = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO)) {
            tracing::debug!(%error, "failed to drop what is unsent");
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.slowed.is_some() || this.shared.slow_down.swap(false, Ordering::Relaxed) {
            ready!(wait(&mut this.slowed, BREATH, cx));
            this.slowed = None;
        }
        loop {
            if this.shared.stream.poll_read_ready(cx)?.is_pending() {
                if this.shared.joined.load(Ordering::Relaxed) {
                    this.idle = None;
                    return Poll::Pending;
                }
                let limit = this.shared.limits.idle_before_join;
                return wait(&mut this.idle, limit, cx).map(Err);
            }
            match this.shared.stream.try_read(buffer.initialize_unfilled()) {
                Ok(_) if this.is_over_time() => return Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
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
                let error = ready!(wait(&mut this.stalled, this.shared.limits.write_stall, cx));
                this.shared.abort();
                return Poll::Ready(Err(error));
            }
            match this.shared.stream.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => {
                    let written = result.as_ref().map_or(0, |written| *written as u64);
                    this.shared.written.fetch_add(written, Ordering::Relaxed);
                    // A download that goes on is no idle connection.
                    (this.stalled, this.idle, this.request_began) = (None, None, None);
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

impl Drop for Connection {
    /// Nobody reads or writes any more. What is written still has to arrive: a connection that is closed with something
    /// unread is reset, and takes what was on its way to the client with it.
    fn drop(&mut self) {
        if !self.shared.aborted.load(Ordering::Relaxed)
            && let Ok(runtime) = Handle::try_current()
        {
            // It holds its place among the connections, and is over soon, whatever the client does.
            runtime.spawn(linger(Arc::clone(&self.shared)));
        }
    }
}

/// Says that nothing more is coming, and waits until the client says so as well.
async fn linger(shared: Arc<Shared>) {
    shared.shut_down(Shutdown::Write);
    let mut ignored = vec![0; 4096];
    let read_to_the_end = async {
        while shared.stream.readable().await.is_ok() {
            match shared.stream.try_read(&mut ignored) {
                Ok(0) => return,
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return,
                Ok(_) | Err(_) => {}
            }
        }
    };
    if timeout(LINGERING, read_to_the_end).await.is_err() {
        tracing::debug!("a client did not close its side of the connection");
    }
}

/// Waits on a timer that begins with the first call; ready with an error when it is over.
fn wait(timer: &mut Option<Pin<Box<Sleep>>>, limit: Duration, cx: &mut Context<'_>) -> Poll<io::Error> {
    let timer = timer.get_or_insert_with(|| Box::pin(sleep(limit)));
    timer.as_mut().poll(cx).map(|()| io::ErrorKind::TimedOut.into())
}
