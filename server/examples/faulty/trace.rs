//! How often a fault showed itself, told to whoever tests with it.

use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

/// A file with a line for each time that a fault showed itself. It is complete even when the server is killed.
#[derive(Clone, Default)]
pub(crate) struct Trace {
    file: Option<Arc<Mutex<File>>>,
}

impl Trace {
    pub(crate) fn new(path: Option<PathBuf>) -> anyhow::Result<Self> {
        let open = |path| OpenOptions::new().append(true).create(true).open(path);
        Ok(Self { file: path.map(open).transpose()?.map(Mutex::new).map(Arc::new) })
    }

    /// The fault shows itself.
    pub(crate) fn note(&self, what: &str) {
        if let Some(file) = &self.file {
            // A trace that cannot be written makes the fault count as one that never showed itself.
            drop(writeln!(file.lock().unwrap_or_else(PoisonError::into_inner), "{what}"));
        }
    }

    /// The fault shows itself, if it does.
    pub(crate) fn note_if(&self, shows: bool, what: &str) {
        if shows {
            self.note(what);
        }
    }
}
