//! What the document says of the whole: target date, owner, overall claim, phases, risks, people, costs.

use std::collections::BTreeMap;

use super::area;
use super::check::is_whole;
use super::detail::effort;
use super::slug::Ids;
use super::yaml_text::shortened;
use super::{CostDraft, Draft, PhaseDraft, RiskDraft, SectionDraft, Source, TeamDraft};
use crate::import::entry::Shape;
use crate::import::read::tidy;
use crate::import::surroundings::names_mitigations;
use crate::model::Statement;
use crate::model::outcome::Priority;
use crate::model::statement::{DateRole, Meaning};

pub(super) fn fill(source: &Source<'_>, draft: &mut Draft) {
    whole(source, draft);
    phases(source, draft);
    risks(source, draft);
    people(source, draft);
}

fn whole(source: &Source<'_>, draft: &mut Draft) {
    let totals = source.statements.iter().filter(|statement| is_whole(&statement.subject));
    draft.overall = totals.filter_map(area::claimed).next();
    for statement in source.statements {
        let first_level = statement.section.len() <= 1;
        match &statement.meaning {
            Meaning::Date { first, last, role: DateRole::Target } if first == last && draft.target_date.is_none() => {
                draft.target_date = Some(first.to_string());
            }
            Meaning::Owner { name }
                if first_level && draft.owner.is_none() && source.entries[statement.item].shape == Shape::Line =>
            {
                draft.owner = Some(shortened(name, 80));
            }
            Meaning::Percentage { .. } if draft.overall.is_none() && speaks_of_the_whole(source, statement) => {
                draft.overall = area::claimed(statement);
            }
            _ => {}
        }
    }
}

/// `Overall: 54 %`, a total row, or a status line before the first area.
fn speaks_of_the_whole(source: &Source<'_>, statement: &Statement) -> bool {
    let shape = source.entries[statement.item].shape;
    let text = statement.text.to_lowercase();
    let early = statement.section.len() <= 1 && shape == Shape::Line;
    let ready = [
        "production ready",
        "production-ready",
        "readiness",
        "completion",
        "overall",
        "produktionsreif",
        "prêt",
        "listo",
        "pronto",
    ];
    let keyed = text.starts_with(&statement.subject.to_lowercase())
        && !statement.subject.is_empty()
        && text.contains([':', '：']);
    early && keyed && ready.iter().any(|word| text.contains(word))
}

fn phases(source: &Source<'_>, draft: &mut Draft) {
    let mut ids = Ids::default();
    let used: std::collections::BTreeSet<usize> = source.entries.iter().filter_map(|entry| entry.phase).collect();
    for (index, entry) in source.entries.iter().enumerate() {
        let opens = source.of(index).any(|statement| matches!(statement.meaning, Meaning::Phase { span: Some(_) }));
        if !opens || !(used.contains(&index) || matches!(entry.shape, Shape::Row)) {
            continue;
        }
        let title = match entry.shape {
            Shape::Row => source.of(index).next().map_or_else(String::new, |row| row.subject.clone()),
            _ => tidy(&entry.text),
        };
        let title = shortened(&title, 100);
        draft.phases.push(PhaseDraft {
            entry: index,
            id: ids.give_lettered(&title, "phase"),
            title,
            line: entry.line,
            days: days(source, index),
        });
    }
}

/// First and last day, where the phase names two.
fn days(source: &Source<'_>, index: usize) -> Option<(String, String)> {
    let dates: Vec<_> = source
        .of(index)
        .filter_map(|statement| match &statement.meaning {
            Meaning::Date { first, last, .. } => Some((*first, *last)),
            _ => None,
        })
        .collect();
    match dates.as_slice() {
        [(start, _), (_, end)] if start <= end => Some((start.to_string(), end.to_string())),
        [(start, end)] if start < end => Some((start.to_string(), end.to_string())),
        _ => None,
    }
}

fn risks(source: &Source<'_>, draft: &mut Draft) {
    let mut nested: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut listed: Vec<String> = Vec::new();
    for statement in source.statements.iter().filter(|statement| statement.meaning == Meaning::Mitigation) {
        match statement.parent.filter(|parent| source.entries[*parent].shape == Shape::Bullet) {
            Some(parent) => nested.entry(parent).or_default().push(without_key(&statement.text)),
            None => listed.push(statement.text.clone()),
        }
    }
    for statement in source.statements {
        let Meaning::Risk { level } = &statement.meaning else { continue };
        let level = match level.as_ref().map(|level| level.priority) {
            Some(Priority::Critical | Priority::High) => "high",
            Some(Priority::Low) => "low",
            Some(Priority::Medium) | None => "medium",
        };
        let effect = source.of(statement.item).find_map(|other| match &other.meaning {
            Meaning::Duration { least, most, unit } => effort(least, most, *unit),
            _ => None,
        });
        let mitigation = nested.get(&statement.item).map(|texts| texts.join("; "));
        let title = shortened(if statement.text.is_empty() { &statement.subject } else { &statement.text }, 200);
        draft.risks.push(RiskDraft { title, line: statement.line, level, effect, mitigation });
    }
    pair(listed, draft);
}

/// `Mitigation: …` without the key.
fn without_key(text: &str) -> String {
    text.split_once([':', '：'])
        .filter(|(key, _)| names_mitigations(key))
        .map_or(text, |(_, rest)| rest)
        .trim()
        .to_owned()
}

/// A list of mitigations belongs to the risks in its order only if there is one for each; else it stands as text.
fn pair(listed: Vec<String>, draft: &mut Draft) {
    let open = draft.risks.iter().filter(|risk| risk.mitigation.is_none()).count();
    if open == listed.len() {
        let risks = draft.risks.iter_mut().filter(|risk| risk.mitigation.is_none());
        risks.zip(listed).for_each(|(risk, text)| risk.mitigation = Some(text));
    } else if !listed.is_empty() {
        let body = listed.iter().map(|text| format!("- {text}")).collect::<Vec<_>>().join("\n");
        draft.sections.push(SectionDraft { title: "Mitigation".to_owned(), body });
    }
}

fn people(source: &Source<'_>, draft: &mut Draft) {
    for statement in source.statements {
        match &statement.meaning {
            Meaning::Team { full_time, person_weeks } => draft.team.push(TeamDraft {
                role: shortened(&statement.subject, 100),
                full_time: full_time.clone(),
                weeks: person_weeks.as_ref().and_then(|weeks| weeks.checked_div(full_time)),
                line: statement.line,
            }),
            Meaning::Cost { least, most, currency, per } => {
                let (low, high) = (least.floor_decimals(2), most.floor_decimals(2));
                let range = if low == high { low } else { format!("{low}..{high}") };
                draft.costs.push(CostDraft {
                    item: shortened(&statement.subject, 100),
                    amount: format!("{range} {}", code(currency)),
                    period: per.clone(),
                    line: statement.line,
                });
            }
            _ => {}
        }
    }
}

/// ISO 4217 codes for signs that name one currency only by habit.
fn code(sign: &str) -> &str {
    match sign {
        "$" => "USD",
        "€" => "EUR",
        "£" => "GBP",
        "₹" => "INR",
        "₽" => "RUB",
        "₺" | "TL" => "TRY",
        "zł" => "PLN",
        "R$" => "BRL",
        other => other,
    }
}
