//! Finds the source set on disk: the ignore-aware walk joined with the names in the git index. Owns the crate
//! `ignore` (with `ignores`).

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::UNIX_EPOCH;

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::attributes::Attributes;
use super::class::{self, Class, FolderSigns};
use super::git_index;
use super::ignores::Ignores;
use super::tree::{Entry, LeftOut, slashed};

/// A `.gitattributes` file larger than this is not looked at.
const LARGEST_ATTRIBUTES: u64 = 256 * 1024;
/// More threads than this do not make a walk faster.
const MOST_THREADS: usize = 8;

/// What a walk brings back.
#[derive(Default)]
pub(super) struct Walked {
    pub(super) entries: Vec<Entry>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) git: bool,
}

/// Something seen, before links are resolved and classes given.
enum Seen {
    File(Entry),
    Link(Entry),
    LeftOut(LeftOut),
}

/// Walks `root` (canonical).
pub(super) fn walk(root: &Path) -> Walked {
    let seen = walk_ignoring(root);
    let mut walked = Walked::default();
    let mut files = Vec::new();
    let mut links = Vec::new();
    for seen in seen {
        match seen {
            Seen::File(entry) => files.push(entry),
            Seen::Link(entry) => links.push(entry),
            Seen::LeftOut(left_out) => walked.left_out.push(left_out),
        }
    }
    files.sort_unstable_by(by_path);
    join_index(root, &mut files, &mut links, &mut walked);
    settle_links(root, links, &mut files, &mut walked.left_out);
    files.sort_unstable_by(by_path);
    walked.entries = files;
    walked.left_out.sort();
    give_classes(root, &mut walked.entries);
    walked
}

fn by_path(a: &Entry, b: &Entry) -> Ordering {
    a.path.cmp(&b.path).then_with(|| a.raw.cmp(&b.raw))
}

/// Where a name (as bytes) is among sorted entries.
fn find(entries: &[Entry], name: &[u8]) -> Option<usize> {
    match std::str::from_utf8(name) {
        Ok(path) => entries.binary_search_by(|entry| (entry.path.as_str(), &entry.raw).cmp(&(path, &None))).ok(),
        Err(_) => entries.iter().position(|entry| entry.raw.as_deref() == Some(name)),
    }
}

/// The walk proper. Ignore files outside the repository (of parent folders, of the user) do not count: the same
/// repository gives the same set on every machine.
fn walk_ignoring(root: &Path) -> Vec<Seen> {
    let all = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    let mut builder = WalkBuilder::new(root);
    builder.standard_filters(false).follow_links(false).threads(threads);
    let ignores = Arc::new(Ignores::below(root));
    let rules = ignores.clone();
    builder.filter_entry(move |entry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        entry.file_name() != ".git" && !rules.leave_out(entry.path(), is_folder)
    });
    builder.build_parallel().run(|| {
        let mut mine = Collected { seen: Vec::new(), all: &all };
        Box::new(move |result| {
            mine.seen.extend(match result {
                Ok(entry) => see(root, &entry),
                Err(error) => Some(Seen::LeftOut(failed(root, &error))),
            });
            WalkState::Continue
        })
    });
    drop(builder);
    let mut all = all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let refused = Arc::into_inner(ignores).map(Ignores::refused).unwrap_or_default();
    all.extend(refused.into_iter().filter_map(|(file, reason)| {
        let path = shown(&slashed(file.strip_prefix(root).ok()?));
        Some(Seen::LeftOut(LeftOut { path, reason, hides: false }))
    }));
    all
}

/// What one thread saw; handed over when the thread is done.
struct Collected<'a> {
    seen: Vec<Seen>,
    all: &'a Mutex<Vec<Seen>>,
}

impl Drop for Collected<'_> {
    fn drop(&mut self) {
        self.all.lock().unwrap_or_else(std::sync::PoisonError::into_inner).append(&mut self.seen);
    }
}

fn see(root: &Path, entry: &DirEntry) -> Option<Seen> {
    if entry.depth() == 0 || entry.file_type().is_some_and(|kind| kind.is_dir()) {
        return None;
    }
    let below = entry.path().strip_prefix(root).ok()?;
    Some(match entry.metadata() {
        Ok(metadata) => sort_out(slashed(below), &metadata),
        Err(error) => Seen::LeftOut(LeftOut { path: shown(&slashed(below)), reason: reason(&error), hides: true }),
    })
}

