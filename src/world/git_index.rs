//! Reads the names in a git index (versions 2 to 4) without running git. Owns that format; the tree joins the names
//! with what the walk found.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// An index of a very large repository (half a million files) has about 60 MB; more is refused.
const LARGEST_INDEX: u64 = 256 * 1024 * 1024;

/// Tracked names below `root`, relative to it, `/`-separated bytes, in index order. `Ok(None)` when `root` lies in no
/// git work tree; `Err` when there is an index that cannot be read.
pub(super) fn tracked_below(root: &Path) -> Result<Option<Vec<Vec<u8>>>, String> {
    let Some((top, git_dir)) = find_git_dir(root) else { return Ok(None) };
    let index = git_dir.join("index");
    let bytes = match read_limited(&index, LARGEST_INDEX) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Some(Vec::new())),
        Err(error) => return Err(format!("cannot read the git index: {error}")),
    };
    let names = parse(&bytes, hash_length(&git_dir))?;
    let prefix = prefix_of(&top, root);
    Ok(Some(names.into_iter().filter_map(|name| name.strip_prefix(prefix.as_slice()).map(<[u8]>::to_vec)).collect()))
}

/// The work tree that `root` belongs to and its git directory. One in which something stands where git would read a file
/// is none: git would wait for ever on a pipe, and read a device without end.
pub(super) fn find_git_dir(root: &Path) -> Option<(PathBuf, PathBuf)> {
    let (top, git_dir) = nearest(root)?;
    let odd =
        |folder: &Path| READ_BY_GIT.iter().any(|name| fs::metadata(folder.join(name)).is_ok_and(|it| !it.is_file()));
    let sound = !odd(&git_dir) && !odd(&common_dir(&git_dir));
    sound.then_some((top, git_dir))
}

/// Files of a git directory that nearly every command reads.
const READ_BY_GIT: &[&str] = &[
    "HEAD",
    "commondir",
    "config",
    "config.worktree",
    "index",
    "info/attributes",
    "info/exclude",
    "logs/HEAD",
    "objects/info/alternates",
    "packed-refs",
    "shallow",
];

/// Where what all work trees of a repository share is.
pub(super) fn common_dir(git_dir: &Path) -> PathBuf {
    let named = read_limited(&git_dir.join("commondir"), 4096).ok().and_then(|text| String::from_utf8(text).ok());
    named.map_or_else(|| git_dir.to_path_buf(), |named| git_dir.join(named.trim()))
}

fn nearest(root: &Path) -> Option<(PathBuf, PathBuf)> {
    root.ancestors().find_map(|folder| {
        let dot_git = folder.join(".git");
        let kind = fs::symlink_metadata(&dot_git).ok()?;
        if kind.is_dir() {
            return dot_git.join("HEAD").is_file().then(|| (folder.to_path_buf(), dot_git));
        }
        // Worktrees and submodules have a file that names the directory.
        let text = read_limited(&dot_git, 64 * 1024).ok()?;
        let text = String::from_utf8(text).ok()?;
        let named = Path::new(text.strip_prefix("gitdir:")?.trim());
        let git_dir = folder.join(named);
        git_dir.is_dir().then(|| (folder.to_path_buf(), git_dir))
    })
}

/// At most so much of a regular file; anything else is not even opened, for opening a pipe may take for ever.
pub(super) fn read_limited(path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("not a regular file"));
    }
    let file = fs::File::open(path)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(std::io::Error::other(format!("larger than {limit} bytes")));
    }
    Ok(bytes)
}

/// Length of an object name: 32 in repositories created with `--object-format=sha256`, else 20.
fn hash_length(git_dir: &Path) -> usize {
    let text = read_limited(&common_dir(git_dir).join("config"), 1024 * 1024).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).to_ascii_lowercase();
    let sha256 = text.lines().any(|line| line.replace([' ', '\t'], "") == "objectformat=sha256");
    if sha256 { 32 } else { 20 }
}

fn prefix_of(top: &Path, root: &Path) -> Vec<u8> {
    match root.strip_prefix(top) {
        Ok(below) if below.as_os_str().is_empty() => Vec::new(),
        Ok(below) => {
            let mut prefix = super::tree::slashed(below);
            prefix.push(b'/');
            prefix
        }
        Err(_) => Vec::new(),
    }
}

/// Names of the regular files and links in an index.
fn parse(bytes: &[u8], hash_length: usize) -> Result<Vec<Vec<u8>>, String> {
    let broken = || "the git index is damaged".to_owned();
    if bytes.get(..4) != Some(b"DIRC") {
        return Err(broken());
    }
    let version = be32(bytes, 4).ok_or_else(broken)?;
    if !(2..=4).contains(&version) {
        return Err(format!("the git index has version {version}; 2 to 4 can be read"));
    }
    let count = be32(bytes, 8).ok_or_else(broken)?;
    let mut reader = Entries { bytes, at: 12, version, hash_length, name: Vec::new() };
    let mut names = Vec::new();
    for _ in 0..count {
        let mode = reader.next().ok_or_else(broken)?;
        // 16 is a submodule, 4 a folder of a sparse index: neither is a file.
        if matches!(mode >> 12, 0o10 | 0o12) {
            names.push(reader.name.clone());
        }
    }
    if has_extension(bytes, reader.at, hash_length, *b"link") {
        return Err("the git index is split; run `git update-index --no-split-index`".to_owned());
    }
    Ok(names)
}

