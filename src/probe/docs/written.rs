//! What the text of a page says in figures and names: days, objectives of recovery, names of alerts, the words of a
//! template that nobody has changed. Lines only; sections and links are the business of `page`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::tiers::{self, Tier};

/// Lines looked at.
const MOST_LINES: usize = 20_000;
/// Rows of a table looked at.
const MOST_ROWS: usize = 200;
/// Names kept per page.
const MOST_NAMES: usize = 5000;

/// What one page says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// When it was last reviewed, as its front matter or a line of its own says.
    pub(super) reviewed: Option<Date>,
    /// The first day that it names.
    pub(super) first_day: Option<Date>,
    /// Days on lines, or below headings, that speak of an exercise.
    pub(super) exercises: Vec<Date>,
    /// The longest recovery time objective with a number and a unit, in seconds.
    pub(super) recovery_time: Option<u64>,
    /// Recovery times by tier or service, where a table has them.
    pub(super) tiers: Vec<Tier>,
    /// The longest recovery point objective.
    pub(super) recovery_point: Option<u64>,
    /// Words that look like names in code: of alerts, metrics, functions.
    pub(super) names: BTreeSet<String>,
    /// The tool that wrote the page, where it says little more than that tool wrote.
    pub(super) template: Option<&'static str>,
}

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

static DAY: LazyLock<Regex> = LazyLock::new(|| fixed(r"\b((?:19|20)\d\d)-(0[1-9]|1[0-2])-([0-2]\d|3[01])"));
static REVIEWED: LazyLock<Regex> =
    LazyLock::new(|| fixed(r"(?i)^\W*(last[\s_-]*)?(reviewed|verified|review[\s_-]date)([\s_-]*(on|at|date))?\W*:"));
static EXERCISE: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"(?i)\b(exercises?|drills?|rehears\w*|tested|tests?|game ?days?|practi[cs]ed?|last run)\b")
});
static RECOVERY_TIME: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?i)\b(rto|recovery[ -]time objectives?)\b"));
static RECOVERY_POINT: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?i)\b(rpo|recovery[ -]point objectives?)\b"));
static DURATION: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)(?:^|[^\w.])(\d+(?:\.\d+)?)\s*(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)\b|^\W{0,6}(0|zero|none)\b",
    )
});
static NAME: LazyLock<Regex> = LazyLock::new(|| fixed(r"\b[A-Za-z][A-Za-z0-9]*(?:[A-Z_][A-Za-z0-9_]*)+\b"));

/// Words of generators, with the number of words that their pages have (their templates of 2023 to 2026).
const TEMPLATES: &[(&str, &str, usize)] = &[
    ("Create React App", "This project was bootstrapped with [Create React App]", 400),
    ("Next.js", "project bootstrapped with [`create-next-app`]", 250),
    ("Angular", "This project was generated with [Angular CLI]", 250),
    ("Angular", "This project was generated using [Angular CLI]", 300),
    ("Vite", "This template provides a minimal setup to get React working in Vite", 350),
    ("Vue", "This template should help get you started developing with Vue", 250),
    ("Svelte", "Everything you need to build a Svelte project, powered by", 250),
    ("Rails", "This README would normally document whatever steps are necessary to get the", 120),
    ("Nest", "[Nest](https://github.com/nestjs/nest) framework TypeScript starter repository", 450),
    ("Flutter", "A new Flutter project.", 140),
    ("Expo", "This is an [Expo](https://expo.dev) project created with", 300),
    ("GitLab", "To make it easy for you to get started with GitLab, here's a list of recommended next steps", 800),
    ("Azure DevOps", "TODO: Give a short introduction of your project", 180),
    ("Laravel", "Laravel is a web application framework with expressive, elegant syntax", 500),
    ("cookiecutter", "{{ cookiecutter.", 10_000),
    ("cookiecutter", "{{cookiecutter.", 10_000),
];

/// Reads a page.
pub(super) fn read(text: &str) -> Written {
    let lines: Vec<&str> = text.lines().take(MOST_LINES).collect();
    let mut written = Written { template: template(text), ..Written::default() };
    let mut heading = "";
    for (at, line) in lines.iter().enumerate() {
        if is_heading(line, lines.get(at + 1).copied().unwrap_or_default()) {
            heading = line;
        }
        if let Some(day) = day_on(line) {
            written.first_day = written.first_day.or(Some(day));
            if REVIEWED.is_match(line) {
                written.reviewed = written.reviewed.max(Some(day));
            }
            if EXERCISE.is_match(line) || EXERCISE.is_match(heading) {
                written.exercises.extend(days_on(line));
            }
        }
        let names = NAME.find_iter(line).map(|found| found.as_str().to_owned());
        written.names.extend(names.take(MOST_NAMES.saturating_sub(written.names.len())));
    }
    written.recovery_time = longest(&lines, &RECOVERY_TIME, &RECOVERY_POINT);
    written.tiers = tiers(&lines);
    written.recovery_point = longest(&lines, &RECOVERY_POINT, &RECOVERY_TIME);
    written
}

/// The first day in a text: `2026-03-01`.
pub(super) fn day_on(text: &str) -> Option<Date> {
    days_on(text).next()
}

/// All days in a text.
pub(crate) fn days_on(text: &str) -> impl Iterator<Item = Date> + '_ {
    DAY.captures_iter(text).filter_map(|found| {
        let part = |at: usize| found.get(at).and_then(|part| part.as_str().parse::<i16>().ok());
        Date::new(part(1)?, i8::try_from(part(2)?).ok()?, i8::try_from(part(3)?).ok()?).ok()
    })
}

