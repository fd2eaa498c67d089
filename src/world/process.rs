//! Child processes: no shell, a group of their own that is killed whole, a time limit, capped output.
//!
//! Owns `process_wrap`. Leaves to others what an exit code or a text means.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use crate::model::Unknown;

/// How long pipes are read after the process itself has ended: a grandchild that left the group may hold them open
/// for ever.
const AFTER_EXIT: Duration = Duration::from_secs(1);

/// Output that is kept unless the caller says otherwise, in bytes per stream.
pub const OUTPUT_CAP: usize = 4 << 20;

/// A program to run. Nothing in it passes through a shell.
#[derive(Clone, Debug)]
pub struct Command {
    /// Program and arguments; the program is looked up on the `PATH` of `env` when it has no `/`.
    pub argv: Vec<String>,
    /// Folder it runs in (absolute).
    pub cwd: PathBuf,
    /// Its whole environment.
    pub env: BTreeMap<String, String>,
    /// What it reads; nothing (end of file at once) when `None`.
    pub stdin: Option<Vec<u8>>,
    /// When it is killed.
    pub limit: Duration,
    /// Bytes kept of each of stdout and stderr: the first and the last half.
    pub output_cap: usize,
}

/// How a process ended and what it said.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Exit code; `None` when a signal or the limit ended it.
    pub exit_code: Option<i32>,
    /// The signal that ended it (Unix).
    pub signal: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: Output,
    /// What it wrote to standard error.
    pub stderr: Output,
    /// From start to exit (or to the limit).
    pub duration: Duration,
    /// It was killed at its limit.
    pub timed_out: bool,
    /// Something it started kept its output open after it had ended; what that wrote later is not known.
    pub leaked: bool,
}

/// One captured stream.
#[derive(Clone, Debug, Default)]
pub struct Output {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    /// Bytes that were written in all.
    pub total: u64,
    half: usize,
}

impl Output {
    fn with_cap(cap: usize) -> Output {
        Output { half: (cap / 2).max(1), ..Output::default() }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let fits = self.half.saturating_sub(self.head.len()).min(bytes.len());
        let (first, rest) = bytes.split_at(fits);
        self.head.extend_from_slice(first);
        self.tail.extend(&rest[rest.len().saturating_sub(self.half)..]);
        let surplus = self.tail.len().saturating_sub(self.half);
        self.tail.drain(..surplus);
    }

    /// Whether something in the middle was dropped.
    pub fn truncated(&self) -> bool {
        self.total > (self.head.len() + self.tail.len()) as u64
    }

    /// Whether it is valid UTF-8 and whole.
    pub fn is_clean(&self) -> bool {
        !self.truncated() && std::str::from_utf8(&self.bytes()).is_ok()
    }

    /// What was kept, without a mark where the middle is missing.
    pub fn bytes(&self) -> Vec<u8> {
        self.head.iter().chain(&self.tail).copied().collect()
    }

    /// What was kept as text: bytes that are not UTF-8 become `�`, a dropped middle is marked.
    pub fn text(&self) -> String {
        if !self.truncated() {
            return String::from_utf8_lossy(&self.bytes()).into_owned();
        }
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        let dropped = self.total - (self.head.len() + tail.len()) as u64;
        let (head, tail) = (String::from_utf8_lossy(&self.head), String::from_utf8_lossy(&tail));
        format!("{head}\n[… {dropped} bytes left out …]\n{tail}")
    }

    /// The last line that is not blank, at most `longest` characters.
    pub fn last_line(&self, longest: usize) -> Option<String> {
        let text = self.text();
        let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty())?;
        Some(if line.chars().count() > longest {
            line.chars().take(longest.saturating_sub(1)).chain(['…']).collect()
        } else {
            line.to_owned()
        })
    }
}

/// Kills the whole group when it is dropped, so that giving up a run leaves nothing behind.
struct Group {
    child: Box<dyn ChildWrapper>,
}

impl Drop for Group {
    fn drop(&mut self) {
        // an error means that nobody is left in the group
        let _ = self.child.start_kill();
    }
}

