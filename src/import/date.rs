//! Days, months and quarters as documents write them, in several languages, and what they are.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::{Captures, Regex};

use super::read::{Found, subject_before};
use super::words;
use crate::model::statement::{DateRole, Meaning};

/// Names of the months by number, in every language seen.
static MONTHS: LazyLock<Vec<(i8, Vec<&str>)>> =
    LazyLock::new(|| (1..=12).map(|month| (month, words::list(&format!("month {month}")))).collect());

static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)\b(?P<d>\d{{1,2}})(?:\.|st|nd|rd|th|er)?\s+(?:de\s+)?(?P<m>{})\.?,?\s+(?:de\s+|del\s+)?(?P<y>20\d\d)\b",
        names()
    ))
});
static MONTH_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?i)\b(?P<m>{})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>20\d\d)\b", names()))
});
static MONTH_ONLY: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)\b(?P<m>{})\.?,?\s+(?:de\s+)?(?P<y>20\d\d)\b", names())));
/// `Juli-August 2025`, `January to March 2026`.
static MONTHS_RANGE: LazyLock<Regex> = LazyLock::new(|| {
    let names = names();
    pattern(&format!(
        r"(?i)\b(?P<a>{names})\.?\s?(?:-|–|—|/|to|bis|à|a|до|e|y|und|and)\s?(?P<m>{names})\.?,?\s+(?:de\s+)?(?P<y>20\d\d)\b"
    ))
});
/// `tháng 5 năm 2026`, `ngày 3 tháng 5 năm 2026`, `tháng 5/2026`.
static VIETNAMESE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)(?:ngày\s(?P<d>\d{1,2})\s)?tháng\s(?P<m>\d{1,2})(?:\snăm\s|\s?/\s?)(?P<y>20\d\d)\b")
});
static ISO: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?P<y>20\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:\b|T)"));
static DOTTED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>20\d\d)\b"));
static SLASHED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?P<a>\d{1,2})[/-](?P<b>\d{1,2})[/-](?P<y>20\d\d)\b"));
static EAST: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?P<y>20\d\d)\s?[年년]\s?(?P<m>\d{1,2})\s?[月월](?:\s?(?P<d>\d{1,2})\s?[日일])?"));
/// `2026-05: first release`: a month by its number.
static ISO_MONTH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:^|[\s(\[*:：|])(?P<y>20\d\d)-(?P<m>0[1-9]|1[0-2])(?:$|[\s)\]*:：,|])"));
static QUARTER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\bQ(?P<q>[1-4])[\s/-]*(?P<y>20\d\d)\b|\b(?P<y2>20\d\d)[\s-]*Q(?P<q2>[1-4])\b"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is fixed")
}

fn names() -> String {
    let mut all: Vec<&str> = MONTHS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    all.sort_by_key(|name| std::cmp::Reverse(name.len()));
    all.join("|")
}

fn month(name: &str) -> Option<i8> {
    let name = name.to_lowercase();
    MONTHS.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(month, _)| *month)
}

