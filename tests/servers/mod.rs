//! Real servers on loopback, each on a port and with a data folder of its own, gone when the test binary ends.
//!
//! A server that is not installed makes the test fail with the name of its Debian package.

#![allow(clippy::unwrap_used, dead_code, reason = "tests; each test binary uses a part")]

pub(crate) mod alertmanager;
pub(crate) mod dns;
pub(crate) mod fixture;
pub(crate) mod grpc;
pub(crate) mod mysql;
pub(crate) mod nats;
mod ports;
pub(crate) mod postgres;
pub(crate) mod prometheus;
pub(crate) mod rabbitmq;
pub(crate) mod redis;
pub(crate) mod websocket;

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) use ports::free_port;

/// How long a server may take to start: this machine may be busy.
const STARTING: Duration = Duration::from_secs(180);

/// Starts the server in the background, and ends it and removes its folder when the pipe to this shell is closed, be it
/// by a drop or by the end of the test binary.
const KEEPER: &str = r#"
folder=$1 signal=$2; shift 2
"$@" </dev/null >"$folder/log" 2>&1 & pid=$!
echo "$pid" >"$folder/kept.pid"
exec 2>/dev/null
cat >/dev/null
kill -s "$signal" "$pid"; wait "$pid"
rm -rf "$folder"
"#;

/// A server that runs as long as this value, and no longer than the test binary.
pub(crate) struct Running {
    pub(crate) port: u16,
    folder: PathBuf,
    keeper: Child,
}

impl Running {
    /// Runs a command, and waits until `ready` says that it answers on its port.
    pub(crate) fn start(
        folder: &Path,
        port: u16,
        signal: &str,
        command: &[&str],
        ready: impl Fn(u16) -> bool,
    ) -> Running {
        Running::try_start(folder, port, signal, command, ready).unwrap_or_else(|trouble| panic!("{trouble}"))
    }

    /// The same, with what it said when it does not come up.
    pub(crate) fn try_start(
        folder: &Path,
        port: u16,
        signal: &str,
        command: &[&str],
        ready: impl Fn(u16) -> bool,
    ) -> Result<Running, String> {
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(folder).arg(signal).args(command).stdin(Stdio::piped());
        let keeper = keeper.spawn().unwrap();
        let running = Running { port, folder: folder.to_owned(), keeper };
        let begun = Instant::now();
        while !ready(port) {
            if running.has_ended() {
                return Err(format!("{command:?} has ended:\n{}", running.log()));
            }
            if begun.elapsed() > STARTING {
                return Err(format!("{command:?} does not answer:\n{}", running.log()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(running)
    }

    /// Whether the program is no more, so that waiting for its answer is in vain.
    fn has_ended(&self) -> bool {
        let pid = std::fs::read_to_string(self.folder.join("kept.pid")).unwrap_or_default();
        // the line is complete once its end is there; `Z` is a process that ended and was not waited for yet
        let Some(pid) = pid.strip_suffix('\n') else { return false };
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_none_or(|(_, state)| state.starts_with('Z'))
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Whether anything listens on a port.
pub(crate) fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// A new folder for a server's keeper to remove.
pub(crate) fn folder() -> PathBuf {
    tempfile::Builder::new().prefix("shipworthy-server-").tempdir().unwrap().keep()
}

/// A new folder that is gone when the test binary ends, although nothing is dropped then.
pub(crate) fn folder_until_the_end() -> PathBuf {
    let folder = folder();
    let mut keeper = Command::new("sh");
    keeper.args(["-c", "cat >/dev/null; rm -rf \"$1\"", "keeper"]).arg(&folder).stdin(Stdio::piped());
    // the pipe stays open as long as this process lives
    std::mem::forget(keeper.spawn().unwrap());
    folder
}

/// The path of a server's program, looked for in `PATH` and in further folders.
pub(crate) fn program(name: &str, more: &[&str], package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(more.iter().map(PathBuf::from));
    folders
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("`{name}` is not installed; on Debian it is in the package `{package}`"))
}

/// Whether this is the superuser, whom some servers refuse to run as.
pub(crate) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    String::from_utf8_lossy(&id.stdout).trim() == "0"
}

/// The words before a command that takes the superuser's rights away, where there are any.
pub(crate) fn unprivileged() -> Vec<String> {
    let words = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"];
    if is_root() { words.map(str::to_owned).to_vec() } else { vec!["env".to_owned()] }
}

/// Gives a folder to the user that [`unprivileged`] runs as.
pub(crate) fn hand_over(folder: &Path) {
    if is_root() {
        run(Command::new("chown").args(["-R", "nobody:nogroup"]).arg(folder));
    }
}

/// Runs a command that must succeed.
pub(crate) fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