/// Runs a program to its end or its limit. Unknown only when it could not be started at all.
pub async fn run(command: Command) -> Result<Finished, Unknown> {
    // before the start: a short program may be over by the time we are back from starting it
    let begun = Instant::now();
    let mut group = start(&command)?;
    let stdout = group.child.stdout().take();
    let stderr = group.child.stderr().take();
    let stdin = group.child.stdin().take();
    let mut out = Output::with_cap(command.output_cap);
    let mut err = Output::with_cap(command.output_cap);
    let (status, duration, drained) = {
        let reading = async { tokio::join!(drain(stdout, &mut out), drain(stderr, &mut err)) };
        let feeding = feed(stdin, command.stdin.as_deref().unwrap_or_default());
        tokio::pin!(reading, feeding);
        let mut drained = false;
        let mut fed = false;
        let ended = timeout(command.limit, async {
            let mut waiting = group.child.wait();
            loop {
                tokio::select! {
                    status = &mut waiting => break status,
                    _ = &mut reading, if !drained => drained = true,
                    () = &mut feeding, if !fed => fed = true,
                }
            }
        })
        .await;
        let duration = begun.elapsed();
        if ended.is_err() {
            let _ = group.child.start_kill();
        }
        if !drained {
            drained = timeout(AFTER_EXIT, &mut reading).await.is_ok();
        }
        (ended, duration, drained)
    };
    let timed_out = status.is_err();
    let status = match status {
        Ok(Ok(status)) => Some(status),
        Ok(Err(error)) => return Err(Unknown::because(format!("`{}` was lost: {error}", command.argv[0]))),
        Err(_) => None,
    };
    Ok(Finished {
        exit_code: status.and_then(|status| status.code()),
        signal: status.and_then(signal_of),
        stdout: out,
        stderr: err,
        duration,
        timed_out,
        leaked: !drained,
    })
}

#[cfg(unix)]
fn signal_of(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal_of(_: ExitStatus) -> Option<i32> {
    None
}

fn start(command: &Command) -> Result<Group, Unknown> {
    let Some((program, arguments)) = command.argv.split_first() else {
        return Err(Unknown::because("there is no command to run"));
    };
    if !command.cwd.is_dir() {
        return Err(Unknown::because(format!("the folder `{}` does not exist", command.cwd.display())));
    }
    let stdin = if command.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut wrapped = CommandWrap::with_new(program, |child| {
        child.args(arguments).current_dir(&command.cwd).env_clear().envs(&command.env);
        child.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    });
    #[cfg(unix)]
    wrapped.wrap(process_wrap::tokio::ProcessGroup::leader());
    wrapped.wrap(KillOnDrop);
    match wrapped.spawn() {
        Ok(child) => Ok(Group { child }),
        Err(error) => Err(Unknown::because(why_not_started(program, &error))),
    }
}

fn why_not_started(program: &str, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound if program.contains('/') => {
            format!("`{program}` does not exist, or the interpreter its first line names does not")
        }
        io::ErrorKind::NotFound => format!("`{program}` is not installed or not on PATH"),
        io::ErrorKind::PermissionDenied => format!("`{program}` may not be executed: permission denied"),
        _ => format!("`{program}` could not be started: {error}"),
    }
}

async fn drain(pipe: Option<impl AsyncRead + Unpin>, output: &mut Output) {
    let Some(mut pipe) = pipe else { return };
    let mut buffer = vec![0; 64 << 10];
    // a pipe that cannot be read any more has ended for us
    while let Ok(count @ 1..) = pipe.read(&mut buffer).await {
        output.push(&buffer[..count]);
    }
}