type Reader = fn(&Captures<'_>) -> Option<(Date, Date)>;

/// Every date of a text, in its order; each place once.
pub(super) fn dates(text: &str, context: &str) -> Vec<Found> {
    let readers: [(&LazyLock<Regex>, Reader); 11] = [
        (&ISO, by_numbers),
        (&DOTTED, by_numbers),
        (&EAST, by_numbers),
        (&VIETNAMESE, by_numbers),
        (&DAY_FIRST, by_name),
        (&MONTH_FIRST, by_name),
        (&SLASHED, slashed),
        (&MONTHS_RANGE, months),
        (&MONTH_ONLY, month_only),
        (&ISO_MONTH, by_numbers),
        (&QUARTER, quarter),
    ];
    let mut found: Vec<Found> = Vec::new();
    for (pattern, read) in readers {
        for captures in pattern.captures_iter(text) {
            let at = of_digits(text, captures.get(0).map_or(0..0, |all| all.range()));
            let taken = found.iter().any(|other| other.at.start < at.end && at.start < other.at.end);
            let day_first = || captures.name("a").is_some() && names_a_day_elsewhere(&text[..at.start]);
            let dated = if day_first() { by_day_first(&captures).or_else(|| read(&captures)) } else { read(&captures) };
            if let Some((first, last)) = dated.filter(|_| !taken) {
                let meaning = Meaning::Date { first, last, role: role(&text[..at.start], context) };
                found.push(Found { meaning, at: at.clone(), subject: subject_before(text, at.start) });
            }
        }
    }
    found.sort_by_key(|found| found.at.start);
    found
}

/// A place without the marks of punctuation that a pattern needs around it.
fn of_digits(text: &str, at: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let shown = &text[at.clone()];
    let start = at.start + (shown.len() - shown.trim_start_matches(|c: char| !c.is_alphanumeric()).len());
    start..at.end - (shown.len() - shown.trim_end_matches(|c: char| !c.is_alphanumeric()).len())
}

fn number<T: std::str::FromStr>(captures: &Captures<'_>, name: &str) -> Option<T> {
    captures.name(name)?.as_str().parse().ok()
}

fn day(year: i16, month: i8, day: i8) -> Option<(Date, Date)> {
    Date::new(year, month, day).ok().map(|date| (date, date))
}

fn whole_month(year: i16, month: i8) -> Option<(Date, Date)> {
    let first = Date::new(year, month, 1).ok()?;
    Some((first, first.last_of_month()))
}

fn by_numbers(captures: &Captures<'_>) -> Option<(Date, Date)> {
    let (year, month) = (number(captures, "y")?, number(captures, "m")?);
    match captures.name("d") {
        Some(_) => day(year, month, number(captures, "d")?),
        None => whole_month(year, month),
    }
}

fn by_name(captures: &Captures<'_>) -> Option<(Date, Date)> {
    day(number(captures, "y")?, month(captures.name("m")?.as_str())?, number(captures, "d")?)
}

fn month_only(captures: &Captures<'_>) -> Option<(Date, Date)> {
    whole_month(number(captures, "y")?, month(captures.name("m")?.as_str())?)
}

fn months(captures: &Captures<'_>) -> Option<(Date, Date)> {
    let year = number(captures, "y")?;
    let (first, _) = whole_month(year, month(captures.name("a")?.as_str())?)?;
    let (_, last) = whole_month(year, month(captures.name("m")?.as_str())?)?;
    (first < last).then_some((first, last))
}

/// `11/24/2025` is American; `24/11/2025` can only be day first.
fn slashed(captures: &Captures<'_>) -> Option<(Date, Date)> {
    let (a, b, year): (i8, i8, i16) = (number(captures, "a")?, number(captures, "b")?, number(captures, "y")?);
    if a > 12 { day(year, b, a) } else { day(year, a, b) }
}

/// `Data: 03/02/2026`: where the key is no English, the day comes first.
fn by_day_first(captures: &Captures<'_>) -> Option<(Date, Date)> {
    day(number(captures, "y")?, number(captures, "b")?, number(captures, "a")?)
}

/// Whether the words before a date name it in a language that writes the day first.
fn names_a_day_elsewhere(before: &str) -> bool {
    let lower = before.to_lowercase();
    let keys = [
        "data",
        "fecha",
        "datum",
        "tarih",
        "дата",
        "actualiza",
        "atualiza",
        "aggiorna",
        "mise à jour",
        "stand",
        "início",
        "inicio",
        "date de",
        "prazo",
        "ngày",
        "tanggal",
    ];
    keys.iter().any(|key| {
        lower
            .split(|c: char| !c.is_alphabetic() && c != ' ')
            .any(|part| part.trim().starts_with(key) || part.contains(&format!(" {key}")))
    })
}

fn quarter(captures: &Captures<'_>) -> Option<(Date, Date)> {
    let year = number(captures, "y").or_else(|| number(captures, "y2"))?;
    let quarter: i8 = number(captures, "q").or_else(|| number(captures, "q2"))?;
    let (first, _) = whole_month(year, quarter * 3 - 2)?;
    let (_, last) = whole_month(year, quarter * 3)?;
    Some((first, last))
}

const ROLES: &[(DateRole, &[&str])] = &[
    (
        DateRole::Review,
        &["review", "überprüfung", "révision", "revisión", "revisão", "revisione", "przegląd", "пересмотр"],
    ),
    (
        DateRole::Done,
        &[
            "resolved",
            "fixed",
            "completed",
            "done",
            "verified",
            "erledigt",
            "behoben",
            "résolu",
            "resuelto",
            "resolvido",
            "closed",
        ],
    ),
    (
        DateRole::Target,
        &[
            "target",
            "deadline",
            "due",
            "launch",
            "go-live",
            "go live",
            "release date",
            "ziel",
            "frist",
            "échéance",
            "objectif",
            "fecha objetivo",
            "prazo",
            "scadenza",
            "срок",
            "дедлайн",
            "hedef",
            "目标",
            "目標",
            "목표",
            "hạn chót",
            "tenggat",
        ],
    ),
    (
        DateRole::Written,
        &[
            "updated",
            "generated",
            "created",
            "date",
            "written",
            "last modified",
            "as of",
            "stand",
            "datum",
            "aktualisiert",
            "mise à jour",
            "actualizado",
            "atualizado",
            "aggiornato",
            "bijgewerkt",
            "zaktualizowano",
            "обновлено",
            "дата",
            "оновлено",
            "güncelleme",
            "tarih",
            "更新",
            "日期",
            "更新日",
            "업데이트",
            "تاريخ",
            "अद्यतन",
            "cập nhật",
            "ngày:",
            "ngày viết",
            "diperbarui",
            "tanggal",
        ],
    ),
];

fn role(before: &str, context: &str) -> DateRole {
    let mut tail: Vec<char> = before.to_lowercase().chars().rev().take(40).collect();
    tail.reverse();
    let tail: String = tail.into_iter().collect();
    let by = |text: &str| {
        ROLES.iter().find(|(_, words)| words.iter().any(|word| text.contains(word))).map(|(role, _)| *role)
    };
    by(&tail)
        .or_else(|| by(&context.to_lowercase()).filter(|role| *role != DateRole::Written))
        .unwrap_or(DateRole::Other)
}
