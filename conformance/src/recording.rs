//! Every event that came in a run, written down for other tools: `run --record FILE`.

use std::{
    fs::File,
    io::{self, BufWriter, Write as _},
    path::Path,
    sync::{Mutex, PoisonError},
};

use serde_json::{Value, json};

use crate::wire::Secrets;

/// Writes one line an event: `{"event": "on.chat.read", "payload": {…}}`. What sentinels cause is among it.
#[derive(Debug)]
pub struct Recording {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    out: BufWriter<File>,
    /// The first error; nothing is written after it.
    failed: Option<io::Error>,
}

impl Recording {
    /// Begins a recording; a file that is there is overwritten.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        let out = BufWriter::new(File::create(path)?);
        Ok(Self { state: Mutex::new(State { out, failed: None }) })
    }

    /// Adds an event. Tokens that a faulty server sends are masked.
    pub(crate) fn add(&self, event: &str, payload: &Value, secrets: &Secrets) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.failed.is_none() {
            let line = secrets.mask(&json!({"event": event, "payload": payload}).to_string());
            state.failed = writeln!(state.out, "{line}").err();
        }
    }

    /// Writes what is not on the disk yet.
    ///
    /// # Errors
    /// The recording is not whole: what went wrong first.
    pub fn finish(&self) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failed.take().map_or(Ok(()), Err)?;
        state.out.flush()
    }
}
