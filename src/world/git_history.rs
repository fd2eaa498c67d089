//! Asks git about tags, tracked files and when each file last changed. `git` owns how it is asked: nothing of the
//! repository's own runs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::World;
use super::git::run;
use crate::model::Unknown;

/// Tags listed; a repository with more is judged by its newest.
const MOST_TAGS: &str = "--count=20000";
/// Commits looked through for the last change of each file.
const MOST_COMMITS: &str = "-n20000";

/// One tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its name without `refs/tags/`.
    pub name: String,
    /// Whether it is an object of its own, with author, day and message.
    pub annotated: bool,
    /// Whether it carries a signature; nobody has checked whose.
    pub signed: bool,
    /// When it was made, or its commit if it is not annotated; seconds since 1970.
    pub made_at: i64,
}

/// Whether the root is where its repository begins, and whether the whole history is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The root is the top of the work tree.
    pub at_top: bool,
    /// History was cut off when the clone was made.
    pub shallow: bool,
}

/// What there is of a repository around the root; `None` when the root lies in none.
pub fn extent(world: &World) -> Option<Extent> {
    let (top, git_dir) = super::git_index::find_git_dir(&world.root)?;
    let shallow = super::git_index::common_dir(&git_dir).join("shallow").exists();
    Some(Extent { at_top: top == world.root, shallow })
}

/// All tags, newest first.
///
/// # Errors
/// When git cannot be run, or does not answer in time.
pub async fn tags(world: &World, left: Duration) -> Result<Vec<Tag>, Unknown> {
    let format = "--format=%(refname:strip=2)%09%(objecttype)%09%(creatordate:unix)%09%(if)%(contents:signature)%(then)signed%(end)";
    let answer = run(world, &["for-each-ref", "--sort=-creatordate", MOST_TAGS, format, "refs/tags"], left).await?;
    let text = answer.stdout.text();
    Ok(text.lines().filter_map(tag).collect())
}

/// Names of the tags that HEAD contains.
///
/// # Errors
/// When git cannot be run, does not answer in time, or nothing was committed yet.
pub async fn tags_of_head(world: &World, left: Duration) -> Result<Vec<String>, Unknown> {
    let how = ["for-each-ref", "--sort=-creatordate", MOST_TAGS, "--merged=HEAD", "--format=%(refname:strip=2)"];
    let answer = run(world, &[&how[..], &["refs/tags"]].concat(), left).await?;
    Ok(answer.stdout.text().lines().map(str::to_owned).collect())
}

fn tag(line: &str) -> Option<Tag> {
    let mut parts = line.split('\t');
    let (name, kind, made_at) = (parts.next()?, parts.next()?, parts.next()?);
    let signed = parts.next() == Some("signed");
    Some(Tag { name: name.to_owned(), annotated: kind == "tag", signed, made_at: made_at.parse().ok()? })
}

/// Commits that HEAD has and the tag has not.
///
/// # Errors
/// When git cannot be run, or knows no such tag.
pub async fn commits_since(world: &World, tag: &str, left: Duration) -> Result<u64, Unknown> {
    let range = format!("refs/tags/{tag}..HEAD");
    let answer = run(world, &["rev-list", "--count", &range, "--"], left).await?;
    answer.stdout.text().trim().parse().map_err(|_| Unknown::because("git gave no count"))
}

/// Tracked files that the repository's own ignore rules name, below the root.
///
/// # Errors
/// When git cannot be run, or does not answer in time.
pub async fn tracked_and_ignored(world: &World, left: Duration) -> Result<Vec<String>, Unknown> {
    let answer = run(world, &["ls-files", "-z", "-c", "-i", "--exclude-standard"], left).await?;
    let bytes = answer.stdout.bytes();
    let names = bytes.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    Ok(names.map(|name| String::from_utf8_lossy(name).into_owned()).collect())
}

