//! The statements of a document put back in order: what is below what, which state holds, what is claimed of which area.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

pub(super) use super::numbers::{distance, mean, plus, shown};
use super::whole::says_state_only;
pub(super) use super::whole::{in_summary, is_about_all};
use super::words::Words;
use crate::model::statement::{MarkRole, Meaning, PercentRole, State};
use crate::model::{Exact, Statement};

/// Most items that are compared with each other; the largest document seen has about two thousand.
pub(super) const MOST_ITEMS: usize = 2_500;
/// Deepest nesting that is looked at.
const DEEPEST: usize = 64;

/// A bullet, line, heading or row with all that it says.
#[derive(Clone, Debug)]
pub(super) struct Item<'a> {
    pub(super) id: usize,
    pub(super) line: u32,
    pub(super) text: &'a str,
    pub(super) parent: Option<usize>,
    pub(super) says: Vec<&'a Statement>,
    pub(super) below: Vec<usize>,
}

impl<'a> Item<'a> {
    pub(super) fn meanings(&self) -> impl Iterator<Item = &'a Meaning> {
        self.says.iter().map(|statement| &statement.meaning)
    }

    pub(super) fn is_heading(&self) -> bool {
        self.depth().is_some()
    }

    pub(super) fn depth(&self) -> Option<u8> {
        self.meanings().find_map(|meaning| match meaning {
            Meaning::Heading { depth, .. } => Some(*depth),
            _ => None,
        })
    }

    pub(super) fn is_box(&self) -> bool {
        self.meanings().any(|meaning| matches!(meaning, Meaning::Checkbox(_)))
    }

    pub(super) fn is_row(&self) -> bool {
        self.meanings().any(|meaning| matches!(meaning, Meaning::TableRow { .. }))
    }

    pub(super) fn is_task(&self) -> bool {
        self.meanings().any(|meaning| matches!(meaning, Meaning::Task { .. }))
    }

    /// What it is about: the lead of a bullet, the first cell of a row that is a name, else the text up to the first
    /// bracket or colon.
    pub(super) fn subject(&self) -> &'a str {
        let cells = self.meanings().find_map(|meaning| match meaning {
            Meaning::TableRow { cells, .. } => Some(cells.as_slice()),
            _ => None,
        });
        let stated = self.stated_subject();
        match cells.and_then(|cells| cells.iter().find(|cell| is_name(cell))) {
            Some(cell) if !is_name(stated) => lead(cell),
            _ => lead(stated),
        }
    }

    /// What stands before a colon, where something follows: `Status` of `Status: done`.
    pub(super) fn key(&self) -> Option<&'a str> {
        let (key, value) = self.text.split_once([':', '：'])?;
        (!value.trim().is_empty()).then(|| key.trim())
    }

    fn stated_subject(&self) -> &'a str {
        let carrier = self.says.iter().find(|statement| {
            statement.meaning.mark().is_some()
                || matches!(statement.meaning, Meaning::Task { .. } | Meaning::TableRow { .. })
        });
        match carrier.or(self.says.first()) {
            Some(statement) if !statement.subject.is_empty() => &statement.subject,
            _ => self.text,
        }
    }

    /// The texts of the headings above.
    pub(super) fn section(&self) -> &'a [String] {
        self.says.first().map_or(&[], |statement| statement.section.as_slice())
    }

    pub(super) fn percent(&self, role: PercentRole) -> Option<&'a Exact> {
        self.says.iter().find_map(|statement| match &statement.meaning {
            Meaning::Percentage { value, role: own } if role_of(statement, *own) == role => Some(value),
            _ => None,
        })
    }

    /// The percentage that stands directly after the subject, whatever it is.
    pub(super) fn leading_percent(&self) -> Option<(&'a Exact, PercentRole)> {
        self.says.iter().find_map(|statement| match &statement.meaning {
            Meaning::Percentage { value, role } => {
                let at = statement.text.find(&statement.evidence)?;
                let before = statement.text.get(..at)?.trim_end();
                let leads = before.is_empty() || before.ends_with([':', '：', '-', '–', '—', '|']);
                leads.then_some((value, role_of(statement, *role)))
            }
            _ => None,
        })
    }

    /// How much of it is said to be done: as such, or as what remains to a hundred.
    pub(super) fn claimed(&self) -> Option<Exact> {
        let remaining = || Some(Exact::whole(100) - self.percent(PercentRole::Remaining)?.clone());
        self.percent(PercentRole::Complete).cloned().or_else(remaining)
    }
}

/// Whether a text names a thing: `T1.2.3`, `#4` and `FR-07` only number one.
fn is_name(text: &str) -> bool {
    let trimmed = text.trim();
    let numbers = trimmed.chars().any(char::is_numeric) && !trimmed.contains(char::is_whitespace);
    !numbers && trimmed.chars().any(char::is_alphabetic)
}

