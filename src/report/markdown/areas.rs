//! The table of areas, the blockers, and every check in the list of its area.

use super::page::{Page, code, escape, link};
use super::sign;
use crate::model::Outcome;
use crate::model::report::{Area, Check, Report, RollUp, Score};
use crate::report::{digest, figures};

/// Places shown per check; the rest is counted.
const PLACES: usize = 5;

/// One row per area and one for the whole, then the roll-ups and earlier runs.
pub(super) fn overview(page: &mut Page, report: &Report) {
    page.heading(2, "Work remaining");
    let mut rows: Vec<Vec<String>> = report.areas.iter().map(|area| area_row(report, area)).collect();
    let claimed = report.score.as_ref().and_then(|score| score.claimed);
    let claimed = claimed.map(|value| format!("{} %", figures::decimal(value))).unwrap_or_default();
    let blockers = report.areas.iter().map(|area| area.counts.blockers).fold(0, u32::saturating_add);
    let overall =
        [numbers(report.score.as_ref()).to_vec(), vec![claimed, String::new(), String::new(), blockers.to_string()]]
            .concat();
    rows.push(std::iter::once("Overall".to_owned()).chain(overall).map(|cell| strong(&cell)).collect());
    let titles = [
        "Area",
        ">Work remaining",
        ">Proven … possible",
        ">Measured",
        ">Claimed",
        "Priority",
        ">Open effort",
        ">Blockers",
    ];
    page.table(&titles, &rows);
    for (title, roll_ups) in [("Component", &report.components), ("Group", &report.groups)] {
        let titles = [title, ">Work remaining", ">Missing of its area", ">Proven … possible", ">Measured", ">Share"];
        page.table(&titles, &roll_ups.iter().map(roll_up_row).collect::<Vec<_>>());
    }
    trend(page, report);
}

fn roll_up_row(roll_up: &RollUp) -> Vec<String> {
    let [remaining, interval, measured] = numbers(roll_up.score.as_ref());
    let percent = |share: Option<f64>| share.map(|share| format!("{} %", figures::decimal(share))).unwrap_or_default();
    let lacks = roll_up.lacks_pct.map(|lacks| format!("{} %", figures::percent(lacks))).unwrap_or_default();
    vec![escape(&roll_up.title), remaining, lacks, interval, measured, percent(roll_up.share_pct)]
}

fn area_row(report: &Report, area: &Area) -> Vec<String> {
    let [remaining, interval, measured] = numbers(area.score.as_ref());
    let claimed = figures::claimed(area).map(|claim| escape(&claim)).unwrap_or_default();
    let effort = digest::open_effort(report, &area.id).map(|range| figures::effort(range, "…")).unwrap_or_default();
    let (priority, blockers) = (area.priority.word().to_owned(), area.counts.blockers.to_string());
    vec![escape(&area.title), remaining, interval, measured, claimed, priority, effort, blockers]
}

/// Work remaining, interval, measured.
fn numbers(score: Option<&Score>) -> [String; 3] {
    match score {
        Some(score) => {
            [format!("{} %", figures::remaining(score)), figures::interval(score, "…"), figures::measured(score)]
        }
        None => [String::new(), "not scored".to_owned(), String::new()],
    }
}

fn strong(cell: &str) -> String {
    if cell.is_empty() { String::new() } else { format!("**{cell}**") }
}

fn trend(page: &mut Page, report: &Report) {
    if report.trend.is_empty() {
        return;
    }
    page.heading(3, "Earlier runs");
    let row = |point: &crate::model::report::TrendPoint| {
        let proven = point.proven.map(|value| format!("{} %", figures::percent(value))).unwrap_or_default();
        vec![escape(&figures::moment(&point.at)), proven, point.verdict.words().to_owned()]
    };
    page.table(&["Run", ">Proven", "Verdict"], &report.trend.iter().map(row).collect::<Vec<_>>());
}

/// What decides the verdict and fails.
pub(super) fn blockers(page: &mut Page, report: &Report) {
    let failures = digest::deciding_failures(report);
    page.heading(2, &format!("{} ({})", digest::deciding_title(report), failures.len()));
    if failures.is_empty() {
        page.paragraph("None failed.");
    }
    for check in failures {
        page.item(0, &format!("**{}** ({}, area {})", escape(&check.title), code(&check.id), code(&check.area)));
        for line in judgement(check) {
            page.item(1, &line);
        }
        for (label, value) in facts_about(check) {
            page.item(1, &format!("{label}: {value}"));
        }
    }
}

fn facts_about(check: &Check) -> Vec<(&'static str, String)> {
    let optional = [
        ("fix", check.remedy.as_ref().map(|remedy| escape(remedy))),
        ("owner", check.owner.as_ref().map(|owner| escape(owner))),
        ("effort", check.effort_days.map(|range| figures::effort(range, "…"))),
        ("phase", check.phase.as_ref().map(|phase| code(phase))),
        ("when", check.horizon.as_ref().map(|horizon| escape(horizon))),
        ("costs", check.points.as_ref().filter(|p| p.lost > 0.0).map(|points| figures::points(points.lost))),
        ("see", check.reference.as_ref().map(|reference| link(reference))),
    ];
    optional.into_iter().filter_map(|(label, value)| Some((label, value?))).collect()
}