/// When each file below the root last changed, in seconds since 1970, as far back as is looked.
///
/// # Errors
/// When git cannot be run, does not answer in time, or history was cut off.
pub async fn last_changes(world: &World, left: Duration) -> Result<BTreeMap<String, i64>, Unknown> {
    if extent(world).is_some_and(|extent| extent.shallow) {
        return Err(Unknown::because("the clone is shallow: when files changed lies before it"));
    }
    let how = ["log", MOST_COMMITS, "--format=%x01%ct", "--name-only", "--no-renames", "-z", "--relative"];
    let quiet = ["--no-ext-diff", "--no-show-signature", "--diff-merges=first-parent", "--"];
    let answer = run(world, &[&how[..], &quiet].concat(), left).await?;
    Ok(changes(&answer.stdout.bytes()))
}

/// Which of these files, below the root, a commit on the way to HEAD has changed since a moment (seconds since 1970).
///
/// # Errors
/// When git cannot be run or does not answer in time.
pub async fn changed_since(
    world: &World,
    since: i64,
    paths: &[&str],
    left: Duration,
) -> Result<BTreeSet<String>, Unknown> {
    let since = format!("--since={since}");
    let how =
        ["log", MOST_COMMITS, since.as_str(), "--format=%x01%ct", "--name-only", "--no-renames", "-z", "--relative"];
    let quiet = ["--no-ext-diff", "--no-show-signature", "--diff-merges=first-parent", "--"];
    let answer = run(world, &[&how[..], &quiet, paths].concat(), left).await?;
    Ok(changes(&answer.stdout.bytes()).into_keys().collect())
}

/// Files that differ between a tag and HEAD, below the root, with git's letter: `M` changed, `D` gone, `A` new.
///
/// # Errors
/// When git cannot be run, knows no such tag, or does not answer in time.
pub async fn changed_since_tag(world: &World, tag: &str, left: Duration) -> Result<Vec<(char, String)>, Unknown> {
    let tag = format!("refs/tags/{tag}^{{commit}}");
    let how = ["diff", "--name-status", "--no-renames", "--no-ext-diff", "--no-textconv", "-z", "--relative"];
    let answer = run(world, &[&how[..], &[tag.as_str(), "HEAD", "--"]].concat(), left).await?;
    let bytes = answer.stdout.bytes();
    let mut parts = bytes.split(|byte| *byte == 0).map(|part| String::from_utf8_lossy(part).into_owned());
    let mut found = Vec::new();
    while let (Some(letter), Some(path)) = (parts.next(), parts.next()) {
        found.extend(letter.chars().next().map(|letter| (letter, path)));
    }
    Ok(found)
}

/// A file as a tag has it, by its path below the root.
///
/// # Errors
/// When git cannot be run, or the tag has no such file.
pub async fn text_at_tag(world: &World, tag: &str, path: &str, left: Duration) -> Result<String, Unknown> {
    let object = format!("refs/tags/{tag}:./{path}");
    let answer = run(world, &["cat-file", "blob", &object], left).await?;
    Ok(String::from_utf8_lossy(&answer.stdout.bytes()).into_owned())
}

/// `\x01time\0\nname\0name\0`, newest commit first.
fn changes(bytes: &[u8]) -> BTreeMap<String, i64> {
    let mut last = BTreeMap::new();
    let mut time = 0;
    for part in bytes.split(|byte| matches!(byte, 0 | b'\n')).filter(|part| !part.is_empty()) {
        let text = String::from_utf8_lossy(part);
        match text.strip_prefix('\u{1}') {
            Some(seconds) => time = seconds.trim().parse().unwrap_or(time),
            None => {
                last.entry(text.into_owned()).or_insert(time);
            }
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_commit_that_names_a_file_is_its_last_change() {
        let seen = changes(b"\x0130\0\na.md\0b.md\0\x0120\0\nb.md\0c d.md\0");
        let expected = [("a.md", 30), ("b.md", 30), ("c d.md", 20)];
        assert_eq!(seen, expected.map(|(name, time)| (name.to_owned(), time)).into());
    }

    #[test]
    fn a_tag_is_read_with_its_kind_and_signature() {
        let read = tag("v1.2.0\ttag\t1700000000\tsigned");
        let expected = Tag { name: "v1.2.0".into(), annotated: true, signed: true, made_at: 1_700_000_000 };
        assert_eq!(read, Some(expected));
        assert!(tag("v1\tcommit\t12\t").is_some_and(|tag| !tag.annotated && !tag.signed));
    }
}
