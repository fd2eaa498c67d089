//! Time spans and efforts as ranges: `2-3 weeks`, `1 day`, `32 person-weeks`. Limits on the system's own times are thresholds.

use std::sync::LazyLock;

use regex::Regex;

use super::number::{NUMBER, exact};
use super::read::{Found, subject_before};
use crate::model::Exact;
use crate::model::statement::{Meaning, TimeUnit};

/// Units in every language seen; the first form of each is a prefix that whole words may continue.
const UNITS: &[(TimeUnit, &str)] = &[
    (TimeUnit::PersonWeeks, r"person[- ]?weeks?|man[- ]?weeks?|personenwochen|pw\b"),
    (TimeUnit::PersonDays, r"person[- ]?days?|man[- ]?days?|personentage?n?|pd\b|jours?[- ]homme|человеко-дн\w*"),
    (TimeUnit::PersonMonths, r"person[- ]?months?|man[- ]?months?|personenmonate?n?|pm\b"),
    (
        TimeUnit::Weeks,
        r"weeks?|wks?|wochen?|semaines?|semanas?|settiman[ae]|weken|week|tygod\w*|tydzień|недел\w*|нед\b|тиж\w*|hafta|tuần|minggu|vecko?r?|týdn\w*|týden|周|週間?|주|أسابيع|أسبوع|सप्ताह",
    ),
    (
        TimeUnit::Days,
        r"days?|tage?n?|jours?|d[ií]as?|dias?|giorn[io]|dagen|dag|dni|dzień|дн\w*|день|gün|ngày|hari|dagar|天|日間|일|أيام|يوم|दिन",
    ),
    (
        TimeUnit::Months,
        r"months?|monate?n?|mois|mes(?:es)?|m[eê]s(?:es)?|mes[ei]|maanden|maand|miesi\w*|месяц\w*|мес\b|місяц\w*|ay|tháng|bulan|个月|個月|か月|ヶ月|개월|أشهر|شهر|महीने|महीना",
    ),
    (TimeUnit::Quarters, r"quarters?|quartale?|trimestres?|quý|çeyrek|kwarta\w*|квартал\w*|季度"),
    (
        TimeUnit::Years,
        r"years?|jahre?n?|ans?|années?|años?|anos?|ann[io]|jaar|lat[a]?|рок\w*|лет|года?|yıl|năm|tahun|年|년|سنوات|سنة|वर्ष",
    ),
    (
        TimeUnit::Hours,
        r"hours?|hrs?|h|stunden?|heures?|horas?|or[ae]|uur|uren|godzin\w*|godz\b|час\w*|ч\b|год\w*|saat|giờ|jam|sa\b|std\.?|timmar|小时|時間|시간|ساعات|ساعة|घंटे",
    ),
    (
        TimeUnit::Minutes,
        r"minutes?|mins?|minuten?|minutos?|minut[aioy]?|минут\w*|мин\b|хвилин\w*|хв\b|dakika|dk\b|phút|menit|分钟|分間|분|دقائق|दقيقة|मिनट",
    ),
    (TimeUnit::Sprints, r"sprints?|спринт\w*|スプリント|스프린트"),
];

static SPANS: LazyLock<Vec<(TimeUnit, Regex)>> = LazyLock::new(|| {
    let pattern = |words: &str| {
        format!(
            r"(?i)(?P<least>{NUMBER})(?:\s?(?:-|–|—|~|to|bis|à|a|до|至|から|～)\s?(?P<most>{NUMBER}))?(?P<plus>\s?\+)?[\s-]?(?:calendar |working |business |engineering )?(?:{words})(?:[^\p{{L}}]|[后後内內前以]|$)"
        )
    };
    UNITS.iter().map(|(unit, words)| (*unit, Regex::new(&pattern(words)).expect("the pattern is fixed"))).collect()
});

