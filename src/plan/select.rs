//! Selections: `--only` and `--skip` narrow a run to what lies wholly inside; the rest is left out of the report.

use super::{Finding, Plan, PlanInput, Route, id};
use crate::model::outcome::Grade;
use crate::model::outline::Standing;
use crate::model::problem::nearest;
use crate::model::{Problem, Problems};

/// Keys a selector may have.
const KEYS: [&str; 7] = ["area", "check", "tag", "severity", "phase", "component", "route"];

/// Leaves out what is not selected; what a selected check requires stays as an unscored prerequisite.
pub(super) fn apply(plan: &mut Plan, input: &PlanInput<'_>, problems: &mut Problems) {
    if input.only.is_empty() && input.skip.is_empty() {
        return;
    }
    let count = plan.checks.len();
    let only: Vec<Selector> = input.only.iter().filter_map(|text| parse(text, "--only", problems)).collect();
    let skip: Vec<Selector> = input.skip.iter().filter_map(|text| parse(text, "--skip", problems)).collect();
    for selector in only.iter().chain(&skip) {
        if !(0..count).any(|index| selector.holds(plan, index)) {
            let problem = Problem::new(format!("`{}` selects no check", selector.text));
            problems.push(problem.help("`shipworthy plan` lists checks with their areas, tags and routes"));
        }
    }
    let selected: Vec<bool> = (0..count)
        .map(|index| {
            let inside = only.is_empty() || only.iter().any(|selector| selector.holds(plan, index));
            inside && !skip.iter().any(|selector| selector.holds(plan, index))
        })
        .collect();
    for (number, area) in plan.outline.areas.iter_mut().enumerate() {
        let members: Vec<usize> = (0..count).filter(|index| plan.outline.checks[*index].area == number).collect();
        area.wholly_selected = !members.is_empty() && members.iter().all(|index| selected[*index]);
    }
    narrow(plan, &selected);
    plan.selection = Some(
        input
            .only
            .iter()
            .map(|text| format!("--only {text}"))
            .chain(input.skip.iter().map(|text| format!("--skip {text}")))
            .collect(),
    );
}

/// Leaves out what is neither selected nor required by something that is.
fn narrow(plan: &mut Plan, selected: &[bool]) {
    let mut needed: Vec<usize> = (0..selected.len()).filter(|index| selected[*index]).collect();
    let mut kept = selected.to_vec();
    while let Some(index) = needed.pop() {
        let mut others = plan.checks[index].requires.clone();
        if let Finding::AnyOf(alternatives) = &plan.checks[index].finding {
            others.extend(alternatives);
        }
        for other in others {
            if !kept[other] {
                kept[other] = true;
                needed.push(other);
            }
        }
    }
    for index in 0..selected.len() {
        if kept[index] && !selected[index] && plan.outline.checks[index].standing == Standing::Enforced {
            plan.outline.checks[index].standing = Standing::Prerequisite;
        }
    }
    keep(plan, &kept);
}

/// Drops the other checks and renumbers everything that speaks of checks by index.
fn keep(plan: &mut Plan, kept: &[bool]) {
    let mut moved: Vec<Option<usize>> = Vec::with_capacity(kept.len());
    for is_kept in kept {
        let next = moved.iter().flatten().count();
        moved.push(is_kept.then_some(next));
    }
    let renumber = |indices: &mut Vec<usize>| *indices = indices.iter().filter_map(|index| moved[*index]).collect();
    let mut position = 0;
    plan.outline.checks.retain(|_| {
        position += 1;
        kept[position - 1]
    });
    position = 0;
    plan.checks.retain(|_| {
        position += 1;
        kept[position - 1]
    });
    for check in &mut plan.checks {
        renumber(&mut check.requires);
        renumber(&mut check.after);
        if let Finding::AnyOf(alternatives) = &mut check.finding {
            renumber(alternatives);
        }
    }
    plan.risks.iter_mut().for_each(|risk| renumber(&mut risk.watch));
    for waiver in &mut plan.waivers {
        waiver.checks = std::mem::take(&mut waiver.checks)
            .into_iter()
            .filter_map(|(index, accept)| Some((moved[index]?, accept)))
            .collect();
    }
}

/// Drops what no check asks for any more, so that nothing is read, run or contacted for it.
pub(super) fn keep_observations(plan: &mut Plan) {
    let mut wanted = vec![false; plan.observations.len()];
    for route in plan.checks.iter().flat_map(|check| routes_of(&check.finding)) {
        wanted[route.observation] = true;
    }
    let mut next = 0;
    let moved: Vec<usize> = wanted
        .iter()
        .map(|is_wanted| {
            next += usize::from(*is_wanted);
            next.saturating_sub(1)
        })
        .collect();
    let mut position = 0;
    plan.observations.retain(|_| {
        position += 1;
        wanted[position - 1]
    });
    for check in &mut plan.checks {
        if let Finding::Routes(routes) = &mut check.finding {
            routes.iter_mut().for_each(|route| route.observation = moved[route.observation]);
        }
    }
}

fn routes_of(finding: &Finding) -> &[Route] {
    match finding {
        Finding::Routes(routes) => routes,
        _ => &[],
    }
}

struct Selector {
    text: String,
    key: String,
    values: Vec<String>,
}

fn parse(text: &str, flag: &str, problems: &mut Problems) -> Option<Selector> {
    let (key, values) = text.split_once(':').unwrap_or(("check", text));
    if !KEYS.contains(&key) {
        let problem = Problem::new(format!("{flag} {text}: there is no selector `{key}`"));
        problems.push(match nearest(key, KEYS) {
            Some(near) => problem.help(format!("did you mean `{near}:`?")),
            None => problem.help(format!("selectors: {}", KEYS.map(|key| format!("{key}:")).join(" "))),
        });
        return None;
    }
    let values = values.split(',').map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).collect();
    Some(Selector { text: text.to_owned(), key: key.to_owned(), values })
}

impl Selector {
    fn holds(&self, plan: &Plan, index: usize) -> bool {
        let (outline, check) = (&plan.outline.checks[index], &plan.checks[index]);
        self.values.iter().any(|value| match self.key.as_str() {
            "area" => id::matches(value, &plan.outline.areas[outline.area].id),
            "check" => id::matches(value, &outline.id),
            "tag" => check.tags.contains(value),
            "severity" => outline.severity.word() == value,
            "phase" => outline.phase.as_deref() == Some(value),
            "component" => check.component.as_deref() == Some(value),
            _ => routes(plan, index).contains(&value.as_str()),
        })
    }
}

/// How a check finds out: `static`, `exec`, `live`, `ingest`, `attest`.
pub fn routes(plan: &Plan, index: usize) -> Vec<&'static str> {
    let Finding::Routes(all) = &plan.checks[index].finding else {
        return Vec::new();
    };
    let mut words: Vec<&'static str> = all.iter().map(|route| word(plan, route)).collect();
    words.dedup();
    words
}

fn word(plan: &Plan, route: &Route) -> &'static str {
    let touch = &plan.observations[route.observation].touch;
    match route.grade {
        Grade::Attested | Grade::Claimed => "attest",
        Grade::Ingested => "ingest",
        Grade::Measured if !touch.runs.is_empty() => "exec",
        Grade::Measured if !touch.contacts.is_empty() => "live",
        Grade::Measured => "static",
    }
}
