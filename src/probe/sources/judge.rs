//! What the files say together: a branch that a lock fixes is none, a host that a setting names is intended.

use std::collections::{BTreeMap, BTreeSet};

use super::address;
use super::jvm;
use super::registries;
use super::revision::{Fixing, Revision};
use super::told::{Host, Told};
use crate::model::{Certainty, Exact, Fact, Facts, Value};
use crate::probe::finding::{Finding, Findings};

/// Facts that count what is wrong.
pub(super) const WRONG: &[&str] = &[
    "unencrypted",
    "unverified",
    "confusable",
    "moving_revisions",
    "tagged_revisions",
    "outside_paths",
    "unknown_hosts",
    "without_integrity",
    "unreliable_repositories",
    "unmapped_scopes",
];

/// A file with what it tells.
pub(super) struct Source<'s> {
    pub(super) path: &'s str,
    pub(super) told: &'s Told,
}

impl Source<'_> {
    fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// All of them.
pub(super) struct Sources<'s> {
    pub(super) all: Vec<Source<'s>>,
    /// Hosts that the spec names.
    pub(super) registries: &'s [String],
    /// Whether what lies above the folder that is audited may belong to the same repository.
    pub(super) is_part: bool,
}

impl Sources<'_> {
    /// Adds what is wrong to the findings, and sets the facts.
    pub(super) fn judge(&self, findings: &mut Findings, facts: &mut Facts) {
        let named: BTreeSet<&str> = self.all.iter().flat_map(|source| &source.told.named).map(String::as_str).collect();
        let has_sums = self.all.iter().any(|source| source.path.ends_with("gradle/verification-metadata.xml"));
        for source in &self.all {
            let counts = |found: &&Finding| has_sums || found.subject != jvm::VERIFICATION;
            findings.extend(source.path, source.told.findings.iter().filter(counts).cloned());
            findings.extend(source.path, source.told.revisions.iter().map(|revision| self.revision(source, revision)));
            findings.extend(source.path, self.outside(source));
            findings.extend(source.path, self.retaken(source));
            findings.extend(source.path, self.unmapped(source));
            let unknown = self.hosts(source, &named);
            findings.extend(source.path, unknown);
        }
        facts.present("scanned", Value::count(self.all.len()));
        facts.present("locked_packages", Value::count(self.all.iter().map(|source| source.told.locked).sum::<usize>()));
        for fact in WRONG.iter().chain(&["fixed_revisions"]) {
            findings.set_count(facts, fact);
        }
        let forks =
            self.all.iter().flat_map(|source| &source.told.findings).filter(|found| found.fact == "forks").count();
        facts.present("forks", Value::count(forks));
        facts.set("source_credit", credit(findings));
    }

    fn revision(&self, source: &Source<'_>, revision: &Revision) -> Finding {
        let Revision { line, name, address, key, fixing } = revision;
        let from = if address == name { format!("`{name}`") } else { format!("`{name}` from `{address}`") };
        let found = |fact, note| Finding::new(fact, *line, format!("{name} {key}"), note);
        if *fixing == Fixing::Commit {
            return found("fixed_revisions", format!("{from} {}", fixing.words()));
        }
        let is_above = |other: &str| {
            other.is_empty() || source.folder() == other || source.folder().starts_with(&format!("{other}/"))
        };
        let lock = self.all.iter().find(|other| other.told.fixed.contains(key) && is_above(other.folder()));
        if let Some(lock) = lock {
            return found("fixed_revisions", format!("{from} {}; `{}` fixes what is taken", fixing.words(), lock.path));
        }
        if key.starts_with("composer ") && self.is_inner(source) {
            let note = format!("{from} {}, in a package that is not installed from here", fixing.words());
            return found("moving_revisions", note).with(Certainty::Hint);
        }
        let fact = if matches!(fixing, Fixing::Tag(_)) { "tagged_revisions" } else { "moving_revisions" };
        found(fact, format!("{from} {}", fixing.words()))
    }

    /// Whether a `composer.json` is that of a part: another is above, and what it asks for is not locked beside it. Composer
    /// reads the one it is started beside.
    fn is_inner(&self, source: &Source<'_>) -> bool {
        let folder = source.folder();
        let is_above = |other: &Source<'_>| {
            let above = other.folder();
            above.is_empty() || folder.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'))
        };
        let of = |name: &'static str| self.all.iter().filter(move |other| other.path.rsplit('/').next() == Some(name));
        !folder.is_empty()
            && of("composer.json").any(|other| other.folder() != folder && is_above(other))
            && !of("composer.lock").any(|other| other.folder() == folder)
    }

    /// Dependencies in folders that are not here.
    fn outside(&self, source: &Source<'_>) -> Vec<Finding> {
        let leads_out = source.told.locals.iter().filter(|local| leaves(source.folder(), &local.path));
        let finding = |local: &super::told::Local| {
            let note = format!("`{}` at `{}`, which is not in the repository", local.name, local.path);
            let finding = Finding::new("outside_paths", local.line, local.name.as_str(), note);
            if self.is_part { finding.with(Certainty::Hint) } else { finding }
        };
        leads_out.map(finding).collect()
    }

    /// Packages that are never published from here, and that the lock takes from a registry all the same: whoever has the name
    /// there decides what they are.
    fn retaken(&self, source: &Source<'_>) -> Vec<Finding> {
        let is_private = |name: &str| {
            self.all.iter().any(|other| {
                other.told.private.as_deref() == Some(name)
                    && (source.folder().is_empty() || other.folder().starts_with(&format!("{}/", source.folder())))
            })
        };
        let taken = source.told.retaken.iter().filter(|(name, ..)| is_private(name));
        let finding = |(name, address, line): &(String, String, u32)| {
            let note =
                format!("`{name}` is a package of this repository that is `private`, and is locked from `{address}`");
            Finding::new("confusable", *line, name.as_str(), note)
        };
        taken.map(finding).collect()
    }

    /// Scopes of npm from a registry that the spec names, and that no settings here give one: without them the public registry is
    /// asked for the names.
    fn unmapped(&self, source: &Source<'_>) -> Vec<Finding> {
        let is_mapped = |scope: &str, host: &str| {
            self.all.iter().any(|other| other.told.mapped.contains(scope) || other.told.defaults.contains(host))
        };
        let open = source.told.scopes.iter().filter(|(scope, (host, _))| {
            !is_mapped(scope, host) && self.registries.iter().any(|given| given.eq_ignore_ascii_case(host))
        });
        let finding = |(scope, (host, first)): (&String, &(String, Host))| {
            let note = format!(
                "`{}` is locked from `{host}`, and no setting here gives `{scope}` a registry: the public one may be asked for it",
                first.first
            );
            let finding = Finding::new("unmapped_scopes", first.line, scope.as_str(), note);
            if self.is_part { finding.with(Certainty::Hint) } else { finding }
        };
        open.map(finding).collect()
    }

    /// Hosts of a lock: unencrypted, intended, or nobody's.
    fn hosts(&self, source: &Source<'_>, named: &BTreeSet<&str>) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut known: BTreeMap<&str, Host> = BTreeMap::new();
        for (place, host) in &source.told.hosts {
            let (name, is_open) = place.strip_prefix("http ").map_or((place.as_str(), false), |name| (name, true));
            if is_open {
                found.push(host.finding("unencrypted", name, ", which is not encrypted"));
            }
            match known.get_mut(name) {
                Some(known) => known.packages += host.packages,
                None => drop(known.insert(name, host.clone())),
            }
        }
        for (name, host) in known {
            let is_given = self.registries.iter().any(|given| given.eq_ignore_ascii_case(name));
            if registries::is_public(name) || is_given || address::is_local(name) {
                continue;
            }
            let site = address::site(name);
            found.push(if named.iter().any(|known| address::site(known) == site) {
                host.finding("unknown_hosts", name, ", which the settings here name").with(Certainty::Hint)
            } else {
                host.finding("unknown_hosts", name, ", which no setting here names and is not the public registry")
            });
        }
        found
    }
}

