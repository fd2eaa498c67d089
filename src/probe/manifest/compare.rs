//! Manifests against their lock files, and what they leave open, as facts.

use crate::model::{Certainty, Fact, Facts, Value};
use crate::probe::finding::{Finding, Findings};
use crate::world::{Swept, WantId};

use super::ecosystem::Need;
use super::ranges::{self, Span};
use super::sync::{Apart, Gap, Locks, local_name};

/// The largest manifest that is read, in bytes.
const LARGEST: u64 = 2 * 1024 * 1024;

/// Counts what manifests declare, and how much of it they leave open.
pub(super) fn declared(swept: &Swept, want: WantId, findings: &mut Findings, facts: &mut Facts) {
    let (mut read, mut all, mut ranged) = (false, 0_usize, 0_usize);
    for (id, _) in swept.get(want).own::<Need>() {
        let entry = swept.tree().entry(id);
        let Ok(bytes) = swept.read(&entry.path, LARGEST) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let Some(found) = ranges::requirements(entry.base(), text.trim_start_matches('\u{feff}')) else { continue };
        read = true;
        all += found.len();
        ranged += found.iter().filter(|requirement| requirement.span != Span::One).count();
        for open in found.into_iter().filter(|requirement| requirement.span == Span::Open) {
            let written = if open.written.is_empty() { "no version".to_owned() } else { format!("`{}`", open.written) };
            let note = format!("`{}` may come in any later version: {written}", open.name);
            findings.push(&entry.path, Finding::new("open_ranges", 0, open.name, note));
        }
    }
    for (name, number) in [("dependencies", all), ("ranges", ranged), ("open_ranges", findings.count("open_ranges"))] {
        match read {
            true => findings.set_number(facts, name, number),
            false => facts.set(name, Fact::Unobserved("no manifest here is read for what it declares".to_owned())),
        }
    }
}

/// Whether a lock is about what a manifest declares.
pub(super) fn asks_for_a_lock(need: &Need) -> bool {
    matches!(need, Need::Lock | Need::Library | Need::Versions { .. })
}

/// A manifest, its lock, and what they do not agree on.
pub(super) struct Compared {
    pub(super) manifest: String,
    pub(super) lock: String,
    pub(super) gaps: Result<Vec<Gap>, Apart>,
}

/// Locks of a tree, which know the names of its packages.
pub(super) fn locks(swept: &Swept, want: WantId) -> Locks<'_> {
    let manifests = swept.get(want).own::<Need>().map(|(id, _)| &swept.tree().entry(id).path);
    let named = manifests.filter(|path| path.rsplit('/').next() == Some("package.json"));
    Locks::new(swept, named.filter_map(|path| local_name(&swept.read(path, LARGEST).ok()?)).collect())
}

/// What the comparisons say together.
pub(super) fn in_sync(all: &[Compared], findings: &mut Findings, facts: &mut Facts) {
    let mut reason = None;
    for Compared { manifest, lock, gaps } in all {
        match gaps {
            Ok(gaps) => {
                let Some(first) = gaps.first() else { continue };
                let more = if gaps.len() > 1 { format!(", and {} more", gaps.len() - 1) } else { String::new() };
                let note = format!("`{lock}` is not in sync: {}{more}", first.what);
                findings.push(manifest, Finding::new("out_of_sync", 0, first.name.as_str(), note));
            }
            Err(Apart::NoMember) => {}
            Err(Apart::Unknown(why)) => {
                let note = format!("not compared with `{lock}`: {why}");
                findings.push(manifest, Finding::new("comparable_locks", 0, lock.as_str(), note).with(Certainty::Hint));
                reason.get_or_insert(format!("`{manifest}` is not compared with `{lock}`: {why}"));
            }
        }
    }
    facts.present("comparable_locks", Value::count(all.len()));
    match reason.filter(|_| findings.count("out_of_sync") == 0) {
        Some(reason) => facts.set("out_of_sync", Fact::Unobserved(reason)),
        None if all.is_empty() => {
            facts.set("out_of_sync", Fact::Unobserved("no manifest has a lock file that can be compared".to_owned()));
        }
        None => findings.set_count(facts, "out_of_sync"),
    }
}
