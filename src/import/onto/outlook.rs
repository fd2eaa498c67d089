//! What a document says of the whole, merged onto a spec: phases, gates, risks, team and costs. What is new is added, a comment
//! with the line of the document is kept right, and what differs or is gone is told: which side is right only a person knows.

use super::Merge;
use super::edit;
use super::matching::alike;
use super::old::OldEntry;
use crate::import::draft::{
    GateDraft, PhaseDraft, cost_line, full_time, gate_lines, phase_line, risk_lines, slug, team_line,
};

/// One entry as the document gives it now.
struct NewEntry {
    /// The id, or what names it.
    name: String,
    line: u32,
    /// What is compared with the spec.
    value: Option<String>,
    /// As `import` writes it.
    written: String,
    /// Checks of a gate that this merge adds to the spec.
    added_checks: Vec<String>,
}

impl Merge<'_> {
    /// All parts, in the order in which a spec has them.
    pub(super) fn follow_outlook(&mut self) {
        let gates: Vec<NewEntry> = self.draft.gates.iter().map(|gate| self.gate(gate)).collect();
        self.follow_entries("gates", &gates);
        let phases: Vec<NewEntry> = self.draft.phases.iter().map(phase).collect();
        self.follow_entries("phases", &phases);
        let entry = |name: &str, line: u32, value: &str, written: String| {
            let (name, value) = (name.to_owned(), Some(value.to_owned()));
            NewEntry { name, line, value, written, added_checks: Vec::new() }
        };
        let risks = self.draft.risks.iter();
        let risks: Vec<NewEntry> =
            risks.map(|risk| entry(&risk.title, risk.line, risk.level, risk_lines(risk))).collect();
        let team = self.draft.team.iter();
        let team: Vec<NewEntry> =
            team.map(|person| entry(&person.role, person.line, &full_time(person), team_line(person))).collect();
        let costs = self.draft.costs.iter();
        let costs: Vec<NewEntry> =
            costs.map(|cost| entry(&cost.item, cost.line, &cost.amount, cost_line(cost))).collect();
        for (key, entries) in [("risks", risks), ("team", team), ("costs", costs)] {
            self.follow_entries(key, &entries);
        }
    }

    fn gate(&self, gate: &GateDraft) -> NewEntry {
        let added = gate.checks.iter().filter(|check| !self.ids.contains_key(check.as_str())).cloned();
        NewEntry {
            name: gate.id.clone(),
            line: gate.line,
            value: None,
            written: gate_lines(gate, &self.ids),
            added_checks: added.collect(),
        }
    }

    fn follow_entries(&mut self, key: &'static str, new: &[NewEntry]) {
        let spec = self.old;
        let old: &[OldEntry] = spec.entries.get(key).map_or(&[], |entries| &entries.all);
        let pairs = paired(key, old, new);
        let mut added: Vec<&NewEntry> = Vec::new();
        for (entry, found) in new.iter().zip(&pairs) {
            match found {
                Some(found) => self.keep(key, &old[*found], entry),
                None => added.push(entry),
            }
        }
        self.add_entries(key, &added);
        for (index, gone) in old.iter().enumerate().filter(|(_, entry)| entry.document_line.is_some()) {
            if !pairs.contains(&Some(index)) {
                let (name, line) = (&gone.name, gone.first_line + 1);
                self.notes.push(format!(
                    "`{name}` under `{key}` is no longer in the document; it stays in the spec (line {line})"
                ));
            }
        }
    }

    /// An entry that is in both: its line follows, its value is the person's.
    fn keep(&mut self, key: &str, old: &OldEntry, new: &NewEntry) {
        if old.document_line.is_some_and(|line| line != new.line) {
            self.edits.replace_end(old.first_line, "# line ", &format!("# line {}", new.line));
        }
        if let (Some(kept), Some(said)) = (&old.value, &new.value)
            && kept != said
        {
            self.notes.push(format!("`{}` under `{key}`: the document says {said}; the spec keeps {kept}", old.name));
        }
        if !new.added_checks.is_empty() {
            let all = new.added_checks.join(", ");
            match old.checks_line {
                Some(line) => {
                    self.edits.replace_end(line, "]", &format!(", {all}]"));
                    self.notes.push(format!("gate `{}` asks for {all} too", old.name));
                }
                None => self.notes.push(format!("gate `{}`: add {all} to its checks by hand", old.name)),
            }
        }
    }

    fn add_entries(&mut self, key: &'static str, added: &[&NewEntry]) {
        if added.is_empty() {
            return;
        }
        let names: Vec<String> = added.iter().map(|entry| format!("`{}`", entry.name)).collect();
        let written = |indent: usize| -> Vec<String> {
            added.iter().flat_map(|entry| edit::shifted(&entry.written, indent)).collect()
        };
        let spec = self.old;
        match (spec.ends.get(key), spec.entries.get(key)) {
            (Some(end), Some(entries)) if entries.is_block => self.edits.insert_after(*end, written(entries.indent)),
            (Some(_), _) => {
                self.notes.push(format!("`{key}` is not written over several lines: add {} by hand", names.join(", ")));
                return;
            }
            (None, _) => self.edits.append([vec![String::new(), format!("{key}:")], written(2)].concat()),
        }
        self.notes.push(format!("added {} under `{key}`", names.join(", ")));
    }
}

fn phase(phase: &PhaseDraft) -> NewEntry {
    NewEntry {
        name: phase.id.clone(),
        line: phase.line,
        value: phase.days.as_ref().map(|(_, end)| end.clone()),
        written: phase_line(phase),
        added_checks: Vec::new(),
    }
}

/// For each entry of the document the one of the spec: by id or the same words, else by words that are nearly the same.
fn paired(key: &str, old: &[OldEntry], new: &[NewEntry]) -> Vec<Option<usize>> {
    let mut used = vec![false; old.len()];
    let by_id = matches!(key, "phases" | "gates");
    let mut pairs: Vec<Option<usize>> = vec![None; new.len()];
    for likely in [false, true] {
        for (entry, pair) in new.iter().zip(pairs.iter_mut()).filter(|(_, pair)| pair.is_none()) {
            let same = |other: &OldEntry| match (by_id, likely) {
                (true, _) => other.name == entry.name,
                (false, false) => slug(&other.name) == slug(&entry.name),
                (false, true) => alike(&other.name, &entry.name),
            };
            *pair = (0..old.len()).find(|index| !used[*index] && same(&old[*index]));
            if let Some(found) = *pair {
                used[found] = true;
            }
        }
    }
    pairs
}
