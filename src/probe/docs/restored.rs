//! How long a restore took, as a record of a rehearsal or the recovery plan itself says. To be held against the recovery time of
//! a plan.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::written::{day_on, days_on};
use crate::world::{Class, ClassSet, FileBytes, Select, Swept, Want, WantId, Wants};

/// Records of restores and of exercises, by their names (those of `data/restore-tested`, and of recovery).
const RECORDS: &str = "{,**/}*{restore-test,restore_test,restore-drill,restore_drill,recovery-test,recovery-drill,restore-log,backup-test,dr-test,dr-drill,dr_test,dr_drill,DR_TEST,DR_DRILL,disaster,Disaster,DISASTER,recovery,Recovery,RECOVERY}*{,/**/*}.{md,mdx,rst,adoc}";

/// One restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Restore {
    pub(super) day: Option<Date>,
    pub(super) line: u32,
    /// How long it took, in seconds.
    pub(super) seconds: u64,
    /// Its line and the heading above, in lower case: which tier or service it is of.
    pub(super) about: String,
}

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// What a time is of that somebody measured.
static TOOK: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)\b(took|duration|elapsed|time taken|total time|(restored?|recovered|completed|finished|done) (in|after|within)|(rto|recovery time|restore time)\W{0,4}(achieved|actual|measured)|(achieved|actual|measured) (rto|recovery time|restore time))\b",
    )
});
/// The same at the head of a column.
static COLUMN: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)^\W*(took|duration|elapsed|time taken|total time|restore time|(actual|measured|achieved) \w+|\w+ (actual|measured|achieved)|actual|measured)\W*$",
    )
});
/// What is only wanted or expected, or is of the backup that was made.
static WANTED: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)\b(target|objective|goal|should|must|expected|estimated?|up to|at most|maximum|max|will|would|typical\w*|usually|about|approx\w*|backup (took|duration)|outage|incident|downtime|data loss)\b|[~≈]",
    )
});
static SPAN: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)(?:^|[^\w.:-])((?:\d+(?:\.\d+)?\s*(?:weeks?|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\b[\s,]*(?:and\s+)?)+)",
    )
});
static PART: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?i)(\d+(?:\.\d+)?)\s*([wdhms])"));
static RESTORE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"(?i)\b(restor\w*|recover\w*|fail-?over|exercises?|drills?|rehears\w*|tested|tests?|last)\b")
});

/// The want for records.
pub(super) fn declare(folder: &str, wants: &mut Wants) -> WantId {
    let select = Select::glob(RECORDS).unwrap_or_else(|_| Select::bases(&[]));
    let select = select.of(ClassSet::of(&[Class::Src, Class::Docs, Class::Tooling])).below(folder);
    wants.add(Want::sparse(select, "docs restores", |file| Ok(of_file(file))))
}

/// The restores of all records, with their files.
pub(super) fn all(swept: &Swept, want: WantId) -> Vec<(&str, &Restore)> {
    let all = swept.get(want).own::<Vec<Restore>>();
    let all = all.filter_map(|(id, restores)| Some((swept.path(id), restores.ok()?)));
    all.flat_map(|(path, restores)| restores.iter().map(move |restore| (path, restore))).collect()
}

/// The newest restore of all records, with its file; of one day the longest.
pub(super) fn newest<'s>(all: &[(&'s str, &'s Restore)]) -> Option<(&'s str, &'s Restore)> {
    all.iter().copied().max_by(|(a, x), (b, y)| (x.day, x.seconds).cmp(&(y.day, y.seconds)).then_with(|| b.cmp(a)))
}

fn of_file(file: &FileBytes<'_>) -> Option<Vec<Restore>> {
    if file.path().to_ascii_lowercase().contains("template") {
        return None;
    }
    let restores = read(&file.text());
    (!restores.is_empty()).then_some(restores)
}

