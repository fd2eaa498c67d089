//! What failed, with expected, actual, evidence and remedy; what could not be seen, by reason.

use crate::model::Outcome;
use crate::model::report::{Check, Expectation, Report};
use crate::report::canvas::{Canvas, Paint, linked, span};
use crate::report::text::counted;
use crate::report::{Verbosity, digest, figures, suppressed, unobserved};

/// Evidence shown per check unless everything is asked for.
const EVIDENCE_SHOWN: usize = 3;
/// Expectations shown per check unless everything is asked for.
const LINES_SHOWN: usize = 4;
/// Suppressions shown unless everything is asked for.
const SUPPRESSED_SHOWN: usize = 10;
/// Check ids shown per group of unknown ones unless everything is asked for.
const IDS_SHOWN: usize = 8;

/// Draws failures, then unknown and blocked checks; with `--verbose` passed and inapplicable ones too.
pub(super) fn draw(canvas: &mut Canvas<'_>, report: &Report) {
    let failures = digest::failures(report);
    if !failures.is_empty() {
        let deciding = digest::deciding_failures(report).len();
        let dot = canvas.dot();
        let remark = if deciding > 0 {
            format!("{}{dot}{}", failures.len(), decide(deciding))
        } else {
            failures.len().to_string()
        };
        canvas.heading("Failed", &remark);
        for check in failures {
            draw_check(canvas, report, check);
        }
    }
    draw_suppressed(canvas, report);
    draw_unobserved(canvas, report);
    if everything(canvas) {
        for (title, outcome) in [("Passed", Outcome::Pass), ("Not applicable", Outcome::NotApplicable)] {
            let checks: Vec<&Check> = report.checks.iter().filter(|check| check.outcome == outcome).collect();
            if !checks.is_empty() {
                canvas.heading(title, &checks.len().to_string());
            }
            for check in checks {
                draw_check(canvas, report, check);
            }
        }
    }
}

/// What files ask specialists to pass over: nobody can judge a score without it.
fn draw_suppressed(canvas: &mut Canvas<'_>, report: &Report) {
    let suppressed = suppressed::places(report);
    if suppressed.is_empty() {
        return;
    }
    canvas.heading("Suppressed in files", &suppressed.len().to_string());
    let shown = if everything(canvas) { suppressed.len() } else { SUPPRESSED_SHOWN };
    for (ids, evidence) in suppressed.iter().take(shown) {
        canvas.flow("  ", 4, &[span(Paint::Name, digest::evidence_line(evidence))]);
        canvas.flow("    ", 4, &[span(Paint::Faint, ids.join(", "))]);
    }
    more(canvas, suppressed.len().saturating_sub(shown), "place", "places");
}

fn decide(count: usize) -> String {
    counted(count, "decides the verdict", "decide the verdict")
}

fn everything(canvas: &Canvas<'_>) -> bool {
    canvas.style().verbosity == Verbosity::Verbose
}

fn draw_check(canvas: &mut Canvas<'_>, report: &Report, check: &Check) {
    canvas.flow("", 2, &[canvas.mark(check.outcome), span(Paint::Strong, &check.title)]);
    let mut about = vec![check.severity.word().to_owned(), check.id.clone()];
    about.extend(
        (check.points.as_ref())
            .filter(|points| points.lost > 0.0)
            .map(|points| format!("costs {}", figures::points(points.lost))),
    );
    about.extend(
        check.grade.filter(|grade| *grade != crate::model::Grade::Measured).map(|grade| grade.word().to_owned()),
    );
    about.extend(digest::standing(check, report));
    canvas.flow("  ", 4, &[span(Paint::Faint, about.join(canvas.dot()))]);
    draw_expectations(canvas, check);
    draw_evidence(canvas, check);
    if let Some(reason) = &check.reason {
        canvas.labelled(2, "because", &[span(Paint::Plain, reason)]);
    }
    if let Some(claim) = &check.claimed {
        let source = claim.source.as_ref().map(|source| format!("({source})")).unwrap_or_default();
        let words = claim.text.as_ref().unwrap_or(&claim.value);
        canvas.labelled(2, "claimed", &[span(Paint::Plain, words), span(Paint::Faint, source)]);
    }
    if let Some(remedy) = check.remedy.as_ref().filter(|_| check.outcome != Outcome::Pass) {
        canvas.labelled(2, "fix", &[span(Paint::Plain, remedy)]);
    }
    if let Some(reference) = check.reference.as_ref().filter(|_| check.outcome == Outcome::Fail || everything(canvas)) {
        canvas.labelled(2, "see", &[linked(Paint::Faint, reference)]);
    }
    if everything(canvas) {
        draw_facts(canvas, check);
    }
}

