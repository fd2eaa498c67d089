//! What `.gitignore` files and `.git/info/exclude` leave out of the walk. They are read here and not by the walk itself,
//! for they are a stranger's: as git does, only regular files are read and no links followed, and only so much of them.
//! How a rule is matched is the crate's `ignore`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::git_index::{find_git_dir, read_limited};

/// A longer file with ignore rules is not looked at: fifty times what large repositories have.
const LARGEST: u64 = 256 * 1024;

/// The rules that were met so far, by folder.
pub(super) struct Ignores {
    root: PathBuf,
    exclude: Gitignore,
    folders: RwLock<HashMap<PathBuf, Option<Arc<Rules>>>>,
    refused: Mutex<Vec<(PathBuf, String)>>,
}

/// The rules of one folder, then those of the nearest folder above that has any.
struct Rules {
    own: Gitignore,
    above: Option<Arc<Rules>>,
}

impl Ignores {
    /// For a walk from `root` (canonical).
    pub(super) fn below(root: &Path) -> Ignores {
        let mut ignores = Ignores {
            root: root.to_owned(),
            exclude: Gitignore::empty(),
            folders: RwLock::default(),
            refused: Mutex::default(),
        };
        if let Some((top, git_dir)) = find_git_dir(root)
            && top == root
        {
            ignores.exclude = ignores.read(root, &super::git_index::common_dir(&git_dir).join("info/exclude"));
        }
        ignores
    }

    /// Whether a file or folder that the walk has reached is left out.
    pub(super) fn leave_out(&self, path: &Path, is_folder: bool) -> bool {
        let Some(folder) = path.parent().filter(|_| path != self.root) else { return false };
        let rules = self.of(folder);
        let mut nearest = rules.as_deref();
        while let Some(here) = nearest {
            match here.own.matched(path, is_folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => nearest = here.above.as_deref(),
            }
        }
        self.exclude.matched(path, is_folder).is_ignore()
    }

    /// Files whose rules do not count, and why.
    pub(super) fn refused(self) -> Vec<(PathBuf, String)> {
        self.refused.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rules that hold in a folder; those of the folders above are known, for the walk came through them.
    fn of(&self, folder: &Path) -> Option<Arc<Rules>> {
        if let Some(known) = self.folders.read().unwrap_or_else(PoisonError::into_inner).get(folder) {
            return known.clone();
        }
        let parent = folder.parent().filter(|_| folder != self.root);
        let above = parent.and_then(|parent| self.of(parent));
        let own = self.read(folder, &folder.join(".gitignore"));
        let rules = if own.is_empty() { above } else { Some(Arc::new(Rules { own, above })) };
        let mut folders = self.folders.write().unwrap_or_else(PoisonError::into_inner);
        folders.entry(folder.to_owned()).or_insert(rules).clone()
    }

    fn read(&self, folder: &Path, file: &Path) -> Gitignore {
        match fs::symlink_metadata(file) {
            Ok(metadata) if metadata.is_file() => {}
            _ => return Gitignore::empty(),
        }
        self.parse(folder, file).unwrap_or_else(|reason| {
            self.refused.lock().unwrap_or_else(PoisonError::into_inner).push((file.to_owned(), reason));
            Gitignore::empty()
        })
    }

    fn parse(&self, folder: &Path, file: &Path) -> Result<Gitignore, String> {
        let bytes = read_limited(file, LARGEST).map_err(|error| format!("its rules do not count: {error}"))?;
        let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes));
        let mut builder = GitignoreBuilder::new(folder);
        for line in text.lines() {
            // A line that means nothing leaves nothing out, as in git.
            let _ = builder.add_line(None, line);
        }
        builder.build().map_err(|error| format!("its rules do not count: {error}"))
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::super::tree::Tree;
    use super::*;

    fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        assert!(Command::new("git").args(["init", "-q"]).current_dir(folder.path()).status().unwrap().success());
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn walked(root: &Path) -> Vec<String> {
        Tree::open(root).unwrap().entries().iter().map(|entry| entry.path.clone()).collect()
    }

    fn listed_by_git(root: &Path) -> Vec<String> {
        let how = ["-c", "core.excludesFile=/dev/null", "ls-files", "-co", "--exclude-standard"];
        let said = Command::new("git").args(how).current_dir(root).output().unwrap();
        let mut names: Vec<String> = String::from_utf8(said.stdout).unwrap().lines().map(str::to_owned).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_left_out_is_what_git_leaves_out() {
        let folder = repository(&[
            (".gitignore", "\u{feff}*.log\n/build/\n!keep.log\n\\#odd\nspaced \n"),
            (".git/info/exclude", "local*\n*.tmp\n"),
            ("a/.gitignore", "!x.log\n/only\n*.tmp\n!b/y.tmp\n"),
            ("a/x.log", ""),
            ("a/b/x.log", ""),
            ("a/b/y.tmp", ""),
            ("a/b/z.tmp", ""),
            ("a/only", ""),
            ("a/b/only", ""),
            ("build/out", ""),
            ("a/build/out", ""),
            ("keep.log", ""),
            ("x.log", ""),
            ("localthing", ""),
            ("#odd", ""),
            ("spaced", ""),
            ("c/d/e/f.txt", ""),
        ]);
        let left = walked(folder.path());
        assert_eq!(left, listed_by_git(folder.path()));
        assert!(left.iter().any(|path| path == "a/b/y.tmp") && !left.iter().any(|path| path == "spaced"));
    }

    #[test]
    fn a_linked_file_has_no_rules_and_a_pipe_is_not_waited_for() {
        let folder = repository(&[("rules", "*.md\n"), ("a/x.md", ""), ("b/x.md", ""), ("c/x.md", "")]);
        let at = |path: &str| folder.path().join(path);
        symlink("../rules", at("a/.gitignore")).unwrap();
        symlink("/dev/zero", at("b/.gitignore")).unwrap();
        for pipe in ["c/.gitignore", ".gitignore"] {
            assert!(Command::new("mkfifo").arg(at(pipe)).status().unwrap().success());
        }
        let mut names = walked(folder.path());
        names.retain(|name| !name.ends_with(".gitignore"));
        assert_eq!(names, ["a/x.md", "b/x.md", "c/x.md", "rules"]);
    }

    #[test]
    fn rules_without_end_do_not_count_and_it_is_said() {
        let large = "*.md\n".repeat(usize::try_from(LARGEST).unwrap() / 5 + 1);
        let folder = repository(&[("a/.gitignore", &large), ("a/x.md", "")]);
        let tree = Tree::open(folder.path()).unwrap();
        assert_eq!(tree.entries().len(), 2);
        let left: Vec<_> = tree.left_out().iter().map(|left| (left.path.as_str(), left.reason.as_str())).collect();
        assert_eq!(left, [("a/.gitignore", "its rules do not count: larger than 262144 bytes")]);
    }
}
