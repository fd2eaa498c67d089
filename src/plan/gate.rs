//! Gates, phases, risks and the verdict's rules: what speaks about the result.

use jiff::civil::Date;

use super::check::date;
use super::{Plan, PlanInput, PlannedRisk, area, id, route};
use crate::expect::units;
use crate::model::outline::{GateOutline, PhaseOutline, Rules};
use crate::model::problem::nearest;
use crate::model::{Exact, Problems};
use crate::spec::document::{Document, GateDoc, RiskLevelDoc};
use crate::yaml::Spanned;

/// Fills phases, gates and rules of the plan's outline.
pub(super) fn fill(plan: &mut Plan, input: &PlanInput<'_>, broken: &[String], problems: &mut Problems) {
    let document = &input.loaded.document;
    plan.outline.rules = rules(document, input, problems);
    plan.outline.target_date = document.system.target_date.as_ref().and_then(|text| date(text, problems));
    plan.outline.capacity = document.system.capacity.as_ref().and_then(|text| capacity(text, problems));
    plan.outline.declared_path = declared_path(plan, document, broken, problems);
    plan.outline.phases = phases(document, problems);
    plan.outline.gates = gates(plan, document, broken, problems);
    for index in 0..plan.outline.gates.len() {
        complain_about_expectations(plan, document, index, problems);
    }
    if let Some(only) = input.gate
        && !document.gates.contains_key(only)
    {
        let problem = crate::model::Problem::new(format!("--gate: there is no gate `{only}`"));
        problems.push(match nearest(only, document.gates.keys().map(String::as_str)) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("declare it under `gates:`"),
        });
    }
}

fn rules(document: &Document, input: &PlanInput<'_>, problems: &mut Problems) -> Rules {
    let scoring = &document.scoring;
    let defaults = Rules::default();
    let mut percent = |text: Option<&Spanned<String>>, key: &str, default: Exact| {
        text.and_then(|text| area::percent(text, key, problems)).unwrap_or(default)
    };
    Rules {
        fail_on: scoring.fail_on.as_ref().map_or(defaults.fail_on, |severity| severity.value),
        min_score_pct: percent(scoring.min_score.as_ref(), "min_score", defaults.min_score_pct),
        require_measured_pct: percent(
            scoring.require_measured.as_ref(),
            "require_measured",
            defaults.require_measured_pct,
        ),
        ignore_waivers: input.ignore_waivers,
        suppressions: scoring.suppressions.unwrap_or_default(),
        only_gate: input.gate.map(str::to_owned),
        selection: !(input.only.is_empty() && input.skip.is_empty()),
    }
}

fn capacity(text: &Spanned<String>, problems: &mut Problems) -> Option<Exact> {
    let value = Exact::parse_decimal(text).filter(|value| !value.is_negative() && !value.is_zero());
    if value.is_none() {
        problems.push(
            text.span
                .problem(format!("capacity `{}` is not a number above 0", text.value))
                .help("person-days of work done per working day, such as `2` or `0.5`"),
        );
    }
    value
}

fn declared_path(plan: &Plan, document: &Document, broken: &[String], problems: &mut Problems) -> Vec<String> {
    let ids: Vec<&str> = plan.outline.checks.iter().map(|check| check.id.as_str()).collect();
    let known = id::Ids::with_broken(ids.clone(), broken);
    let path = &document.system.critical_path;
    let mut named: Vec<String> = Vec::new();
    for index in path.iter().flat_map(|pattern| known.select(pattern, "`critical_path`", problems)) {
        if !named.iter().any(|id| id == ids[index]) {
            named.push(ids[index].to_owned());
        }
    }
    named
}

