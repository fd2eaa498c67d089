//! What several formats say alike about the way ahead: the checks of a phase, what stands in the way of what, what to
//! do when, and the declared critical path. How it looks is left to each format.

use super::digest::counts;
use super::figures;
use super::text::counted;
use crate::model::Outcome;
use crate::model::report::{Check, DeclaredPath, Report, Roadmap};

/// Whether there is anything to say.
pub(super) fn has_content(roadmap: &Roadmap) -> bool {
    !(roadmap.phases.is_empty()
        && roadmap.target_date.is_none()
        && roadmap.critical_path.is_empty()
        && roadmap.declared_path.is_none())
}

/// The checks of a phase that are still open, in plan order.
pub(super) fn open_in_phase<'a>(report: &'a Report, phase: &str) -> Vec<&'a Check> {
    report.checks.iter().filter(|check| check.phase.as_deref() == Some(phase) && is_open(check)).collect()
}

fn is_open(check: &Check) -> bool {
    counts(check) && matches!(check.outcome, Outcome::Fail | Outcome::Unknown | Outcome::Blocked)
}

/// The earliest finish at the most that efforts may be, with that at the least before it where it differs.
pub(super) fn finish(most: Option<&String>, least: Option<&String>, between: &str) -> Option<String> {
    match (most, least) {
        (Some(most), Some(least)) if most != least => Some(format!("{least} {between} {most}")),
        (Some(most), _) => Some(most.clone()),
        (None, _) => None,
    }
}

/// A check at the root, and what waits for it.
#[derive(Debug)]
pub(super) struct Root<'a> {
    pub id: &'a str,
    /// `None` where a stored report does not hold the check.
    pub check: Option<&'a Check>,
    pub blocks: Vec<&'a Check>,
}

/// Root causes with the checks they block; the one that blocks most first.
pub(super) fn roots(report: &Report) -> Vec<Root<'_>> {
    let mut roots: Vec<Root<'_>> = Vec::new();
    for check in report.checks.iter().filter(|check| check.outcome == Outcome::Blocked) {
        let Some(id) = check.blocked_by.as_deref() else { continue };
        match roots.iter_mut().find(|root| root.id == id) {
            Some(root) => root.blocks.push(check),
            None => {
                let cause = report.checks.iter().find(|other| other.id == id);
                roots.push(Root { id, check: cause, blocks: vec![check] });
            }
        }
    }
    roots.sort_by_key(|root| std::cmp::Reverse(root.blocks.len()));
    roots
}

/// Open checks that the plan wants done by the same time.
#[derive(Debug)]
pub(super) struct Horizon<'a> {
    /// In the plan's words.
    pub name: &'a str,
    pub checks: Vec<&'a Check>,
}

/// Open checks by `horizon`, the nearest first; horizons that no clock tells come last, in plan order.
pub(super) fn horizons(report: &Report) -> Vec<Horizon<'_>> {
    let mut horizons: Vec<Horizon<'_>> = Vec::new();
    for check in report.checks.iter().filter(|check| is_open(check)) {
        let Some(name) = check.horizon.as_deref() else { continue };
        match horizons.iter_mut().find(|horizon| horizon.name.eq_ignore_ascii_case(name)) {
            Some(horizon) => horizon.checks.push(check),
            None => horizons.push(Horizon { name, checks: vec![check] }),
        }
    }
    horizons.sort_by_key(|horizon| days_ahead(horizon.name));
    horizons
}

/// Days until the end of a stretch of time that is told in words: `today` 0, `week 2` 14, `month 1` 30.
fn days_ahead(name: &str) -> u32 {
    const UNITS: [(&str, u32); 5] = [("day", 1), ("week", 7), ("month", 30), ("quarter", 91), ("year", 365)];
    const TERMS: [(&str, u32); 8] = [
        ("immediate", 0),
        ("now", 0),
        ("today", 0),
        ("tomorrow", 1),
        ("short", 30),
        ("medium", 91),
        ("mid", 91),
        ("long", 365),
    ];
    let name = name.to_lowercase();
    let words: Vec<&str> =
        name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let unit_of =
        |word: &str| UNITS.iter().find(|(unit, _)| word.trim_end_matches('s') == *unit).map(|(_, days)| *days);
    for (index, word) in words.iter().enumerate() {
        let Some(days) = unit_of(word) else { continue };
        let number =
            words.get(index + 1..).unwrap_or_default().iter().map_while(|word| word.parse::<u32>().ok()).last();
        let next = index > 0 && words.get(index - 1) == Some(&"next");
        return days.saturating_mul(number.unwrap_or(if next { 2 } else { 1 }));
    }
    let term = words.iter().find_map(|word| TERMS.iter().find(|(term, _)| term == word));
    term.map_or(u32::MAX, |(_, days)| *days)
}

