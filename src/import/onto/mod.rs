//! A changed document onto a spec that was made from it and edited since: new items are added, claims follow the document,
//! and all else stays as the person left it. Works on the lines of the spec, so that comments and layout survive.

mod edit;
mod matching;
mod old;
mod outlook;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::draft::{CheckDraft, Draft, check_lines};
use crate::model::Problems;
use crate::yaml::{self, Source};
use edit::Edits;
use old::OldSpec;

/// A spec with a document merged in, and what was done to it.
#[derive(Clone, Debug, Default)]
pub struct Merged {
    /// The spec; the same bytes where nothing changed.
    pub spec: String,
    /// One sentence for each thing that was done, or could not be.
    pub notes: Vec<String>,
}

/// Merges a draft onto a spec; an error where the spec is no YAML.
pub(super) fn merge(draft: &Draft, file: &str, text: &str) -> Result<Merged, Problems> {
    let root = yaml::parse(Arc::new(Source::new(file, text)))?;
    let old = OldSpec::of(text, root.as_ref(), &draft.source);
    let pairs = matching::pairs(&old, draft);
    let ids: BTreeMap<&str, &str> = pairs.iter().map(|(old, new)| (new.id.as_str(), old.id.as_str())).collect();
    let mut merge = Merge { old: &old, draft, ids, edits: Edits::new(text), notes: Vec::new() };
    for (old, new) in &pairs {
        merge.follow(old, new);
    }
    merge.shares();
    merge.add_checks();
    merge.follow_outlook();
    merge.tell_the_removed(&pairs.iter().map(|(old, _)| old.id.as_str()).collect::<Vec<_>>());
    let Merge { edits, notes, .. } = merge;
    Ok(Merged { spec: edits.applied(), notes })
}

struct Merge<'a> {
    old: &'a OldSpec,
    draft: &'a Draft,
    /// Ids of the spec by the ids that the document gives now.
    ids: BTreeMap<&'a str, &'a str>,
    edits: Edits,
    notes: Vec<String>,
}

impl<'a> Merge<'a> {
    /// A check that is in both: its claim follows the document, and its title where nobody had edited it.
    fn follow(&mut self, old: &old::OldCheck, new: &CheckDraft) {
        if let Some(line) = old.id_line.filter(|_| old.document_line.is_some_and(|line| line != new.line)) {
            self.edits.replace_end(line, "# line ", &format!("# line {}", new.line));
        }
        if old.title_is_its_own && old.title != new.title {
            match old.title_line {
                Some(line) => {
                    self.edits.replace_line(line, &format!("title: {}", super::draft::scalar(&new.title)));
                    self.notes.push(format!("`{}`: the document calls it `{}` now", old.id, new.title));
                }
                None => self.notes.push(format!("`{}`: its title is written over several lines and stays", old.id)),
            }
        }
        let claimed = new.claimed.as_ref().map(|claimed| super::draft::claim_line(&old.document, claimed));
        match (&old.claim, claimed) {
            (Some(claim), Some(written)) if !claim.says(&written) => {
                if claim.value != claim.value_in(&written) {
                    self.notes.push(format!("`{}`: claimed {}, was {}", old.id, claim.value_in(&written), claim.value));
                }
                if claim.has_comments {
                    self.notes.push(format!("`{}`: its claim holds comments and stays: change it by hand", old.id));
                } else {
                    self.edits
                        .replace_lines(claim.lines.clone(), &format!("{}{written}{}", claim.indent, claim.remark));
                }
            }
            (None, Some(written)) => {
                let indent = " ".repeat(old.indent + 2);
                self.edits.insert_after(old.last_own_line, vec![format!("{indent}{written}")]);
                self.notes.push(format!("`{}`: claimed {} now", old.id, new.claimed.as_ref().map_or("", |c| &c.value)));
            }
            (Some(_), None) => {
                self.notes.push(format!("`{}`: the document claims nothing of it any more; the claim stays", old.id))
            }
            _ => {}
        }
    }

