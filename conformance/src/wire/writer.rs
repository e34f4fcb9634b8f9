//! The task that sends: frames in the order given, answers to heartbeats before them.

use std::{sync::Arc, time::Instant};

use futures_util::{SinkExt, stream::SplitSink};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{dial::Stream, shared::Shared};
use crate::result::Heard;

/// Something to send.
#[derive(Debug)]
pub(super) enum Outgoing {
    /// Frames that follow each other with nothing in between.
    Frames(Vec<Message>),
    /// A WebSocket close frame. Nothing is sent after it.
    Close,
}

pub(super) struct Writer {
    pub(super) sink: SplitSink<Stream, Message>,
    pub(super) outgoing: mpsc::Receiver<Outgoing>,
    pub(super) pongs: mpsc::Receiver<Message>,
    pub(super) shared: Arc<Shared>,
}

impl Writer {
    /// Sends until the connection closes or all handles are gone.
    pub(super) async fn run(mut self) {
        if let Err(error) = self.send_all().await {
            // Not the connection's end yet: the reader may still find out why the server closed it.
            self.shared.record.note(format!("sending failed: {error}"));
        }
    }

    async fn send_all(&mut self) -> Result<(), Error> {
        loop {
            let mut next = tokio::select! {
                biased;
                Some(pong) = self.pongs.recv() => Some(Outgoing::Frames(vec![pong])),
                Some(outgoing) = self.outgoing.recv() => Some(outgoing),
                else => return Ok(()),
            };
            // What is queued already is sent in one go, unless a heartbeat waits.
            while let Some(outgoing) = next {
                match outgoing {
                    Outgoing::Frames(frames) => self.feed(frames).await?,
                    Outgoing::Close => return self.sink.close().await,
                }
                next = if self.pongs.is_empty() { self.outgoing.try_recv().ok() } else { None };
            }
            self.sink.flush().await?;
        }
    }

    async fn feed(&mut self, frames: Vec<Message>) -> Result<(), Error> {
        for frame in frames {
            self.shared.record.frame(Heard::Sent, &frame, Instant::now());
            self.sink.feed(frame).await?;
        }
        Ok(())
    }
}
