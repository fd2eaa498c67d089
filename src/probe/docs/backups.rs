//! How often backups are made, by the schedules in the repository: CronJobs, scheduled workflows, Velero and CloudNativePG,
//! crontabs. To be held against the recovery point of a plan.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::{purpose, yaml_file};
use crate::world::{Class, ClassSet, FileBytes, Name, Select, Swept, Want, WantId, Wants};
use crate::yaml::Node;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// What one file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Schedules {
    /// Line, and the longest time between two backups in seconds.
    found: Vec<(u32, u64)>,
    /// Whether changes are copied all the time, so that schedules do not decide what is lost.
    is_continuous: bool,
}

/// What all of them say together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) path: String,
    pub(super) line: u32,
    pub(super) seconds: u64,
}

/// The want for files with schedules.
pub(super) fn declare(folder: &str, wants: &mut Wants) -> WantId {
    let select = ["yml", "yaml", "cron", "crontab"]
        .iter()
        .fold(Select::bases(&["crontab"]), |select, ext| select.or(Name::Ext((*ext).to_owned())));
    let select = select.of(ClassSet::of(&[Class::Src, Class::Tooling])).below(folder);
    let words = ["schedule", "cron", "wal", "archive", "barman", "backup", "dump"];
    let screen = move || vec![words.iter().map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>()];
    wants.add(Want::sparse(select, "docs backups", |file| Ok(read(file))).screened(screen))
}

/// The shortest interval of a schedule of backups that counts; `None` where none is seen, or changes are copied all the time.
pub(super) fn interval(swept: &Swept, want: WantId) -> Option<Interval> {
    let mut shortest: Option<Interval> = None;
    for (id, schedules) in swept.get(want).own::<Schedules>() {
        let path = swept.path(id);
        let Ok(schedules) = schedules else { continue };
        if purpose::aside(path, swept.class(id)).is_some() {
            continue;
        }
        if schedules.is_continuous {
            return None;
        }
        for (line, seconds) in &schedules.found {
            if shortest.as_ref().is_none_or(|known| *seconds < known.seconds) {
                shortest = Some(Interval { path: path.to_owned(), line: *line, seconds: *seconds });
            }
        }
    }
    shortest
}

fn makes_backups(text: &str) -> bool {
    static WORD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)back-?ups?\b|\bbackup|pg_?dump|pgbackrest|mysqldump|mongodump|\brestic\b|\bborg|\bwal-g\b|\bbarman\b|\bxtrabackup|\bsnapshot-?(create|db|volume)")
            .expect("a fixed pattern")
    });
    static CHECKED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)verif|restore|check-?backup|backup-?check|prune|clean|delete|expire|monitor")
            .expect("a fixed pattern")
    });
    WORD.is_match(text) && !CHECKED.is_match(text)
}

fn read(file: &FileBytes<'_>) -> Option<Schedules> {
    static CONTINUOUS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?im)^[^#\n]*(barmanObjectStore|archive_command|wal-push|archive-push|\bwal-g\b|litestream|point[_-]?in[_-]?time|pitr)")
            .expect("a fixed pattern")
    });
    if !file.may_hold(0) {
        return None;
    }
    let text = file.text();
    let mut found = Schedules { is_continuous: CONTINUOUS.is_match(&text), ..Schedules::default() };
    if file.path().ends_with("yml") || file.path().ends_with("yaml") {
        for document in yaml_file::read_all(file.path(), file.bytes).unwrap_or_default() {
            found.found.extend(of_object(&document));
            found.found.extend(of_workflow(&document, file.path()));
        }
    } else {
        for (line, number) in text.lines().zip(1_u32..) {
            let line = line.trim();
            let fields: Vec<&str> = line.split_whitespace().take(5).collect();
            if !line.starts_with('#') && makes_backups(line) {
                let schedule = if line.starts_with('@') {
                    fields.first().copied().unwrap_or("").to_owned()
                } else {
                    fields.join(" ")
                };
                found.found.extend(longest_gap(&schedule).map(|seconds| (number, seconds)));
            }
        }
    }
    (found != Schedules::default()).then_some(found)
}

fn of_object(document: &Node) -> Option<(u32, u64)> {
    let kind = document.get("kind").and_then(Node::text)?;
    let spec = document.get("spec")?;
    let is_backup = match kind {
        "ScheduledBackup" => true,
        "Schedule" => document.get("apiVersion").and_then(Node::text).is_some_and(|version| version.contains("velero")),
        "CronJob" => {
            makes_backups(yaml_file::at(document, &["metadata", "name"]).and_then(Node::text).unwrap_or_default())
        }
        _ => false,
    };
    if !is_backup || spec.get("suspend").and_then(Node::text) == Some("true") {
        return None;
    }
    let schedule = spec.get("schedule")?;
    let text = schedule.text()?;
    // CloudNativePG begins with seconds.
    let text = if text.split_whitespace().count() == 6 { text.split_once(' ')?.1 } else { text };
    Some((schedule.span.line, longest_gap(text)?))
}

