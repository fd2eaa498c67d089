//! Which migrations lead back, for probes that ask only that.

use std::collections::BTreeSet;

use super::Migrations;
use super::file::Migration;
use super::observe::Seen;
use crate::probe::Look;
use crate::probe::finding::{Finding, Findings};
use crate::world::{WantId, Wants};

/// Of those without a way back so many are named.
const SHOWN: usize = 3;

/// Wants for the usual migrations.
pub(crate) fn declare(folder: &str, wants: &mut Wants) -> Vec<WantId> {
    Migrations { glob: None }.files(folder, wants)
}

/// How many of those that are judged lead back, and how many are judged; those that do not become findings of
/// `stuck_migrations`.
pub(crate) fn observe(look: &Look<'_>, wants: &[WantId], findings: &mut Findings) -> (usize, usize) {
    let mut seen = Seen::looking(look);
    let mut read = BTreeSet::new();
    for want in wants {
        for (id, migration) in look.swept.get(*want).own::<Option<Migration>>() {
            let path = look.swept.path(id);
            if let Ok(Some(migration)) = migration
                && read.insert(path)
            {
                seen.add(path, migration);
            }
        }
    }
    let (leads, judged, stuck) = seen.ways_back();
    if leads * 10 < judged * 9 {
        let all = stuck.len();
        for (path, line) in stuck.into_iter().take(SHOWN) {
            let note = format!("has no way back, as {all} of the newest {judged} have none, and does not say why");
            findings.push(&path, Finding::new("stuck_migrations", line, path.as_str(), note));
        }
    }
    (leads, judged)
}
