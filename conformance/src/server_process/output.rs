//! What a server prints: read as it comes, so that it never blocks, and only the end of it kept.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{ChildStderr, ChildStdout},
};
use tokio_util::task::AbortOnDropHandle;

/// How much is kept, in bytes.
const KEPT: usize = 64 << 10;

/// The end of a server's output, and the tasks that read it.
#[derive(Debug, Default)]
pub(super) struct Output {
    kept: Arc<Kept>,
    readers: Vec<AbortOnDropHandle<()>>,
}

#[derive(Debug, Default)]
struct Kept(Mutex<VecDeque<u8>>);

impl Kept {
    fn lock(&self) -> MutexGuard<'_, VecDeque<u8>> {
        // A panic elsewhere costs some output at worst.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, bytes: &[u8]) {
        let mut kept = self.lock();
        kept.extend(bytes);
        let excess = kept.len().saturating_sub(KEPT);
        kept.drain(..excess);
    }
}

impl Output {
    /// Reads the output of a process from now on, instead of that of the one before.
    pub(super) fn follow(&mut self, stdout: Option<ChildStdout>, stderr: Option<ChildStderr>) {
        let kept = || Arc::clone(&self.kept);
        let stdout = stdout.map(|stdout| tokio::spawn(read(stdout, kept())));
        let stderr = stderr.map(|stderr| tokio::spawn(read(stderr, kept())));
        self.readers = stdout.into_iter().chain(stderr).map(AbortOnDropHandle::new).collect();
    }

    /// Waits until nobody can print any more.
    pub(super) async fn wait_end(&mut self) {
        // Taken off one by one, as none may be asked again once it has answered, and this may be cut short.
        while let Some(reader) = self.readers.last_mut() {
            if let Err(error) = reader.await {
                tracing::debug!(%error, "a server's output was not read to its end");
            }
            self.readers.pop();
        }
    }

    pub(super) fn last_lines(&self, lines: usize) -> String {
        let kept = self.kept.lock().iter().copied().collect::<Vec<u8>>();
        let text = String::from_utf8_lossy(&kept).into_owned();
        let all: Vec<&str> = text.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// The last lines, as the end of a sentence.
    pub(super) fn as_end_of_sentence(&self, lines: usize) -> String {
        match self.last_lines(lines).as_str() {
            "" => "; it printed nothing".to_owned(),
            last => format!("; the last that it printed:\n{last}"),
        }
    }
}

async fn read(mut from: impl AsyncRead + Unpin, kept: Arc<Kept>) {
    let mut buffer = vec![0; 8 << 10];
    loop {
        match from.read(&mut buffer).await {
            Ok(0) => return,
            Ok(length) => kept.push(&buffer[..length]),
            Err(error) => return kept.push(format!("\n(the output cannot be read: {error})\n").as_bytes()),
        }
    }
}
