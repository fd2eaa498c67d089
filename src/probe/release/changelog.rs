//! Entries of a changelog: lines that are headings of a version, with the day beside them. Reads Markdown,
//! reStructuredText, AsciiDoc and plain text alike (Keep a Changelog 1.1.0, GNU NEWS, Sphinx).

use std::sync::LazyLock;

use regex::Regex;

use super::number::{Number, number};

/// Entries kept per file.
const MOST_ENTRIES: usize = 3000;
/// A longer line is no heading.
const LONGEST_HEADING: usize = 160;

/// When a version came out, as its entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Day {
    /// It says none.
    None,
    /// It can be read in one way only: `3 March 2026`, `2026/03/03`.
    Clear,
    /// ISO 8601: `2026-03-03`.
    Iso,
}

/// What is written of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) line: u32,
    /// As it is written.
    pub(super) text: String,
    version: Of,
    pub(super) day: Day,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Of {
    One(Number),
    /// `1.2.x`: its first numbers.
    Series(Vec<u64>),
}

/// A changelog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changelog {
    pub(super) entries: Vec<Entry>,
    /// It has a heading for what is not released yet.
    pub(super) unreleased: bool,
    /// It says that notes are at the forge, or in other files.
    pub(super) refers: bool,
}

impl Changelog {
    /// The entry of a version.
    pub(super) fn of(&self, version: &Number) -> Option<&Entry> {
        let exact = |entry: &&Entry| matches!(&entry.version, Of::One(own) if own == version);
        let same = |entry: &&Entry| match &entry.version {
            Of::One(own) => own.is_same(version),
            Of::Series(first) => version.begins_with(first),
        };
        self.entries.iter().find(exact).or_else(|| self.entries.iter().find(same))
    }
}

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"(?:^|[^\w.:/-]|[A-Za-z]-)v?(\d+(?:\.\d+)*\.(?:x\b|\d+(?:[-+.]?[A-Za-z][0-9A-Za-z.+-]*|-\d[0-9A-Za-z.]*)?))")
});
static ISO: LazyLock<Regex> = LazyLock::new(|| fixed(r"\b(19|20)\d\d-(0[1-9]|1[0-2])-([0-2]\d|3[01])\b"));
static CLEAR: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\b.*\b(19|20)\d\d\b|\b(19|20)\d\d\b.*\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|\b(19|20)\d\d[/.]\d{1,2}[/.]\d{1,2}\b|\b(19|20)\d{6}\b",
    )
});
static OPEN: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)\b(unreleased|unver[öo]ffentlicht|unpublished|upcoming|next( release| version)?|in development|not released|tbd|main|master|head)\b",
    )
});
static ELSEWHERE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)/-?/?releases\b|\breleases? page\b|github releases|\bsee \[?[`(]?(docs?|doc)/|changelogs?/|release[-_ ]?notes/|changelog-[^\s)]*\.md",
    )
});

/// Reads a changelog.
pub(super) fn read(text: &str) -> Changelog {
    let mut changelog = Changelog::default();
    let lines: Vec<&str> = text.lines().collect();
    let mut in_fence = false;
    for (at, line) in lines.iter().enumerate() {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
        }
        if in_fence || line.len() > LONGEST_HEADING {
            continue;
        }
        let heading = is_heading(line, lines.get(at + 1).copied().unwrap_or_default());
        match version_of(line, heading) {
            Some((text, version)) if changelog.entries.len() < MOST_ENTRIES => {
                let line = u32::try_from(at + 1).unwrap_or(u32::MAX);
                changelog.entries.push(Entry { line, text, version, day: day(&lines[at..]) });
            }
            Some(_) => {}
            None => changelog.unreleased |= heading && OPEN.is_match(line),
        }
    }
    // Long lists of versions link to the forge for each of them; a pointer stands above, or where there are none.
    let before = changelog.entries.first().map_or(lines.len(), |entry| entry.line as usize - 1);
    changelog.refers =
        lines[..before.min(200)].iter().any(|line| ELSEWHERE.is_match(line) && !line.contains("keepachangelog"));
    changelog
}

/// The entry that the name of a file is: `docs/releases/1.4.0.md`.
pub(super) fn of_file(stem: &str, text: &str) -> Option<Changelog> {
    let (written, version) = version_of(stem, true)?;
    let lines: Vec<&str> = text.lines().take(12).collect();
    let day = lines.iter().map(|line| day_on(line)).max().unwrap_or(Day::None);
    let entry = Entry { line: 1, text: written, version, day };
    Some(Changelog { entries: vec![entry], ..Changelog::default() })
}

fn is_heading(line: &str, next: &str) -> bool {
    let next = next.trim_end();
    let underline = next.len() >= 3
        && next.chars().all(|c| matches!(c, '=' | '-' | '~' | '^' | '*' | '"' | '#'))
        && next.len() + 3 >= line.trim_end().len();
    let marked = line.trim_start_matches(['#', '=']).starts_with([' ', '[']) && line.starts_with(['#', '=']);
    !line.trim().is_empty() && (underline || marked)
}

/// The version that a line is about: a heading with a version, or a line at the margin that begins with one.
fn version_of(line: &str, heading: bool) -> Option<(String, Of)> {
    let found = VERSION.captures(line)?.get(1)?;
    let before = line[..found.start()].trim_end_matches(['v', 'V']);
    let words =
        before.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().any(char::is_alphabetic)).count();
    let item = line.starts_with(['-', '*', '+']) && !line.starts_with("**");
    let alone = !item && !line.starts_with([' ', '\t', '>', '|']) && words <= 1;
    // `* 1.4.0 (2026-02-27)` is an entry of a list of versions, `* Flask 3.1.0 is needed` is none.
    let rest = &line[found.end()..];
    let listed = item && words == 0 && (rest.trim_matches([' ', ':', '*']).is_empty() || day_on(rest) > Day::None);
    if !(heading && words <= 6 || alone || listed) {
        return None;
    }
    let text = found.as_str().trim_end_matches(['.', '-', '+']);
    let version = match text.strip_suffix(".x") {
        Some(series) => Of::Series(series.split('.').map(str::parse).collect::<Result<_, _>>().ok()?),
        None => Of::One(number(text)?),
    };
    Some((text.to_owned(), version))
}

/// The day of an entry: on its line, or on one of the next three that say something and name no other version.
fn day(lines: &[&str]) -> Day {
    let Some((first, rest)) = lines.split_first() else { return Day::None };
    let said = rest.iter().filter(|line| line.chars().any(char::is_alphanumeric)).take(3);
    let own = said.take_while(|line| line.len() <= 120 && !(line.starts_with('#') && VERSION.is_match(line)));
    std::iter::once(first).chain(own).map(|line| day_on(line)).find(|day| *day > Day::None).unwrap_or(Day::None)
}

fn day_on(line: &str) -> Day {
    if ISO.is_match(line) {
        Day::Iso
    } else if CLEAR.is_match(line) {
        Day::Clear
    } else {
        Day::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<(String, u32, Day)> {
        read(text).entries.into_iter().map(|entry| (entry.text, entry.line, entry.day)).collect()
    }

    #[test]
    fn entries_are_found_in_the_usual_shapes() {
        for (text, version, day) in [
            ("## [1.4.0] - 2026-02-27\n", "1.4.0", Day::Iso),
            ("# v1.4.0 (2026-02-27)\n", "1.4.0", Day::Iso),
            ("Version 3.1.0\n-------------\n\nReleased 2024-11-13\n", "3.1.0", Day::Iso),
            ("## 0.28.1 (6th December, 2024)\n", "0.28.1", Day::Clear),
            ("## [3.0.0](https://forge.example/o/r/compare/v2.9.0...v3.0.0) (2026-01-02)\n", "3.0.0", Day::Iso),
            ("0.24.10\n    See https://forge.example/x\n", "0.24.10", Day::None),
            ("shop (1.4.0-2) unstable; urgency=low\n", "1.4.0-2", Day::None),
            ("* 1.4.0 (2026-02-27)\n", "1.4.0", Day::Iso),
            ("## 1.2.x\n", "1.2.x", Day::None),
            ("## shop-1.4.0 / 2026-02-27\n", "1.4.0", Day::Iso),
        ] {
            let text = format!("# Changelog\n\n{text}");
            let seen = seen(&text);
            assert_eq!(
                seen.first().map(|(text, _, day)| (text.trim_end_matches(".x"), *day)),
                Some((version.trim_end_matches(".x"), day)),
                "{text}"
            );
        }
    }

    #[test]
    fn prose_and_code_are_no_entries() {
        let text = "# Changes\n\n- Flask 3.1.0 is needed\n* needs at least 2.0.0\nThe server now speaks to version 1.2.3 of it.\n```\n1.2.3\n```\n";
        assert_eq!(seen(text), []);
    }

    #[test]
    fn a_version_is_found_however_it_is_written() {
        let changelog = read("## Unreleased\n\n## 1.10\n\n## v1.9.1 - 2026-01-01\n\n## 1.8.x\n");
        let line = |version: &str| {
            changelog.of(&number(version).unwrap_or_else(|| panic!("{version}"))).map(|entry| entry.line)
        };
        assert_eq!((line("1.10.0"), line("1.9.1"), line("1.8.7"), line("1.9.0")), (Some(3), Some(5), Some(7), None));
        assert!(changelog.unreleased && !changelog.refers);
        assert!(!read("The format is that of [Keep a Changelog](https://keepachangelog.com).\n").refers);
        assert!(!read("# A\n\n## 1.0.1-next.0\n").unreleased);
        assert!(read("See the [releases page](https://forge.example/o/r/releases).\n").refers);
    }

    #[test]
    fn a_file_for_a_version_is_its_entry() {
        let file = of_file("1.4.0", "# What is new\n\n2026-02-27\n");
        assert_eq!(file.map(|file| file.entries[0].day), Some(Day::Iso));
        assert_eq!(of_file("index", "x"), None);
    }
}
