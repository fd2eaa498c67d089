//! Which commit is audited, and whether the work tree differs from it. Asked even where nothing may be run, so nothing of
//! the repository's own may run: to compare a file git would put it through the filters that the repository configures.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::git::command;
use super::git_index::find_git_dir;
use super::process;

/// Most one question may take.
const LIMIT: Duration = Duration::from_secs(5);

/// HEAD and whether the tree differs from it; `None` for what git cannot tell.
pub async fn state(root: &Path, environment: &BTreeMap<String, String>) -> (Option<String>, Option<bool>) {
    if find_git_dir(root).is_none() {
        return (None, None);
    }
    let asked = Asked { root, environment, without: Vec::new() };
    let commit = match asked.git(&["rev-parse", "--verify", "HEAD"]).await {
        Some((0, text)) => text.trim().to_owned(),
        _ => return (None, None),
    };
    let Some(without) = filters(&asked).await else { return (Some(commit), None) };
    let filtered = !without.is_empty();
    // A module's own work tree has a configuration of its own; its commit is compared all the same.
    let how = ["status", "--porcelain", "--untracked-files=normal", "--ignore-submodules=dirty", "-z"];
    let status = Asked { without, ..asked }.git(&how).await;
    let differs = status.filter(|(code, _)| *code == 0).map(|(_, text)| !text.is_empty());
    // Unfiltered a file may only seem to differ.
    (Some(commit), differs.filter(|differs| !(filtered && *differs)))
}

/// Settings of filters in the repository's configuration and in what that includes; `None` when git does not say.
async fn filters(asked: &Asked<'_>) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for scope in ["--local", "--worktree"] {
        let how = ["config", scope, "--includes", "--null", "--name-only", "--get-regexp", r"^filter\."];
        match asked.git(&how).await {
            Some((0, text)) => names.extend(text.split_terminator('\0').map(str::to_owned)),
            Some((1, _)) => {}
            // Several work trees without settings of their own.
            Some(_) if scope == "--worktree" => {}
            _ => return None,
        }
    }
    Some(names)
}

struct Asked<'a> {
    root: &'a Path,
    environment: &'a BTreeMap<String, String>,
    /// Settings that are emptied: a filter without a program does nothing.
    without: Vec<String>,
}

