//! Which headings are areas, and what the document says of each.

use std::collections::{BTreeMap, BTreeSet};

use super::slug::{Ids, slug};
use super::{AreaDraft, Claimed, Draft, Source};
use crate::import::entry::Shape;
use crate::import::mark;
use crate::import::read::tidy;
use crate::model::statement::{MarkRole, Meaning, PercentRole, PrioritySource};
use crate::model::{Exact, Statement};

/// Headings by what they are.
pub(super) struct Headings {
    /// Those with headings below.
    split: BTreeSet<usize>,
}

impl Headings {
    pub(super) fn of(source: &Source<'_>) -> Headings {
        let below = source.entries.iter().filter(|entry| matches!(entry.shape, Shape::Heading));
        Headings { split: below.filter_map(|entry| entry.headings.last().copied()).collect() }
    }

    /// The heading that is the area of an entry.
    pub(super) fn area_of(&self, source: &Source<'_>, headings: &[usize]) -> Option<usize> {
        let states =
            |heading: usize, test: fn(&Meaning) -> bool| source.of(heading).any(|statement| test(&statement.meaning));
        let measured = headings.iter().rev().find(|heading| states(**heading, is_share_of_area));
        let marked =
            headings.iter().rev().find(|heading| !self.split.contains(*heading) && states(**heading, is_state));
        let ranks = |meaning: &Meaning| {
            matches!(meaning, Meaning::Priority { source: PrioritySource::Tier, .. } | Meaning::Phase { .. })
        };
        let plain = headings.iter().find(|heading| {
            let groups = self.split.contains(*heading) && states(**heading, |meaning| meaning.mark().is_some());
            !groups && !states(**heading, ranks)
        });
        measured.or(marked).or(plain).or(headings.first()).copied()
    }
}

fn is_share_of_area(meaning: &Meaning) -> bool {
    matches!(meaning, Meaning::Percentage { role: PercentRole::Complete | PercentRole::Remaining, .. })
}

fn is_number(meaning: &Meaning) -> bool {
    matches!(meaning, Meaning::Percentage { .. } | Meaning::Score { .. } | Meaning::Grade { .. })
}

fn is_state(meaning: &Meaning) -> bool {
    meaning.mark().is_some_and(|mark| mark.role == MarkRole::State)
}

/// Makes an area of every heading that has entries which may become checks; `check` fills them and drops the empty ones.
pub(super) fn fill(source: &Source<'_>, draft: &mut Draft) {
    let headings = Headings::of(source);
    let mut ids = Ids::default();
    let mut known: BTreeMap<Option<usize>, usize> = BTreeMap::new();
    let mut by_title: BTreeMap<String, usize> = BTreeMap::new();
    for entry in source.entries.iter().filter(|entry| !matches!(entry.shape, Shape::Heading | Shape::Code)) {
        let heading = headings.area_of(source, &entry.headings);
        if known.contains_key(&heading) {
            continue;
        }
        let title = heading.map_or_else(
            || draft.name.clone().unwrap_or_else(|| "Plan".to_owned()),
            |at| title(&source.entries[at].text),
        );
        let index = *by_title.entry(slug(&title)).or_insert_with(|| {
            draft.areas.push(area(source, heading, ids.give_lettered(&title, "area"), title.clone()));
            draft.areas.len() - 1
        });
        known.insert(heading, index);
    }
    said_elsewhere(source, &headings, draft);
}

fn area(source: &Source<'_>, heading: Option<usize>, id: String, title: String) -> AreaDraft {
    let statements: Vec<&Statement> = heading.map_or_else(Vec::new, |heading| source.of(heading).collect());
    let claimed = statements.iter().find_map(|statement| claimed(statement));
    let mark = statements.iter().find_map(|statement| statement.meaning.mark());
    let marked = mark.map(|mark| format!("{} ({})", mark.state.word(), mark.sign));
    // A bare number may be a share, a weight or how far the work is: it stays a remark.
    let numbers = statements.iter().filter(|statement| is_number(&statement.meaning)).map(|s| s.evidence.clone());
    let said: Vec<String> = marked.into_iter().chain(numbers).collect();
    let remark = (claimed.is_none() && !said.is_empty()).then(|| format!("the document says: {}", said.join(", ")));
    let priority = statements.iter().find_map(|statement| match &statement.meaning {
        Meaning::Priority { level, .. } => Some(level.priority),
        _ => None,
    });
    AreaDraft { heading, id, title, priority, claimed, remark, checks: Vec::new() }
}

