//! L09: ranks, tiers and levels that disagree.

use super::areas::topic;
use super::reading::{Item, Reading};
use super::roll_up::quoted;
use super::words::{Words, lower_words, says_any};
use super::{Finding, Severity};
use crate::model::outcome::Priority;
use crate::model::statement::{Meaning, PrioritySource, Relation};

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = ranks(reading).into_iter().collect();
    findings.extend(tiers(reading));
    findings.extend(blockers_in_low_areas(reading));
    findings
}

fn level(item: &Item<'_>, sources: &[PrioritySource]) -> Option<Priority> {
    item.meanings().find_map(|meaning| match meaning {
        Meaning::Priority { level, source } if sources.contains(source) => Some(level.priority),
        _ => None,
    })
}

/// The level of a part: that of a line directly below its heading.
fn level_below<'a, 'b>(reading: &'b Reading<'a>, heading: usize) -> Option<(Priority, &'b Item<'a>)> {
    reading.children(heading).filter(|item| !item.is_heading()).find_map(|item| {
        let stated = level(item, &[PrioritySource::Line, PrioritySource::Inline]).or_else(|| in_status(item.text));
        Some((stated?, item))
    })
}

/// `Status: CRITICAL - Required for production`.
fn in_status(text: &str) -> Option<Priority> {
    let words: Vec<String> = lower_words(text).take(2).collect();
    let [key, word] = words.as_slice() else { return None };
    match (key.as_str(), word.as_str()) {
        ("status" | "priority", "critical") => Some(Priority::Critical),
        ("status" | "priority", "high") => Some(Priority::High),
        ("status" | "priority", "medium") => Some(Priority::Medium),
        ("status" | "priority", "low") => Some(Priority::Low),
        _ => None,
    }
}

/// `Priority 2: … HIGH` before `Priority 3: … CRITICAL`.
fn ranks(reading: &Reading<'_>) -> Option<Finding> {
    let mut ranked: Vec<(u32, Priority, &Item<'_>, &Item<'_>)> = Vec::new();
    for heading in reading.headings() {
        let words: Vec<String> = lower_words(heading.text).take(2).collect();
        let Some(rank) = words
            .get(1)
            .filter(|_| {
                words.first().is_some_and(|word| word == "priority" || word == "priorität" || word == "prioridad")
            })
            .and_then(|word| word.parse().ok())
        else {
            continue;
        };
        if let Some((level, line)) = level_below(reading, heading.id) {
            ranked.push((rank, level, heading, line));
        }
    }
    ranked.sort_by_key(|(rank, ..)| *rank);
    let inversions: Vec<_> = ranked
        .windows(2)
        .filter_map(|pair| match pair {
            [one, other] if one.0 < other.0 && one.1.weight() < other.1.weight() => Some((one, other)),
            _ => None,
        })
        .collect();
    let (one, other) = inversions.first()?;
    let message = format!(
        "priority {} is {}, priority {} is {}: do the numbers or the levels rank?",
        one.0,
        one.1.word(),
        other.0,
        other.1.word()
    );
    let lines = inversions.iter().flat_map(|(one, other)| [one.2.line, one.3.line, other.2.line, other.3.line]);
    let order: Vec<String> = ranked.iter().map(|(rank, level, ..)| format!("{rank} {}", level.word())).collect();
    Some(Finding::new(Severity::Medium, lines, message).because(order.join(", ")))
}

/// A part in a lower tier with a higher level than one in a higher tier.
fn tiers(reading: &Reading<'_>) -> Option<Finding> {
    struct Part<'a, 'b> {
        tier: Priority,
        tier_line: u32,
        level: Priority,
        heading: &'b Item<'a>,
        line: u32,
    }
    let mut parts: Vec<Part<'_, '_>> = Vec::new();
    for heading in reading.headings() {
        let Some((own, line)) = level_below(reading, heading.id) else { continue };
        let above = reading.above(heading.id);
        let tier = above.iter().find_map(|above| Some((level(above, &[PrioritySource::Tier])?, above.line)));
        if let Some((tier, tier_line)) = tier {
            parts.push(Part { tier, tier_line, level: own, heading, line: line.line });
        }
    }
    let inverted = |low: &&Part<'_, '_>| {
        parts.iter().find(|high| high.tier.weight() > low.tier.weight() && high.level.weight() < low.level.weight())
    };
    let (low, high) = parts.iter().find_map(|low| Some((low, inverted(&low)?)))?;
    let message = format!(
        "{} is {} in the tier `{}`, {} is {} in the tier `{}`: which scale ranks?",
        quoted(low.heading.text),
        low.level.word(),
        low.tier.word(),
        quoted(high.heading.text),
        high.level.word(),
        high.tier.word()
    );
    let levels: Vec<String> =
        parts.iter().map(|part| format!("{} in {}", part.level.word(), part.tier.word())).collect();
    let lines = [low.tier_line, low.heading.line, low.line, high.tier_line, high.heading.line, high.line];
    Some(Finding::new(Severity::Medium, lines, message).because(levels.join(", ")))
}

/// A stated blocker that is a part of an area of medium or low priority.
fn blockers_in_low_areas(reading: &Reading<'_>) -> Vec<Finding> {
    let rated: Vec<(Words, Priority, u32)> = reading
        .items()
        .filter_map(|item| Some((Words::of(item.subject()), level(item, &[PrioritySource::Cell])?, item.line)))
        .filter(|(words, ..)| !words.is_empty())
        .collect();
    let mut findings = Vec::new();
    for item in reading.items() {
        let blocks = item
            .says
            .iter()
            .any(|statement| matches!(&statement.meaning, Meaning::Dependency { relation: Relation::Blocks, .. }));
        let listed = item.section().iter().any(|heading| says_any(heading, &["blockers", "blocker"]));
        if !blocks || !listed {
            continue;
        }
        let words = topic_of_lead(item);
        let Some(part) =
            reading.headings().find(|heading| words.len() >= 2 && words.within(&Words::topic(heading.text)))
        else {
            continue;
        };
        let Some(area) = reading.above(part.id).into_iter().rfind(|above| above.is_heading()) else { continue };
        let area_words = Words::of(area.text);
        let Some((_, priority, line)) = rated.iter().find(|(words, ..)| words.within(&area_words)) else { continue };
        if priority.weight() >= Priority::High.weight() {
            continue;
        }
        let message = format!(
            "{} is a blocker, its area {} has priority {}: does a blocker not raise it?",
            quoted(item.text),
            quoted(area.text),
            priority.word()
        );
        findings.push(Finding::new(Severity::Medium, [item.line, *line], message));
    }
    findings
}

/// The topic of what stands before the first bracket or dash.
fn topic_of_lead(item: &Item<'_>) -> Words {
    let lead = item.text.split(['(', '（']).next().unwrap_or(item.text);
    let words = Words::topic(lead.split(" - ").next().unwrap_or(lead));
    if words.is_empty() { topic(item) } else { words }
}