/// A text up to its first bracket, colon or dash; the whole text where nothing stands before that.
pub(super) fn lead(text: &str) -> &str {
    let ends = [": ", "：", " (", "（", " [", " - ", " – ", " — "];
    let cut = ends.iter().filter_map(|end| text.find(end)).min();
    let lead = cut.and_then(|at| text.get(..at)).unwrap_or(text).trim();
    if lead.chars().any(char::is_alphabetic) { lead } else { text }
}

/// The role of a percentage by the words that follow it directly: `65 % complete (15 % remaining)` states both.
fn role_of(statement: &Statement, role: PercentRole) -> PercentRole {
    const COMPLETE: &[&str] = &[
        "complete",
        "done",
        "ready",
        "implemented",
        "fertig",
        "abgeschlossen",
        "terminé",
        "completo",
        "completado",
        "concluído",
        "готово",
        "完成",
    ];
    if !matches!(role, PercentRole::Remaining | PercentRole::Target) {
        return role;
    }
    let Some(at) = statement.text.find(&statement.evidence) else { return role };
    let after = statement.text.get(at + statement.evidence.len()..).unwrap_or_default();
    let Some((clause, aside)) = after.split_once(['(', '（']) else { return role };
    let bare = !clause.chars().any(char::is_alphanumeric);
    if super::words::says_any(clause, COMPLETE) {
        PercentRole::Complete
    } else if bare && !aside.is_empty() {
        PercentRole::Other
    } else {
        role
    }
}

/// An area of a document with the percentage that it claims.
#[derive(Clone, Debug)]
pub(super) struct AreaClaim {
    pub(super) heading: usize,
    pub(super) value: Exact,
    /// Where it says so.
    pub(super) line: u32,
    /// Rows of tables that say the same.
    pub(super) rows: Vec<u32>,
}

