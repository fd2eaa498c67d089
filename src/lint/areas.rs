//! Parts of a document that several rules look at: lists of percentages below an area, alternatives, plan phases.

use super::reading::{AreaClaim, Item, Reading};
use super::words::{Words, says_any};
use crate::model::Exact;
use crate::model::statement::{Meaning, PlanSpan};

/// Percentages with their lines.
pub(super) type Percentages = Vec<(u32, Exact)>;

/// The lists below an area whose entries each claim a percentage: lines and values. Lists of two and more.
pub(super) fn percentage_lists(reading: &Reading<'_>, claim: &AreaClaim) -> Vec<Percentages> {
    let mut lists: Vec<(Option<usize>, Percentages)> = Vec::new();
    for item in reading.below(claim.heading) {
        if item.is_heading() || item.line == claim.line {
            continue;
        }
        let Some(value) = own_percentage(item) else { continue };
        match lists.iter_mut().find(|(parent, _)| *parent == item.parent) {
            Some((_, list)) => list.push((item.line, value)),
            None => lists.push((item.parent, vec![(item.line, value)])),
        }
    }
    lists.retain(|(parent, list)| list.len() >= 2 && *parent != Some(claim.heading));
    lists.into_iter().map(|(_, list)| list).collect()
}

/// `Core Services: 95%`: a bullet whose number is how far its subject is.
fn own_percentage(item: &Item<'_>) -> Option<Exact> {
    use crate::model::statement::PercentRole::{Complete, Other, Score};
    let (value, role) = item.leading_percent()?;
    (matches!(role, Complete | Score | Other) && !item.is_row()).then(|| value.clone())
}

/// Headings of several ways, of which one is to be chosen.
pub(super) fn alternatives<'a, 'b>(reading: &'b Reading<'a>) -> Vec<&'b Item<'a>> {
    let named = |item: &&Item<'a>| {
        let numbered =
            item.text.split_whitespace().next().is_some_and(|word| OPTION.contains(&word.to_lowercase().as_str()));
        numbered || item.meanings().any(|meaning| matches!(meaning, Meaning::Alternative))
    };
    let ways: Vec<&Item<'a>> = reading.headings().filter(named).collect();
    let siblings = |item: &&&Item<'a>| ways.iter().filter(|other| other.parent == item.parent).count() >= 2;
    ways.iter().filter(siblings).copied().collect()
}

const OPTION: &[&str] = &[
    "option",
    "alternative",
    "variante",
    "opción",
    "opção",
    "opzione",
    "optie",
    "opcja",
    "вариант",
    "варіант",
    "seçenek",
    "方案",
    "选项",
    "オプション",
    "옵션",
];

/// A phase of the plan with its number.
pub(super) struct PlanPhase<'a, 'b> {
    pub(super) item: &'b Item<'a>,
    pub(super) span: Option<&'a PlanSpan>,
}

/// Every phase, week, month or other part of the plan that opens a section, in order.
pub(super) fn phases<'a, 'b>(reading: &'b Reading<'a>) -> Vec<PlanPhase<'a, 'b>> {
    let span = |item: &'b Item<'a>| {
        item.meanings().find_map(|meaning| match meaning {
            Meaning::Phase { span } => Some(PlanPhase { item, span: span.as_ref() }),
            _ => None,
        })
    };
    reading.items().filter_map(span).collect()
}

/// The tasks of a phase, at any depth.
pub(super) fn tasks<'a, 'b>(reading: &'b Reading<'a>, phase: &Item<'_>) -> Vec<&'b Item<'a>> {
    let below = reading.below(phase.id);
    below.into_iter().filter(|item| !item.is_heading() && (item.is_task() || item.is_box())).collect()
}

/// Whether an item stands in a part that repeats what others say: criteria, gates, next steps, summaries, risks.
pub(super) fn repeats_others(reading: &Reading<'_>, item: &Item<'_>) -> bool {
    const REPEATING: &[&str] = &[
        "next",
        "action",
        "actions",
        "summary",
        "success",
        "criteria",
        "metrics",
        "gate",
        "gates",
        "risk",
        "risks",
        "mitigation",
        "recommendation",
        "recommendations",
        "milestone",
        "milestones",
        "progress",
        "conclusion",
        "takeaway",
        "takeaways",
        "note",
        "notes",
        "dependency",
        "dependencies",
        "sign-off",
        "definition of done",
        "benchmark",
        "benchmarks",
        "overview",
        "tools",
        "resource",
        "resources",
        "references",
        "breakdown",
    ];
    let named = |text: &str| says_any(text, REPEATING);
    item.section().iter().any(|heading| named(heading))
        || reading.above(item.id).iter().any(|above| !above.is_heading() && above.is_task() && named(above.text))
}

/// The topic of an item: of its subject, or of its whole text where that says nothing.
pub(super) fn topic(item: &Item<'_>) -> Words {
    let words = Words::topic(item.subject());
    if words.is_empty() { Words::topic(item.text) } else { words }
}