fn draw_expectations(canvas: &mut Canvas<'_>, check: &Check) {
    let lines: Vec<&Expectation> =
        if everything(canvas) { check.expectations.iter().collect() } else { digest::broken(check) };
    let shown = if everything(canvas) { lines.len() } else { LINES_SHOWN };
    for line in lines.iter().take(shown) {
        canvas.labelled(2, "expected", &[span(Paint::Plain, &line.text)]);
        canvas.labelled(2, "actual", &[span(Paint::of(line.outcome), &line.actual)]);
    }
    more(canvas, lines.len().saturating_sub(shown), "expectation", "expectations");
}

fn draw_evidence(canvas: &mut Canvas<'_>, check: &Check) {
    let shown = if everything(canvas) { check.evidence.len() } else { EVIDENCE_SHOWN };
    for evidence in check.evidence.iter().take(shown) {
        let line = digest::evidence_line(evidence);
        if !line.is_empty() {
            canvas.labelled(2, "seen", &[span(Paint::Name, line)]);
        }
    }
    more(canvas, check.evidence.len().saturating_sub(shown), "place", "places");
}

fn more(canvas: &mut Canvas<'_>, count: usize, one: &str, many: &str) {
    if count > 0 {
        canvas.labelled(
            2,
            "",
            &[span(
                Paint::Faint,
                format!("and {} (--verbose)", counted(count, &format!("more {one}"), &format!("more {many}"))),
            )],
        );
    }
}

fn draw_facts(canvas: &mut Canvas<'_>, check: &Check) {
    for (name, fact) in &check.facts {
        let value = match &fact.value {
            serde_json::Value::Null => "absent".to_owned(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let unit = fact.unit.clone().unwrap_or_default();
        canvas.labelled(2, "fact", &[span(Paint::Faint, format!("{name} = {value} {unit}"))]);
    }
}

fn draw_unobserved(canvas: &mut Canvas<'_>, report: &Report) {
    let groups = unobserved::groups(report);
    let count: usize = groups.iter().map(|group| group.checks.len()).sum();
    if groups.is_empty() {
        return;
    }
    canvas.heading("Not observed", &count.to_string());
    for group in groups {
        let outcome = group.checks.first().map_or(Outcome::Unknown, |check| check.outcome);
        let mut checks = counted(group.checks.len(), "check", "checks");
        let deciding = group.checks.iter().filter(|check| digest::decides(check, report)).count();
        if deciding > 0 {
            checks.push_str(&format!(", {}", decide(deciding)));
        }
        canvas.flow(
            "",
            2,
            &[canvas.mark(outcome), span(Paint::Strong, &group.reason), span(Paint::Faint, format!("({checks})"))],
        );
        let shown = if everything(canvas) { group.checks.len() } else { IDS_SHOWN };
        let mut ids: Vec<String> = group.checks.iter().take(shown).map(|check| check.id.clone()).collect();
        if group.checks.len() > shown {
            ids.push(format!("and {} more", group.checks.len() - shown));
        }
        canvas.flow("  ", 2, &[span(Paint::Faint, ids.join(", "))]);
        if let Some(way_out) = &group.way_out {
            canvas.labelled(2, "to do", &[span(Paint::Plain, way_out)]);
        }
    }
}
