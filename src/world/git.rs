//! Asks git when a file was committed and what was changed since a commit. The repository is not trusted: its hooks,
//! monitors, signature programs and remotes are off. What its filters would do to files is `git_state`'s.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::World;
use super::process::{self, Command};
use crate::model::Unknown;

/// Most one question may take.
const LIMIT: Duration = Duration::from_secs(20);
/// Bytes of an answer that are read.
const LONGEST_DIFF: usize = 64 << 20;

/// A file of a git directory that is longer is not read.
const LONGEST_FILE: u64 = 64 << 20;

/// When the last commit that touched a path (below the root) was made, in seconds since 1970. `Ok(None)` when no commit
/// did; unknown when git cannot be run or the clone is too shallow to tell.
pub async fn committed_at(world: &World, path: &str, left: Duration) -> Result<Option<i64>, Unknown> {
    let finished = ask(world, &["--", path], left).await?;
    let text = finished.stdout.text();
    let Some((commit, seconds)) = text.trim().split_once(' ') else { return Ok(None) };
    if is_boundary(world, commit) {
        return Err(Unknown::because(format!("the clone is shallow: the last change of `{path}` lies before it")));
    }
    seconds.parse().map(Some).map_err(|_| Unknown::because("git gave no time"))
}

/// What HEAD has at a path (below the root); `Ok(None)` where it has nothing there or too much; unknown when git may not be
/// asked.
pub async fn committed_content(world: &World, path: &str, left: Duration) -> Result<Option<Vec<u8>>, Unknown> {
    if !world.permit.exec {
        return Err(Unknown::because(format!("git was not asked whether `{path}` is as it was committed: --no-exec")));
    }
    let object = format!("HEAD:./{path}");
    let finished = run(world, &["cat-file", "blob", &object], left).await.ok();
    Ok(finished.filter(|finished| !finished.stdout.truncated()).map(|finished| finished.stdout.bytes()))
}

/// When HEAD was committed, in seconds since 1970. `Ok(None)` when the root lies in no git repository or nothing was
/// committed yet. Without leave to run git, when HEAD last moved here: never earlier than its commit was made, unless a
/// clock was wrong; unknown when that was not noted.
pub async fn head_at(world: &World, left: Duration) -> Result<Option<i64>, Unknown> {
    let Some((_, git_dir)) = super::git_index::find_git_dir(&world.root) else { return Ok(None) };
    if !world.permit.exec {
        let moved = moved_at(&git_dir);
        return moved.map(Some).ok_or_else(|| Unknown::because("git was not asked when HEAD was committed: --no-exec"));
    }
    if is_unborn(&git_dir) {
        return Ok(None);
    }
    let text = ask(world, &[], left).await?.stdout.text();
    let seconds = text.trim().split_once(' ').and_then(|(_, seconds)| seconds.parse().ok());
    seconds.map(Some).ok_or_else(|| Unknown::because("git gave no time"))
}

/// The last commits up to HEAD, newest first.
pub async fn recent(world: &World, count: usize, left: Duration) -> Result<Vec<String>, Unknown> {
    if super::git_index::find_git_dir(&world.root).is_none() {
        return Err(Unknown::because("there is no git repository to find its commit in"));
    }
    let most = format!("--max-count={count}");
    let finished = run(world, &["rev-list", &most, "HEAD", "--"], left).await?;
    Ok(finished.stdout.text().lines().map(str::to_owned).collect())
}

/// What was changed on the way to HEAD since it parted from a commit (a name that is no option and no range), as a
/// unified diff without context, paths below the root; what only moved was not changed.
pub async fn changed_since(world: &World, base: &str, left: Duration) -> Result<String, Unknown> {
    if super::git_index::find_git_dir(&world.root).is_none() {
        return Err(Unknown::because("there is no git repository to compare with"));
    }
    if !has_commit(world, base, left).await? {
        return Err(Unknown::because(format!("git knows no commit `{base}` here")));
    }
    let range = format!("{base}...HEAD");
    let how = ["--no-ext-diff", "--no-textconv", "--no-color", "--no-prefix", "--find-renames", "--relative", "-U0"];
    let arguments: Vec<&str> = std::iter::once("diff").chain(how).chain([range.as_str(), "--"]).collect();
    let finished = run(world, &arguments, left).await?;
    if finished.stdout.truncated() {
        return Err(Unknown::because(format!("what changed since `{base}` is more than {} MiB", LONGEST_DIFF >> 20)));
    }
    Ok(finished.stdout.text())
}

