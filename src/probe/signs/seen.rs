//! Lays what was found beside what manifests declare. Owns the facts and their evidence.

use std::collections::{BTreeMap, BTreeSet};

use super::declared::{Declared, Packages, find};
use super::way::Way;
use super::{Absence, Look, Sign};
use crate::model::report::Evidence;
use crate::model::{Certainty, Exact, Fact, Facts, Observation, Value};
use crate::probe::evidence;
use crate::probe::finding::{Finding, Findings, shortened};
use crate::probe::foreign::Written;
use crate::world::{Class, Found, Swept, WantId};

/// How one way turned out.
enum Turn {
    /// It is seen.
    Seen,
    /// It is not there.
    Absent,
    /// Code uses something that no manifest of its language declares.
    Undeclared(Vec<(String, Finding)>),
    /// Code uses something, and no manifest of its language says what that is.
    Unplaced(String),
}

/// What was seen of all signs.
#[derive(Default)]
struct Tally {
    findings: Findings,
    declared: usize,
    undeclared: usize,
    /// Files that could not be searched, each told once.
    unread: BTreeSet<String>,
    /// Files looked at, by set of files.
    scanned: BTreeMap<String, u32>,
    seen: Vec<(String, u16)>,
    missing: Vec<(String, u16)>,
    /// Signs that cannot be told, with the reason.
    untold: Vec<String>,
}

pub(super) fn observe(
    signs: &[Sign],
    absence: Absence,
    declared: &Declared,
    uses: &[WantId],
    look: &Look<'_>,
) -> Observation {
    let mut tally = Tally::default();
    let mut uses = uses.iter();
    for sign in signs {
        let turns: Vec<Turn> = sign
            .ways
            .iter()
            .zip(&mut uses)
            .map(|(way, want)| tally.way(&sign.name, way, declared, look.swept, look.swept.get(*want)))
            .collect();
        tally.sign(sign, turns);
    }
    tally.ask_other_languages(signs, look);
    for (path, reason) in &declared.unread {
        tally.findings.unread(path, reason.as_str());
    }
    if let Some(hidden) = look.swept.tree().hidden_below(look.folder) {
        tally.findings.unread(&hidden.path, hidden.reason.to_string());
    }
    let facts = tally.facts(absence);
    Observation { facts, evidence: tally.evidence(), requests: 0 }
}

impl Tally {
    fn way(&mut self, sign: &str, way: &Way, declared: &Declared, swept: &Swept, found: &Found) -> Turn {
        let scanned = self.scanned.entry(way.files()).or_default();
        *scanned = (*scanned).max(found.scanned);
        for (id, unknown) in found.unread() {
            if self.unread.insert(swept.path(id).to_owned()) {
                self.findings.unread(swept.path(id), unknown.to_string());
            }
        }
        let packages = way.language.and_then(|language| declared.of_language(language.word()));
        let known = self.declares(way, packages);
        // Nobody writes that far to the right: what is packed is a copy of somebody else's code.
        const WIDEST: u32 = 400;
        if !found.hits().any(|(_, hits)| hits.first.iter().any(|hit| hit.column <= WIDEST)) {
            return Turn::Absent;
        }
        match (known, packages) {
            (true, _) => {
                self.push_all(shown("seen", sign, swept, found));
                Turn::Seen
            }
            (false, Some(_)) => {
                self.undeclared += usize::try_from(found.count()).unwrap_or(usize::MAX);
                let uses = format!("{sign}, of a library that no manifest declares");
                Turn::Undeclared(shown("undeclared_uses", &uses, swept, found))
            }
            (false, None) => Turn::Unplaced(place(swept, found)),
        }
    }

    /// Whether what a way looks for is declared, or needs no declaration.
    fn declares(&mut self, way: &Way, packages: Option<&Packages>) -> bool {
        if way.packages.is_empty() {
            return true;
        }
        let Some((package, manifest)) = packages.and_then(|packages| find(packages, &way.packages)) else {
            return false;
        };
        self.declared += 1;
        self.findings.push(manifest, Finding::new("declared", 0, package, format!("declares `{package}`")));
        true
    }

    fn push_all(&mut self, found: Vec<(String, Finding)>) {
        for (path, finding) in found {
            self.findings.push(&path, finding);
        }
    }

    fn sign(&mut self, sign: &Sign, turns: Vec<Turn>) {
        let (name, weight) = (sign.name.clone(), sign.weight);
        if turns.iter().any(|turn| matches!(turn, Turn::Seen)) {
            self.seen.push((name, weight));
            return;
        }
        let mut unplaced = None;
        for turn in turns {
            match turn {
                Turn::Undeclared(uses) => self.push_all(uses),
                Turn::Unplaced(place) => unplaced = unplaced.or(Some(place)),
                Turn::Seen | Turn::Absent => {}
            }
        }
        match unplaced {
            Some(place) => {
                self.untold.push(format!("{name}: used at {place}, and no manifest says which library that is"));
            }
            None => self.missing.push((name, weight)),
        }
    }

