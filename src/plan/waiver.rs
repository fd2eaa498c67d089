//! Waivers: what exactly is accepted, for which checks, from when to when.

use jiff::civil::Date;

use super::check::date;
use super::{Finding, Plan, PlanInput, id, route};
use crate::expect::Typed;
use crate::model::Problems;
use crate::spec::document::{CoversDoc, WaiverDoc};
use crate::yaml::Spanned;

/// A waiver ready to be held against outcomes.
pub struct PlannedWaiver {
    /// Checks it names, as written.
    pub pattern: String,
    /// Indices of the checks it names, each with the accepted expectations typed against that check's facts.
    pub checks: Vec<(usize, Vec<Typed>)>,
    /// What is accepted, as written.
    pub accept: Vec<String>,
    /// Whether it also covers what could not be observed.
    pub covers_unknown: bool,
    /// Why.
    pub reason: String,
    /// Owner.
    pub owner: Option<String>,
    /// Approver.
    pub approver: Option<String>,
    /// First day.
    pub since: Option<Date>,
    /// Last day.
    pub expires: Date,
    /// Ticket.
    pub ticket: Option<String>,
}

/// All waivers of the spec.
pub(super) fn plan(
    plan: &Plan,
    input: &PlanInput<'_>,
    broken: &[String],
    problems: &mut Problems,
) -> Vec<PlannedWaiver> {
    input.loaded.document.waivers.iter().filter_map(|waiver| one(plan, input, waiver, broken, problems)).collect()
}

fn one(
    plan: &Plan,
    input: &PlanInput<'_>,
    waiver: &Spanned<WaiverDoc>,
    broken: &[String],
    problems: &mut Problems,
) -> Option<PlannedWaiver> {
    let since = waiver.since.as_ref().and_then(|text| date(text, problems));
    let expires = date(&waiver.expires, problems);
    if let (Some(since), Some(expires)) = (since, expires)
        && since > expires
    {
        problems.push(
            waiver
                .expires
                .span
                .problem(format!("this waiver expires on {expires}, before it begins on {since}"))
                .help("swap the dates, or move `expires`"),
        );
    }
    if waiver.reason.trim().is_empty() {
        problems.push(waiver.span.problem("a waiver needs a reason").help("say why in `reason:`"));
    }
    let ids: Vec<&str> = plan.outline.checks.iter().map(|check| check.id.as_str()).collect();
    let hits = id::Ids::with_broken(ids.clone(), broken).select(&waiver.check, "this waiver", problems);
    if let Some(policy) = &input.loaded.policy {
        for index in hits.iter().filter(|index| plan.outline.checks[**index].place.file == policy.file) {
            let message = format!("this waiver loosens `{}`, which the policy demands", ids[*index]);
            let help = "ask whoever owns the policy, or mend what the check finds";
            problems.push(waiver.check.span.problem(message).help(help));
        }
    }
    let checks = hits.into_iter().map(|index| (index, accepted(plan, index, waiver, problems))).collect();
    Some(PlannedWaiver {
        pattern: waiver.check.value.clone(),
        checks,
        accept: waiver.accept.iter().map(|line| line.value.clone()).collect(),
        covers_unknown: waiver.covers == Some(CoversDoc::Unknown),
        reason: waiver.reason.clone(),
        owner: waiver.owner.clone(),
        approver: waiver.approver.clone(),
        since,
        expires: expires?,
        ticket: waiver.ticket.clone(),
    })
}

fn accepted(plan: &Plan, index: usize, waiver: &WaiverDoc, problems: &mut Problems) -> Vec<Typed> {
    let Finding::Routes(routes) = &plan.checks[index].finding else {
        return Vec::new();
    };
    let Some(first) = routes.first() else {
        return Vec::new();
    };
    waiver.accept.iter().filter_map(|line| route::typed(line, &first.schema, problems)).collect()
}
