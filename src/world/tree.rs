//! The repository's source set: which files there are, how big, of which class. Owns look-up and reading inside the
//! root; how the set is found is in `walk`, what is read of it in `sweep`.
//!
//! Source set = what an ignore-aware walk sees ∪ names in the git index (a tracked `.env` that is also ignored must be
//! found), minus `.git/`, links out of the root, and whatever is no regular file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use memchr::memrchr;

use super::class::{self, Class};
use super::content::{self, Asked, Content, decoded, is_binary, too_large};
use super::dispatch::{Dispatch, Memo};
use super::want::Select;
use crate::model::Unknown;

/// A file of a [`Tree`]: its place in the order of paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path below the root, `/` between parts; bytes that are not UTF-8 stand as `\xNN`.
    pub path: String,
    /// The path's bytes where they are not UTF-8.
    pub(super) raw: Option<Box<[u8]>>,
    /// Bytes.
    pub size: u64,
    /// Last modification, seconds since 1970 (UTC); 0 in a tree from memory.
    pub modified: i64,
    /// What kind of file it is.
    pub class: Class,
    /// Whether git tracks it.
    pub tracked: bool,
    /// A link to another file of this tree: listed, not swept (its target is).
    pub link: bool,
}

impl Entry {
    /// The last part of the path.
    pub fn base(&self) -> &str {
        memrchr(b'/', self.path.as_bytes()).map_or(&*self.path, |slash| &self.path[slash + 1..])
    }

    /// The folder it is in, without trailing slash; empty for the root.
    pub fn folder(&self) -> &str {
        memrchr(b'/', self.path.as_bytes()).map_or("", |slash| &self.path[..slash])
    }
}

/// Something the walk saw and left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// Its path, as in [`Entry::path`].
    pub path: String,
    /// Why: "is a link out of the repository", "permission denied", …
    pub reason: String,
    /// Whether files of the source set may be hidden behind it.
    pub hides: bool,
}

#[derive(Debug)]
enum Store {
    Disk(PathBuf),
    Memory(BTreeMap<String, Arc<[u8]>>),
}

/// The source set, sorted by path.
#[derive(Debug)]
pub struct Tree {
    entries: Vec<Entry>,
    left_out: Vec<LeftOut>,
    git: bool,
    store: Store,
}

impl Default for Tree {
    fn default() -> Tree {
        Tree::from_memory(std::iter::empty::<(&str, &str)>())
    }
}

impl Tree {
    /// Walks a folder on disk. Links, pipes and folders that cannot be entered are recorded in [`Tree::left_out`].
    pub fn open(root: &Path) -> Result<Tree, String> {
        let root = fs::canonicalize(root).map_err(|error| format!("cannot open `{}`: {error}", root.display()))?;
        if !root.is_dir() {
            return Err(format!("`{}` is not a folder", root.display()));
        }
        let found = super::walk::walk(&root);
        Ok(Tree { entries: found.entries, left_out: found.left_out, git: found.git, store: Store::Disk(root) })
    }

    /// A tree for tests and embedded samples; nothing is tracked, classes come from names.
    pub fn from_memory<P: Into<String>, B: AsRef<[u8]>>(files: impl IntoIterator<Item = (P, B)>) -> Tree {
        let files: BTreeMap<String, Arc<[u8]>> =
            files.into_iter().map(|(path, bytes)| (path.into(), Arc::from(bytes.as_ref()))).collect();
        let entries = files
            .iter()
            .map(|(path, bytes)| Entry {
                path: path.clone(),
                raw: None,
                size: bytes.len() as u64,
                modified: 0,
                class: class::of_path(path),
                tracked: false,
                link: false,
            })
            .collect();
        Tree { entries, left_out: Vec::new(), git: false, store: Store::Memory(files) }
    }

    /// Every file, by path; [`FileId`] is the position.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// One file.
    pub fn entry(&self, id: FileId) -> &Entry {
        &self.entries[id.0 as usize]
    }

    /// What the walk saw and left out, by path.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// Something below this folder (empty is the root) that could not be looked into: what was not found there may
    /// still exist.
    pub fn hidden_below(&self, folder: &str) -> Option<&LeftOut> {
        let related = |path: &str| {
            folder.is_empty()
                || path.is_empty()
                || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                || folder.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
        };
        self.left_out.iter().find(|left_out| left_out.hides && related(&left_out.path))
    }

    /// Whether the root lies in a git work tree whose index could be read.
    pub fn has_git(&self) -> bool {
        self.git
    }

    /// Whether it is a folder of a git work tree that has more beside it.
    pub fn is_part(&self) -> bool {
        self.git && self.root().is_some_and(|root| fs::symlink_metadata(root.join(".git")).is_err())
    }

    /// The root on disk (canonical); `None` for a tree from memory.
    pub fn root(&self) -> Option<&Path> {
        match &self.store {
            Store::Disk(root) => Some(root),
            Store::Memory(_) => None,
        }
    }

    /// The file at this path of the source set.
    pub fn find(&self, path: &str) -> Option<FileId> {
        let at = self.entries.binary_search_by(|entry| entry.path.as_str().cmp(path)).ok()?;
        u32::try_from(at).ok().map(FileId)
    }

    /// Whether any file of the source set lies in this folder (no trailing slash).
    pub fn has_folder(&self, folder: &str) -> bool {
        let start = format!("{folder}/");
        let at = self.entries.partition_point(|entry| entry.path.as_str() < start.as_str());
        self.entries.get(at).is_some_and(|entry| entry.path.starts_with(&start))
    }