    /// What is claimed of areas and of the whole.
    fn shares(&mut self) {
        for area in &self.draft.areas {
            let (Some(old), Some(claimed)) = (self.old.area(&area.id), &area.claimed) else { continue };
            if let Some((line, value)) = &old.claimed
                && *value != claimed.value
            {
                self.notes.push(format!("area `{}`: claimed {}, was {value}", area.id, claimed.value));
                let written = format!("claimed: {} # {}:{}", claimed.value, self.draft.source, claimed.line);
                self.edits.replace_line(*line, &written);
            }
        }
        if let (Some((line, value)), Some(claimed)) = (&self.old.overall, &self.draft.overall)
            && *value != claimed.value
        {
            self.notes.push(format!("the whole: claimed {}, was {value}", claimed.value));
            let source = super::draft::scalar(&format!("{}:{}", self.draft.source, claimed.line));
            self.edits.replace_line(*line, &format!("claims: {{ overall: {}, source: {source} }}", claimed.value));
        }
    }

    fn add_checks(&mut self) {
        for area in &self.draft.areas {
            let added: Vec<&CheckDraft> =
                area.checks.iter().filter(|check| !self.ids.contains_key(check.id.as_str())).collect();
            if added.is_empty() {
                continue;
            }
            let siblings = area.checks.iter().filter_map(|check| self.ids.get(check.id.as_str()).copied());
            let home = self.old.area(&area.id).or_else(|| self.old.area_of(siblings));
            match home {
                Some(home) if home.is_block => {
                    for check in &added {
                        let written = check_lines(self.draft, &self.renamed(check));
                        let lines = edit::indented(&written, home.indent);
                        self.edits.insert_after(self.place_of(area, check, home), lines);
                    }
                }
                Some(home) => {
                    self.notes.push(format!(
                        "area `{}` has no list of checks over several lines: nothing was added to it",
                        home.id
                    ));
                    continue;
                }
                None => self.add_area(area),
            }
            let names: Vec<String> = added.iter().map(|check| format!("`{}`", check.id)).collect();
            self.notes.push(format!("added {}", names.join(", ")));
        }
    }

    /// Behind the check that stands before it in the document, else at the end of the area.
    fn place_of(&self, area: &super::draft::AreaDraft, check: &CheckDraft, home: &old::OldArea) -> usize {
        let before = area.checks.iter().take_while(|other| other.id != check.id);
        let known = before.filter_map(|other| self.old.check(self.ids.get(other.id.as_str())?));
        known.filter(|old| old.area == home.id).last().map_or(home.last_line, |old| old.last_line)
    }

    fn add_area(&mut self, area: &super::draft::AreaDraft) {
        let mut whole = area.clone();
        whole.checks.retain(|check| !self.ids.contains_key(check.id.as_str()));
        whole.checks = whole.checks.iter().map(|check| self.renamed(check)).collect();
        let written = super::draft::area_lines(self.draft, &whole);
        self.edits.insert_after(self.old.last_line_of_areas, edit::lines(&written));
    }

    /// The same check with what it requires under the ids of the spec.
    fn renamed(&self, check: &CheckDraft) -> CheckDraft {
        let rename = |id: &String| self.ids.get(id.as_str()).map_or_else(|| id.clone(), |old| (*old).to_owned());
        let requires = check.requires.iter().map(rename).collect();
        let any_of = check.any_of.iter().map(rename).collect();
        let mut renamed = check.clone();
        (renamed.requires, renamed.any_of) = (requires, any_of);
        renamed
    }

    /// Checks that were made from the document and are no longer in it: told, never taken out.
    fn tell_the_removed(&mut self, kept: &[&str]) {
        for check in self.old.checks.iter().filter(|check| check.is_imported && !kept.contains(&check.id.as_str())) {
            self.notes.push(format!(
                "`{}` is no longer in the document; it stays in the spec (line {})",
                check.id,
                check.first_line + 1
            ));
        }
    }
}
