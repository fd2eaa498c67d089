//! Puts the report together from the plan, what became of it, and the circumstances.

use sha2::{Digest, Sha256};

use super::{AuditOptions, Prepared, claims, groups, row};
use crate::catalog;
use crate::model::outcome::Verdict;
use crate::model::outline::Judged;
use crate::model::report::{
    Area, Exit, Report, ReportProblem, ReportRules, RollUp, Run, SCHEMA, Score, SpecRef, System, Tool,
};
use crate::model::{Exact, Problem};
use crate::plan::Plan;
use crate::run::CheckRun;
use crate::score::{self, Scored};

/// Exit code of an audit that was interrupted.
const INTERRUPTED: u8 = 130;

/// All that a report is made from.
pub(super) struct Circumstances<'a> {
    pub(super) options: &'a AuditOptions,
    pub(super) prepared: &'a Prepared,
    pub(super) runs: &'a [CheckRun],
    pub(super) requests: u64,
    pub(super) commit: (Option<String>, Option<bool>),
    pub(super) duration_ms: u64,
    pub(super) stopped: Option<String>,
}

/// The report.
pub(super) fn report(from: &Circumstances<'_>) -> Report {
    let plan = from.prepared.plan.as_ref();
    let judged: Vec<Judged> = from.runs.iter().map(|run| judged(plan, run)).collect();
    let scored = score::score(&plan.outline, &judged);
    let overall = scored
        .overall
        .as_ref()
        .map(|interval| interval.to_report(plan.claimed_overall.as_ref().map(|(claimed, _)| hundredths(claimed))));
    let interrupted = from.stopped.as_deref() == Some("interrupted");
    let verdict = verdict(&scored, from.stopped.is_some());
    let code = if interrupted { INTERRUPTED } else { verdict.exit_code() };
    Report {
        schema: SCHEMA,
        tool: Tool { name: "shipworthy".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        system: system(from),
        run: circumstances(from),
        verdict,
        exit: Exit { code, question: "ready".to_owned() },
        reasons: reasons(&scored, from.stopped.as_deref()),
        verdict_line: verdict_line(&scored, verdict, from.stopped.as_deref()),
        rules: rules(plan),
        deciders: scored.deciders.clone(),
        score: overall,
        areas: areas(plan, &judged, &scored),
        components: components(plan, &judged),
        groups: groups::groups(plan, &judged, &scored),
        checks: (0..from.runs.len())
            .map(|index| row::row(plan, index, &from.runs[index], &scored.checks[index]))
            .collect(),
        gates: scored.gates.clone(),
        next_actions: scored.next_actions.clone(),
        roadmap: scored.roadmap.clone(),
        risks: claims::risks(plan, from.runs),
        waivers: claims::waivers(plan, from.runs),
        claims: claims::all(plan, from.runs, &scored),
        team: plan.team.clone(),
        costs: plan.costs.clone(),
        sections: plan.sections.clone(),
        trend: Vec::new(),
        problems: plan.warnings.clone().sorted().into_iter().map(problem).collect(),
    }
}

fn judged(plan: &Plan, run: &CheckRun) -> Judged {
    Judged {
        outcome: run.outcome,
        credit_ppm: run.credit_ppm,
        grade: run.grade,
        severity: run.severity,
        facts: run.facts.clone(),
        waived: run.waiver.is_some(),
        blocked_by: run.blocked_by.map(|root| plan.outline.checks[root].id.clone()),
        reason: run.reason.clone(),
    }
}

/// What was cut short proves nothing good: `ready` needs a whole run.
fn verdict(scored: &Scored, stopped: bool) -> Verdict {
    match scored.verdict {
        Verdict::Ready if stopped => Verdict::Inconclusive,
        verdict => verdict,
    }
}

fn verdict_line(scored: &Scored, verdict: Verdict, stopped: Option<&str>) -> String {
    match stopped {
        Some(reason) if verdict != scored.verdict => format!("{}: the run was cut short: {reason}", verdict.words()),
        _ => scored.verdict_line.clone(),
    }
}

fn reasons(scored: &Scored, stopped: Option<&str>) -> Vec<String> {
    let cut = stopped.map(|reason| format!("the run was cut short: {reason}"));
    cut.into_iter().chain(scored.reasons.iter().cloned()).collect()
}

fn system(from: &Circumstances<'_>) -> System {
    let document = &from.prepared.loaded.document;
    let root = from.options.root.file_name().map(|name| name.to_string_lossy().into_owned());
    System {
        name: document.system.name.as_ref().map(|name| name.value.clone()).or(root).unwrap_or_default(),
        owner: document.system.owner.clone(),
        target_date: from.prepared.plan.outline.target_date.map(|date| date.to_string()),
        tier: document.system.tier.as_ref().map(|tier| tier.value),
    }
}

fn circumstances(from: &Circumstances<'_>) -> Run {
    let options = from.options;
    let sha256 = from.prepared.loaded.sha256.clone();
    Run {
        id: identity(&options.now.to_string(), &sha256),
        started_at: options.now.to_string(),
        as_of: options.as_of.map(|date| date.to_string()),
        duration_ms: from.duration_ms,
        spec: SpecRef { path: options.spec_shown.clone(), sha256 },
        root: options.root_implied.clone(),
        catalog: catalog::VERSION.to_owned(),
        environment: options.environment.clone(),
        commit: from.commit.0.clone(),
        dirty: from.commit.1,
        flags: options.flags.clone(),
        selection: from.prepared.plan.selection.clone(),
        requests: from.requests,
        files: from.prepared.tree.entries().len() as u64,
        interrupted: from.stopped.is_some(),
    }
}

/// A run's identity follows from when it began and what it judged.
fn identity(started_at: &str, sha256: &str) -> String {
    let digest = Sha256::digest(format!("{started_at}\n{sha256}"));
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn rules(plan: &Plan) -> ReportRules {
    let rules = &plan.outline.rules;
    ReportRules {
        fail_on: rules.fail_on,
        min_score_pct: hundredths(&rules.min_score_pct),
        require_measured_pct: hundredths(&rules.require_measured_pct),
    }
}

fn areas(plan: &Plan, judged: &[Judged], scored: &Scored) -> Vec<Area> {
    let one = |(index, planned): (usize, &crate::plan::PlannedArea)| {
        let outline = &plan.outline.areas[index];
        let members = (0..judged.len()).filter(|check| plan.outline.checks[*check].area == index);
        let area = &scored.areas[index];
        let claimed = planned.claimed.as_ref().map(hundredths);
        Area {
            id: outline.id.clone(),
            title: planned.title.clone(),
            priority: planned.priority,
            weight: outline.weight,
            score: area.score.as_ref().map(|interval| interval.to_report(claimed)),
            earned: area.earned.to_string(),
            applicable: area.applicable.to_string(),
            claimed,
            claimed_text: planned.claimed_text.clone(),
            min_score_pct: outline.min_score_pct.as_ref().map(hundredths),
            counts: score::counts(&plan.outline, judged, members),
        }
    };
    let occupied = |index: usize| plan.outline.checks.iter().any(|check| check.area == index);
    let selected = plan.selection.is_some();
    plan.areas.iter().enumerate().filter(|(index, _)| !selected || occupied(*index)).map(one).collect()
}

fn components(plan: &Plan, judged: &[Judged]) -> Vec<RollUp> {
    let of = |id: &String| -> Vec<usize> {
        (0..judged.len()).filter(|index| plan.checks[*index].component.as_ref() == Some(id)).collect()
    };
    let entries = plan.components.iter().map(|(id, (_, title))| roll_up(plan, judged, id, title, &of(id), None));
    entries.collect()
}

/// Several checks as one.
pub(super) fn roll_up(
    plan: &Plan,
    judged: &[Judged],
    id: &str,
    title: &str,
    members: &[usize],
    share_pct: Option<f64>,
) -> RollUp {
    let interval = score::roll_up(&plan.outline, judged, members.iter().copied());
    let score: Option<Score> = interval.map(|interval| interval.to_report(None));
    let counts = score::counts(&plan.outline, judged, members.iter().copied());
    RollUp { id: id.to_owned(), title: title.to_owned(), score, counts, share_pct, lacks_pct: None }
}

fn problem(problem: Problem) -> ReportProblem {
    ReportProblem { level: problem.level, text: problem.message, help: problem.help, place: problem.place }
}

/// Floored to two decimals, as the report gives every percentage.
pub(super) fn hundredths(percent: &Exact) -> f64 {
    percent.floor_fixed(2).parse().unwrap_or(0.0)
}
