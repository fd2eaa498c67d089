//! L03: a claimed percentage against the mean of its parts.

use super::areas;
use super::reading::{AreaClaim, Item, Reading, distance, is_about_all, mean, plus, shown};
use super::{Finding, Severity};
use crate::model::Exact;
use crate::model::outcome::Priority;
use crate::model::statement::{Meaning, PercentRole, State};

/// Points that rounding may explain.
const ROUNDING: i64 = 1;
/// Points between the plain and the weighted mean that are worth a question.
const WEIGHTS_MATTER: i64 = 5;
/// Points between the claim and the share of boxes that rounding and judgement may explain.
const DRIFT: i64 = 25;
/// Boxes that make a share worth comparing.
const FEWEST_BOXES: usize = 8;

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = of_overall(reading);
    findings.extend(reading.area_claims().iter().flat_map(|claim| of_area(reading, claim)));
    findings.extend(boxes_against_overall(reading));
    findings.extend(alternatives_in_the_list(reading));
    findings
}

/// The parts of the whole: rows of the table that it is in, else the areas that claim a percentage.
struct Parts {
    values: Vec<Exact>,
    lines: Vec<u32>,
    priorities: Vec<Option<Priority>>,
    weighted: bool,
}

fn parts_of_overall(reading: &Reading<'_>, line: u32) -> Parts {
    let row = reading.items().find(|item| item.line == line && item.is_row());
    let mut parts = Parts { values: Vec::new(), lines: Vec::new(), priorities: Vec::new(), weighted: false };
    if let Some(row) = row {
        for other in reading.table_of(row).into_iter().filter(|other| !is_about_all(other.subject())) {
            let Some(value) = other.claimed() else { continue };
            parts.values.push(value);
            parts.lines.push(other.line);
            parts.priorities.push(priority(other));
            parts.weighted |= other.percent(PercentRole::Weight).is_some() || has_weight_column(other);
        }
        return parts;
    }
    for claim in reading.area_claims() {
        let nested = reading.above(claim.heading).iter().any(|above| parts.lines.contains(&above.line));
        if !nested {
            let heading = reading.item(claim.heading);
            parts.weighted |= heading.is_some_and(|heading| heading.percent(PercentRole::Weight).is_some());
            parts.values.push(claim.value);
            parts.lines.push(claim.line);
            parts.priorities.push(heading.and_then(priority));
        }
    }
    parts
}

fn has_weight_column(item: &Item<'_>) -> bool {
    item.meanings().any(|meaning| match meaning {
        Meaning::TableRow { header, .. } => header.iter().any(|name| {
            let name = name.to_lowercase();
            ["weight", "gewicht", "poids", "peso", "вес", "waga", "ağırlık", "权重", "重み", "가중"]
                .iter()
                .any(|word| name.contains(word))
        }),
        _ => false,
    })
}

fn priority(item: &Item<'_>) -> Option<Priority> {
    item.meanings().find_map(|meaning| match meaning {
        Meaning::Priority { level, .. } => Some(level.priority),
        _ => None,
    })
}

fn of_overall(reading: &Reading<'_>) -> Vec<Finding> {
    let Some((overall, line)) = reading.overall_claim() else { return Vec::new() };
    let parts = parts_of_overall(reading, line);
    if parts.values.len() < 2 || parts.weighted {
        return Vec::new();
    }
    let Some(plain) = mean(&parts.values) else { return Vec::new() };
    let lines = parts.lines.iter().copied().chain([line]);
    let sum = format!("({}) / {} = {} %", plus(&parts.values), parts.values.len(), shown(&plain));
    if distance(&overall, &plain) > Exact::whole(ROUNDING) {
        if a_table_adds_up(reading, &overall) {
            return Vec::new();
        }
        let message = format!(
            "the whole claims {} %, the mean of its {} parts is {} %: which weights are used?",
            shown(&overall),
            parts.values.len(),
            shown(&plain)
        );
        return vec![
            Finding::new(Severity::High, lines, message).because(format!("{sum}; claimed {} %", shown(&overall))),
        ];
    }
    let Some(weighted) = weighted_mean(&parts) else { return Vec::new() };
    if distance(&weighted, &plain) <= Exact::whole(WEIGHTS_MATTER) {
        return Vec::new();
    }
    let message = format!(
        "the whole is the plain mean of its parts although they have priorities; weighted it would be {} %: state the weights",
        shown(&weighted)
    );
    let arithmetic = format!("{sum}; with critical 4, high 3, medium 2, low 1: {} %", shown(&weighted));
    vec![Finding::new(Severity::Low, lines, message).because(arithmetic)]
}

/// Whether the rows of some table have the claimed mean: then the whole is counted from those.
fn a_table_adds_up(reading: &Reading<'_>, overall: &Exact) -> bool {
    let mut seen: Vec<Option<usize>> = Vec::new();
    for row in reading.items().filter(|item| item.is_row()) {
        if seen.contains(&row.parent) {
            continue;
        }
        seen.push(row.parent);
        let rows = reading.table_of(row).into_iter().filter(|row| !is_about_all(row.subject()));
        let values: Vec<Exact> = rows.filter_map(any_percent).collect();
        if values.len() >= 2 && mean(&values).is_some_and(|mean| distance(&mean, overall) <= Exact::whole(ROUNDING)) {
            return true;
        }
    }
    false
}