impl Host {
    fn finding(&self, fact: &'static str, name: &str, why: &str) -> Finding {
        let Host { packages, first, address, line } = self;
        let count = if *packages == 1 { "1 package is".to_owned() } else { format!("{packages} packages are") };
        let note = format!("{count} locked from `{name}`{why}: first `{first}` from `{address}`");
        Finding::new(fact, *line, name, note)
    }
}

/// Whether a path, relative to a folder of the repository, leads out of it.
fn leaves(folder: &str, path: &str) -> bool {
    let path = path.trim();
    if path.contains(['$', '{', '%']) || path.starts_with('~') {
        return false;
    }
    if path.starts_with('/') {
        return true;
    }
    let mut depth = folder.split('/').filter(|part| !part.is_empty()).count();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

/// Fetched in the open, unchecked, or of whoever takes the name: a fifth at most. Each revision that moves, and each folder that
/// is elsewhere, costs three tenths, each tag one; unknown hosts, packages without sums and repositories that cannot be
/// relied on two tenths each, as scopes without a registry, however many (catalogue, deps/trusted-sources; the last three are ours).
fn credit(findings: &Findings) -> Fact {
    if let (Some(reason), true) = (findings.unread_reason(), WRONG.iter().all(|fact| findings.count(fact) == 0)) {
        return Fact::Unobserved(reason);
    }
    let each = |fact: &str, tenths: usize| findings.count(fact).min(10) * tenths;
    let any = |fact: &str, tenths: usize| findings.count(fact).min(1) * tenths;
    let lost = each("moving_revisions", 3)
        + each("outside_paths", 3)
        + each("tagged_revisions", 1)
        + any("unknown_hosts", 2)
        + any("without_integrity", 2)
        + any("unreliable_repositories", 2)
        + any("unmapped_scopes", 2);
    let kept = 10_usize.saturating_sub(lost);
    let is_open = ["unencrypted", "unverified", "confusable"].iter().any(|fact| findings.count(fact) > 0);
    let tenths = if is_open { kept.min(2) } else { kept };
    Fact::Present(Value::Number(Exact::ratio(tenths as u64, 10_u64).unwrap_or_else(Exact::zero)))
}

#[cfg(test)]
mod tests {
    use super::leaves;

    #[test]
    fn a_path_is_followed_from_the_folder_it_stands_in() {
        assert!(leaves("", "../x") && leaves("a/b", "../../../x") && leaves("a", "/srv/x"));
        assert!(!leaves("a/b", "../../x") && !leaves("a", "../${x}/../..") && !leaves("", "./x/../y"));
    }
}
