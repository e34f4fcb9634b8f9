//! What holds the folder of a server.

use std::{
    env,
    path::{Path, PathBuf},
};

/// What holds the folder of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Storage {
    /// The usual place for temporary files, most often on a disk.
    #[default]
    Disk,
    /// Memory, where the machine has room in it and nobody chose a place for temporary files (`TMPDIR`), else as
    /// [`Storage::Disk`]. What is written outlives the server's process, however it ends, and no run waits for a disk
    /// that is busy with something else.
    Memory,
}

/// Where Linux has files in memory.
const MEMORY: &str = "/dev/shm";
/// So much must be free there, in bytes: a container may have little. A run of the suite writes less than a tenth of it.
const ROOM: u64 = 512 << 20;

impl Storage {
    /// The folder in which the server's folder is made.
    pub(super) fn folder(self) -> PathBuf {
        let memory = Path::new(MEMORY);
        match self {
            Self::Memory if env::var_os("TMPDIR").is_none() && has_room(memory) => memory.to_owned(),
            Self::Memory | Self::Disk => env::temp_dir(),
        }
    }
}

/// Whether a folder is there, can be written to, and has room.
#[allow(clippy::useless_conversion, reason = "some systems count blocks in 32 bits")]
fn has_room(folder: &Path) -> bool {
    let free = nix::sys::statvfs::statvfs(folder)
        .map_or(0, |found| u64::from(found.blocks_available()).saturating_mul(found.fragment_size()));
    free >= ROOM && nix::unistd::access(folder, nix::unistd::AccessFlags::W_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_or_cannot_be_written_to_has_no_room() {
        assert!(!has_room(Path::new("/dev/shm/there/is/none")));
        assert!(!has_room(Path::new("/proc")));
    }
}
