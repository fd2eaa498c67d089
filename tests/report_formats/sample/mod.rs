//! The reports every renderer is shown: a rich one, a ready one, an inconclusive one, and a hostile one.

mod hostile;
mod outlook;
mod rich;

pub(crate) use hostile::{HOSTILE, hostile};
pub(crate) use rich::rich;

use std::collections::BTreeMap;

use shipworthy::model::outcome::{DeciderState, Priority};
use shipworthy::model::report::*;
use shipworthy::model::{Certainty, Grade, Outcome, Place, Severity, Verdict};

pub(crate) fn share(value: f64, exact: &str) -> Share {
    Share { value, exact: exact.to_owned() }
}

pub(crate) fn score(proven: f64, possible: f64, measured: f64, claimed: Option<f64>) -> Score {
    let of = |value: f64| share(value, &format!("{}/10000", (value * 100.0).round()));
    Score { proven: of(proven), possible: of(possible), measured: of(measured), claimed }
}

pub(crate) fn text(words: &str) -> Option<String> {
    Some(words.to_owned())
}

pub(crate) fn check(id: &str, area: &str, title: &str, severity: Severity, outcome: Outcome) -> Check {
    let credit_ppm = if outcome == Outcome::Pass { 1_000_000 } else { 0 };
    let known = outcome.is_known();
    Check {
        id: id.to_owned(),
        rule: id.split('@').next().unwrap_or(id).to_owned(),
        area: area.to_owned(),
        title: title.to_owned(),
        severity,
        declared_severity: severity,
        weight: severity.weight().to_string(),
        state: CheckState::Enforced,
        outcome,
        credit_ppm,
        points: None,
        route: None,
        target: None,
        grade: known.then_some(Grade::Measured),
        certainty: known.then_some(Certainty::Certain),
        waiver: None,
        blocked_by: None,
        expectations: Vec::new(),
        facts: BTreeMap::new(),
        reason: None,
        evidence: Vec::new(),
        tags: Vec::new(),
        component: None,
        group: None,
        owner: None,
        phase: None,
        horizon: None,
        effort_days: None,
        claimed: None,
        baseline: BTreeMap::new(),
        resolved: None,
        optional: None,
        any_of: Vec::new(),
        requires: Vec::new(),
        remedy: None,
        reference: None,
        rationale: None,
        declared_at: Place { file: "shipworthy.yaml".to_owned(), line: 40, column: 9 },
        duration_ms: 12,
    }
}

pub(crate) fn expectation(text: &str, fact: &str, expected: &str, actual: &str, outcome: Outcome) -> Expectation {
    Expectation {
        text: text.to_owned(),
        fact: fact.to_owned(),
        expected: expected.to_owned(),
        actual: actual.to_owned(),
        outcome,
    }
}

fn fact(value: impl Into<serde_json::Value>, unit: Option<&str>) -> FactValue {
    FactValue { value: value.into(), unit: unit.map(str::to_owned) }
}

fn area(id: &str, title: &str, priority: Priority, score: Option<Score>) -> Area {
    Area {
        id: id.to_owned(),
        title: title.to_owned(),
        priority,
        weight: priority.weight(),
        score,
        earned: "10".to_owned(),
        applicable: "22".to_owned(),
        claimed: None,
        claimed_text: None,
        min_score_pct: None,
        counts: Counts::default(),
    }
}

/// Counts per area follow from the checks, as they do in a real report.
fn count(report: &mut Report) {
    for area in &mut report.areas {
        let mut counts = Counts::default();
        for check in report.checks.iter().filter(|check| check.area == area.id) {
            match check.outcome {
                Outcome::Pass => counts.passed += 1,
                Outcome::Fail => counts.failed += 1,
                Outcome::Unknown => counts.unknown += 1,
                Outcome::Blocked => counts.blocked += 1,
                Outcome::NotApplicable => counts.not_applicable += 1,
            }
            let failed = check.outcome == Outcome::Fail;
            counts.waived += u32::from(failed && check.waiver.is_some());
            counts.disabled += u32::from(check.state == CheckState::Disabled);
            let blocks = failed && check.waiver.is_none() && check.severity == Severity::Blocker;
            counts.blockers += u32::from(blocks && check.state == CheckState::Enforced);
        }
        area.counts = counts;
    }
}