/// Restores that a page tells of.
fn read(text: &str) -> Vec<Restore> {
    const MOST_LINES: usize = 20_000;
    let lines: Vec<&str> = text.lines().take(MOST_LINES).collect();
    let mut found = Vec::new();
    let (mut heading, mut day, mut columns): (&str, Option<Date>, Vec<usize>) = ("", None, Vec::new());
    for (line, number) in lines.iter().zip(1_u32..) {
        let is_row = line.contains('|');
        if line.starts_with(['#', '=']) {
            heading = line;
        }
        // The day of a record stands above what it tells; that of a line or a row is its own.
        let own = days_on(line).last();
        if !is_row {
            day = own.or(day);
            columns.clear();
        } else if lines.get(number as usize).is_some_and(|next| next.contains("--") && next.contains('|')) {
            columns = line.split('|').enumerate().filter(|(_, cell)| COLUMN.is_match(cell)).map(|(at, _)| at).collect();
            continue;
        }
        let by_column = columns.iter().find_map(|at| span(line.split('|').nth(*at)?));
        let about = RESTORE.is_match(line) || RESTORE.is_match(heading) || day.is_some();
        let mut took = TOOK.find_iter(line).filter(|took| about && !is_wanted(&line[..took.end()]));
        let said = took.find_map(|took| of_line(&line[took.end()..]));
        if let Some(seconds) = by_column.or(said) {
            let day = own.or(day).or_else(|| day_on(heading));
            found.push(Restore { day, line: number, seconds, about: format!("{heading} {line}").to_lowercase() });
        }
    }
    found
}

/// Whether the clause that such a word ends says what should be, or is of a backup: `should be completed in`.
fn is_wanted(before: &str) -> bool {
    WANTED.is_match(before.rsplit([',', ';', '.']).next().unwrap_or(before))
}

/// The time behind such a word, before a target is named.
fn of_line(rest: &str) -> Option<u64> {
    let cut = WANTED.find(rest).map_or(rest.len(), |wanted| wanted.start());
    span(&rest[..cut.min(floor(rest, 60))])
}

fn floor(text: &str, most: usize) -> usize {
    (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Seconds of `1 h 42 min`.
fn span(text: &str) -> Option<u64> {
    let whole = SPAN.captures(text)?.get(1)?.as_str();
    let seconds = PART.captures_iter(whole).filter_map(|part| {
        let number: f64 = part[1].parse().ok().filter(|number: &f64| *number < 1e6)?;
        let unit = match part[2].to_ascii_lowercase().as_str() {
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            _ => 604_800.0,
        };
        Some(number * unit)
    });
    let sum: f64 = seconds.sum();
    // Less than 10^13, so nothing is lost.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    (sum > 0.0).then_some(sum as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<u64> {
        read(text).into_iter().map(|restore| restore.seconds / 60).collect()
    }

    #[test]
    fn what_was_measured_is_told_from_what_is_wanted() {
        for (text, minutes) in [
            ("## Latest drill\n\n**Date:** 2026-01-20\n**Duration:** 1h 42m\n", vec![102]),
            ("Restore took 3 h 10 min on 2026-01-20.\n", vec![190]),
            ("- RTO Achieved: 10m 18s (Target: 30m)\n- Recovery drill\n", vec![]),
            ("# Recovery drill\n\n- RTO Achieved: 10m 18s (Target: 30m)\n", vec![10]),
            (
                "| day | duration | RTO met |\n|---|---|---|\n| 2026-01-20 | 1h 42m | yes |\n| 2026-01-13 | 0h 58m | yes |\n",
                vec![102, 58],
            ),
            ("RTO: 4 hours\n\n## Recovery\n\nA restore should be completed in 2 hours.\n", vec![]),
            ("# Drill\n\nThe backup took 5 min, the restore took 12 min.\n", vec![12]),
            ("## Recovery\n\nA restore takes about 2 hours.\n", vec![]),
            ("The outage: duration 40 min\n", vec![]),
        ] {
            assert_eq!(of(text), minutes, "{text}");
        }
    }
}
