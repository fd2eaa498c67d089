//! L04: a claimed percentage against the share of done items below it, or against how far its metrics are.

use super::areas;
use super::reading::{AreaClaim, Item, Reading, distance, mean, shown};
use super::roll_up::{percent, quoted};
use super::words::Words;
use super::{Finding, Severity};
use crate::model::Exact;
use crate::model::statement::{Comparison, Meaning, PercentRole, State, Threshold};

/// Points between a claim and the share of done items that items of unequal size may explain.
const DRIFT: i64 = 25;
/// Items that make a share worth comparing.
const FEWEST_ITEMS: usize = 4;
/// Claims below this may stand for a beginning that no item shows.
const A_BEGINNING: i64 = 10;

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let claims = reading.area_claims();
    let mut findings: Vec<Finding> = claims.iter().filter_map(|claim| of_area(reading, claim)).collect();
    findings.extend(claims.iter().filter_map(|claim| of_parts(reading, claim)));
    findings.extend(of_overall(reading, &claims));
    findings.extend(of_metrics(reading));
    findings
}

/// Done and all items with a state below a heading, with their lines.
fn states_below(reading: &Reading<'_>, heading: usize) -> (usize, Vec<u32>) {
    let mut done = 0;
    let mut lines = Vec::new();
    for item in reading.below(heading) {
        let counted = !item.is_heading()
            && item.percent(PercentRole::Complete).is_none()
            && item.percent(PercentRole::Remaining).is_none();
        let nested = reading.above(item.id).iter().any(|above| above.is_box());
        let Some(state) = reading.state(item).filter(|state| counted && !nested && *state != State::NotApplicable)
        else {
            continue;
        };
        if own_percentage(item) {
            continue;
        }
        done += usize::from(state == State::Done);
        lines.push(item.line);
    }
    (done, lines)
}

/// Entries of a breakdown are judged by their number, not by their mark.
fn own_percentage(item: &Item<'_>) -> bool {
    item.meanings().any(|meaning| {
        matches!(
            meaning,
            Meaning::Percentage { role: PercentRole::Complete | PercentRole::Score | PercentRole::Other, .. }
        )
    })
}

fn of_area(reading: &Reading<'_>, claim: &AreaClaim) -> Option<Finding> {
    let area = reading.item(claim.heading).filter(|_| reading.claims_all(Some(claim.heading)))?;
    // `Still to do (25 %)` lists what remains, not all there is.
    if super::whole::says_what_remains(super::reading::lead(area.text)) {
        return None;
    }
    let (done, mut lines) = states_below(reading, claim.heading);
    let stated = lines.len();
    lines.extend(claim.rows.iter().copied());
    finding(area.text, &claim.value, claim.line, (done, stated), lines)
}

fn finding(subject: &str, claimed: &Exact, line: u32, (done, all): (usize, usize), lines: Vec<u32>) -> Option<Finding> {
    let share = drifted(claimed, done, all)?;
    let message = format!(
        "{} claims {} %, but {done} of the {all} items listed for it are done: what is the claim counted from?",
        quoted(subject),
        shown(claimed)
    );
    let arithmetic = format!("{done} / {all} = {} %; claimed {} %", shown(&share), shown(claimed));
    Some(Finding::new(Severity::Medium, lines.into_iter().chain([line]), message).because(arithmetic))
}

/// The share of done items where it is far from the claim.
fn drifted(claimed: &Exact, done: usize, all: usize) -> Option<Exact> {
    let share = percent(done, all).filter(|_| all >= FEWEST_ITEMS)?;
    let nothing_done = done == 0 && *claimed >= Exact::whole(A_BEGINNING);
    (nothing_done || distance(&share, claimed) > Exact::whole(DRIFT)).then_some(share)
}

