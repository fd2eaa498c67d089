//! Documents beside locks: what of one the other names.

use std::collections::{BTreeMap, BTreeSet};

use super::locked::{Package, of_purl};
use crate::model::{Certainty, Exact, Fact, Facts, Unknown, Value};
use crate::probe::finding::{Finding, Findings};
use crate::probe::ingest::{self, Bill};
use crate::probe::release::Current;
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

/// What documents are compared with.
pub(super) struct Beside<'s> {
    /// Locked packages.
    pub(super) packages: &'s [Package],
    /// Ecosystems whose packages no lock lists, with a manifest of each.
    pub(super) unlocked: BTreeMap<&'static str, &'s str>,
    /// A `pom.xml` of which direct dependencies alone are compared, and how many versions the tree does not state.
    pub(super) direct: Option<(&'s str, usize)>,
    /// Versions that are released here.
    pub(super) current: Current,
}

impl Beside<'_> {
    /// The facts. A document of another version is not of this release, and is not compared.
    pub(super) fn facts(&self, documents: Vec<Document>, findings: &mut Findings) -> Facts {
        let any = !documents.is_empty();
        let (of_this, others): (Vec<Document>, Vec<Document>) =
            documents.into_iter().partition(|document| self.other(document).is_none());
        for document in &others {
            let (version, current) = (document.bill.version.as_deref().unwrap_or_default(), self.other(document));
            let note = format!("is of version {version}; {} is current", current.unwrap_or_default());
            findings.push(&document.path, Finding::new("other_versions", 0, version, note));
        }
        for (ecosystem, manifest) in self.unlocked.iter().filter(|_| !of_this.is_empty()) {
            let note = format!("no lock lists packages of {ecosystem}: they are not compared");
            findings.push(manifest, Finding::new("covered", 0, *ecosystem, note).with(Certainty::Hint));
        }
        if let Some((manifest, unstated)) = self.direct.filter(|_| !of_this.is_empty()) {
            let managed = match unstated {
                0 => String::new(),
                count => format!("; the version of {count} more is managed elsewhere or a range, they are not"),
            };
            let note = format!("Maven has no lock: its direct dependencies are compared{managed}");
            findings.push(manifest, Finding::new("covered", 0, "Maven", note).with(Certainty::Hint));
        }
        let (count, all) = (others.len(), others.len() + of_this.len());
        let mut facts = facts(self.packages, &of_this, count > 0, &self.unlocked, findings);
        if any {
            facts.present("documents", Value::count(all));
            facts.present("other_versions", Value::count(count));
        }
        facts
    }

    /// The version that is current, where a document is of another.
    fn other(&self, document: &Document) -> Option<&str> {
        self.current.other_than(document.bill.version.as_deref()?)
    }
}