    /// The files a selection names, by path. Links are included.
    pub fn select(&self, select: &Select) -> Vec<FileId> {
        let dispatch = Dispatch::new(std::iter::once(select));
        let (mut memo, mut wanted) = (Memo::default(), Vec::new());
        let ids = (0..).map(FileId);
        ids.zip(&self.entries)
            .filter(|(_, entry)| {
                wanted.clear();
                dispatch.wants_for(&entry.path, entry.class, &mut memo, &mut wanted);
                !wanted.is_empty()
            })
            .map(|(id, _)| id)
            .collect()
    }

    /// The content of any file inside the root, also one that is not in the source set; at most `cap` bytes. UTF-16 is
    /// already UTF-8, a byte order mark is gone.
    pub fn read(&self, path: &str, cap: u64) -> Result<Arc<[u8]>, Unknown> {
        match &self.store {
            Store::Memory(files) => {
                let name = inside(path)?;
                let bytes = files.get(&name).ok_or_else(|| Unknown::because(format!("`{path}` does not exist")))?;
                if bytes.len() as u64 > cap { Err(too_large(path, cap)) } else { Ok(decoded(bytes).into()) }
            }
            Store::Disk(_) => {
                let full = self.locate(path)?.ok_or_else(|| Unknown::because(format!("`{path}` does not exist")))?;
                let mut content = Content::default();
                content.read_any(&full, path, cap)?;
                Ok(decoded(content.bytes()).into())
            }
        }
    }

    /// The bytes of a file of the source set; at most `cap` bytes.
    pub fn read_entry(&self, id: FileId, cap: u64) -> Result<Vec<u8>, Unknown> {
        let mut content = Content::default();
        self.load(id, cap, false, &mut content)?;
        Ok(decoded(content.bytes()).into_owned())
    }

    /// Every file with its id, by path.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Entry)> {
        (0..).map(FileId).zip(&self.entries)
    }

    /// Where a path inside the root is on disk, every link resolved: `None` when nothing is there, an error when it
    /// leads out of the root or the tree is in memory.
    pub fn locate(&self, path: &str) -> Result<Option<PathBuf>, Unknown> {
        let Store::Disk(root) = &self.store else {
            return Err(Unknown::because("the tree is not on disk"));
        };
        let name = inside(path)?;
        match fs::canonicalize(root.join(name)) {
            Ok(full) if full.starts_with(root) => Ok(Some(full)),
            Ok(_) => Err(Unknown::because(format!("`{path}` leads out of the repository"))),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(Unknown::because(format!("cannot read `{path}`: {error}"))),
        }
    }

    /// Whether a file of the source set has a NUL in its first 8 KiB.
    pub(super) fn starts_binary(&self, id: FileId) -> bool {
        let entry = self.entry(id);
        match &self.store {
            Store::Memory(files) => files.get(&entry.path).is_some_and(|bytes| is_binary(bytes)),
            Store::Disk(root) => is_binary(&content::head(&root.join(super::walk::os_path(entry)))),
        }
    }

    /// Reads a file of the source set into `content`. `head_only`: of a binary file the start is enough.
    pub(super) fn load(&self, id: FileId, cap: u64, head_only: bool, content: &mut Content) -> Result<(), Unknown> {
        let entry = self.entry(id);
        let asked = Asked { shown: &entry.path, size: entry.size, cap, head_only };
        match &self.store {
            Store::Memory(files) => {
                content.copy(files.get(&entry.path).map(|bytes| &**bytes).unwrap_or_default(), &asked)
            }
            Store::Disk(root) => content.read(root, super::walk::os_path(entry), &asked),
        }
    }
}

fn is_missing(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

/// The path with `.` and `..` worked out; an error when it is absolute or climbs out of the root.
fn inside(path: &str) -> Result<String, Unknown> {
    let mut parts: Vec<&str> = Vec::new();
    for component in Path::new(path).components() {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => parts.extend(part.to_str()),
            Component::ParentDir if parts.pop().is_some() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Err(Unknown::because(format!("`{path}` leads out of the repository")));
            }
        }
    }
    Ok(parts.join("/"))
}

/// A path's bytes with `/` between parts.
#[cfg(unix)]
pub(super) fn slashed(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

/// A path's bytes with `/` between parts.
#[cfg(not(unix))]
pub(super) fn slashed(path: &Path) -> Vec<u8> {
    path.to_string_lossy().replace('\\', "/").into_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_path_that_climbs_out_is_refused() {
        let tree = Tree::from_memory([("a/b.txt", "x")]);
        assert_eq!(&*tree.read("a/../a/./b.txt", 10).unwrap(), b"x");
        for path in ["../x", "a/../../x", "/etc/passwd"] {
            assert!(tree.read(path, 10).unwrap_err().0.contains("leads out of the repository"), "{path}");
        }
        assert_eq!(tree.read("a/b.txt", 0).unwrap_err().0, "`a/b.txt` is larger than 0 B");
        assert_eq!(tree.read("c", 9).unwrap_err().0, "`c` does not exist");
    }

    #[test]
    fn files_and_folders_are_found_by_name() {
        let tree = Tree::from_memory([("b", ""), ("a/c", ""), ("a-b/d", "")]);
        assert_eq!(tree.find("a/c").map(|id| tree.entry(id).path.as_str()), Some("a/c"));
        assert!(tree.has_folder("a") && tree.has_folder("a-b") && !tree.has_folder("b") && !tree.has_folder("a/c"));
    }

    #[test]
    fn a_selection_lists_its_files_in_order() {
        let tree = Tree::from_memory([("x.py", ""), ("tests/y.py", ""), ("a/z.py", ""), ("x.js", "")]);
        let select = Select::glob("**/*.py").unwrap();
        let paths: Vec<_> = tree.select(&select).into_iter().map(|id| tree.entry(id).path.as_str()).collect();
        assert_eq!(paths, ["a/z.py", "tests/y.py", "x.py"]);
    }
}