fn of_workflow(document: &Node, path: &str) -> Vec<(u32, u64)> {
    let name = document.get("name").and_then(Node::text).unwrap_or_default();
    let base = path.rsplit('/').next().unwrap_or(path);
    let is_workflow = document.get("jobs").is_some();
    let on = document.get("on").or_else(|| document.get("true")).and_then(|on| on.get("schedule"));
    let Some(schedules) = on.filter(|_| is_workflow && (makes_backups(name) || makes_backups(base))) else {
        return Vec::new();
    };
    let crons = schedules.items().iter().filter_map(|item| item.get("cron"));
    crons.filter_map(|cron| Some((cron.span.line, longest_gap(cron.text()?)?))).collect()
}

/// The longest time between two runs of a schedule of cron, as far as one of its fields alone decides it.
fn longest_gap(schedule: &str) -> Option<u64> {
    match schedule.trim() {
        "@hourly" => return Some(HOUR),
        "@daily" | "@midnight" => return Some(DAY),
        "@weekly" => return Some(7 * DAY),
        "@monthly" => return Some(31 * DAY),
        _ => {}
    }
    if let Some(every) = schedule.trim().strip_prefix("@every ") {
        let (number, unit) = every.trim().split_at(every.trim().len().checked_sub(1)?);
        let unit = match unit {
            "m" => MINUTE,
            "h" => HOUR,
            _ => return None,
        };
        return Some(number.parse::<u64>().ok()? * unit);
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields[..] else { return None };
    if month != "*" {
        return None;
    }
    match (day, weekday) {
        ("*", "*" | "?") | ("?", "*") => {}
        ("*" | "?", weekday) => return Some(gap(&values(weekday, 0, 6)?, 7)? * DAY),
        (day, "*" | "?") => return Some(gap(&values(day, 1, 31)?, 31)? * DAY),
        _ => return None,
    }
    let minutes = values(minute, 0, 59)?;
    let hours = values(hour, 0, 23)?;
    let by_hour = gap(&hours, 24)?;
    Some(if by_hour > 1 { by_hour * HOUR } else { gap(&minutes, 60)? * MINUTE })
}

/// The values of one field: `*`, `*/n`, numbers, ranges and lists of them; names of weekdays count from Sunday.
fn values(field: &str, from: u64, to: u64) -> Option<Vec<u64>> {
    const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    let number = |text: &str| {
        let named = DAYS.iter().position(|day| text.eq_ignore_ascii_case(day)).map(|at| at as u64);
        text.parse::<u64>().ok().or(named)
    };
    let mut found = Vec::new();
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<u64>().ok().filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (from, to),
            Some((first, last)) => (number(first)?, number(last)?),
            None if step > 1 => (number(range)?, to),
            None => (number(range)?, number(range)?),
        };
        if last > to.max(7) || first > last {
            return None;
        }
        found.extend(
            (first..=last).step_by(usize::try_from(step).ok()?).map(|value| if to == 6 { value % 7 } else { value }),
        );
    }
    found.sort_unstable();
    found.dedup();
    (!found.is_empty()).then_some(found)
}

/// The longest step from one value to the next, round a circle of this length.
fn gap(values: &[u64], length: u64) -> Option<u64> {
    let (first, last) = (values.first()?, values.last()?);
    let round = length + first - last;
    values.windows(2).map(|pair| pair[1] - pair[0]).chain([round]).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_time_between_two_runs_is_told_by_the_field_that_decides() {
        for (schedule, seconds) in [
            ("*/15 * * * *", 15 * MINUTE),
            ("7 * * * *", HOUR),
            ("0 */6 * * *", 6 * HOUR),
            ("0 3 * * *", DAY),
            ("0 3,15 * * *", 12 * HOUR),
            ("0 8-18 * * *", 14 * HOUR),
            ("0 3 * * 0", 7 * DAY),
            ("0 3 * * mon-fri", 3 * DAY),
            ("0 3 1 * *", 31 * DAY),
            ("@daily", DAY),
            ("@every 4h", 4 * HOUR),
        ] {
            assert_eq!(longest_gap(schedule), Some(seconds), "{schedule}");
        }
        for schedule in ["0 3 1 1 *", "0 3 1 * 1", "H H * * *", "", "0 3 * *"] {
            assert_eq!(longest_gap(schedule), None, "{schedule}");
        }
    }

    #[test]
    fn what_makes_backups_is_told_from_what_looks_after_them() {
        for name in ["postgres-backup", "nightly pg_dump", "Backup database", "db-backups"] {
            assert!(makes_backups(name), "{name}");
        }
        for name in ["restore-backup", "verify backups", "backup-cleanup", "nightly tests"] {
            assert!(!makes_backups(name), "{name}");
        }
    }
}
