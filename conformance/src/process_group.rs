//! A command that the user gave, and everything that it starts: ended together, whatever happens to the suite.

use std::{io, path::Path, process::Stdio};

use tokio::process::{Child, ChildStdin, Command};

/// Runs the user's command (`$1`) as the leader of a process group of its own, with a guard beside it: the guard reads
/// a pipe that the suite holds, and when the pipe closes, it removes their folder (`$2`) and ends the whole group. That
/// happens even when the suite is killed and can clean up nothing itself.
const GUARDED: &str = r#"
exec 3<&0
(trap '' TERM INT HUP; read -r _ <&3; rm -rf -- "$2"; kill -KILL 0) >/dev/null 2>&1 &
exec 3<&-
exec sh -c "$1" </dev/null
"#;

/// A command's processes. They are killed when it is dropped.
#[derive(Debug)]
pub(crate) struct ProcessGroup {
    /// The command itself.
    pub(crate) leader: Child,
    id: Option<u32>,
    /// The pipe that the guard reads. Not in `leader`, because waiting for that closes it.
    guarded: Option<ChildStdin>,
}

impl ProcessGroup {
    /// Starts a shell command in a group of its own, with its output piped. `folder` is theirs alone: where the suite is
    /// killed, it goes with them.
    ///
    /// # Errors
    /// There is no shell, or no process can be started.
    pub(crate) fn spawn(
        shell_command: &str,
        environment: &[(&str, String)],
        folder: Option<&Path>,
    ) -> io::Result<Self> {
        let mut command = Command::new("sh");
        command.args(["-c", GUARDED, "sh", shell_command]).arg(folder.unwrap_or_else(|| Path::new("")));
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.process_group(0).kill_on_drop(true);
        let mut leader = command.spawn()?;
        let (id, guarded) = (leader.id(), leader.stdin.take());
        Ok(Self { leader, id, guarded })
    }

    /// Asks all processes to end (SIGTERM).
    ///
    /// # Errors
    /// The operating system does not allow it.
    pub(crate) fn terminate(&self) -> io::Result<()> {
        self.signal(nix::sys::signal::Signal::SIGTERM)
    }

    /// Ends all processes (SIGKILL).
    ///
    /// # Errors
    /// The operating system does not allow it.
    pub(crate) fn kill(&mut self) -> io::Result<()> {
        let killed = self.signal(nix::sys::signal::Signal::SIGKILL);
        // The guard is gone with the rest, and the group's id may be given to others from now on.
        self.id = None;
        self.guarded = None;
        killed
    }

    fn signal(&self, signal: nix::sys::signal::Signal) -> io::Result<()> {
        let Some(id) = self.id.and_then(|id| i32::try_from(id).ok()) else { return Ok(()) };
        match nix::sys::signal::killpg(nix::unistd::Pid::from_raw(id), signal) {
            // Gone already is as good.
            Ok(()) | Err(nix::errno::Errno::ESRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if let Err(error) = self.kill() {
            tracing::warn!(%error, "the processes of a command could not be ended");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{os::unix::process::ExitStatusExt, time::Duration};

    use tokio::{io::AsyncReadExt, time::timeout};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    /// Starts a process that starts another, and waits until both run. Both hold the output open.
    async fn family() -> ProcessGroup {
        let mut group = ProcessGroup::spawn("sleep 1000 & echo ready; wait", &[], None).unwrap();
        let mut ready = [0; 6];
        group.leader.stdout.as_mut().unwrap().read_exact(&mut ready).await.unwrap();
        group
    }

    /// Waits until nobody holds the output open any more.
    async fn all_gone(mut output: tokio::process::ChildStdout) {
        let rest = timeout(PATIENCE, output.read_to_end(&mut Vec::new())).await;
        assert_eq!(rest.expect("all processes end").unwrap(), 0);
    }

    #[tokio::test]
    async fn dropping_it_ends_all_processes() {
        let mut group = family().await;
        let output = group.leader.stdout.take().unwrap();
        drop(group);
        all_gone(output).await;
    }

    #[tokio::test]
    async fn the_end_of_the_suite_ends_all_processes() {
        let mut group = family().await;
        // As when the suite is killed: nothing is cleaned up, but the pipe closes.
        drop(group.guarded.take());
        let status = timeout(PATIENCE, group.leader.wait()).await.expect("the guard ends it").unwrap();
        assert_eq!(status.signal(), Some(9));
        all_gone(group.leader.stdout.take().unwrap()).await;
    }

    #[tokio::test]
    async fn terminating_reaches_all_processes() {
        let mut group = family().await;
        group.terminate().unwrap();
        let status = timeout(PATIENCE, group.leader.wait()).await.expect("it ends").unwrap();
        assert_eq!(status.signal(), Some(15));
        all_gone(group.leader.stdout.take().unwrap()).await;
    }
}