/// Expected and actual, then what was seen where.
fn judgement(check: &Check) -> Vec<String> {
    let mut lines: Vec<String> = digest::broken(check)
        .iter()
        .map(|line| format!("expected {}, actual {}", code(&line.text), escape(&line.actual)))
        .collect();
    let seen = check.evidence.iter().map(digest::evidence_line).filter(|line| !line.is_empty());
    lines.extend(seen.take(PLACES).map(|line| format!("seen: {}", escape(&line))));
    if check.evidence.len() > PLACES {
        lines.push(format!("and {} more", check.evidence.len() - PLACES));
    }
    lines
}

/// A section per area: what is open, what could not be seen, what is done.
pub(super) fn details(page: &mut Page, report: &Report) {
    page.heading(2, "Areas");
    page.paragraph(
        "✅ pass · ❌ fail · ⚠️ fails without deciding: waived, announced or met in part · ❔ not observed · ➖ not applicable",
    );
    let sections = digest::sections(report);
    let titles: Vec<&str> =
        sections.iter().map(|section| section.area.map_or(section.id, |area| area.title.as_str())).collect();
    let has_numbers = titles.iter().any(|title| title.starts_with(|first: char| first.is_ascii_digit()));
    for (index, section) in sections.into_iter().enumerate() {
        let number = if has_numbers { String::new() } else { format!("{}. ", index + 1) };
        page.heading(3, &format!("{number}{}", escape(titles[index])));
        if let Some(area) = section.area {
            page.paragraph(&standing_of(area));
        }
        let mut checks = section.checks;
        checks.sort_by_key(|check| (rank(check), std::cmp::Reverse(check.severity)));
        for check in checks.into_iter().filter(|check| check.outcome != Outcome::NotApplicable) {
            describe(page, report, check);
        }
    }
}

/// Failures first, then what nobody saw, then what is done.
fn rank(check: &Check) -> u8 {
    match check.outcome {
        Outcome::Fail => 0,
        Outcome::Unknown => 1,
        Outcome::Blocked => 2,
        Outcome::Pass => 3,
        Outcome::NotApplicable => 4,
    }
}

fn standing_of(area: &Area) -> String {
    let mut parts = match &area.score {
        Some(score) => vec![
            format!("Proven … possible {}", figures::interval(score, "…")),
            format!("{} measured", figures::measured(score)),
        ],
        None => vec!["Not scored".to_owned()],
    };
    parts.extend(figures::claimed(area).map(|claim| format!("claimed {}", escape(&claim))));
    parts.extend(area.min_score_pct.map(|least| format!("at least {} % required", figures::decimal(least))));
    let counts = &area.counts;
    for (count, word) in [
        (counts.passed, "pass"),
        (counts.failed, "fail"),
        (counts.unknown, "unknown"),
        (counts.blocked, "blocked"),
        (counts.not_applicable, "n/a"),
    ] {
        parts.extend((count > 0).then(|| format!("{count} {word}")));
    }
    format!("{}.", parts.join(" · "))
}

fn describe(page: &mut Page, report: &Report, check: &Check) {
    let partly = check.outcome == Outcome::Fail
        && (!digest::counts(check) || (check.credit_ppm > 0 && !digest::decides(check, report)));
    let sign = if partly { "⚠️" } else { sign(check.outcome) };
    let mut about = vec![code(&check.id), check.severity.word().to_owned()];
    about.extend(digest::standing(check, report).map(|standing| escape(&standing)));
    about.extend(
        check.grade.filter(|grade| *grade != crate::model::Grade::Measured).map(|grade| grade.word().to_owned()),
    );
    about.extend(
        check.resolved.as_ref().map(|resolved| format!("the plan says resolved on {}", escape(&resolved.date))),
    );
    let because = match check.outcome {
        Outcome::Unknown | Outcome::Blocked => {
            let reason = check.reason.as_ref().map(|reason| format!(": {}", escape(reason))).unwrap_or_default();
            format!(", {}{reason}", check.outcome)
        }
        Outcome::Pass | Outcome::Fail | Outcome::NotApplicable => String::new(),
    };
    page.item(0, &format!("{sign} {} ({}){because}", escape(&check.title), about.join(", ")));
    if let Some(claim) = &check.claimed {
        let source = claim.source.as_ref().map(|source| format!(" ({})", code(source))).unwrap_or_default();
        let contradicted = if claim.contradicted == Some(true) { ", contradicted" } else { "" };
        page.item(
            1,
            &format!("claimed: {}{source}{contradicted}", escape(claim.text.as_ref().unwrap_or(&claim.value))),
        );
    }
    if check.outcome == Outcome::Pass {
        let first = check.evidence.iter().map(digest::evidence_line).find(|line| !line.is_empty());
        first.into_iter().for_each(|line| page.item(1, &format!("seen: {}", escape(&line))));
        return;
    }
    for line in judgement(check) {
        page.item(1, &line);
    }
}