/// Entries of a breakdown (`Infrastructure Setup: 30 %`) against the items of the part that they name.
fn of_parts(reading: &Reading<'_>, claim: &AreaClaim) -> Option<Finding> {
    let parts: Vec<&Item<'_>> = reading.below(claim.heading).into_iter().filter(|item| item.is_heading()).collect();
    let mut lines = Vec::new();
    let mut shares = Vec::new();
    for (line, value) in areas::percentage_lists(reading, claim).into_iter().flatten() {
        let Some(entry) = reading.items().find(|item| item.line == line) else { continue };
        let words = Words::of(entry.subject());
        let named: Vec<&&Item<'_>> = parts.iter().filter(|part| shares_most(&words, &Words::of(part.text))).collect();
        let [part] = named.as_slice() else { continue };
        if !reading.claims_all(Some(part.id)) {
            continue;
        }
        let (done, items) = states_below(reading, part.id);
        if drifted(&value, done, items.len()).is_some() {
            shares.push(format!("{} {done} / {}, claimed {} %", quoted(entry.subject()), items.len(), shown(&value)));
            lines.extend([line, part.line]);
        }
    }
    let area = reading.item(claim.heading).filter(|_| !shares.is_empty())?;
    let message = format!(
        "{} parts of {} claim far more or less than is done of the items listed for them: what are the claims counted from?",
        shares.len(),
        quoted(area.text)
    );
    Some(Finding::new(Severity::Medium, lines, message).because(shares.join("; ")))
}

/// Whether a name is within the other but for one word.
fn shares_most(one: &Words, other: &Words) -> bool {
    let shared = one.shared(other);
    shared > 0 && shared + 1 >= one.len()
}

/// The whole against all items, where there are areas with percentages (without them it is a roll-up).
fn of_overall(reading: &Reading<'_>, claims: &[AreaClaim]) -> Option<Finding> {
    let (overall, line) = reading.overall_claim().filter(|_| claims.len() >= 2 && reading.claims_all(None))?;
    let tops: std::collections::BTreeSet<usize> =
        reading.items().filter_map(|item| reading.top_heading(item.id)).collect();
    let counted = tops.iter().map(|heading| states_below(reading, *heading));
    let (done, all) = counted.fold((0, 0), |(done, all), (more, lines)| (done + more, all + lines.len()));
    finding("the whole", &overall, line, (done, all), Vec::new())
}

/// A score against how far the metrics of the same name are on their way from baseline to target.
fn of_metrics(reading: &Reading<'_>) -> Vec<Finding> {
    let scores = reading.items().filter(|item| !item.is_heading() && reading.state(item).is_some());
    let mut findings = Vec::new();
    for item in scores {
        let Some(value) = item.percent(PercentRole::Score).or_else(|| item.percent(PercentRole::Complete)) else {
            continue;
        };
        let words = Words::topic(item.subject());
        let metrics = metrics_about(reading, item, &words);
        if metrics.len() < 2 {
            continue;
        }
        let attained: Vec<Exact> = metrics.iter().map(|(_, share, _)| share.clone()).collect();
        let Some(mean) = mean(&attained).filter(|mean| distance(mean, value) > Exact::whole(DRIFT)) else { continue };
        let message = format!(
            "{} claims {} %, but its metrics are on average {} % of their targets: what is the claim computed from?",
            quoted(item.subject()),
            shown(value),
            shown(&mean)
        );
        let terms: Vec<String> = metrics.iter().map(|(_, _, text)| text.clone()).collect();
        let lines = metrics.iter().map(|(line, ..)| *line).chain([item.line]);
        findings.push(Finding::new(Severity::Medium, lines, message).because(format!(
            "{}; mean {} %",
            terms.join(", "),
            shown(&mean)
        )));
    }
    findings
}

/// Thresholds with a baseline below a heading that names the same topic: line, share attained, and how it is computed.
fn metrics_about(reading: &Reading<'_>, item: &Item<'_>, topic: &Words) -> Vec<(u32, Exact, String)> {
    let mut found = Vec::new();
    for other in reading.items().filter(|other| other.id != item.id) {
        let headings = reading.above(other.id);
        if !headings.iter().any(|heading| heading.is_heading() && topic.within(&Words::topic(heading.text))) {
            continue;
        }
        for meaning in other.meanings() {
            if let Meaning::Threshold(threshold) = meaning
                && let Some((share, text)) = attained(threshold)
            {
                found.push((other.line, share, text));
            }
        }
    }
    found
}

fn attained(threshold: &Threshold) -> Option<(Exact, String)> {
    let baseline = threshold.baseline.as_ref()?;
    let (part, whole) = match threshold.comparison {
        Comparison::AtLeast | Comparison::More | Comparison::Equal | Comparison::Between => {
            (baseline, &threshold.value)
        }
        Comparison::Less | Comparison::AtMost => (&threshold.value, baseline),
    };
    let share = (part.clone() * Exact::whole(100)).checked_div(whole)?;
    Some((share.clone(), format!("{} / {} = {} %", shown(part), shown(whole), shown(&share))))
}