async fn feed(pipe: Option<impl AsyncWrite + Unpin>, input: &[u8]) {
    let Some(mut pipe) = pipe else { return };
    // a program may end, or close its input, before it has read everything
    let _ = pipe.write_all(input).await;
    let _ = pipe.shutdown().await;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn sh(script: &str, limit: Duration) -> Command {
        Command {
            argv: ["sh", "-c", script].map(str::to_owned).to_vec(),
            cwd: std::env::temp_dir(),
            env: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
            stdin: None,
            limit,
            output_cap: 1000,
        }
    }

    const TEN: Duration = Duration::from_secs(10);

    /// Whether a process is alive and not a zombie.
    fn alive(pid: &str) -> bool {
        std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
    }

    async fn dies(pid: &str) -> bool {
        for _ in 0..40 {
            if !alive(pid) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        false
    }

    #[tokio::test]
    async fn exit_code_and_both_streams_are_kept() {
        let done = run(sh("echo out; echo err >&2; exit 3", TEN)).await.unwrap();
        assert_eq!((done.exit_code, done.signal, done.timed_out, done.leaked), (Some(3), None, false, false));
        assert_eq!((done.stdout.text().as_str(), done.stderr.text().as_str()), ("out\n", "err\n"));
    }

    #[tokio::test]
    async fn the_duration_covers_the_start_of_the_program() {
        let begun = Instant::now();
        let done = run(sh("sleep 0.05", TEN)).await.unwrap();
        assert!(done.duration >= Duration::from_millis(50) && done.duration <= begun.elapsed(), "{:?}", done.duration);
    }

    #[tokio::test]
    async fn a_missing_program_is_unknown_and_says_what_is_missing() {
        let mut command = sh("", TEN);
        command.argv = vec!["no-such-program-anywhere".to_owned()];
        let unknown = run(command).await.unwrap_err();
        assert_eq!(unknown.0, "`no-such-program-anywhere` is not installed or not on PATH");
    }

    #[tokio::test]
    async fn a_missing_folder_is_not_mistaken_for_a_missing_program() {
        let mut command = sh("", TEN);
        command.cwd = PathBuf::from("/no/such/folder");
        assert_eq!(run(command).await.unwrap_err().0, "the folder `/no/such/folder` does not exist");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn the_limit_kills_grandchildren_too() {
        let begun = Instant::now();
        let done = run(sh("sleep 60 & echo $!; wait", Duration::from_millis(300))).await.unwrap();
        assert!(done.timed_out && done.exit_code.is_none());
        assert!(begun.elapsed() < Duration::from_millis(1300), "{:?}", begun.elapsed());
        assert!(dies(done.stdout.text().trim()).await, "the grandchild is still there");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn giving_up_a_run_kills_the_whole_group() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let script = format!("sleep 60 & echo $! > {}; wait", file.path().display());
        let given_up = timeout(Duration::from_millis(400), run(sh(&script, TEN))).await;
        assert!(given_up.is_err());
        let pid = std::fs::read_to_string(file.path()).unwrap();
        assert!(dies(pid.trim()).await, "the grandchild is still there");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_grandchild_that_left_the_group_cannot_hang_the_reader() {
        let begun = Instant::now();
        let done = run(sh("setsid sleep 5 & echo started", TEN)).await.unwrap();
        assert!(done.leaked && done.exit_code == Some(0));
        assert_eq!(done.stdout.text(), "started\n");
        assert!(begun.elapsed() < Duration::from_millis(2500), "{:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn long_output_keeps_its_head_and_tail_and_says_what_is_missing() {
        let done = run(sh("echo first; yes | head -c 100000; echo last", TEN)).await.unwrap();
        let text = done.stdout.text();
        assert!(done.stdout.truncated() && text.starts_with("first\n") && text.ends_with("last\n"), "{text}");
        assert_eq!(done.stdout.total, 100_011);
        assert!(text.contains("[… 99011 bytes left out …]"), "{text}");
    }

    #[tokio::test]
    async fn endless_output_ends_at_the_limit() {
        let done = run(sh("yes", Duration::from_millis(300))).await.unwrap();
        assert!(done.timed_out && done.stdout.bytes().len() == 1000);
    }

    #[tokio::test]
    async fn output_that_is_not_utf8_is_shown_and_known_to_be_so() {
        let done = run(sh(r"printf 'a\377b'", TEN)).await.unwrap();
        assert_eq!(done.stdout.text(), "a\u{fffd}b");
        assert!(!done.stdout.is_clean());
    }

    #[tokio::test]
    async fn input_is_fed_and_a_program_that_ignores_it_still_ends() {
        let mut command = sh("cat", TEN);
        command.stdin = Some(b"hello".to_vec());
        assert_eq!(run(command).await.unwrap().stdout.text(), "hello");
        let mut command = sh("exit 0", TEN);
        command.stdin = Some(vec![b'x'; 1 << 20]);
        assert_eq!(run(command).await.unwrap().exit_code, Some(0));
    }

    #[tokio::test]
    async fn without_input_a_program_reads_the_end_at_once() {
        assert_eq!(run(sh("cat; echo done", TEN)).await.unwrap().stdout.text(), "done\n");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_signal_is_told_apart_from_an_exit_code() {
        let done = run(sh("kill -9 $$", TEN)).await.unwrap();
        assert_eq!((done.exit_code, done.signal), (None, Some(9)));
    }

    #[tokio::test]
    async fn nothing_of_our_environment_reaches_the_child() {
        let done = run(sh("env | sort | cut -d= -f1 | tr '\n' ' '", TEN)).await.unwrap();
        assert!(!done.stdout.text().contains("CARGO"), "{}", done.stdout.text());
    }
}
