//! Whether documents that must not go stale were changed, or reviewed, lately: by git, or by the day that they name.

use std::collections::BTreeSet;
use std::time::Duration;

use super::written::{self, Written};
use crate::model::{Exact, Fact, Facts, Unknown, Value};
use crate::probe::Look;
use crate::probe::finding::{Finding, Findings};
use crate::world::{Class, ClassSet, Select, Want, WantId, Wants, git_history};

/// How old such a document may be unless the spec says so (catalogue, docs/links-and-freshness).
pub(super) const USUAL: Duration = Duration::from_secs(365 * 86_400);
/// Documents asked about; more are no documents of operations.
const MOST: usize = 500;

/// Registers the documents.
pub(super) fn declare(glob: &str, exclude: &[String], folder: &str, wants: &mut Wants) -> Option<WantId> {
    let prose = ClassSet::of(&[Class::Src, Class::Docs, Class::Tooling]);
    let select = Select::glob(glob).ok()?.except(exclude.iter().cloned()).of(prose).below(folder);
    Some(wants.add(Want::doc(select, "docs written", |file| Ok(written::read(&file.text())))))
}

/// Sets `aging`, `stale` and `fresh_ratio`.
pub(super) async fn observe(look: &Look<'_>, want: WantId, most: Duration, findings: &mut Findings, facts: &mut Facts) {
    let now = look.world.now;
    let is_lately = |day: jiff::civil::Date| {
        let age = now.as_second() - super::seconds(day);
        (-86_400..=i64::try_from(most.as_secs()).unwrap_or(i64::MAX)).contains(&age)
    };
    let mut all = 0_usize;
    let mut old: BTreeSet<&str> = BTreeSet::new();
    for (id, digest) in look.swept.get(want).own::<Written>() {
        all += 1;
        let reviewed = digest.is_ok_and(|written| written.reviewed.is_some_and(is_lately));
        // What was never committed was written just now.
        if !reviewed && (look.swept.tree().entry(id).tracked || !look.swept.tree().has_git()) {
            old.insert(look.swept.path(id));
        }
    }
    facts.present("aging", Value::count(all));
    if let Err(unknown) = without_changed(look, most, &mut old).await {
        for name in ["stale", "fresh_ratio"] {
            facts.set(name, Fact::Unobserved(unknown.0.clone()));
        }
        return;
    }
    for path in &old {
        let note = format!("was neither changed nor reviewed in the last {} days", most.as_secs() / 86_400);
        findings.push(path, Finding::new("stale", 0, *path, note));
    }
    facts.present("stale", Value::count(old.len()));
    let fresh = Exact::ratio((all - old.len()) as u64, all as u64).unwrap_or_else(Exact::one);
    facts.present("fresh_ratio", Value::Number(fresh));
}

async fn without_changed(look: &Look<'_>, most: Duration, old: &mut BTreeSet<&str>) -> Result<(), Unknown> {
    if old.is_empty() {
        return Ok(());
    }
    if old.len() > MOST {
        return Err(Unknown::because(format!("there are {} documents to ask git about", old.len())));
    }
    let Some(extent) = git_history::extent(look.world) else {
        return Err(Unknown::because("the root lies in no git repository, so nobody knows when its documents changed"));
    };
    if extent.shallow {
        return Err(Unknown::because("the clone is shallow: when documents changed lies before it"));
    }
    let since = look.world.now.as_second().saturating_sub(i64::try_from(most.as_secs()).unwrap_or(i64::MAX));
    let paths: Vec<&str> = old.iter().copied().collect();
    let changed = git_history::changed_since(look.world, since, &paths, look.until.left()).await?;
    old.retain(|path| !changed.contains(*path));
    Ok(())
}
