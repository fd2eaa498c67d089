//! Which commit is audited, and whether the work tree differs from it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::world::process::{self, Command};

/// HEAD and whether the tree is dirty; `None` for what git cannot tell.
pub(super) async fn state(root: &Path, path: Option<&str>) -> (Option<String>, Option<bool>) {
    let commit = ask(root, path, &["rev-parse", "--verify", "HEAD"]).await.map(|text| text.trim().to_owned());
    if commit.is_none() {
        return (None, None);
    }
    let status = ask(root, path, &["status", "--porcelain", "--untracked-files=normal", "-z"]).await;
    (commit, status.map(|text| !text.is_empty()))
}

async fn ask(root: &Path, path: Option<&str>, arguments: &[&str]) -> Option<String> {
    // A hostile repository's configuration must not run anything.
    let safe = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];
    let argv = safe.iter().chain(arguments).map(|word| (*word).to_owned()).collect();
    let mut env = BTreeMap::new();
    env.insert("GIT_CONFIG_NOSYSTEM".to_owned(), "1".to_owned());
    env.insert("GIT_OPTIONAL_LOCKS".to_owned(), "0".to_owned());
    env.extend(path.map(|path| ("PATH".to_owned(), path.to_owned())));
    let limit = Duration::from_secs(5);
    let command = Command { argv, cwd: root.to_owned(), env, stdin: None, limit, output_cap: process::OUTPUT_CAP };
    let finished = process::run(command).await.ok()?;
    (finished.exit_code == Some(0)).then(|| String::from_utf8_lossy(&finished.stdout.bytes()).into_owned())
}