fn sort_out(path: Vec<u8>, metadata: &fs::Metadata) -> Seen {
    if metadata.is_file() {
        Seen::File(entry_of(path, metadata))
    } else if metadata.file_type().is_symlink() {
        Seen::Link(entry_of(path, metadata))
    } else {
        Seen::LeftOut(LeftOut { path: shown(&path), reason: "is not a regular file".to_owned(), hides: false })
    }
}

fn entry_of(path: Vec<u8>, metadata: &fs::Metadata) -> Entry {
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let (path, raw) = match String::from_utf8(path) {
        Ok(path) => (path, None),
        Err(error) => (shown(error.as_bytes()), Some(error.into_bytes().into())),
    };
    Entry {
        path,
        raw,
        size: metadata.len(),
        modified: modified.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX)),
        class: Class::Src,
        tracked: false,
        link: false,
    }
}

fn failed(root: &Path, error: &ignore::Error) -> LeftOut {
    let path = path_in(error).and_then(|path| path.strip_prefix(root).ok()).map(|path| shown(&slashed(path)));
    let text = error.io_error().map_or_else(|| error.to_string(), reason_io);
    LeftOut { path: path.unwrap_or_default(), reason: text, hides: true }
}

fn path_in(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_in(err),
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}

fn reason(error: &ignore::Error) -> String {
    error.io_error().map_or_else(|| error.to_string(), reason_io)
}