impl Asked<'_> {
    /// The exit code and what git said.
    async fn git(&self, arguments: &[&str]) -> Option<(i32, String)> {
        let mut command = command(self.root, self.environment, arguments, LIMIT);
        let emptied = self.without.iter().map(|name| match name.rsplit_once('.') {
            Some((_, "required")) => (name, "false"),
            _ => (name, ""),
        });
        for (number, (name, value)) in emptied.enumerate() {
            command.env.insert(format!("GIT_CONFIG_KEY_{number}"), name.clone());
            command.env.insert(format!("GIT_CONFIG_VALUE_{number}"), value.to_owned());
        }
        command.env.insert("GIT_CONFIG_COUNT".to_owned(), self.without.len().to_string());
        let finished = process::run(command).await.ok()?;
        Some((finished.exit_code?, String::from_utf8_lossy(&finished.stdout.bytes()).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::process::Command;

    use super::*;

    fn git(folder: &Path, args: &[&str]) {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "protocol.file.allow=always"]);
        command.args(args).env("GIT_CONFIG_GLOBAL", "/dev/null").current_dir(folder);
        assert!(command.output().unwrap().status.success(), "git {args:?}");
    }

    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.txt"), "one\n").unwrap();
        git(folder.path(), &["init", "-q"]);
        git(folder.path(), &["add", "."]);
        git(folder.path(), &["commit", "-qm", "a"]);
        folder
    }

    async fn differs(folder: &Path) -> Option<bool> {
        let environment = ["PATH"].map(|name| (name.to_owned(), std::env::var(name).unwrap())).into();
        let (commit, differs) = state(folder, &environment).await;
        assert_eq!(commit.unwrap().len(), 40);
        differs
    }

    #[tokio::test]
    async fn a_tree_differs_once_something_is_changed_or_new() {
        let folder = repository();
        assert_eq!(differs(folder.path()).await, Some(false));
        std::fs::write(folder.path().join("b.txt"), "new").unwrap();
        assert_eq!(differs(folder.path()).await, Some(true));
        std::fs::remove_file(folder.path().join("b.txt")).unwrap();
        std::fs::write(folder.path().join("a.txt"), "two\n").unwrap();
        assert_eq!(differs(folder.path()).await, Some(true));
        assert_eq!(state(tempfile::tempdir().unwrap().path(), &BTreeMap::new()).await, (None, None));
    }

    /// Each of these programs would leave a mark, wherever git runs it.
    fn set_traps(repository: &Path, mark: &Path) {
        let leave = format!("touch {}; cat", mark.display());
        for key in ["filter.x=y.clean", "filter.second.process", "core.fsmonitor", "core.sshCommand", "core.pager"] {
            git(repository, &["config", key, &leave]);
        }
        git(repository, &["config", "filter.second.required", "true"]);
        std::fs::write(repository.join("more"), format!("[filter \"third\"]\n\tclean = \"{leave}\"\n")).unwrap();
        git(repository, &["config", "include.path", "../more"]);
        let attributes = "a.txt filter=x=y\nb.txt filter=second\nc.txt filter=third\n";
        std::fs::write(repository.join(".git/info/attributes"), attributes).unwrap();
    }

    #[tokio::test]
    async fn nothing_that_the_repository_configures_is_run() {
        let folder = repository();
        for name in ["b.txt", "c.txt", "more"] {
            std::fs::write(folder.path().join(name), "one\n").unwrap();
        }
        git(folder.path(), &["add", "."]);
        git(folder.path(), &["commit", "-qm", "b"]);
        let mark = folder.path().join(".git/mark");
        set_traps(folder.path(), &mark);
        for name in ["a.txt", "b.txt", "c.txt"] {
            // As long as before, so that git has to look into it.
            std::fs::write(folder.path().join(name), "two\n").unwrap();
        }
        assert_eq!(differs(folder.path()).await, None, "unfiltered it cannot be told");
        assert!(!mark.exists());
        // The traps do work.
        let _ = Command::new("git").arg("status").current_dir(folder.path()).output().unwrap();
        assert!(mark.exists());
    }

    #[tokio::test]
    async fn git_is_not_asked_where_it_would_wait_for_a_pipe() {
        for name in ["HEAD", "config", "commondir", "packed-refs"] {
            let folder = repository();
            let file = folder.path().join(".git").join(name);
            let _ = std::fs::remove_file(&file);
            assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
            let began = std::time::Instant::now();
            assert_eq!(state(folder.path(), &BTreeMap::new()).await, (None, None), "{name}");
            assert!(began.elapsed() < LIMIT, "{name}");
        }
    }

    #[tokio::test]
    async fn nothing_that_a_module_configures_is_run() {
        let (folder, module) = (repository(), repository());
        let from = module.path().display().to_string();
        git(folder.path(), &["submodule", "--quiet", "add", &from, "module"]);
        git(folder.path(), &["commit", "-qm", "module"]);
        let inside = folder.path().join("module");
        let mark = folder.path().join(".git/mark");
        git(&inside, &["config", "filter.x.clean", &format!("touch {}; cat", mark.display())]);
        let attributes = folder.path().join(".git/modules/module/info/attributes");
        std::fs::create_dir_all(attributes.parent().unwrap()).unwrap();
        std::fs::write(attributes, "a.txt filter=x\n").unwrap();
        std::fs::write(inside.join("a.txt"), "two\n").unwrap();
        assert_eq!(differs(folder.path()).await, Some(false));
        assert!(!mark.exists());
        let _ = Command::new("git").arg("status").current_dir(folder.path()).output().unwrap();
        assert!(mark.exists());
    }
}