/// Whether git knows a commit by this name.
///
/// # Errors
/// When git may not be asked.
pub async fn has_commit(world: &World, name: &str, left: Duration) -> Result<bool, Unknown> {
    if super::git_index::find_git_dir(&world.root).is_none() {
        return Ok(false);
    }
    if !world.permit.exec {
        return Err(Unknown::because("git was not asked: --no-exec"));
    }
    let commit = format!("{name}^{{commit}}");
    Ok(run(world, &["rev-parse", "--verify", "--quiet", &commit], left).await.is_ok())
}

fn text_of(git_dir: &Path, name: &str) -> Option<String> {
    let bytes = super::git_index::read_limited(&git_dir.join(name), LONGEST_FILE).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Time of the last line of HEAD's log: `old new name <mail> seconds zone\tmessage`.
fn moved_at(git_dir: &Path) -> Option<i64> {
    let log = text_of(git_dir, "logs/HEAD")?;
    let (_, after) = log.lines().last()?.split_once("> ")?;
    after.split([' ', '\t']).next()?.parse().ok()
}

/// Whether HEAD names a branch that has no commit.
fn is_unborn(git_dir: &Path) -> bool {
    let head = text_of(git_dir, "HEAD").unwrap_or_default();
    let Some(branch) = head.trim().strip_prefix("ref: ") else { return false };
    // Where references are kept in tables (git 2.45, `extensions.refStorage`), `HEAD` names none.
    if git_dir.join("reftable").is_dir() {
        return false;
    }
    let packed = text_of(git_dir, "packed-refs").unwrap_or_default();
    let own = !git_dir.join("commondir").exists();
    own && !git_dir.join("logs/HEAD").exists() && !git_dir.join(branch).exists() && !packed.contains(branch)
}

/// Runs `git log -1` with these last arguments.
async fn ask(world: &World, last: &[&str], left: Duration) -> Result<process::Finished, Unknown> {
    let log = ["log", "-1", "--no-ext-diff", "--no-show-signature", "--format=%H %ct"];
    run(world, &[&log, last].concat(), left).await
}

pub(super) async fn run(world: &World, arguments: &[&str], left: Duration) -> Result<process::Finished, Unknown> {
    if !world.permit.exec {
        return Err(Unknown::because("git was not asked: --no-exec"));
    }
    let finished = process::run(command(&world.root, &world.environment, arguments, left.min(LIMIT))).await?;
    if finished.timed_out {
        return Err(Unknown::because("git took too long"));
    }
    if finished.exit_code != Some(0) {
        let said = finished.stderr.last_line(200).unwrap_or_else(|| "it said nothing".to_owned());
        return Err(Unknown::because(format!("git cannot tell: {said}")));
    }
    Ok(finished)
}

/// Git in a folder, so that nothing which the repository configures runs: its hooks, monitors, pagers, signature programs,
/// and whatever a remote may be.
pub(super) fn command(
    root: &Path,
    environment: &BTreeMap<String, String>,
    arguments: &[&str],
    limit: Duration,
) -> Command {
    let settings = [
        "core.fsmonitor=false",
        "core.hooksPath=/dev/null",
        "core.pager=cat",
        "core.quotePath=false",
        "log.showSignature=false",
        "protocol.allow=never",
        "status.submoduleSummary=false",
    ];
    let mut argv = vec!["git".to_owned(), "--no-pager".to_owned(), "--literal-pathspecs".to_owned()];
    for setting in settings {
        argv.extend(["-c".to_owned(), setting.to_owned()]);
    }
    argv.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    let mut env = environment.clone();
    env.retain(|name, _| !name.starts_with("GIT_"));
    let quiet = [
        ("GIT_ALLOW_PROTOCOL", "none"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_NO_LAZY_FETCH", "1"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_TERMINAL_PROMPT", "0"),
    ];
    env.extend(quiet.map(|(name, value)| (name.to_owned(), value.to_owned())));
    Command { argv, cwd: root.to_owned(), env, stdin: None, limit, output_cap: LONGEST_DIFF }
}

/// Whether history was cut at this commit: then it seems to have made every file.
fn is_boundary(world: &World, commit: &str) -> bool {
    let Some((_, git_dir)) = super::git_index::find_git_dir(&world.root) else { return false };
    let shallow = text_of(&git_dir, "shallow").unwrap_or_default();
    shallow.lines().any(|line| line == commit)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_branch_without_commit_is_told_from_references_kept_in_tables() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("HEAD"), "ref: refs/heads/main\n").unwrap();
        assert!(is_unborn(folder.path()));
        std::fs::create_dir(folder.path().join("reftable")).unwrap();
        assert!(!is_unborn(folder.path()));
    }
}