/// What is to be said of the declared path beside itself.
pub(super) fn declared_path_facts(roadmap: &Roadmap, path: &DeclaredPath) -> Vec<String> {
    let mut facts = vec![format!("{} of {} open", path.open.len(), counted(path.checks.len(), "check", "checks"))];
    facts.extend(path.days.map(figures::days));
    let off_path = roadmap.critical_path.iter().filter(|id| !path.checks.contains(id)).count();
    if !roadmap.critical_path.is_empty() {
        facts.push(match off_path {
            0 => "holds the computed one".to_owned(),
            count => format!("{} of the computed path is not on it", counted(count, "check", "checks")),
        });
    }
    facts
}

/// The forecast from earlier runs, or why there is none; nothing where earlier runs tell no pace.
pub(super) fn forecast(report: &Report, between: &str) -> Option<String> {
    let Some(told) = &report.roadmap.forecast else {
        return report.trend.is_empty().then(|| "no forecast from history: there are no earlier runs".to_owned());
    };
    let added = match told.added_per_week {
        some if some < 0.0 => format!(", {} are taken out", figures::decimal(-some)),
        some if some > 0.0 => format!(", {} are added", figures::decimal(some)),
        _ => String::new(),
    };
    let pace = format!(
        "{} runs since {}: {} checks a week pass{added}",
        told.runs,
        told.since,
        figures::decimal(told.passed_per_week)
    );
    let open = counted(usize::try_from(told.open).unwrap_or(usize::MAX), "open check", "open checks");
    let end = match (&told.earliest, &told.latest) {
        _ if told.open == 0 => "nothing is open".to_owned(),
        (Some(earliest), Some(latest)) if earliest == latest => format!("{open} end {latest}"),
        (Some(earliest), Some(latest)) => format!("{open} end {earliest} {between} {latest}"),
        (Some(earliest), None) => format!("{open} end {earliest} at the faster pace, and not at the present one"),
        (None, _) => format!("at that pace {open} do not end within ten years"),
    };
    Some(format!("forecast from history: {pace}; {end}"))
}

/// `1 person-day per working day`
pub(super) fn capacity(roadmap: &Roadmap) -> Option<String> {
    let capacity = roadmap.capacity?;
    let unit = if capacity == 1.0 { "person-day" } else { "person-days" };
    Some(format!("{} {unit} per working day", figures::decimal(capacity)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn horizons_are_ordered_by_what_a_clock_tells() {
        let in_order = [
            "Immediate",
            "Tomorrow",
            "This week",
            "Week 1-2",
            "Month 1",
            "Next month",
            "month 3",
            "Next quarter",
            "long-term",
        ];
        let days: Vec<u32> = in_order.iter().map(|name| days_ahead(name)).collect();
        assert!(days.is_sorted(), "{days:?}");
        assert_eq!(days_ahead("Short term (next month)"), 60);
        assert_eq!(days_ahead("when the moon is full"), u32::MAX);
        assert_eq!(days_ahead("week 99999999999999999999"), 7);
    }

    #[test]
    fn a_finish_is_a_range_only_where_its_ends_differ() {
        let [early, late] = ["2026-03-02", "2026-03-09"].map(str::to_owned);
        assert_eq!(finish(Some(&late), Some(&early), "…").as_deref(), Some("2026-03-02 … 2026-03-09"));
        assert_eq!(finish(Some(&late), Some(&late), "…").as_deref(), Some("2026-03-09"));
        assert_eq!(finish(None, Some(&early), "…"), None);
    }
}