/// An area that no heading stands for.
pub(super) fn bare(id: String, title: String) -> AreaDraft {
    AreaDraft { heading: None, id, title, priority: None, claimed: None, remark: None, checks: Vec::new() }
}

/// What is done of an area, in percent.
pub(super) fn claimed(statement: &Statement) -> Option<Claimed> {
    let Meaning::Percentage { value, role } = &statement.meaning else { return None };
    let hundred = Exact::whole(100);
    let done = match role {
        PercentRole::Complete => value.clone(),
        PercentRole::Remaining => &hundred - value,
        _ => return None,
    };
    if done.is_negative() || done > hundred {
        return None;
    }
    let value = format!("{} %", done.floor_decimals(6));
    Some(Claimed { value, text: statement.text.clone(), line: statement.line })
}

/// Lines and rows that speak of an area: `Current Status: 80% Complete`, `Priority: HIGH`, a row with its title.
fn said_elsewhere(source: &Source<'_>, headings: &Headings, draft: &mut Draft) {
    let by_heading: BTreeMap<Option<usize>, usize> =
        draft.areas.iter().enumerate().map(|(index, area)| (area.heading, index)).collect();
    let by_id: BTreeMap<String, usize> =
        draft.areas.iter().enumerate().map(|(index, area)| (area.id.clone(), index)).collect();
    for (index, entry) in source.entries.iter().enumerate() {
        let spoken_of = match entry.shape {
            Shape::Line => by_heading.get(&headings.area_of(source, &entry.headings)).copied(),
            Shape::Row => source.of(index).next().and_then(|row| by_id.get(&slug(&title(&row.subject))).copied()),
            _ => None,
        };
        let Some(area) = spoken_of.map(|area| &mut draft.areas[area]) else { continue };
        for statement in source.of(index) {
            if area.claimed.is_none() && speaks_of_all(entry.shape, statement) {
                area.claimed = claimed(statement);
            }
            if let Meaning::Priority { level, source: PrioritySource::Line | PrioritySource::Cell } = &statement.meaning
                && area.priority.is_none()
            {
                area.priority = Some(level.priority);
            }
        }
    }
}

/// A percentage of a line is the area's only if the line is about nothing else.
fn speaks_of_all(shape: Shape, statement: &Statement) -> bool {
    let about = statement.subject.to_lowercase();
    shape == Shape::Row
        || [
            "status",
            "complet",
            "progress",
            "remaining",
            "fortschritt",
            "avancement",
            "progreso",
            "progresso",
            "stan",
            "готовность",
            "进度",
            "進捗",
        ]
        .iter()
        .any(|word| about.contains(word))
}

/// A heading without its number, its percentage and its state: `1. Testing (30% Remaining)` → `Testing`.
pub(super) fn title(text: &str) -> String {
    let mut shown = tidy(text);
    let digits = shown.trim_start_matches(|c: char| c.is_ascii_digit());
    let unnumbered = match digits.strip_prefix(['.', ')']) {
        Some(rest) if digits.len() < shown.len() => rest.trim_start().to_owned(),
        _ => shown.clone(),
    };
    if unnumbered.chars().any(char::is_alphabetic) {
        shown = unnumbered;
    }
    if let Some(open) = shown.rfind(['(', '（']).filter(|open| *open > 0 && shown[*open..].contains(['%', '％'])) {
        shown.truncate(open);
    }
    if let Some(sign) = mark::anywhere(&shown) {
        shown.truncate(sign.length - sign.written.len());
    }
    let ending = mark::state_at_end(&shown).filter(|(start, _)| *start > 0);
    let shown = ending.map_or(shown.as_str(), |(start, _)| &shown[..start]);
    let shown = tidy(shown);
    if shown.is_empty() { tidy(text) } else { shown }
}
