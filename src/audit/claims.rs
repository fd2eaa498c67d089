//! What documents claim against what was measured, and what became of waivers and risks.

use jiff::civil::Date;

use crate::expect;
use crate::model::Exact;
use crate::model::outcome::Outcome;
use crate::model::report::{Claim, Claims, Contradiction, Risk, Waiver, WaiverState};
use crate::plan::{ClaimMeaning, Plan, PlannedClaim, PlannedWaiver};
use crate::run::{CheckRun, accepts, in_force};
use crate::score::Scored;

/// A check's claim with the judgement on it.
pub(super) fn judged(claim: &PlannedClaim, run: &CheckRun) -> Claim {
    let contradicted = match &claim.meaning {
        ClaimMeaning::Done => known(run).map(|outcome| outcome == Outcome::Fail),
        ClaimMeaning::Partial | ClaimMeaning::Missing | ClaimMeaning::NotApplicable => known(run).map(|_| false),
        ClaimMeaning::Value(typed) => match expect::judge(typed, &run.facts).outcome {
            Outcome::Pass => Some(false),
            Outcome::Fail => Some(true),
            _ => None,
        },
    };
    Claim { contradicted, ..claim.claim.clone() }
}

fn known(run: &CheckRun) -> Option<Outcome> {
    run.outcome.is_known().then_some(run.outcome)
}

/// All claims: contradicted ones, unproven ones, and what is better than claimed.
pub(super) fn all(plan: &Plan, runs: &[CheckRun], scored: &Scored) -> Claims {
    let mut claims = Claims::default();
    overall(plan, scored, &mut claims);
    for (index, run) in runs.iter().enumerate() {
        let Some(claim) = &plan.checks[index].claimed else { continue };
        let report = judged(claim, run);
        let entry = || Contradiction {
            subject: plan.outline.checks[index].id.clone(),
            claim: words(&report),
            source: report.source.clone(),
            measured: measured(claim, run),
        };
        let pessimistic = matches!(claim.meaning, ClaimMeaning::Partial | ClaimMeaning::Missing);
        match report.contradicted {
            Some(true) => claims.contradicted.push(entry()),
            None => claims.unproven += 1,
            Some(false) if pessimistic && run.outcome == Outcome::Pass => claims.better_than_claimed.push(entry()),
            Some(false) => {}
        }
    }
    claims
}

fn words(claim: &Claim) -> String {
    match &claim.text {
        Some(text) => format!("{} (\"{text}\")", claim.value),
        None => claim.value.clone(),
    }
}

fn measured(claim: &PlannedClaim, run: &CheckRun) -> String {
    if let ClaimMeaning::Value(typed) = &claim.meaning {
        return expect::judge(typed, &run.facts).actual;
    }
    let line = run.judgements.iter().find(|line| line.outcome == run.outcome && run.outcome == Outcome::Fail);
    match line {
        Some(line) => format!("{}: {}, expected {}", run.outcome, line.actual, line.expected),
        None => run.outcome.word().to_owned(),
    }
}

/// A claimed score is contradicted when even the most that is possible lies below it.
fn overall(plan: &Plan, scored: &Scored, claims: &mut Claims) {
    let hundred = Exact::whole(100);
    if let (Some((claimed, source)), Some(score)) = (&plan.claimed_overall, &scored.overall) {
        score_claim(
            "overall",
            claimed,
            source.clone(),
            &(&score.proven * &hundred),
            &(&score.possible * &hundred),
            claims,
        );
    }
    let source = plan.claimed_overall.as_ref().and_then(|(_, source)| source.as_deref()).map(document);
    for (index, area) in plan.areas.iter().enumerate() {
        if let (Some(claimed), Some(score)) = (&area.claimed, &scored.areas[index].score) {
            let (proven, possible) = (&score.proven * &hundred, &score.possible * &hundred);
            score_claim(&plan.outline.areas[index].id, claimed, source.clone(), &proven, &possible, claims);
        }
    }
}

/// The document of a source: its line is that of the overall claim, and the claim of an area stands elsewhere.
fn document(source: &str) -> String {
    let line = source.rsplit_once(':').filter(|(_, line)| line.bytes().all(|byte| byte.is_ascii_digit()));
    line.map_or(source, |(document, _)| document).to_owned()
}

fn score_claim(
    subject: &str,
    claimed: &Exact,
    source: Option<String>,
    proven: &Exact,
    possible: &Exact,
    claims: &mut Claims,
) {
    let entry = |measured: String| Contradiction {
        subject: subject.to_owned(),
        claim: format!("{} %", claimed.floor_decimals(2)),
        source: source.clone(),
        measured,
    };
    if possible < claimed {
        claims.contradicted.push(entry(format!("at most {} % is possible", possible.floor_fixed(1))));
    } else if proven < claimed {
        claims.unproven += 1;
    } else if proven > claimed {
        claims.better_than_claimed.push(entry(format!("{} % is proven", proven.floor_fixed(1))));
    }
}

/// Waivers with their state today.
pub(super) fn waivers(plan: &Plan, runs: &[CheckRun]) -> Vec<Waiver> {
    let today = plan.outline.today.unwrap_or_default();
    plan.waivers.iter().enumerate().map(|(number, waiver)| one_waiver(plan, runs, number, waiver, today)).collect()
}

fn one_waiver(plan: &Plan, runs: &[CheckRun], number: usize, waiver: &PlannedWaiver, today: Date) -> Waiver {
    let covers: Vec<String> = (0..runs.len())
        .filter(|index| runs[*index].waiver == Some(number))
        .map(|index| plan.outline.checks[index].id.clone())
        .collect();
    let exceeded = waiver
        .checks
        .iter()
        .any(|(index, _)| runs[*index].outcome == Outcome::Fail && !accepts(waiver, *index, &runs[*index]));
    let state = if today > waiver.expires {
        WaiverState::Expired
    } else if !in_force(plan, waiver) {
        WaiverState::NotYet
    } else if exceeded {
        WaiverState::Exceeded
    } else if covers.is_empty() {
        WaiverState::Unused
    } else {
        WaiverState::Active
    };
    Waiver {
        check: waiver.pattern.clone(),
        covers,
        accept: waiver.accept.clone(),
        reason: waiver.reason.clone(),
        owner: waiver.owner.clone(),
        approver: waiver.approver.clone(),
        since: waiver.since.map(|date| date.to_string()),
        expires: waiver.expires.to_string(),
        ticket: waiver.ticket.clone(),
        state,
        days_left: today.until(waiver.expires).ok().map(|span| i64::from(span.get_days())),
    }
}

/// Risks with their live state: one watched check failing means it is happening.
pub(super) fn risks(plan: &Plan, runs: &[CheckRun]) -> Vec<Risk> {
    plan.risks
        .iter()
        .map(|risk| {
            let outcomes: Vec<Outcome> = risk.watch.iter().map(|index| runs[*index].outcome).collect();
            let state = if outcomes.contains(&Outcome::Fail) {
                Outcome::Fail
            } else if !outcomes.is_empty()
                && outcomes.iter().all(|o| matches!(o, Outcome::Pass | Outcome::NotApplicable))
            {
                Outcome::Pass
            } else {
                Outcome::Unknown
            };
            Risk {
                title: risk.title.clone(),
                level: risk.level.clone(),
                effect: risk.effect.clone(),
                mitigation: risk.mitigation.clone(),
                watch: risk.watch.iter().map(|index| plan.outline.checks[*index].id.clone()).collect(),
                state,
            }
        })
        .collect()
}
