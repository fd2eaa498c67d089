//! Lines that a diff adds or changes, by file.

use std::collections::{BTreeMap, BTreeSet};

/// Lines a diff may add.
const MOST_LINES: usize = 2_000_000;

/// Added lines of a unified diff without context (`git diff -U0 --no-prefix`), by path; the error says what is wrong.
pub(super) fn added(diff: &str) -> Result<BTreeMap<String, BTreeSet<u32>>, String> {
    let mut files: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    let mut path: Option<String> = None;
    let mut count = 0_usize;
    // Lines of the hunk that are yet to come: what they say is content, whatever it looks like.
    let mut due = 0_u64;
    for line in diff.lines() {
        if due > 0 && line.starts_with(['+', '-']) {
            due -= 1;
        } else if let Some(name) = line.strip_prefix("+++ ") {
            let name = name.trim_end_matches('\t');
            path = (name != "/dev/null").then(|| name.to_owned());
        } else if let Some(hunk) = line.strip_prefix("@@ ") {
            let (removed, start, length) = ranges(hunk).ok_or_else(|| format!("has a hunk `{hunk}`"))?;
            due = removed + u64::from(length);
            count += length as usize;
            if count > MOST_LINES {
                return Err(format!("adds more than {MOST_LINES} lines"));
            }
            if let Some(path) = &path {
                files.entry(path.clone()).or_default().extend(start..start.saturating_add(length));
            }
        }
    }
    Ok(files)
}

/// `-12,3 +14 @@ …`: lines removed, first line added, lines added.
fn ranges(hunk: &str) -> Option<(u64, u32, u32)> {
    let mut parts = hunk.split(' ');
    let length = |range: &str| range.split_once(',').map_or(Some(1), |(_, length)| length.parse::<u32>().ok());
    let removed = length(parts.next()?.strip_prefix('-')?)?;
    let new = parts.next()?.strip_prefix('+')?;
    let start = new.split_once(',').map_or(new, |(start, _)| start).parse().ok()?;
    Some((u64::from(removed), start, length(new)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn added_lines_are_those_of_the_new_file_whatever_they_contain() {
        let diff = "diff --git a.py a.py\n--- a.py\n+++ a.py\n@@ -1 +1,2 @@ def f():\n-old\n+++ b.py\n+@@ -1 +9 @@\n@@ -9,2 +10,0 @@\n-x\n-y\ndiff --git c c\n--- /dev/null\n+++ c\n@@ -0,0 +1 @@\n+new\n\\ No newline at end of file\n";
        let seen = added(diff).unwrap();
        assert_eq!(seen.keys().collect::<Vec<_>>(), ["a.py", "c"]);
        assert_eq!(seen["a.py"].iter().copied().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(seen["c"].len(), 1);
        assert!(added("+++ a\n@@ -1 +1,4000000000 @@\n").is_err());
    }
}
