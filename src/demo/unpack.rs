//! Writes a sample repository to a folder. The story in it was written for one day; its dates are moved along, by
//! whole weeks, so that phases, waivers and attestations stand to today as they stood to that day.

use std::path::Path;
use std::{fs, io};

use include_dir::{Dir, DirEntry, File};
use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};

use super::tree;

/// The Monday for which the trees were written.
const WRITTEN: Date = date(2026, 3, 2);

/// Writes the sample repository below `to`, which must exist, as if it had been written this week.
///
/// # Errors
/// Whatever the file system says, with the path.
pub fn unpack(fixed: bool, to: &Path, today: Date) -> io::Result<()> {
    let tree = tree(fixed);
    write(tree, tree.path(), to, weeks_since_written(today))
}

/// How far the dates of a tree are moved.
pub(super) fn weeks_since_written(today: Date) -> Span {
    let days = WRITTEN.until(today).map_or(0, |span| span.get_days());
    days.div_euclid(7).weeks()
}

/// A text of the sample trees as if it had been written this week.
pub fn this_week(text: &str, today: Date) -> String {
    moved(text, weeks_since_written(today))
}

/// Writes what is in `dir` below `to`, where it lies in `top` now.
pub(super) fn write(dir: &Dir<'_>, top: &Path, to: &Path, shift: Span) -> io::Result<()> {
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(inner) => write(inner, top, to, shift)?,
            DirEntry::File(file) => write_file(file, top, to, shift)?,
        }
    }
    Ok(())
}

/// Writes one file, and makes its folder.
pub(super) fn write_file(file: &File<'_>, top: &Path, to: &Path, shift: Span) -> io::Result<()> {
    let path = to.join(file.path().strip_prefix(top).unwrap_or(file.path()));
    let contents = match file.contents_utf8() {
        Some(text) => moved(text, shift).into_bytes(),
        None => file.contents().to_vec(),
    };
    let folder = path.parent().unwrap_or(to);
    fs::create_dir_all(folder).map_err(|error| with_path(folder, &error))?;
    fs::write(&path, contents).and_then(|()| restrict(&path)).map_err(|error| with_path(&path, &error))
}

/// Lets only the owner and its group read a log, as those who keep logs would; git keeps no such permissions.
///
/// # Errors
/// Whatever the file system says.
#[cfg(unix)]
pub fn restrict(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let Some(folder) = path.parent().filter(|folder| folder.ends_with("logs")) else { return Ok(()) };
    fs::set_permissions(folder, fs::Permissions::from_mode(0o750))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o640))
}

/// This system has no such permissions.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn restrict(_: &Path) -> io::Result<()> {
    Ok(())
}

fn with_path(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}

/// The text with every ISO date in it moved, be it alone or with a time of day (RFC 3339).
fn moved(text: &str, shift: Span) -> String {
    let bytes = text.as_bytes();
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    let mut at = 0;
    while at + LENGTH <= bytes.len() {
        let Some(day) = date_at(text, at) else {
            at += 1;
            continue;
        };
        result.push_str(&text[copied..at]);
        result.push_str(&day.checked_add(shift).unwrap_or(day).to_string());
        at += LENGTH;
        copied = at;
    }
    result.push_str(&text[copied..]);
    result
}

/// Length of `YYYY-MM-DD`.
const LENGTH: usize = 10;

fn date_at(text: &str, at: usize) -> Option<Date> {
    let bytes = text.as_bytes();
    let alone = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-');
    let shaped = bytes[at..at + LENGTH].iter().enumerate().all(|(place, byte)| match place {
        4 | 7 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let timed = bytes.get(at + LENGTH) == Some(&b'T') && bytes.get(at + LENGTH + 1).is_some_and(u8::is_ascii_digit);
    let begins = alone(at.checked_sub(1).and_then(|before| bytes.get(before)));
    let separate = begins && (timed || alone(bytes.get(at + LENGTH)));
    if shaped && separate { text[at..at + LENGTH].parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn dates_move_by_whole_weeks_and_nothing_else_moves() {
        let shift = weeks_since_written(date(2026, 3, 20));
        assert_eq!(
            moved("until 2026-03-02, not 2026-03-02x, 2026-03-02Tx or 12026-03-02 ✓", shift),
            "until 2026-03-16, not 2026-03-02x, 2026-03-02Tx or 12026-03-02 ✓"
        );
        assert_eq!(moved("at 2026-03-01T08:00:00Z", shift), "at 2026-03-15T08:00:00Z");
    }

    #[test]
    fn a_clock_before_the_story_moves_it_back() {
        assert_eq!(moved("2026-03-02", weeks_since_written(date(2026, 3, 1))), "2026-02-23");
    }

    #[test]
    fn both_trees_arrive_whole_and_differ() {
        for fixed in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            unpack(fixed, folder.path(), WRITTEN).unwrap();
            let spec = fs::read_to_string(folder.path().join("shipworthy.yaml")).unwrap();
            assert_eq!(spec, tree(fixed).get_file("shipworthy.yaml").unwrap().contents_utf8().unwrap());
            assert!(folder.path().join(".github/workflows/ci.yml").is_file(), "hidden folders belong to the tree");
            assert_eq!(folder.path().join(".env").exists(), !fixed);
        }
    }

    #[test]
    fn both_specs_ask_the_same() {
        let rules = |fixed| {
            let spec = tree(fixed).get_file("shipworthy.yaml").unwrap().contents_utf8().unwrap();
            let start = spec.find("\ninclude:").unwrap();
            let kept = spec[start..].lines().filter(|line| !line.trim_start().starts_with("claimed:"));
            kept.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(rules(false), rules(true));
    }
}
