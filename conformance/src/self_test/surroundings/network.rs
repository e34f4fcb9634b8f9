//! A network that is late and untidy: whatever is written arrives 0 to 50 ms later, in order, and in slices that do not
//! end where messages end.
//!
//! It knows nothing of WebSocket: it passes bytes. The end of one side is the end of the other, as a goodbye or a
//! reset.

use std::{io, net::SocketAddr, time::Duration};

use rand::Rng as _;
use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::mpsc,
    task::yield_now,
    time::{Instant, sleep_until},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The latest that anything arrives after it was sent.
const LATEST: Duration = Duration::from_millis(50);
/// The longest slice, in bytes: what fits into one packet of an Ethernet.
const LONGEST_SLICE: usize = 1400;
/// How much is read at a time, in bytes.
const CHUNK: usize = 16 << 10;
/// How many chunks may be under way, so that a side that does not read is felt by the other.
const UNDER_WAY: usize = 64;

/// A bad network at work. Dropping it ends all its connections.
pub(in crate::self_test) struct Network {
    address: SocketAddr,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Network {
    /// Begins to pass what comes in on a free port on to a server.
    ///
    /// # Errors
    /// There is no free port.
    pub(in crate::self_test) async fn start(host: &str, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (stopping, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(accept(listener, (host.to_owned(), port), tasks.clone(), stopping.clone()));
        Ok(Self { address, stopping, tasks })
    }

    /// The address that it listens on.
    pub(in crate::self_test) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends all connections and waits until they are gone.
    pub(in crate::self_test) async fn stop(self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

async fn accept(listener: TcpListener, server: (String, u16), tasks: TaskTracker, stopping: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopping.cancelled() => return,
        };
        // A client that is gone before it was accepted is no reason to stop.
        let Ok((client, _)) = accepted else { continue };
        let (server, stopping) = (server.clone(), stopping.clone());
        tasks.spawn(async move {
            tokio::select! {
                // A connection that fails is ended, which is what both sides see of it.
                ended = connect(client, server) => drop(ended),
                () = stopping.cancelled() => {}
            }
        });
    }
}

/// Passes everything between a client and the server, until both have said all or one of them vanished.
async fn connect(mut client: TcpStream, server: (String, u16)) -> io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let passed = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        tokio::try_join!(pass(from_client, to_server), pass(from_server, to_client))
    };
    if passed.is_err() {
        // One side vanished, and the other is to see just that.
        SockRef::from(&client).set_linger(Some(Duration::ZERO))?;
        SockRef::from(&server).set_linger(Some(Duration::ZERO))?;
    }
    passed.map(drop)
}

/// Passes what one side says on to the other, until it has said all.
async fn pass(from: ReadHalf<'_>, to: WriteHalf<'_>) -> io::Result<()> {
    let (chunks, under_way) = mpsc::channel(UNDER_WAY);
    tokio::try_join!(read(from, chunks), write(under_way, to)).map(drop)
}

/// Reads chunks, and says when each is to arrive.
async fn read(mut from: ReadHalf<'_>, chunks: mpsc::Sender<(Instant, Vec<u8>)>) -> io::Result<()> {
    let mut arrives = Instant::now();
    loop {
        let mut chunk = Vec::with_capacity(CHUNK);
        if from.read_buf(&mut chunk).await? == 0 {
            return Ok(());
        }
        // Nothing overtakes what was sent before it.
        arrives = arrives.max(Instant::now() + rand::rng().random_range(Duration::ZERO..=LATEST));
        if chunks.send((arrives, chunk)).await.is_err() {
            return Ok(());
        }
    }
}

/// Writes each chunk when it is due, in slices; says goodbye when there are no more.
async fn write(mut under_way: mpsc::Receiver<(Instant, Vec<u8>)>, mut to: WriteHalf<'_>) -> io::Result<()> {
    while let Some((arrives, chunk)) = under_way.recv().await {
        sleep_until(arrives).await;
        let mut rest = chunk.as_slice();
        while !rest.is_empty() {
            let length = rand::rng().random_range(1..=rest.len().min(LONGEST_SLICE));
            let (slice, later) = rest.split_at(length);
            to.write_all(slice).await?;
            // Lets the slice leave alone, and whoever reads it read it alone.
            yield_now().await;
            rest = later;
        }
    }
    to.shutdown().await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that sends back what it gets, and says goodbye when its client does.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (mut read, mut write) = stream.split();
            tokio::io::copy(&mut read, &mut write).await.unwrap();
        });
        address
    }

    #[tokio::test]
    async fn everything_arrives_in_order_and_the_goodbye_last() {
        let server = echo().await;
        let network = Network::start("127.0.0.1", server.port()).await.unwrap();
        let mut client = TcpStream::connect(network.address()).await.unwrap();
        let sent: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        let (mut read, mut write) = client.split();
        let (written, heard) = tokio::join!(
            async {
                write.write_all(&sent).await.unwrap();
                write.shutdown().await
            },
            async {
                let mut heard = Vec::new();
                read.read_to_end(&mut heard).await.map(|_| heard)
            }
        );
        written.unwrap();
        assert!(heard.unwrap() == sent);
        network.stop().await;
    }

    #[tokio::test]
    async fn a_reset_arrives_as_a_reset() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let network = Network::start("127.0.0.1", listener.local_addr().unwrap().port()).await.unwrap();
        let client = TcpStream::connect(network.address()).await.unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
        drop(client);
        let error = server.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        network.stop().await;
    }
}
