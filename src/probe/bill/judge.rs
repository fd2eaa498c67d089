//! Documents beside locks: what of one the other names.

use std::collections::{BTreeMap, BTreeSet};

use super::locked::{Package, of_purl};
use crate::model::{Certainty, Exact, Fact, Facts, Unknown, Value};
use crate::probe::finding::{Finding, Findings};
use crate::probe::ingest::{self, Bill};
use crate::probe::report_file::{self, Freshness};
use crate::probe::{Look, folder};
use crate::world::artefact;

/// Shares in percent that are asked for (catalogue, release/sbom).
const COVERED: u64 = 90;
const LICENSED: u64 = 80;
/// Half of it earns nothing.
const COVERED_FROM: u64 = 50;

/// A document.
pub(super) struct Document {
    path: String,
    bill: Bill,
    /// Why it is not of the code as it is now.
    old: Option<String>,
}

/// The documents at a glob; one that is no bill of materials could not be judged.
pub(super) async fn documents(
    look: &Look<'_>,
    report: &str,
    findings: &mut Findings,
) -> Result<Vec<Document>, Unknown> {
    let found = artefact::find(look.swept.tree(), &folder::join(look.folder, report))?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let freshness = Freshness::ask(look).await?;
    let mut documents = Vec::new();
    for file in &found {
        let read = report_file::read(look, file).map_err(|unknown| unknown.0);
        match read.and_then(|bytes| ingest::bill(report_file::text_of(&bytes))) {
            Ok(bill) => {
                let old = freshness.of(look, file, bill.written).await.err().map(|unknown| unknown.0);
                documents.push(Document { path: file.path.clone(), bill, old });
            }
            Err(reason) => findings.unread(&file.path, reason),
        }
    }
    Ok(documents)
}

/// The facts.
pub(super) fn facts(packages: &[Package], documents: &[Document], findings: &mut Findings) -> Facts {
    let mut facts = Facts::new();
    let signs = findings.count("signs");
    facts.present("signs", Value::count(signs));
    facts.present("documents", Value::count(documents.len()));
    let locked = unique(packages);
    facts.present("locked_packages", Value::count(locked.len()));
    for document in documents {
        let Document { path, bill, old } = document;
        let note = format!("{} lists {} components, {} with a licence", bill.tool, bill.components, bill.licensed);
        let old = old.as_deref().map(|reason| format!("; {reason}")).unwrap_or_default();
        findings.push(path, Finding::new("documents", 0, path.as_str(), format!("{note}{old}")));
    }
    let is_made = signs > 0 || documents.iter().any(|document| document.old.is_none());
    if documents.is_empty() {
        return without_document(facts, is_made, findings);
    }
    facts.present("is_made", Value::Bool(is_made));
    let sum = |of: fn(&Bill) -> u64| documents.iter().map(|document| of(&document.bill)).sum::<u64>();
    let components = sum(|bill| bill.components);
    facts.present("components", Value::Number(Exact::whole(components)));
    let share = |part: u64| Exact::ratio(part, components).unwrap_or_else(Exact::zero);
    facts.present("identified", Value::Number(share(sum(|bill| bill.purls.len() as u64))));
    let licensed = share(sum(|bill| bill.licensed));
    let is_licensed = licensed >= percent(LICENSED);
    facts.present("licensed", Value::Number(licensed));
    facts.present("is_licensed", Value::Bool(is_licensed));
    let covered = match findings.unread_reason() {
        Some(reason) => Err(reason),
        None => covered(&locked, documents, findings)
            .ok_or_else(|| "no lock here lists packages to compare it with".to_owned()),
    };
    match covered {
        Ok(covered) => {
            facts.present("is_complete", Value::Bool(covered >= percent(COVERED)));
            let earned = credit(is_made, &covered, is_licensed);
            facts.present("covered", Value::Number(covered));
            facts.present("bill_credit", Value::Number(earned));
        }
        Err(reason) => {
            for name in ["covered", "is_complete", "bill_credit"] {
                facts.set(name, Fact::Unobserved(reason.clone()));
            }
        }
    }
    facts
}

/// Nothing to compare: that one is made is half of it, and without a sign nothing is known.
fn without_document(mut facts: Facts, is_made: bool, findings: &Findings) -> Facts {
    let reason = findings.unread_reason().filter(|_| !is_made).unwrap_or_else(|| {
        "neither a sign nor a document is here; a forge or another repository may make one".to_owned()
    });
    if is_made {
        facts.present("is_made", Value::Bool(true));
        for name in ["components", "identified", "covered", "is_complete", "licensed", "is_licensed"] {
            facts.set(name, Fact::Absent);
        }
        facts.present("bill_credit", Value::Number(percent(50)));
    } else {
        facts.set_reason(reason);
    }
    facts
}

/// Each locked version once; for development alone only where every lock says so.
fn unique(packages: &[Package]) -> BTreeMap<&str, bool> {
    let mut all: BTreeMap<&str, bool> = BTreeMap::new();
    for package in packages {
        let development = all.entry(&package.name).or_insert(true);
        *development &= package.development;
    }
    all
}