fn phases(document: &Document, problems: &mut Problems) -> Vec<PhaseOutline> {
    let mut phases = Vec::new();
    for (id, phase) in &document.phases {
        let start = phase.start.as_ref().and_then(|text| date(text, problems));
        let end = phase.end.as_ref().and_then(|text| date(text, problems));
        if let (Some(from), Some(to), Some(text)) = (start, end, &phase.end)
            && to < from
        {
            problems.push(
                text.span
                    .problem(format!("phase `{id}` ends on {to}, before it starts on {from}"))
                    .help("swap the two dates"),
            );
        }
        if let Some(gate) = phase.gate.as_ref().filter(|gate| !document.gates.contains_key(&gate.value)) {
            let problem = gate.span.problem(format!("there is no gate `{}`", gate.value));
            problems.push(match nearest(gate, document.gates.keys().map(String::as_str)) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help("declare it under `gates:`"),
            });
        }
        let title = phase.title.clone().unwrap_or_else(|| id.clone());
        let gate = phase.gate.as_ref().map(|gate| gate.value.clone());
        phases.push(PhaseOutline { id: id.clone(), title, start, end, gate });
    }
    phases
}

fn gates(plan: &Plan, document: &Document, broken: &[String], problems: &mut Problems) -> Vec<GateOutline> {
    let ids: Vec<&str> = plan.outline.checks.iter().map(|check| check.id.as_str()).collect();
    let known = id::Ids::with_broken(ids.clone(), broken);
    let mut gates = Vec::new();
    for (id, gate) in &document.gates {
        if gate.checks.is_empty() && gate.expect.is_empty() {
            problems.push(
                gate.span.problem(format!("gate `{id}` asks for nothing")).help("give it `checks:` or `expect:`"),
            );
        }
        let selected = gate.checks.iter().flat_map(|pattern| known.select(pattern, &format!("gate `{id}`"), problems));
        let mut checks: Vec<usize> = selected.collect();
        checks.sort_unstable();
        checks.dedup();
        gates.push(GateOutline {
            id: id.clone(),
            title: gate.title.clone().unwrap_or_else(|| id.clone()),
            checks: checks.into_iter().map(|index| ids[index].to_owned()).collect(),
            expect: gate.expect.iter().map(|line| line.value.clone()).collect(),
            from: due_from(id, gate, document, problems),
            min_grade: gate.min_grade,
            place: gate.span.place(),
        });
    }
    gates
}

/// `from:`, else the end of the phase that names the gate, else now.
fn due_from(id: &str, gate: &GateDoc, document: &Document, problems: &mut Problems) -> Option<Date> {
    if let Some(from) = &gate.from {
        return date(from, problems);
    }
    let phase = document.phases.values().find(|phase| phase.gate.as_ref().is_some_and(|gate| gate.value == id))?;
    units::date(phase.end.as_ref()?).ok()
}

fn complain_about_expectations(plan: &Plan, document: &Document, index: usize, problems: &mut Problems) {
    let Some(gate) = document.gates.get(&plan.outline.gates[index].id) else { return };
    for line in &gate.expect {
        if let Some(fault) = crate::score::gate_fault(&plan.outline, index, line) {
            problems.push(route::at_fault(line, &fault));
        }
    }
}

/// Risks with the checks that show them.
pub(super) fn risks(plan: &Plan, document: &Document, broken: &[String], problems: &mut Problems) -> Vec<PlannedRisk> {
    let ids: Vec<&str> = plan.outline.checks.iter().map(|check| check.id.as_str()).collect();
    let known = id::Ids::with_broken(ids, broken);
    let mut risks = Vec::new();
    for risk in &document.risks {
        let watch: Vec<usize> =
            risk.watch.iter().flat_map(|pattern| known.select(pattern, "`watch`", problems)).collect();
        let level = match risk.level {
            RiskLevelDoc::High => "high",
            RiskLevelDoc::Medium => "medium",
            RiskLevelDoc::Low => "low",
        };
        risks.push(PlannedRisk {
            title: risk.title.clone(),
            level: level.to_owned(),
            effect: risk.effect.clone(),
            mitigation: risk.mitigation.clone(),
            watch,
        });
    }
    risks
}