fn any_percent(row: &Item<'_>) -> Option<Exact> {
    row.claimed().or_else(|| {
        row.meanings().find_map(|meaning| match meaning {
            Meaning::Percentage { value, .. } => Some(value.clone()),
            _ => None,
        })
    })
}

fn weighted_mean(parts: &Parts) -> Option<Exact> {
    let weights: Vec<Exact> = parts
        .priorities
        .iter()
        .map(|priority| Some(Exact::whole(i64::from((*priority)?.weight()))))
        .collect::<Option<_>>()?;
    let sum: Exact = parts.values.iter().zip(&weights).map(|(value, weight)| value.clone() * weight.clone()).sum();
    sum.checked_div(&weights.iter().cloned().sum())
}

/// Lists below an area whose entries carry percentages of their own.
fn of_area(reading: &Reading<'_>, claim: &AreaClaim) -> Vec<Finding> {
    let Some(area) = reading.item(claim.heading).filter(|_| reading.claims_all(Some(claim.heading))) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for list in areas::percentage_lists(reading, claim) {
        let values: Vec<Exact> = list.iter().map(|(_, value)| value.clone()).collect();
        let Some(mean) = mean(&values) else { continue };
        if distance(&mean, &claim.value) <= Exact::whole(ROUNDING) {
            continue;
        }
        let lines = list.iter().map(|(line, _)| *line).chain([claim.line]).chain(claim.rows.iter().copied());
        let message = format!(
            "{} claims {} %, the mean of the {} parts listed is {} %: which weights are used?",
            quoted(area.text),
            shown(&claim.value),
            values.len(),
            shown(&mean)
        );
        let arithmetic =
            format!("({}) / {} = {} %; claimed {} %", plus(&values), values.len(), shown(&mean), shown(&claim.value));
        findings.push(Finding::new(Severity::Medium, lines, message).because(arithmetic));
    }
    findings
}

pub(super) fn quoted(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    if short.len() < text.len() { format!("`{short}…`") } else { format!("`{short}`") }
}

/// Where no area claims anything, the boxes are all that the claim for the whole can rest on.
fn boxes_against_overall(reading: &Reading<'_>) -> Vec<Finding> {
    let Some((overall, line)) = reading.overall_claim() else { return Vec::new() };
    if !parts_of_overall(reading, line).values.is_empty() || !reading.claims_all(None) {
        return Vec::new();
    }
    let boxes: Vec<&Item<'_>> = reading.items().filter(|item| item.is_box()).collect();
    let done = boxes.iter().filter(|item| reading.state(item) == Some(State::Done)).count();
    let Some(share) = percent(done, boxes.len()).filter(|_| boxes.len() >= FEWEST_BOXES) else { return Vec::new() };
    if distance(&share, &overall) <= Exact::whole(DRIFT) {
        return Vec::new();
    }
    let message = format!(
        "the whole claims {} %, but {done} of {} boxes are checked: what is the claim counted from?",
        shown(&overall),
        boxes.len()
    );
    vec![Finding::new(Severity::High, [line], message).because(format!(
        "{done} / {} = {} %; claimed {} %",
        boxes.len(),
        shown(&share),
        shown(&overall)
    ))]
}

pub(super) fn percent(part: usize, whole: usize) -> Option<Exact> {
    let part = Exact::whole(i64::try_from(part).ok()?) * Exact::whole(100);
    part.checked_div(&Exact::whole(i64::try_from(whole).ok()?))
}

/// Several ways of which one is to be chosen, each with boxes: counted together they can never all be done.
fn alternatives_in_the_list(reading: &Reading<'_>) -> Vec<Finding> {
    let ways: Vec<&Item<'_>> = areas::alternatives(reading);
    let boxes_of = |way: &&Item<'_>| reading.below(way.id).into_iter().filter(|item| item.is_box()).count();
    let boxes: usize = ways.iter().map(boxes_of).sum();
    let started =
        ways.iter().any(|way| reading.below(way.id).iter().any(|item| reading.state(item) == Some(State::Done)));
    let with_boxes = ways.iter().filter(|way| boxes_of(way) > 0).count();
    if with_boxes < 2 || started {
        return Vec::new();
    }
    let all = reading.items().filter(|item| item.is_box()).count();
    let message = format!(
        "{with_boxes} alternatives hold {boxes} of the {all} boxes, but only one way will be taken: which one is chosen? Mark the others as not applicable"
    );
    let lines = ways.iter().map(|way| way.line);
    vec![
        Finding::new(Severity::Low, lines, message)
            .because(format!("{all} - {boxes} = {} boxes stand whichever way is taken", all.saturating_sub(boxes))),
    ]
}