fn facts(
    packages: &[Package],
    documents: &[Document],
    has_others: bool,
    unlocked: &BTreeMap<&'static str, &str>,
    findings: &mut Findings,
) -> Facts {
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
        return without_document(facts, is_made, has_others, findings);
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
        None => covered(&locked, documents, findings).ok_or_else(|| {
            let names: Vec<&str> = unlocked.keys().copied().collect();
            let of = if names.is_empty() { String::new() } else { format!(", those of {}", names.join(", ")) };
            format!("no lock here lists packages to compare it with{of}")
        }),
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
fn without_document(mut facts: Facts, is_made: bool, has_others: bool, findings: &Findings) -> Facts {
    let reason = findings.unread_reason().filter(|_| !is_made).unwrap_or_else(|| {
        "neither a sign nor a document is here; a forge or another repository may make one".to_owned()
    });
    facts.present("other_versions", Value::count(0));
    if is_made || has_others {
        facts.present("is_made", Value::Bool(is_made));
        for name in ["components", "identified", "covered", "is_complete", "licensed", "is_licensed"] {
            facts.set(name, Fact::Absent);
        }
        facts.present("bill_credit", Value::Number(if is_made { percent(50) } else { Exact::zero() }));
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
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::super::DEF;
    use super::*;
    use crate::probe::trial::{self, count, observe};

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
            (trial::percent(&seen, "covered"), trial::percent(&seen, "licensed"), count(&seen, "locked_packages")),
            (Some(100), Some(100), Some(3))
        );
        assert_eq!(trial::percent(&seen, "bill_credit"), Some(100));
        let seen = observe(&DEF, "{}", &[LOCK, CI, ("sbom.json", &document(&component("a")))]);
        assert_eq!((trial::percent(&seen, "covered"), trial::percent(&seen, "bill_credit")), (Some(50), Some(70)));
        assert_eq!(seen.facts.get("is_complete"), Fact::Present(Value::Bool(false)));
    }

    #[test]
    fn that_one_is_made_is_half_and_without_a_sign_nothing_is_known() {
        let seen = observe(&DEF, "{}", &[LOCK, CI]);
        assert_eq!((count(&seen, "signs"), trial::percent(&seen, "bill_credit")), (Some(1), Some(50)));
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
    fn a_document_of_another_version_is_not_of_this_release() {
        let text = document(&[component("a"), component("b")].join(","));
        let versioned =
            |version: &str| text.replace(r#""name": "shop""#, &format!(r#""name": "shop", "version": "{version}""#));
        let of = |version: &str, made: bool| {
            let bill = ingest::bill(versioned(version)).unwrap();
            let mut findings = Findings::default();
            if made {
                findings.push("ci.yml", Finding::new("signs", 1, "x", "x"));
            }
            let packages = ["a", "b"].map(|name| Package { name: format!("npm/{name}@1.0.0"), development: false });
            let current = Current::of(&["2.1.0", "1.9.3"]);
            let document = Document { path: "sbom.json".to_owned(), bill, old: None };
            let beside = Beside { packages: &packages, unlocked: BTreeMap::new(), direct: None, current };
            let facts = beside.facts(vec![document], &mut findings);
            let seen = crate::model::Observation { facts, evidence: findings.evidence(), requests: 0 };
            (count(&seen, "other_versions"), trial::percent(&seen, "covered"), trial::percent(&seen, "bill_credit"))
        };
        for current in ["v2.1", "1.9.3", "1.9", "", "sha256:0123", "latest", "0.0.0"] {
            assert_eq!(of(current, true), (Some(0), Some(100), Some(100)), "{current}");
        }
        assert_eq!(of("2.0.0", true), (Some(1), None, Some(50)));
        assert_eq!(of("2.0.0", false), (Some(1), None, Some(0)));
    }

    #[test]
    fn what_no_lock_lists_is_said() {
        let pom = (
            "pom.xml",
            "<project><dependencies><dependency><groupId>g</groupId><artifactId>far</artifactId><version>[1,2)</version></dependency></dependencies></project>",
        );
        let text = document(&[component("a"), component("b")].join(","));
        let seen = observe(&DEF, "{}", &[LOCK, CI, pom, ("sbom.json", &text)]);
        let notes: Vec<String> = seen.evidence.into_iter().filter_map(|item| item.note).collect();
        assert!(notes.iter().any(|note| note.starts_with("no lock lists packages of Maven")), "{notes:?}");
        let seen = observe(&DEF, "{}", &[CI, pom, ("sbom.json", &text)]);
        assert!(matches!(seen.facts.get("covered"), Fact::Unobserved(reason) if reason.ends_with("those of Maven")));
    }

    #[test]
    fn direct_dependencies_of_maven_are_compared_with_the_versions_of_the_tree() {
        let pom = (
            "pom.xml",
            "<project><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>1.0</version></dependency><dependency><groupId>g</groupId><artifactId>far</artifactId></dependency></dependencies></project>",
        );
        let named =
            |version: &str| document(&format!(r#"{{"name": "a", "purl": "pkg:maven/g/a@{version}?type=jar"}}"#));
        let seen = observe(&DEF, "{}", &[CI, pom, ("sbom.json", &named("1.0"))]);
        assert_eq!((trial::percent(&seen, "covered"), count(&seen, "locked_packages")), (Some(100), Some(1)));
        let notes: Vec<String> = seen.evidence.into_iter().filter_map(|item| item.note).collect();
        assert!(notes.iter().any(|note| note.contains("the version of 1 more is managed elsewhere")), "{notes:?}");
        let seen = observe(&DEF, "{}", &[CI, pom, ("sbom.json", &named("2.0"))]);
        assert_eq!(trial::percent(&seen, "covered"), Some(0));
    }

    #[test]
    fn without_a_lock_it_cannot_be_told_what_is_missing() {
        let seen = observe(&DEF, "{}", &[CI, ("sbom.json", &document(&component("a")))]);
        assert_eq!((trial::percent(&seen, "covered"), trial::percent(&seen, "licensed")), (None, Some(100)));
    }
}