struct Entries<'a> {
    bytes: &'a [u8],
    at: usize,
    version: u32,
    hash_length: usize,
    /// Name of the entry read last; version 4 writes only what differs from it.
    name: Vec<u8>,
}

impl Entries<'_> {
    /// Reads one entry and returns its mode.
    fn next(&mut self) -> Option<u32> {
        let start = self.at;
        let mode = be32(self.bytes, start + 24)?;
        let mut at = start + 40 + self.hash_length;
        let flags = u16::from_be_bytes(self.bytes.get(at..at + 2)?.try_into().ok()?);
        at += if flags & 0x4000 != 0 && self.version >= 3 { 4 } else { 2 };
        if self.version == 4 {
            let drop = read_offset(self.bytes, &mut at)?;
            let keep = self.name.len().checked_sub(drop)?;
            self.name.truncate(keep);
        } else {
            self.name.clear();
        }
        let rest = self.bytes.get(at..)?;
        let length = rest.iter().position(|byte| *byte == 0)?;
        self.name.extend_from_slice(&rest[..length]);
        let end = at + length + 1;
        // Versions 2 and 3 pad every entry with 1 to 8 NUL to a multiple of 8.
        self.at = if self.version == 4 { end } else { start + (end - start).div_ceil(8) * 8 };
        Some(mode)
    }
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// The variable-length number of git's pack format (`offset encoding`).
fn read_offset(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let mut byte = *bytes.get(*at)?;
    *at += 1;
    let mut value = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        byte = *bytes.get(*at)?;
        *at += 1;
        value = value.checked_add(1)?.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
    }
    Some(value)
}

fn has_extension(bytes: &[u8], mut at: usize, hash_length: usize, wanted: [u8; 4]) -> bool {
    let end = bytes.len().saturating_sub(hash_length);
    while at + 8 <= end {
        if bytes.get(at..at + 4) == Some(&wanted) {
            return true;
        }
        let Some(length) = be32(bytes, at + 4) else { return false };
        at = at.saturating_add(8).saturating_add(length as usize);
    }
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn entry(version: u32, previous: &[u8], name: &[u8], mode: u32) -> Vec<u8> {
        let mut out = vec![0; 24];
        out.extend(mode.to_be_bytes());
        out.extend([0; 12 + 20]);
        out.extend(u16::try_from(name.len()).unwrap().to_be_bytes());
        if version == 4 {
            let shared = previous.iter().zip(name).take_while(|(a, b)| a == b).count();
            out.push(u8::try_from(previous.len() - shared).unwrap());
            out.extend(&name[shared..]);
            out.push(0);
        } else {
            out.extend(name);
            out.push(0);
            while !out.len().is_multiple_of(8) {
                out.push(0);
            }
        }
        out
    }

    fn index(version: u32, names: &[(&str, u32)]) -> Vec<u8> {
        let mut out = b"DIRC".to_vec();
        out.extend(version.to_be_bytes());
        out.extend(u32::try_from(names.len()).unwrap().to_be_bytes());
        let mut previous = String::new();
        for (name, mode) in names {
            out.extend(entry(version, previous.as_bytes(), name.as_bytes(), *mode));
            previous = (*name).to_owned();
        }
        out.extend([0; 20]);
        out
    }

    #[test]
    fn names_are_read_in_every_version() {
        let names = [(".env", 0o100644), ("a/b.rs", 0o100755), ("a/bc.rs", 0o100644), ("link", 0o120000)];
        for version in 2..=4 {
            let read = parse(&index(version, &names), 20).unwrap();
            assert_eq!(read, [&b".env"[..], b"a/b.rs", b"a/bc.rs", b"link"], "version {version}");
        }
    }

    #[test]
    fn submodules_and_sparse_folders_are_not_files() {
        let read = parse(&index(2, &[("sub", 0o160000), ("x", 0o100644), ("y", 0o040000)]), 20).unwrap();
        assert_eq!(read, [b"x"]);
    }

    #[test]
    fn a_damaged_index_is_an_error_and_never_a_crash() {
        let whole = index(4, &[("aaaa", 0o100644), ("aaab", 0o100644)]);
        for length in 0..whole.len() - 21 {
            assert!(parse(&whole[..length], 20).is_err(), "{length}");
        }
        assert!(parse(b"DIRC\0\0\0\x09\0\0\0\0", 20).unwrap_err().contains("version 9"));
    }
}
