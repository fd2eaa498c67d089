//! Reports as an audit would store them, for what works on a stored report alone.

use serde_json::{Value, json};

use super::Plan;
use crate::model::Outcome;
use crate::model::outline::Standing;
use crate::model::report::Report;

/// The stored report of a plan.
pub(in crate::score) fn report_of(plan: &Plan) -> Report {
    let scored = plan.score();
    let areas: Vec<Value> = plan
        .outline
        .areas
        .iter()
        .zip(&scored.areas)
        .map(|(area, sums)| {
            json!({
                "id": area.id, "title": area.id, "priority": "medium", "weight": area.weight,
                "score": sums.score.as_ref().map(|score| score.to_report(None)),
                "earned": sums.earned, "applicable": sums.applicable, "counts": crate::model::report::Counts::default(),
            })
        })
        .collect();
    let checks: Vec<Value> = (0..plan.outline.checks.len()).map(|index| check_of(plan, &scored, index)).collect();
    let report = json!({
        "schema": 1, "tool": {"name": "shipworthy", "version": "0"}, "system": {"name": "Example"},
        "run": crate::model::report::Run::default(),
        "verdict": scored.verdict, "exit": {"code": scored.verdict.exit_code(), "question": "ready"},
        "reasons": scored.reasons, "verdict_line": scored.verdict_line,
        "rules": {"fail_on": "blocker", "min_score_pct": 60.0, "require_measured_pct": 60.0},
        "deciders": scored.deciders,
        "score": scored.overall.as_ref().map(|score| score.to_report(None)),
        "areas": areas, "checks": checks, "gates": scored.gates, "next_actions": scored.next_actions,
        "roadmap": scored.roadmap, "risks": [], "waivers": [], "claims": crate::model::report::Claims::default(),
        "sections": [], "trend": [], "problems": [],
    });
    serde_json::from_value(report).unwrap()
}

fn check_of(plan: &Plan, scored: &crate::score::Scored, index: usize) -> Value {
    let (check, judged) = (&plan.outline.checks[index], &plan.judged[index]);
    let state = match check.standing {
        Standing::Enforced => "enforced",
        Standing::Announced => "announced",
        Standing::Prerequisite => "prerequisite",
        Standing::Disabled => "disabled",
    };
    let credit = match judged.outcome {
        Outcome::Pass => 1_000_000,
        Outcome::Fail => judged.credit_ppm.min(999_999),
        Outcome::Unknown | Outcome::Blocked | Outcome::NotApplicable => 0,
    };
    json!({
        "id": check.id, "rule": check.id, "area": plan.outline.areas[check.area].id, "title": check.title,
        "severity": judged.severity, "declared_severity": check.severity,
        "weight": scored.checks[index].weight, "state": state, "outcome": judged.outcome, "credit_ppm": credit,
        "points": scored.checks[index].points.as_ref().map(crate::score::ExactPoints::to_report),
        "grade": judged.grade, "expectations": [], "facts": {}, "evidence": [], "tags": [], "baseline": {},
        "any_of": [], "requires": check.requires, "declared_at": check.place, "duration_ms": 0,
    })
}
