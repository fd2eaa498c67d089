//! What must come first: dependencies as `requires`, where both ends are checks and no circle arises.

use std::collections::{BTreeMap, BTreeSet};

use super::slug::slug;
use super::{Draft, Source};
use crate::import::entry::{Entry, Shape};
use crate::model::statement::{Meaning, Relation};

/// Writes dependencies into the checks they join; what cannot be joined becomes a remark.
pub(super) fn fill(source: &Source<'_>, draft: &mut Draft) {
    let mut places: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    let mut names: Vec<(String, String)> = Vec::new();
    for (area_index, area) in draft.areas.iter().enumerate() {
        for (check_index, check) in area.checks.iter().enumerate() {
            places.insert(check.entry, (area_index, check_index));
            names.push((slug(&check.title), check.id.clone()));
        }
    }
    let find = Finder { names };
    let rows = NumberedRows::of(source, draft);
    let mut edges = Edges::default();
    let mut remarks: Vec<((usize, usize), String)> = Vec::new();
    for statement in source.statements {
        let Meaning::Dependency { relation, on } = &statement.meaning else { continue };
        let place =
            places.get(&statement.item).or_else(|| statement.parent.and_then(|parent| places.get(&parent))).copied();
        let own = place.map(|(area, check)| draft.areas[area].checks[check].id.clone());
        let subject = find.one(&statement.subject).or_else(|| own.clone());
        let joined = match relation {
            Relation::Chain => {
                on.windows(2).filter(|pair| edges.join(find.one(&pair[1]), find.one(&pair[0]))).count() + 1
            }
            Relation::Requires | Relation::After => {
                let needed = |name: &String| match rows.named(source, statement.item, name) {
                    rows if !rows.is_empty() => rows,
                    _ => find.one(name).into_iter().collect(),
                };
                let check = own.clone().filter(|_| rows.is_row(source, statement.item)).or_else(|| subject.clone());
                let mut join = |name: &String| {
                    needed(name).into_iter().filter(|id| edges.join(check.clone(), Some(id.clone()))).count()
                };
                on.iter().filter(|name| join(name) > 0).count()
            }
            Relation::Blocks => on.iter().filter(|name| edges.join(find.one(name), subject.clone())).count(),
            Relation::Parallel => continue,
        };
        if let Some(place) = place.filter(|_| joined < on.len()) {
            remarks.push((place, format!("order: {}", statement.text)));
        }
    }
    for (place, remark) in remarks {
        draft.areas[place.0].checks[place.1].remarks.push(remark);
    }
    for check in draft.areas.iter_mut().flat_map(|area| area.checks.iter_mut()) {
        check.requires = edges.needs.get(&check.id).map(|needs| needs.iter().cloned().collect()).unwrap_or_default();
    }
}

/// Rows that a table numbers, by the table and the number, and the checks they became.
struct NumberedRows(BTreeMap<(Table, String), String>);

/// The heading and the label that a table stands below.
type Table = (Option<usize>, Option<usize>);

impl NumberedRows {
    /// Rows that one cell names as a range: `4-15`.
    const MOST: u32 = 200;

    fn of(source: &Source<'_>, draft: &Draft) -> NumberedRows {
        let checks = draft.areas.iter().flat_map(|area| area.checks.iter());
        let rows = checks.filter_map(|check| {
            let entry = source.entries.get(check.entry).filter(|entry| entry.shape == Shape::Row)?;
            let number = entry.text.split('|').next()?.trim().to_lowercase();
            Some(((table(entry), number), check.id.clone()))
        });
        NumberedRows(rows.collect())
    }

    fn is_row(&self, source: &Source<'_>, item: usize) -> bool {
        source.entries.get(item).is_some_and(|entry| entry.shape == Shape::Row)
    }

    /// The checks that a row names by number, by a range of numbers, or by the code in their first cell.
    fn named(&self, source: &Source<'_>, item: usize, name: &str) -> Vec<String> {
        let Some(entry) = source.entries.get(item).filter(|entry| entry.shape == Shape::Row) else { return Vec::new() };
        let known = |number: String| self.0.get(&(table(entry), number)).cloned();
        let whole = name.trim().trim_start_matches('#').to_lowercase();
        let range = whole.split_once(['-', '–']).and_then(|(first, last)| {
            let (first, last): (u32, u32) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
            (first < last && last - first <= Self::MOST).then_some(first..=last)
        });
        match range {
            Some(range) => range.filter_map(|number| known(number.to_string())).collect(),
            None => known(whole).into_iter().collect(),
        }
    }
}

fn table(entry: &Entry) -> Table {
    (entry.headings.last().copied(), entry.label_entry)
}

/// Finds the check that a name means: the same words, or the only one that holds them.
struct Finder {
    names: Vec<(String, String)>,
}

impl Finder {
    fn one(&self, name: &str) -> Option<String> {
        let wanted = slug(name);
        if wanted.len() < 4 {
            return None;
        }
        let same: Vec<&String> = self.names.iter().filter(|(title, _)| *title == wanted).map(|(_, id)| id).collect();
        match same.as_slice() {
            [id] => Some((*id).clone()),
            [] => self.only(&wanted),
            _ => None,
        }
    }

    fn only(&self, wanted: &str) -> Option<String> {
        let holds = |title: &str| {
            title.starts_with(&format!("{wanted}-"))
                || title.contains(&format!("-{wanted}-"))
                || title.ends_with(&format!("-{wanted}"))
        };
        let mut found = self.names.iter().filter(|(title, _)| holds(title)).map(|(_, id)| id);
        let first = found.next()?;
        found.next().is_none().then(|| first.clone())
    }
}

#[derive(Default)]
struct Edges {
    needs: BTreeMap<String, BTreeSet<String>>,
}

impl Edges {
    /// Joins two checks unless that closes a circle; whether it did.
    fn join(&mut self, check: Option<String>, needed: Option<String>) -> bool {
        let (Some(check), Some(needed)) = (check, needed) else { return false };
        if check == needed || self.leads(&needed, &check) {
            return false;
        }
        self.needs.entry(check).or_default().insert(needed);
        true
    }

    fn leads(&self, from: &str, to: &str) -> bool {
        let mut open = vec![from];
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            if id == to {
                return true;
            }
            if seen.insert(id) {
                open.extend(self.needs.get(id).into_iter().flatten().map(String::as_str));
            }
        }
        false
    }
}