    /// A sign that code of some languages shows is not missing where much of the code is of another language.
    fn ask_other_languages(&mut self, signs: &[Sign], look: &Look<'_>) {
        let Some(reason) = Written::below(look.swept, look.folder, Class::Src).unread(|_| false) else { return };
        let in_code = |name: &str| {
            let of_name = signs.iter().filter(|sign| sign.name == name);
            of_name.flat_map(|sign| &sign.ways).any(|way| way.language.is_some())
        };
        let missing = std::mem::take(&mut self.missing);
        let (untold, missing): (Vec<_>, Vec<_>) = missing.into_iter().partition(|(name, _)| in_code(name));
        self.missing = missing;
        self.untold.extend(untold.iter().map(|(name, _)| format!("{reason} ({name})")));
    }

    fn facts(&self, absence: Absence) -> Facts {
        let mut facts = Facts::new();
        let scanned: u32 = self.scanned.values().sum();
        facts.present("scanned", Value::count(scanned));
        self.findings.set_number(&mut facts, "declared", self.declared);
        self.findings.set_number(&mut facts, "undeclared_uses", self.undeclared);
        self.findings.set_number(&mut facts, "seen", self.seen.len());
        let doubt = self.doubt(absence, scanned);
        if let Some(reason) = &doubt {
            if self.seen.is_empty() {
                facts.set("seen", Fact::Unobserved(reason.clone()));
            }
            facts.set("missing", Fact::Unobserved(reason.clone()));
            facts.set("share", Fact::Unobserved(reason.clone()));
            return facts;
        }
        let missing = self.missing.iter().map(|(name, _)| Value::Text(name.clone())).collect();
        facts.present("missing", Value::List(missing));
        let sum = |signs: &[(String, u16)]| signs.iter().map(|(_, weight)| u64::from(*weight)).sum::<u64>();
        let (seen, missing) = (sum(&self.seen), sum(&self.missing));
        facts.set(
            "share",
            Exact::ratio(seen, seen + missing).map_or_else(
                || Fact::Unobserved("no sign has a weight".to_owned()),
                |share| Fact::Present(Value::Number(share)),
            ),
        );
        facts
    }

    /// Why what is not seen need not be missing, if so.
    fn doubt(&self, absence: Absence, scanned: u32) -> Option<String> {
        let (none, some) = (self.seen.is_empty(), !self.missing.is_empty() || !self.untold.is_empty());
        if let Some(reason) = self.untold.first() {
            return Some(reason.clone());
        }
        if some && let Some(reason) = self.findings.unread_reason() {
            return Some(reason);
        }
        if scanned == 0 {
            return Some("no shipped file of a language or name that is looked at".to_owned());
        }
        if absence == Absence::Any && !self.missing.is_empty() {
            return Some(format!("not seen in the repository, and may be kept elsewhere: {}", names(&self.missing)));
        }
        (absence == Absence::Unknown && none && self.undeclared == 0)
            .then(|| "no sign of it in the repository; it may be kept elsewhere".to_owned())
    }

    fn evidence(self) -> Vec<Evidence> {
        let names =
            |signs: &[(String, u16)]| signs.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        let mut remarks = Vec::new();
        if !self.missing.is_empty() && (!self.seen.is_empty() || self.missing.len() > 1) {
            remarks.push(evidence::remark(format!("not seen: {}", names(&self.missing))));
        }
        remarks.extend(self.untold.iter().map(|reason| evidence::remark(reason.clone())));
        // Each line is evidence for the whole, whichever fact is asked for.
        let found = self.findings.evidence().into_iter().map(|item| Evidence { fact: None, ..item });
        remarks.into_iter().chain(found).collect()
    }
}

/// The kept matches of a way with their files.
fn shown(fact: &'static str, what: &str, swept: &Swept, found: &Found) -> Vec<(String, Finding)> {
    let of_file = |(id, hits): (_, &crate::world::Hits)| {
        let path = swept.path(id).to_owned();
        let one = |hit: &crate::world::Hit| {
            let line = shortened(&hit.line_text);
            let note = format!("{what}: `{line}`");
            (path.clone(), Finding::new(fact, hit.line, line, note).with(Certainty::Likely))
        };
        hits.first.iter().map(one).collect::<Vec<_>>()
    };
    found.hits().flat_map(of_file).collect()
}

fn names(signs: &[(String, u16)]) -> String {
    signs.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}

fn place(swept: &Swept, found: &Found) -> String {
    let first = found.hits().next().and_then(|(id, hits)| Some((id, hits.first.first()?.line)));
    first.map_or_else(String::new, |(id, line)| format!("`{}:{line}`", swept.path(id)))
}
