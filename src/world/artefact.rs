//! Files that reports and builds leave behind (`target/`, `coverage/`): looked for on disk with ignore rules off.
//! Owns the crate `walkdir`. Source files are in `tree`.

use std::path::Path;
use std::time::UNIX_EPOCH;

use globset::{GlobBuilder, GlobMatcher};
use walkdir::WalkDir;

use super::tree::{Tree, slashed};
use crate::model::Unknown;

/// Looking for artefacts ends with *unknown* after this many entries; a narrower glob helps.
const MOST_SEEN: usize = 500_000;

/// A file found by an artefact glob.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Artefact {
    /// Path below the root, `/` between parts.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Last modification, seconds since 1970 (UTC).
    pub modified: i64,
}

/// Regular files inside the root that a path or glob names, by path; none is an empty list. Links are not followed,
/// except by a plain path to a file inside the root.
pub fn find(tree: &Tree, glob: &str) -> Result<Vec<Artefact>, Unknown> {
    super::want::check_glob(glob).map_err(Unknown::because)?;
    let glob = glob.strip_prefix("./").unwrap_or(glob);
    let Some(root) = tree.root() else { return Ok(in_memory(tree, glob)) };
    if let Some(choices) = choices(glob) {
        let found = choices.iter().map(|glob| find(tree, glob)).collect::<Result<Vec<_>, _>>()?;
        let mut found = found.concat();
        found.sort();
        found.dedup();
        return Ok(found);
    }
    let fixed = fixed_prefix(glob);
    let Some(start) = tree.locate(fixed)? else { return Ok(Vec::new()) };
    if fixed == glob {
        let metadata =
            std::fs::metadata(&start).map_err(|error| Unknown::because(format!("cannot read `{glob}`: {error}")))?;
        return Ok(metadata.is_file().then(|| artefact(glob.to_owned(), &metadata)).into_iter().collect());
    }
    walk(root, &start, &matcher(glob))
}

fn walk(root: &Path, start: &Path, glob: &GlobMatcher) -> Result<Vec<Artefact>, Unknown> {
    let mut found = Vec::new();
    let entries = WalkDir::new(start).follow_links(false).into_iter().filter_entry(|entry| entry.file_name() != ".git");
    for (seen, entry) in entries.enumerate() {
        if seen >= MOST_SEEN {
            return Err(Unknown::because(format!(
                "more than {MOST_SEEN} files to look through; name a folder in the glob"
            )));
        }
        let entry = entry.map_err(|error| Unknown::because(format!("cannot look for artefacts: {error}")))?;
        let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
        let path = String::from_utf8_lossy(&slashed(below)).into_owned();
        if entry.file_type().is_file() && glob.is_match(&path) {
            let metadata =
                entry.metadata().map_err(|error| Unknown::because(format!("cannot read `{path}`: {error}")))?;
            found.push(artefact(path, &metadata));
        }
    }
    found.sort();
    Ok(found)
}

fn artefact(path: String, metadata: &std::fs::Metadata) -> Artefact {
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let modified = modified.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
    Artefact { path, size: metadata.len(), modified }
}

fn in_memory(tree: &Tree, glob: &str) -> Vec<Artefact> {
    let matcher = matcher(glob);
    let matching = tree.entries().iter().filter(|entry| matcher.is_match(&entry.path));
    matching.map(|entry| Artefact { path: entry.path.clone(), size: entry.size, modified: entry.modified }).collect()
}

fn matcher(glob: &str) -> GlobMatcher {
    let built = GlobBuilder::new(glob).literal_separator(true).empty_alternates(true).build();
    built.expect("`check_glob` has built it before").compile_matcher()
}

/// The globs that a glob with `{a,b}` is a choice of, so that plain paths among them are not searched for; `None` when
/// there is nothing to choose, or it cannot be taken apart.
fn choices(glob: &str) -> Option<Vec<String>> {
    const MOST: usize = 64;
    let (before, rest) = glob.split_once('{')?;
    let (inner, after) = rest.split_once('}')?;
    if inner.contains('{') || glob.contains(['[', '\\']) || inner.matches(',').count() >= MOST {
        return None;
    }
    Some(inner.split(',').map(|choice| format!("{before}{choice}{after}")).collect())
}

/// The folders before the first wildcard; the whole glob when there is none.
fn fixed_prefix(glob: &str) -> &str {
    match glob.find(['*', '?', '[', '{', '\\']) {
        None => glob,
        Some(wild) => glob[..wild].rfind('/').map_or("", |slash| &glob[..slash]),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::fs;

    use super::*;

    #[test]
    fn ignored_reports_are_found_and_nothing_outside() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::create_dir_all(root.join("target/reports")).unwrap();
        fs::create_dir_all(root.join(".git")).unwrap();
        for path in [".gitignore", "target/reports/b.xml", "target/reports/a.xml", "target/c.txt", ".git/x.xml"] {
            fs::write(root.join(path), "target/\n").unwrap();
        }
        let tree = Tree::open(root).unwrap();
        let paths = |glob: &str| find(&tree, glob).unwrap().into_iter().map(|found| found.path).collect::<Vec<_>>();
        assert_eq!(paths("target/**/*.xml"), ["target/reports/a.xml", "target/reports/b.xml"]);
        assert_eq!(paths("**/*.xml"), ["target/reports/a.xml", "target/reports/b.xml"]);
        assert_eq!(paths("target/c.txt"), ["target/c.txt"]);
        assert_eq!(paths("{,target/}{c,d}.txt"), ["target/c.txt"]);
        assert_eq!(paths("target/{c.txt,reports/*.xml,reports/a.xml}").len(), 3);
        assert!(paths("coverage/*.xml").is_empty() && paths("target").is_empty());
        assert!(find(&tree, "../*.xml").is_err());
    }
}