/// Every time span of a text, in its order.
pub(super) fn durations(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for (unit, pattern) in SPANS.iter() {
        for captures in pattern.captures_iter(text) {
            let Some(first) = captures.name("least") else { continue };
            let most = captures.name("most").unwrap_or(first);
            let (Some(least), Some(most)) = (exact(first.as_str(), None), exact(most.as_str(), None)) else { continue };
            let at = first.start()..captures.get(0).map_or(first.end(), |all| all.end());
            let taken = found.iter().any(|other| other.at.start < at.end && at.start < other.at.end);
            let team = matches!(unit, TimeUnit::PersonWeeks) && text.contains("FTE");
            if taken
                || team
                || captures.name("plus").is_some()
                || is_time_of_day(*unit, &most, &text[at.clone()])
                || is_on_the_clock(*unit, &text[..at.start], &text[at.end..])
                || is_limit(&text[..at.start])
                || is_name(&text[..at.start])
                || is_calendar_year(*unit, &most, &text[first.end()..])
            {
                continue;
            }
            let subject = subject_before(text, at.start);
            let shown = text[at.clone()].trim_end_matches(|c: char| !c.is_alphanumeric()).len();
            let at = at.start..at.start + shown;
            found.push(Found { meaning: Meaning::Duration { least, most, unit: *unit }, at, subject });
        }
    }
    found.sort_by_key(|found| found.at.start);
    found
}

/// Person-weeks under a heading about the team say how large it is, not how long something takes.
pub(super) fn is_work_of_people(meaning: &Meaning) -> bool {
    use crate::model::statement::TimeUnit::{PersonDays, PersonMonths, PersonWeeks};
    matches!(meaning, Meaning::Duration { unit: PersonDays | PersonWeeks | PersonMonths, .. })
}

/// `6 PM`: an hour of the day, no person-months.
fn is_time_of_day(unit: TimeUnit, count: &Exact, shown: &str) -> bool {
    let shown = shown.trim_end_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    unit == TimeUnit::PersonMonths && shown.ends_with("pm") && *count <= Exact::whole(12)
}

/// `às 2h da manhã`, `à 2h du matin`: an hour of the day.
fn is_on_the_clock(unit: TimeUnit, before: &str, after: &str) -> bool {
    const OF_THE_DAY: &[&str] = &[
        "da manhã",
        "da tarde",
        "da noite",
        "de la mañana",
        "de la tarde",
        "de la noche",
        "du matin",
        "du soir",
        "del mattino",
        "di notte",
        "morgens",
        "nachts",
        "утра",
        "ночи",
        "вечера",
        "дня",
        "sáng",
        "chiều",
        "tối",
    ];
    let before = before.trim_end().to_lowercase();
    let at = ["às", "a las", "alle"].iter().any(|word| before.ends_with(&format!(" {word}")) || before == *word);
    let after = after.trim_start().to_lowercase();
    unit == TimeUnit::Hours && (at || OF_THE_DAY.iter().any(|words| after.starts_with(words)))
}

/// `<2 seconds`, `under 3 minutes`: a limit, no plan.
fn is_limit(before: &str) -> bool {
    let before = before.trim_end().to_lowercase();
    before.ends_with(['<', '>', '≤', '≥', '='])
        || ["under", "within", "below", "less than", "every", "sub-"].iter().any(|word| before.ends_with(word))
}

/// `2022 года`, `2025年`: a year of the calendar. Ukrainian hours and Russian years begin alike.
fn is_calendar_year(unit: TimeUnit, count: &Exact, rest: &str) -> bool {
    let of_years = unit == TimeUnit::Years || (unit == TimeUnit::Hours && rest.trim_start().starts_with("год"));
    of_years && (Exact::whole(1900)..=Exact::whole(2100)).contains(count)
}

/// `Week 3-4 weeks` never occurs, but `v2 days` and `1.2 h` in versions do.
fn is_name(before: &str) -> bool {
    before.ends_with(|c: char| c.is_alphabetic() || matches!(c, '.' | '/' | '_' | '-' | '$' | '€'))
}
