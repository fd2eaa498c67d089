//! How much of what a kind of document needs is there, in one share (catalogue, area docs-operations).

use super::incident_record;
use super::kinds::Kind;
use crate::model::{Exact, Fact, Facts, Value};

/// The share; parts that are not observed earn nothing.
pub(super) fn credit(kind: Option<Kind>, is_record_new: bool, is_exercise_new: bool, facts: &Facts) -> Fact {
    let sections = number(facts, "section_ratio");
    let credit = match kind {
        Some(Kind::Readme | Kind::Deployment) => guide(&sections, facts),
        Some(Kind::Runbook) => {
            let part = |name| Some(number(facts, name));
            let alerts = part("linked_ratio").filter(|_| !is_none(facts, "paging_alerts"));
            let parts = [(40, part("scenario_ratio")), (35, part("quality_ratio")), (25, alerts)];
            shared(&parts).unwrap_or_else(Exact::zero)
        }
        Some(Kind::Incident) => incident(&sections, is_record_new, facts),
        Some(Kind::DisasterRecovery) => recovery(&sections, is_exercise_new, facts),
        Some(_) => sections,
        None => {
            let links = Some(links(facts)).filter(|_| !is_none(facts, "links"));
            let fresh = Some(number(facts, "fresh_ratio")).filter(|_| !is_none(facts, "aging"));
            let Some(credit) = shared(&[(60, links), (40, fresh)]) else { return Fact::Absent };
            credit
        }
    };
    Fact::Present(Value::Number(credit))
}

fn number(facts: &Facts, name: &str) -> Exact {
    match facts.get(name) {
        Fact::Present(Value::Number(number)) => number,
        _ => Exact::zero(),
    }
}

/// Whether it was counted, and there is none.
fn is_none(facts: &Facts, name: &str) -> bool {
    matches!(facts.get(name), Fact::Present(Value::Number(count)) if count.is_zero())
}

fn hundredths(part: u32) -> Exact {
    Exact::ratio(part, 100_u32).unwrap_or_else(Exact::zero)
}

fn weighed(parts: &[(u32, &Exact)]) -> Exact {
    parts.iter().map(|(weight, share)| &hundredths(*weight) * share).sum()
}

/// Like [`weighed`], over the parts that there is something to judge of: what has no subject earns nothing and costs nothing.
fn shared(parts: &[(u32, Option<Exact>)]) -> Option<Exact> {
    let asked: Vec<(u32, &Exact)> =
        parts.iter().filter_map(|(weight, share)| Some((*weight, share.as_ref()?))).collect();
    weighed(&asked).checked_div(&hundredths(asked.iter().map(|(weight, _)| weight).sum()))
}

/// A record counts as far as it has its parts; an action that is overdue takes a tenth.
fn incident(sections: &Exact, is_record_new: bool, facts: &Facts) -> Exact {
    let parts = incident_record::PARTS.len() as u64;
    let record = match facts.get("record_missing") {
        Fact::Present(Value::List(lacks)) if is_record_new => {
            Exact::ratio(parts.saturating_sub(lacks.len() as u64), parts).unwrap_or_else(Exact::zero)
        }
        _ => Exact::zero(),
    };
    let share = weighed(&[(70, sections), (30, &record)]);
    let late = if number(facts, "overdue_actions").is_zero() { Exact::zero() } else { hundredths(10) };
    (&share - &late).max(Exact::zero())
}

/// Each dead command takes a tenth; what a generator wrote is worth three at most.
fn guide(sections: &Exact, facts: &Facts) -> Exact {
    let dead = &hundredths(10) * &number(facts, "dead_commands");
    let left = (sections - &dead).max(Exact::zero());
    if number(facts, "templates").is_zero() { left } else { left.min(hundredths(30)) }
}

/// A plan without numbers is worth half at most, one whose backups are too rare three fifths; the last exercise counts like a section.
fn recovery(sections: &Exact, is_exercise_new: bool, facts: &Facts) -> Exact {
    let exercise = if is_exercise_new { Exact::one() } else { Exact::zero() };
    let share = weighed(&[(90, sections), (10, &exercise)]);
    let has_numbers = ["rto", "rpo"].iter().all(|name| matches!(facts.get(name), Fact::Present(_)));
    let is_met = ["rpo_missed", "rto_missed"].iter().all(|name| number(facts, name).is_zero());
    let share = if is_met { share } else { share.min(hundredths(60)) };
    if has_numbers { share } else { share.min(hundredths(50)) }
}

/// All without a dead link, nothing from ten on.
fn links(facts: &Facts) -> Exact {
    let Fact::Present(_) = facts.get("dead_links") else { return Exact::zero() };
    (Exact::one() - (&hundredths(10) * &number(facts, "dead_links"))).max(Exact::zero())
}