fn reason_io(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Marks what git tracks and adds tracked files that the walk does not show because they are also ignored.
fn join_index(root: &Path, files: &mut Vec<Entry>, links: &mut Vec<Entry>, walked: &mut Walked) {
    let names = match git_index::tracked_below(root) {
        Ok(Some(names)) => names,
        Ok(None) => return,
        Err(reason) => {
            return walked.left_out.push(LeftOut { path: ".git/index".to_owned(), reason, hides: false });
        }
    };
    walked.git = true;
    links.sort_unstable_by(by_path);
    let mut added = Vec::new();
    for name in names {
        if let Some(at) = find(files, &name) {
            files[at].tracked = true;
        } else if let Some(at) = find(links, &name) {
            links[at].tracked = true;
        } else if is_plain(&name) {
            added.extend(tracked_but_not_walked(root, name));
        }
    }
    for seen in added {
        match seen {
            Seen::File(entry) => files.push(Entry { tracked: true, ..entry }),
            Seen::Link(entry) => links.push(Entry { tracked: true, ..entry }),
            Seen::LeftOut(_) => {}
        }
    }
    files.sort_unstable_by(by_path);
    files.dedup_by(|a, b| by_path(a, b) == Ordering::Equal);
}

/// Whether every part of a name from the index is an ordinary name: an index is hostile input too.
fn is_plain(name: &[u8]) -> bool {
    name.split(|byte| *byte == b'/').all(|part| !matches!(part, b"" | b"." | b".." | b".git"))
}

fn tracked_but_not_walked(root: &Path, name: Vec<u8>) -> Option<Seen> {
    let full = root.join(path_of(&name));
    let parent = full.parent()?;
    // A tracked name below a linked folder is not in the tree.
    let stays = fs::canonicalize(parent).is_ok_and(|real| real == parent);
    let metadata = fs::symlink_metadata(&full).ok().filter(|_| stays)?;
    Some(sort_out(name, &metadata))
}

/// Keeps links that lead to a file inside the root; the others are left out with the reason.
fn settle_links(root: &Path, links: Vec<Entry>, files: &mut Vec<Entry>, left_out: &mut Vec<LeftOut>) {
    let mut kept = Vec::new();
    for entry in links {
        let leave = |reason: &str| LeftOut { path: entry.path.clone(), reason: reason.to_owned(), hides: false };
        match fs::canonicalize(root.join(os_path(&entry))) {
            Err(_) => left_out.push(leave("is a link that leads nowhere")),
            Ok(target) => match (target.strip_prefix(root), fs::metadata(&target)) {
                (Err(_), _) => left_out.push(leave("is a link out of the repository")),
                (Ok(_), Ok(metadata)) if metadata.is_dir() => left_out.push(leave("is a link to a folder")),
                (Ok(below), Ok(metadata)) if metadata.is_file() && !below.starts_with(".git") => {
                    let link = find(files, &slashed(below)).is_some();
                    kept.push(Entry { size: metadata.len(), link, ..entry });
                }
                _ => left_out.push(leave("is a link to something that is not a regular file")),
            },
        }
    }
    files.extend(kept);
}

fn give_classes(root: &Path, entries: &mut [Entry]) {
    let mut attributes = Attributes::default();
    let mut sources: Vec<&Entry> = entries
        .iter()
        .filter(|entry| entry.base() == ".gitattributes" && !entry.link && entry.size <= LARGEST_ATTRIBUTES)
        .collect();
    sources.sort_by_key(|entry| (entry.path.matches('/').count(), &entry.path));
    for entry in sources {
        if let Ok(bytes) = fs::read(root.join(os_path(entry))) {
            attributes.add(entry.folder(), &String::from_utf8_lossy(&bytes));
        }
    }
    let mut known: Option<(String, FolderSigns)> = None;
    for entry in entries {
        // Files of one folder stand together.
        let signs = match &known {
            Some((folder, signs)) if folder == entry.folder() => *signs,
            _ => FolderSigns::of(entry.folder()),
        };
        if known.as_ref().is_none_or(|(folder, _)| folder != entry.folder()) {
            known = Some((entry.folder().to_owned(), signs));
        }
        entry.class = attributes.class(&entry.path, class::of_path_in(&entry.path, signs));
    }
}

/// The path of an entry as the operating system wants it.
#[cfg(unix)]
pub(super) fn os_path(entry: &Entry) -> &Path {
    use std::os::unix::ffi::OsStrExt;
    Path::new(std::ffi::OsStr::from_bytes(entry.raw.as_deref().unwrap_or(entry.path.as_bytes())))
}

/// The path of an entry as the operating system wants it.
#[cfg(not(unix))]
pub(super) fn os_path(entry: &Entry) -> &Path {
    Path::new(&entry.path)
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// Bytes as text; those that are not UTF-8 as `\xNN`.
fn shown(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::super::tree::Tree;
    use super::*;

    fn git(root: &Path, args: &[&str]) {
        let done = Command::new("git").args(["-c", "core.hooksPath=/dev/null"]).args(args).current_dir(root).output();
        assert!(done.unwrap().status.success(), "git {args:?}");
    }

    fn paths(tree: &Tree) -> Vec<&str> {
        tree.entries().iter().map(|entry| entry.path.as_str()).collect()
    }

    #[test]
    fn a_tracked_file_that_is_also_ignored_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        git(root, &["init", "-q"]);
        for (path, text) in [(".env", "KEY=1"), (".gitignore", ".env\nbuild/\n"), ("a.rs", "")] {
            fs::write(root.join(path), text).unwrap();
        }
        fs::create_dir(root.join("build")).unwrap();
        fs::write(root.join("build/out"), "").unwrap();
        git(root, &["add", "-f", ".env", "a.rs"]);
        let tree = Tree::open(root).unwrap();
        assert_eq!(paths(&tree), [".env", ".gitignore", "a.rs"]);
        assert_eq!(tree.entries().iter().map(|e| e.tracked).collect::<Vec<_>>(), [true, false, true]);
        fs::create_dir(root.join("sub")).unwrap();
        fs::write(root.join("sub/x"), "").unwrap();
        git(root, &["add", "sub/x"]);
        let below = Tree::open(&root.join("sub")).unwrap();
        assert!(below.entries()[0].tracked, "a folder inside a work tree knows what is tracked");
    }

    #[test]
    fn links_pipes_and_odd_names_are_survived() {
        use std::os::unix::ffi::OsStrExt;
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "x").unwrap();
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::write(root.join("new\nline"), "").unwrap();
        fs::write(root.join(std::ffi::OsStr::from_bytes(b"b\xff")), "").unwrap();
        symlink(outside.path().join("secret"), root.join("out")).unwrap();
        symlink(".", root.join("loop")).unwrap();
        symlink("new\nline", root.join("zz")).unwrap();
        symlink("nowhere", root.join("dead")).unwrap();
        let pipe = Command::new("mkfifo").arg(root.join("pipe")).status().unwrap();
        assert!(pipe.success());
        let tree = Tree::open(root).unwrap();
        assert_eq!(paths(&tree), ["b\\xff", "new\nline", "zz"]);
        assert!(tree.entries()[2].link);
        let left: Vec<_> = tree.left_out().iter().map(|left| left.path.as_str()).collect();
        assert_eq!(left, ["dead", "loop", "out", "pipe"]);
        assert!(tree.read("out", 10).unwrap_err().0.contains("leads out"));
        assert!(tree.read("pipe", 10).unwrap_err().0.contains("not a regular file"));
    }
}