fn empty(name: &str, verdict: Verdict) -> Report {
    Report {
        schema: SCHEMA,
        tool: Tool { name: "shipworthy".to_owned(), version: "0.1.0".to_owned() },
        system: System { name: name.to_owned(), owner: text("platform-team"), target_date: None, tier: Some(2) },
        run: Run {
            id: "2026-11-20T13-14-35Z-4f2a".to_owned(),
            started_at: "2026-11-20T13:14:35Z".to_owned(),
            duration_ms: 8_412,
            spec: SpecRef { path: "shipworthy.yaml".to_owned(), sha256: "9f86d081884c7d659a2feaa0c55ad015".repeat(2) },
            catalog: "1.0".to_owned(),
            requests: 37,
            files: 412,
            ..Run::default()
        },
        verdict,
        exit: Exit { code: verdict.exit_code(), question: "ready".to_owned() },
        reasons: Vec::new(),
        verdict_line: String::new(),
        rules: ReportRules { fail_on: Severity::Blocker, min_score_pct: 70.0, require_measured_pct: 80.0 },
        deciders: Vec::new(),
        score: None,
        areas: Vec::new(),
        components: Vec::new(),
        groups: Vec::new(),
        checks: Vec::new(),
        gates: Vec::new(),
        next_actions: Vec::new(),
        roadmap: Roadmap::default(),
        risks: Vec::new(),
        waivers: Vec::new(),
        claims: Claims::default(),
        team: Vec::new(),
        costs: Vec::new(),
        sections: Vec::new(),
        trend: Vec::new(),
        problems: Vec::new(),
    }
}

fn decide(report: &mut Report, kind: DeciderKind, subject: &str, state: DeciderState, words: &str) {
    report.deciders.push(Decider { kind, subject: subject.to_owned(), state, text: words.to_owned() });
    if state != DeciderState::Met {
        report.reasons.push(words.to_owned());
    }
}

/// Nothing failed.
pub(crate) fn ready() -> Report {
    let mut report = empty("Harbour", Verdict::Ready);
    report.verdict_line = "ready: no blocker failed, 100.0 ≥ 70, 100 % measured ≥ 80".to_owned();
    report.score = Some(score(100.0, 100.0, 100.0, None));
    report.areas = vec![area("security", "Security", Priority::Critical, Some(score(100.0, 100.0, 100.0, None)))];
    let mut csp = check("http/csp", "security", "A content security policy is set", Severity::High, Outcome::Pass);
    csp.expectations = vec![expectation(
        "header.content-security-policy exists",
        "header.content-security-policy",
        "exists",
        "default-src 'self'",
        Outcome::Pass,
    )];
    report.checks = vec![csp];
    count(&mut report);
    report
}

/// Nothing could be looked at.
pub(crate) fn inconclusive() -> Report {
    let mut report = empty("Harbour", Verdict::Inconclusive);
    report.verdict_line = "inconclusive: 0.0 … 100.0 against 70, 0 % measured < 80".to_owned();
    report.score = Some(score(0.0, 100.0, 0.0, Some(95.0)));
    report.areas = vec![area("security", "Security", Priority::Critical, Some(score(0.0, 100.0, 0.0, None)))];
    for name in ["http/csp", "http/hsts"] {
        let mut unknown = check(name, "security", "A header is set", Severity::High, Outcome::Unknown);
        unknown.reason = text("API_URL is not set");
        report.checks.push(unknown);
    }
    decide(
        &mut report,
        DeciderKind::RequireMeasured,
        "overall",
        DeciderState::Undecided,
        "0.0 % is measured, 80 % are required",
    );
    count(&mut report);
    report
}