fn template(text: &str) -> Option<&'static str> {
    let (tool, _, most) = TEMPLATES.iter().find(|(_, words, _)| text.contains(words))?;
    // A third more than the tool wrote is somebody's own.
    (text.split_whitespace().take(most * 4 / 3 + 1).count() <= most * 4 / 3).then_some(*tool)
}

fn is_heading(line: &str, next: &str) -> bool {
    let next = next.trim_end();
    let underline = next.len() >= 3 && next.chars().all(|c| matches!(c, '=' | '-' | '~' | '^'));
    line.starts_with(['#', '=']) || (underline && !line.trim().is_empty())
}

/// The longest duration that stands behind the name, below a heading with it, or in its column of a table.
fn longest(lines: &[&str], name: &Regex, other: &Regex) -> Option<u64> {
    let mut best = None;
    for (at, line) in lines.iter().enumerate() {
        let Some(found) = name.find(line) else { continue };
        let rest = &line[found.end()..];
        let own = &rest[..other.find(rest).map_or(rest.len(), |other| other.start())];
        let next = lines.get(at + 1).copied().unwrap_or_default();
        let here = duration(own).or_else(|| {
            let is_head = is_heading(line, next) && other.find(line).is_none();
            is_head.then(|| below(&lines[at + 1..])).flatten()
        });
        let is_table = line.contains('|') && next.contains('|') && next.contains("--");
        let cells = if is_table { column(lines, at, name) } else { None };
        best = best.max(here.or(cells));
    }
    best
}

/// A duration on one of the first three lines that say something, before the next heading.
fn below(lines: &[&str]) -> Option<u64> {
    let said = lines.iter().filter(|line| !line.trim().is_empty()).take_while(|line| !line.starts_with('#'));
    said.take(3).find_map(|line| duration(line))
}

/// What tables with a column of recovery times say by row.
fn tiers(lines: &[&str]) -> Vec<Tier> {
    let heads = (0..lines.len()).filter(|at| {
        let next = lines.get(at + 1).copied().unwrap_or_default();
        lines[*at].contains('|') && next.contains('|') && next.contains("--")
    });
    let of_table = |at: usize| {
        let column =
            lines[at].split('|').position(|cell| RECOVERY_TIME.is_match(cell) && !RECOVERY_POINT.is_match(cell))?;
        Some(tiers::rows(lines, at, column, duration))
    };
    heads.filter_map(of_table).flatten().collect()
}

fn column(lines: &[&str], head: usize, name: &Regex) -> Option<u64> {
    let at = lines[head].split('|').position(|cell| name.is_match(cell))?;
    let rows = lines[head + 2..].iter().take(MOST_ROWS).take_while(|line| line.contains('|'));
    rows.filter_map(|row| duration(row.split('|').nth(at)?)).max()
}

/// Seconds.
fn duration(text: &str) -> Option<u64> {
    let text = text.trim_start_matches([' ', ':', '|', '*', '=', '(', ')', '<', '`', '-', '~', '≤']);
    let found = DURATION.captures(text)?;
    let Some(number) = found.get(1) else { return Some(0) };
    // A limit that stands far behind the name belongs to something else.
    if number.start() > 32 {
        return None;
    }
    let number: f64 = number.as_str().parse().ok().filter(|number: &f64| *number < 1e6)?;
    let unit = match found.get(2)?.as_str().chars().next()?.to_ascii_lowercase() {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3600.0,
        'd' => 86_400.0,
        _ => 604_800.0,
    };
    // Less than 10^12, so nothing is lost.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    Some((number * unit) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objectives_have_numbers_with_units() {
        for (text, time, point) in [
            ("RTO 4 hours, RPO 15 minutes.\n", Some(14_400), Some(900)),
            ("- **RPO**: 0\n- **RTO**: 1h\n", Some(3600), Some(0)),
            (
                "| store | RTO | RPO |\n|---|---|---|\n| a | 1 h | 5 min |\n| b | 2 h | 1 d |\n",
                Some(7200),
                Some(86_400),
            ),
            ("### Recovery time objective\n\nWithin 30 minutes.\n", Some(1800), None),
            ("RTO: best effort\nRPO: to be agreed\n", None, None),
            ("RTO and RPO are agreed with the customer within 4 weeks of the contract's start.\n", None, None),
        ] {
            let seen = read(text);
            assert_eq!((seen.recovery_time, seen.recovery_point), (time, point), "{text}");
        }
    }

    #[test]
    fn days_are_told_by_what_they_are_of() {
        let seen = read(
            "---\nreviewed: 2026-02-01\n---\n# Plan of 2025-01-01\n\n## Exercises\n\nBy Ann on 2026-03-04.\n\n## Else\n\n2026-05-05\n",
        );
        let day = |text: &str| text.parse::<Date>().ok();
        assert_eq!((seen.reviewed, seen.first_day), (day("2026-02-01"), day("2026-02-01")));
        assert_eq!(seen.exercises, day("2026-03-04").into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn names_of_alerts_are_told_from_words() {
        let names = read("## ShopDown\n\nWhen `shop_slow_answers` fires, restart The service.\n").names;
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["ShopDown", "shop_slow_answers"]);
    }

    #[test]
    fn a_template_is_one_while_nobody_has_written_more() {
        let start = "# x\n\nThis project was bootstrapped with [Create React App](https://example.org).\n";
        assert_eq!(read(start).template, Some("Create React App"));
        assert_eq!(read(&format!("{start}{}", "own words ".repeat(400))).template, None);
        assert_eq!(read("# Shop\n").template, None);
    }

    #[test]
    fn a_hostile_table_ends_soon() {
        let text = "| RTO |\n|--|\n".repeat(MOST_LINES);
        assert_eq!(read(&text).recovery_time, None);
    }
}
