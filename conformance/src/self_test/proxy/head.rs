//! The head of a request: whether it asks for a WebSocket, and where.

use std::io::{self, Cursor};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, Chain, Join, copy_bidirectional, join},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use super::Upstream;

/// The longest head that is read, in bytes.
const LONGEST: usize = 64 << 10;

/// A connection of which the head was read already, and is read once more.
pub(super) type Rewound = Join<Chain<Cursor<Vec<u8>>, OwnedReadHalf>, OwnedWriteHalf>;

/// The head of a request.
pub(super) struct Head {
    bytes: Vec<u8>,
}

impl Head {
    /// Reads up to the empty line.
    pub(super) async fn read(stream: &mut TcpStream) -> io::Result<Self> {
        let mut bytes = Vec::with_capacity(1024);
        while !bytes.windows(4).any(|window| window == b"\r\n\r\n") && bytes.len() < LONGEST {
            if stream.read_buf(&mut bytes).await? == 0 {
                break;
            }
        }
        Ok(Self { bytes })
    }

    /// The path and the query of a request for a WebSocket; `None` for any other request.
    pub(super) fn websocket(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.bytes);
        let mut lines = text.lines();
        let target = lines.next()?.strip_prefix("GET ")?.split(' ').next()?.to_owned();
        lines.any(|line| line.to_ascii_lowercase().replace(' ', "") == "upgrade:websocket").then_some(target)
    }

    /// The connection as if nothing had been read of it.
    pub(super) fn rewind(self, stream: TcpStream) -> Rewound {
        let (read, write) = stream.into_split();
        join(AsyncReadExt::chain(Cursor::new(self.bytes), read), write)
    }

    /// Passes everything on as bytes.
    pub(super) async fn tunnel(self, mut client: TcpStream, upstream: &Upstream) -> io::Result<()> {
        let mut server = TcpStream::connect((upstream.host.as_str(), upstream.port)).await?;
        server.write_all(&self.bytes).await?;
        copy_bidirectional(&mut client, &mut server).await?;
        Ok(())
    }
}
