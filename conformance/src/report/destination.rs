//! Where a report goes: standard output, or a file that is never seen half-written.

use std::{
    fmt, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process,
};

/// Where a report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Standard output.
    Stdout,
    /// A file. Folders above it are made.
    File(PathBuf),
}

impl Destination {
    /// Makes the folders above a file and sees that a file can be there: before the run rather than after it.
    ///
    /// # Errors
    /// It cannot be; the error is a sentence.
    pub fn prepare(&self) -> io::Result<()> {
        let Self::File(path) = self else { return Ok(()) };
        let refused = |why: &str| io::Error::other(format!("a report cannot be written to {}: {why}", path.display()));
        if path.is_dir() {
            return Err(refused("it is a folder"));
        }
        fs::create_dir_all(folder(path)).map_err(|error| refused(&format!("its folder cannot be made: {error}")))?;
        if path.exists() && (!path.is_file() || is_job_summary(path)) {
            return Ok(());
        }
        let tried = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let tried = unfinished(&tried)?;
        fs::write(&tried, "").and_then(|()| fs::remove_file(&tried)).map_err(|error| refused(&error.to_string()))
    }

    /// Whether two are the same file, however they are written. Their folders are there ([`Destination::prepare`]).
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let place = |path: &PathBuf| {
            let folder = fs::canonicalize(folder(path)).ok();
            fs::canonicalize(path).ok().or_else(|| Some(folder?.join(path.file_name()?)))
        };
        match (self, other) {
            (Self::File(one), Self::File(other)) => {
                one == other || (place(one).is_some() && place(one) == place(other))
            }
            (one, other) => one == other,
        }
    }

    /// Writes the whole report.
    ///
    /// # Errors
    /// It could not be written; the error is a sentence.
    pub fn write(&self, report: &str) -> io::Result<()> {
        match self {
            Self::Stdout => {
                let mut out = io::stdout().lock();
                out.write_all(report.as_bytes()).and_then(|()| out.flush())
            }
            Self::File(path) if is_job_summary(path) => {
                fs::OpenOptions::new().append(true).create(true).open(path)?.write_all(report.as_bytes())
            }
            // A pipe or a device: `/dev/null` would not survive being replaced by a file.
            Self::File(path) if path.exists() && !path.is_file() => fs::write(path, report),
            Self::File(path) => replace(path, report),
        }
        .map_err(|error| io::Error::new(error.kind(), format!("a report could not be written to {self}: {error}")))
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => f.write_str("standard output"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// The summary of a GitHub job is appended to: earlier commands of the same step may have written there.
fn is_job_summary(path: &Path) -> bool {
    std::env::var_os("GITHUB_STEP_SUMMARY").is_some_and(|summary| Path::new(&summary) == path)
}

/// Puts a file in the place of another in one step. Who reads it sees the old one or the new one, never a part.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    // The file that a link points to is replaced, not the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    fs::create_dir_all(folder(&path))?;
    let unfinished = unfinished(&path)?;
    fs::write(&unfinished, text).and_then(|()| fs::rename(&unfinished, &path)).inspect_err(|_| {
        drop(fs::remove_file(&unfinished)); // nothing more can be done about it
    })
}

/// Where a file is until it is whole.
fn unfinished(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| io::Error::other("it has no file name"))?.to_string_lossy();
    Ok(folder(path).join(format!(".{name}.{}", process::id())))
}

/// The folder that a file lies in.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_made_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/report.json");
        for text in ["one", "two"] {
            Destination::File(path.clone()).write(text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn errors_are_sentences_and_come_before_the_run() {
        let folder = tempfile::tempdir().unwrap();
        let said = |path: PathBuf| Destination::File(path).prepare().unwrap_err().to_string();
        assert!(said(folder.path().to_owned()).ends_with(": it is a folder"));
        fs::write(folder.path().join("file"), "").unwrap();
        let error = said(folder.path().join("file/report.json"));
        assert!(error.contains("file/report.json: its folder cannot be made: "), "{error}");
        // Nobody may write there, whoever it is that asks.
        #[cfg(target_os = "linux")]
        assert!(said("/proc/report.json".into()).starts_with("a report cannot be written to /proc/report.json: "));
        let path = folder.path().join("report.json");
        Destination::File(path.clone()).prepare().unwrap();
        assert!(!path.exists(), "what is prepared is not there yet");
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_written_to_and_links_are_kept() {
        use std::os::unix::fs::{FileTypeExt as _, symlink};

        Destination::File("/dev/null".into()).write("x").unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());

        let folder = tempfile::tempdir().unwrap();
        let [link, file] = ["link", "file"].map(|name| folder.path().join(name));
        fs::write(&file, "old").unwrap();
        symlink(&file, &link).unwrap();
        Destination::File(link.clone()).write("new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    }
}