/// All statements of one document.
pub(super) struct Reading<'a> {
    pub(super) statements: &'a [Statement],
    /// The day of the lint, where staleness is asked for.
    pub(super) today: Option<Date>,
    /// Of a spec, the lines of checks of which nobody claims anything.
    pub(super) unclaimed: Option<BTreeSet<u32>>,
    items: BTreeMap<usize, Item<'a>>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(statements: &'a [Statement], today: Option<Date>) -> Reading<'a> {
        let mut items: BTreeMap<usize, Item<'a>> = BTreeMap::new();
        for statement in statements {
            if items.len() >= MOST_ITEMS && !items.contains_key(&statement.item) {
                continue;
            }
            let item = items.entry(statement.item).or_insert_with(|| Item {
                id: statement.item,
                line: statement.line,
                text: &statement.text,
                parent: statement.parent,
                says: Vec::new(),
                below: Vec::new(),
            });
            item.line = item.line.min(statement.line);
            item.says.push(statement);
        }
        join_headings(&mut items);
        let links: Vec<(usize, usize)> = items
            .values()
            .filter_map(|item| Some((item.parent.filter(|parent| *parent != item.id)?, item.id)))
            .collect();
        for (parent, child) in links {
            if let Some(parent) = items.get_mut(&parent) {
                parent.below.push(child);
            }
        }
        Reading { statements, today, unclaimed: None, items }
    }

    /// All items in the order of the document.
    pub(super) fn items(&self) -> impl Iterator<Item = &Item<'a>> {
        self.items.values()
    }

    pub(super) fn item(&self, id: usize) -> Option<&Item<'a>> {
        self.items.get(&id)
    }

    pub(super) fn headings(&self) -> impl Iterator<Item = &Item<'a>> {
        self.items().filter(|item| item.is_heading())
    }

    /// Whether all that is listed below a heading, or all there is, is claimed: only then can its share be counted.
    pub(super) fn claims_all(&self, heading: Option<usize>) -> bool {
        let Some(unclaimed) = self.unclaimed.as_ref() else { return true };
        let Some(heading) = heading.and_then(|heading| self.item(heading)) else { return unclaimed.is_empty() };
        let follows = |other: &&Item<'a>| other.line > heading.line && other.depth() <= heading.depth();
        let end = self.headings().filter(follows).map(|other| other.line).min().unwrap_or(u32::MAX);
        unclaimed.range(heading.line..end).next().is_none()
    }

    /// What is directly below.
    pub(super) fn children(&self, id: usize) -> impl Iterator<Item = &Item<'a>> {
        self.item(id).into_iter().flat_map(|item| item.below.iter()).filter_map(|child| self.item(*child))
    }

    /// All that is below, at any depth, in the order of the document.
    pub(super) fn below(&self, id: usize) -> Vec<&Item<'a>> {
        let mut found = Vec::new();
        let mut open: Vec<(usize, usize)> =
            self.item(id).map(|item| item.below.iter().map(|child| (*child, 0)).collect()).unwrap_or_default();
        while let Some((child, depth)) = open.pop() {
            let Some(item) = self.item(child).filter(|_| depth < DEEPEST) else { continue };
            found.push(item);
            open.extend(item.below.iter().map(|below| (*below, depth + 1)));
        }
        found.sort_by_key(|item| item.id);
        found
    }

    /// The items above, nearest first.
    pub(super) fn above(&self, id: usize) -> Vec<&Item<'a>> {
        let mut found = Vec::new();
        let mut next = self.item(id).and_then(|item| item.parent);
        while let Some(item) = next.and_then(|id| self.item(id)).filter(|_| found.len() < DEEPEST) {
            found.push(item);
            next = item.parent;
        }
        found
    }

    /// The outermost heading that it stands below.
    pub(super) fn top_heading(&self, id: usize) -> Option<usize> {
        let above = self.above(id);
        above.iter().rev().find(|item| item.is_heading()).map(|item| item.id)
    }

    /// The heading that it stands below.
    pub(super) fn heading_of(&self, id: usize) -> Option<&Item<'a>> {
        self.above(id).into_iter().find(|item| item.is_heading())
    }

    /// The state of an item: its own, else that of the group it is in. Marks that stand before targets state nothing.
    pub(super) fn state(&self, item: &Item<'_>) -> Option<State> {
        if let Some(mark) = item.meanings().find_map(Meaning::mark) {
            return (mark.role != MarkRole::Target).then_some(mark.state);
        }
        if item.is_heading() {
            return None;
        }
        self.above(item.id).into_iter().find_map(|above| {
            let mark = above.meanings().find_map(Meaning::mark)?;
            (mark.role == MarkRole::Group || says_state_only(above.text)).then_some(mark.state)
        })
    }

    /// Every heading that claims a percentage, in its own words or in a line directly below.
    pub(super) fn area_claims(&self) -> Vec<AreaClaim> {
        let of_heading = |heading: &Item<'a>| {
            let own = heading.claimed().map(|value| (value, heading.line));
            let is_line = |item: &&Item<'a>| !item.is_heading() && !item.is_row() && is_about_all(item.subject());
            let summary = in_summary(&[heading.text.to_owned()]);
            let lines = self.children(heading.id).filter(is_line).filter(|_| !summary);
            let below = || lines.filter_map(|item| Some((item.claimed()?, item.line))).next();
            let (value, line) = own.or_else(below)?;
            let rows = self.rows_that_claim(heading, &value);
            Some(AreaClaim { heading: heading.id, value, line, rows })
        };
        self.headings().filter(|heading| !is_about_all(heading.text)).filter_map(of_heading).collect()
    }

    fn rows_that_claim(&self, heading: &Item<'_>, value: &Exact) -> Vec<u32> {
        let words = Words::of(lead(heading.text));
        let same = |row: &&Item<'a>| {
            row.is_row() && Words::of(row.subject()).within(&words) && row.claimed().as_ref() == Some(value)
        };
        self.items().filter(same).map(|row| row.line).collect()
    }

    /// The percentage that is claimed for the whole, with its line.
    pub(super) fn overall_claim(&self) -> Option<(Exact, u32)> {
        let areas: Vec<usize> = self.area_claims().iter().map(|claim| claim.heading).collect();
        let speaks_of_all = |item: &&Item<'a>| {
            let inside = self.above(item.id).iter().any(|above| areas.contains(&above.id)) || areas.contains(&item.id);
            let leads = item.is_row() || item.is_heading() || item.leading_percent().is_some();
            !inside && leads && is_about_all(item.subject())
        };
        let claims = self.items().filter(speaks_of_all).filter_map(|item| Some((item, item.claimed()?)));
        let mut claims: Vec<(&Item<'a>, Exact)> = claims.collect();
        // A table or summary at the top speaks for the document, a later line may speak of its own section.
        claims.retain(|(item, _)| item.section().len() <= 1 || in_summary(item.section()));
        claims.first().map(|(item, value)| (value.clone(), item.line))
    }

    /// The rows of the table that an item stands in, itself included.
    pub(super) fn table_of(&self, row: &Item<'_>) -> Vec<&Item<'a>> {
        let header = |item: &Item<'_>| {
            item.meanings().find_map(|meaning| match meaning {
                Meaning::TableRow { header, .. } => Some(header.clone()),
                _ => None,
            })
        };
        let own = header(row);
        let same = |item: &&Item<'a>| item.parent == row.parent && own.is_some() && header(item) == own;
        self.items().filter(same).collect()
    }
}

/// Where the line that introduces a list states nothing itself, its entries hang on the heading above.
fn join_headings(items: &mut BTreeMap<usize, Item<'_>>) {
    let headings: Vec<usize> = items.values().filter(|item| item.is_heading()).map(|item| item.id).collect();
    let known: Vec<usize> = items.keys().copied().collect();
    for item in items.values_mut() {
        if let Some(parent) = item.parent.filter(|parent| known.binary_search(parent).is_err()) {
            let above = headings.partition_point(|heading| *heading < parent);
            item.parent =
                above.checked_sub(1).and_then(|at| headings.get(at).copied()).filter(|heading| *heading != item.id);
        }
    }
}