/// The greater of two shares: of all locked packages, and of those that are not for development alone.
fn covered(locked: &BTreeMap<&str, bool>, documents: &[Document], findings: &mut Findings) -> Option<Exact> {
    let named: BTreeSet<String> =
        documents.iter().flat_map(|document| &document.bill.purls).filter_map(|purl| of_purl(purl)).collect();
    let of = |keep: fn(bool) -> bool| {
        let kept: Vec<&str> =
            locked.iter().filter(|(_, development)| keep(**development)).map(|(name, _)| *name).collect();
        let seen = kept.iter().filter(|name| named.contains(**name)).count();
        Some((Exact::ratio(seen as u64, kept.len() as u64)?, seen, kept.len()))
    };
    let (all, seen, count) = of(|_| true)?;
    let path = &documents.first()?.path;
    let missing = locked.iter().filter(|(name, development)| !**development && !named.contains(**name));
    for (name, _) in missing.take(MOST_MISSING) {
        let finding = Finding::new("covered", 0, *name, format!("does not name `{name}`, which is locked"));
        findings.push(path, finding.with(Certainty::Hint));
    }
    findings.push(path, Finding::new("covered", 0, "all", format!("names {seen} of {count} locked packages")));
    match of(|development| !development) {
        Some((running, seen, fewer)) if fewer < count && running > all => {
            let note = format!("names {seen} of the {fewer} that are not for development alone");
            findings.push(path, Finding::new("covered", 0, "running", note));
            Some(running)
        }
        _ => Some(all),
    }
}

/// Locked packages that evidence names, of those that no document does.
const MOST_MISSING: usize = 5;

fn credit(is_made: bool, covered: &Exact, is_licensed: bool) -> Exact {
    let made = if is_made { percent(50) } else { Exact::zero() };
    let licensed = if is_licensed { percent(20) } else { Exact::zero() };
    let above = covered.clone().min(percent(COVERED));
    let above = if above > percent(COVERED_FROM) { &above - &percent(COVERED_FROM) } else { Exact::zero() };
    let part = (&above * &percent(30)).checked_div(&percent(COVERED - COVERED_FROM)).unwrap_or_else(Exact::zero);
    &(&made + &licensed) + &part
}

fn percent(of: u64) -> Exact {
    Exact::ratio(of, 100_u64).unwrap_or_else(Exact::zero)
}

#[cfg(test)]
mod tests {
    use super::super::DEF;
    use crate::model::{Fact, Value};
    use crate::probe::trial::{count, observe, percent};

    const LOCK: (&str, &str) = (
        "package-lock.json",
        r#"{"packages": {"node_modules/a": {"version": "1.0.0"}, "node_modules/b": {"version": "1.0.0"}, "node_modules/c": {"version": "1.0.0", "dev": true}}}"#,
    );
    const CI: (&str, &str) =
        (".github/workflows/release.yml", "jobs:\n  a:\n    steps:\n      - uses: anchore/sbom-action@v0\n");

    fn document(components: &str) -> String {
        format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {{"component": {{"name": "shop"}}}}, "components": [{components}]}}"#
        )
    }

    fn component(name: &str) -> String {
        format!(r#"{{"name": "{name}", "purl": "pkg:npm/{name}@1.0.0", "licenses": [{{"license": {{"id": "MIT"}}}}]}}"#)
    }

    #[test]
    fn one_that_names_what_runs_is_complete() {
        let text = document(&[component("a"), component("b")].join(","));
        let seen = observe(&DEF, "{}", &[LOCK, CI, ("sbom.json", &text)]);
        assert_eq!(
            (percent(&seen, "covered"), percent(&seen, "licensed"), count(&seen, "locked_packages")),
            (Some(100), Some(100), Some(3))
        );
        assert_eq!(percent(&seen, "bill_credit"), Some(100));
        let seen = observe(&DEF, "{}", &[LOCK, CI, ("sbom.json", &document(&component("a")))]);
        assert_eq!((percent(&seen, "covered"), percent(&seen, "bill_credit")), (Some(50), Some(70)));
        assert_eq!(seen.facts.get("is_complete"), Fact::Present(Value::Bool(false)));
    }

    #[test]
    fn that_one_is_made_is_half_and_without_a_sign_nothing_is_known() {
        let seen = observe(&DEF, "{}", &[LOCK, CI]);
        assert_eq!((count(&seen, "signs"), percent(&seen, "bill_credit")), (Some(1), Some(50)));
        assert_eq!(seen.facts.get("is_complete"), Fact::Absent);
        let idle = (
            ".github/workflows/release.yml",
            "jobs:\n  a:\n    steps:\n      # - uses: anchore/sbom-action@v0\n      - name: cdxgen\n",
        );
        let seen = observe(&DEF, "{}", &[LOCK, idle]);
        assert!(matches!(seen.facts.get("is_made"), Fact::Unobserved(_)));
        let seen = observe(&DEF, "{}", &[LOCK, ("sbom.json", "{}")]);
        assert!(matches!(seen.facts.get("is_made"), Fact::Unobserved(reason) if reason.contains("sbom.json")));
    }

    #[test]
    fn without_a_lock_it_cannot_be_told_what_is_missing() {
        let seen = observe(&DEF, "{}", &[CI, ("sbom.json", &document(&component("a")))]);
        assert_eq!((percent(&seen, "covered"), percent(&seen, "licensed")), (None, Some(100)));
    }
}
