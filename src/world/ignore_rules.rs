//! What the `.gitignore` files of a tree say about a path, whether anything lies there or not: those of a repository alone, and
//! not `.git/info/exclude` or the user's own rules, which nobody else has.

use std::collections::BTreeMap;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::tree::Tree;

/// A longer file with ignore rules is not looked at, in bytes.
const LARGEST: u64 = 256 * 1024;

/// The rules of a tree.
pub struct IgnoreRules {
    /// By folder; empty is the root.
    folders: BTreeMap<String, Gitignore>,
}

impl IgnoreRules {
    /// Reads every `.gitignore` of the tree; one that is a link has no rules, as in git.
    pub fn of(tree: &Tree) -> IgnoreRules {
        let mut folders = BTreeMap::new();
        for (id, entry) in tree.iter().filter(|(_, entry)| entry.base() == ".gitignore" && !entry.link) {
            let Ok(bytes) = tree.read_entry(id, LARGEST) else { continue };
            let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes)).into_owned();
            let mut builder = GitignoreBuilder::new("");
            for line in text.lines() {
                // A line that means nothing leaves nothing out, as in git.
                let _ = builder.add_line(None, line);
            }
            if let Ok(rules) = builder.build() {
                folders.insert(entry.folder().to_owned(), rules);
            }
        }
        IgnoreRules { folders }
    }

    /// Whether there is any file with rules.
    pub fn is_empty(&self) -> bool {
        self.folders.is_empty()
    }

    /// Whether a file at this path would be left out: by its own name, or with a folder above it.
    pub fn ignores(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        ends.into_iter().any(|end| self.leaves_out(&path[..end], end < path.len()))
    }

    /// What the nearest rule says about one file or folder.
    fn leaves_out(&self, path: &str, is_folder: bool) -> bool {
        let mut folder = path;
        while !folder.is_empty() {
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
            let Some(rules) = self.folders.get(folder) else { continue };
            let below = path[folder.len()..].trim_start_matches('/');
            match rules.matched(below, is_folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => {}
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_hold_as_in_git_with_negations_folders_and_those_above() {
        let tree = Tree::from_memory([
            (".gitignore", ".env*\n!.env.example\n/secrets/\n*.key\n"),
            ("web/.gitignore", "!public.key\n/local.pem\n"),
            ("secrets/.gitignore", "!open.txt\n"),
        ]);
        let rules = IgnoreRules::of(&tree);
        for path in [".env", "web/.env", "web/.env.local", "secrets/open.txt", "a/b.key", "web/local.pem"] {
            assert!(rules.ignores(path), "{path}");
        }
        for path in [".env.example", "web/public.key", "web/secrets/x", "web/a/local.pem", "env"] {
            assert!(!rules.ignores(path), "{path}");
        }
        assert!(IgnoreRules::of(&Tree::default()).is_empty());
    }
}
