//! One check of the plan and what became of it, as a row of the report.

use std::collections::BTreeMap;

use super::claims;
use crate::expect;
use crate::model::fact::FactName;
use crate::model::outline::Standing;
use crate::model::report::{Check, CheckState, Expectation, FactValue};
use crate::model::{Fact, FactSchema, Value};
use crate::plan::{Finding, Plan, Route};
use crate::run::CheckRun;
use crate::score::CheckScored;

/// Longest text fact that a report keeps.
const MOST_TEXT: usize = 200;

/// The row of check `index`.
pub(super) fn row(plan: &Plan, index: usize, run: &CheckRun, scored: &CheckScored) -> Check {
    let outline = &plan.outline.checks[index];
    let check = &plan.checks[index];
    let route = decided_by(plan, index, run);
    Check {
        id: outline.id.clone(),
        rule: check.rule.clone(),
        area: plan.outline.areas[outline.area].id.clone(),
        title: outline.title.clone(),
        severity: run.severity,
        declared_severity: check.declared_severity,
        weight: scored.weight.to_string(),
        state: state(outline.standing),
        outcome: run.outcome,
        credit_ppm: run.credit_ppm,
        points: scored.points.as_ref().map(|points| points.to_report()),
        route: run.route.map(|number| u32::try_from(number + 1).unwrap_or(u32::MAX)),
        target: check.target.clone(),
        grade: run.grade,
        certainty: run.certainty,
        waiver: run.waiver.and_then(|waiver| u32::try_from(waiver).ok()),
        blocked_by: run.blocked_by.map(|root| plan.outline.checks[root].id.clone()),
        expectations: route.map(|route| expectations(route, run)).unwrap_or_default(),
        facts: route.map(|route| facts(&route.schema, run)).unwrap_or_default(),
        reason: run.reason.clone(),
        evidence: run.evidence.clone(),
        tags: check.tags.clone(),
        component: check.component.clone(),
        group: check.group.clone(),
        owner: check.owner.clone(),
        phase: outline.phase.clone(),
        horizon: check.horizon.clone(),
        effort_days: check.effort_days.as_ref().map(|(least, most)| [least.to_f64(), most.to_f64()]),
        claimed: check.claimed.as_ref().map(|claim| claims::judged(claim, run)),
        baseline: check.baseline.clone(),
        resolved: check.resolved.clone(),
        optional: check.optional.clone(),
        any_of: check.any_of.clone(),
        requires: outline.requires.clone(),
        remedy: check.remedy.clone(),
        reference: check.reference.clone(),
        rationale: check.rationale.clone(),
        declared_at: outline.place.clone(),
        duration_ms: u64::try_from(run.took.as_millis()).unwrap_or(u64::MAX),
    }
}

fn state(standing: Standing) -> CheckState {
    match standing {
        Standing::Enforced => CheckState::Enforced,
        Standing::Announced => CheckState::Announced,
        Standing::Prerequisite => CheckState::Prerequisite,
        Standing::Disabled => CheckState::Disabled,
    }
}

/// The route whose judgements the run carries: the one that decided, else the first.
fn decided_by<'a>(plan: &'a Plan, index: usize, run: &CheckRun) -> Option<&'a Route> {
    match &plan.checks[index].finding {
        Finding::Routes(routes) => routes.get(run.route.unwrap_or(0)),
        _ => None,
    }
}

fn expectations(route: &Route, run: &CheckRun) -> Vec<Expectation> {
    let lines = route.expect.iter().zip(&run.judgements);
    lines
        .map(|(typed, judgement)| Expectation {
            text: typed.text().to_owned(),
            fact: typed.path().to_owned(),
            expected: judgement.expected.clone(),
            actual: judgement.actual.clone(),
            outcome: judgement.outcome,
        })
        .collect()
}

/// Single values that were observed; trees and lists stay out, expectations show what matters of them.
fn facts(schema: &FactSchema, run: &CheckRun) -> BTreeMap<String, FactValue> {
    let mut facts = BTreeMap::new();
    for decl in &schema.decls {
        let FactName::Exact(name) = decl.name else { continue };
        match run.facts.get(name) {
            Fact::Present(Value::List(_) | Value::Map(_) | Value::Null) | Fact::Unobserved(_) => {}
            Fact::Present(Value::Text(text)) if text.len() > MOST_TEXT => {}
            Fact::Present(value) => {
                let (value, unit) = expect::fact_json(&value, &decl.ftype);
                facts.insert(name.to_owned(), FactValue { value, unit: unit.map(str::to_owned) });
            }
            Fact::Absent => {
                facts.insert(name.to_owned(), FactValue { value: serde_json::Value::Null, unit: None });
            }
        }
    }
    facts
}
