//! A WebSocket's bytes on their way in, with names that can be borrowed.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::filter::Filter;

/// A stream of WebSocket frames, read with names that can be borrowed. What is written to it goes out as it is.
pub(in crate::wire) struct Borrowable<S> {
    stream: S,
    filter: Filter,
}

impl<S> Borrowable<S> {
    /// Reads from a stream whose messages are no longer than so many bytes.
    pub(in crate::wire) fn new(stream: S, message_bytes: usize) -> Self {
        Self { stream, filter: Filter::new(message_bytes) }
    }

    /// Gives out what is ready.
    fn read_ready(&mut self, buffer: &mut ReadBuf<'_>) -> bool {
        let ready = self.filter.ready();
        let length = ready.len().min(buffer.remaining());
        buffer.put_slice(&ready[..length]);
        self.filter.read(length);
        length > 0
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Borrowable<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if this.read_ready(buffer) || buffer.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
            let before = buffer.filled().len();
            ready!(Pin::new(&mut this.stream).poll_read(cx, buffer))?;
            let came = &buffer.filled()[before..];
            if came.is_empty() {
                this.filter.end();
                this.read_ready(buffer);
                return Poll::Ready(Ok(()));
            }
            let read = this.filter.take(came);
            buffer.set_filled(before + read);
            if read > 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Borrowable<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    /// Everything that is read of a stream, so many bytes at a time.
    async fn read(sent: &[u8], bytes: usize) -> Vec<u8> {
        let mut stream = Borrowable::new(sent, 1_000);
        let (mut all, mut buffer) = (Vec::new(), vec![0; bytes]);
        loop {
            match stream.read(&mut buffer).await.unwrap() {
                0 => return all,
                read => all.extend_from_slice(&buffer[..read]),
            }
        }
    }

    #[tokio::test]
    async fn is_read_to_its_end_in_pieces_of_any_size() {
        let frame = |length: u8, payload: &[u8]| [&[0x81, 0x80 | length, 0, 0, 0, 0], payload].concat();
        let sent = [frame(10, br#"42["a\nb"]"#), frame(6, br#"42["x"#), frame(0, b"")].concat();
        let right = [frame(18, br#"42["?name","a\nb"]"#), frame(6, br#"42["x"#), frame(0, b"")].concat();
        for bytes in [1, 3, 7, 1_000] {
            assert_eq!(read(&sent, bytes).await, right, "{bytes} bytes at a time");
        }
    }
}
