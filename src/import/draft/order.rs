//! What must come first: dependencies as `requires`, where both ends are checks and no circle arises.

use std::collections::{BTreeMap, BTreeSet};

use super::slug::slug;
use super::{Draft, Source};
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
    let mut edges = Edges::default();
    let mut remarks: Vec<((usize, usize), String)> = Vec::new();
    for statement in source.statements {
        let Meaning::Dependency { relation, on } = &statement.meaning else { continue };
        let place =
            places.get(&statement.item).or_else(|| statement.parent.and_then(|parent| places.get(&parent))).copied();
        let own = place.map(|(area, check)| draft.areas[area].checks[check].id.clone());
        let subject = find.one(&statement.subject).or(own);
        let joined = match relation {
            Relation::Chain => {
                on.windows(2).filter(|pair| edges.join(find.one(&pair[1]), find.one(&pair[0]))).count() + 1
            }
            Relation::Requires | Relation::After => {
                on.iter().filter(|name| edges.join(subject.clone(), find.one(name))).count()
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
