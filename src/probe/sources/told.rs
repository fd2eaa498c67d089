//! What one manifest, lock or configuration tells of where packages come from.

use std::collections::{BTreeMap, BTreeSet};

use super::address;
use super::registries;
use super::revision::{self, Revision};
use crate::model::Certainty;
use crate::probe::finding::Finding;

/// Packages that a lock takes from one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Host {
    /// How many.
    pub(super) packages: usize,
    /// The first of them.
    pub(super) first: String,
    /// Its address, as it may be shown.
    pub(super) address: String,
    /// Line of it, from 1.
    pub(super) line: u32,
}

/// A dependency that lies in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Local {
    pub(super) line: u32,
    pub(super) name: String,
    /// As it is written, relative to the manifest.
    pub(super) path: String,
}

/// What one file tells.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// What is wrong whatever other files say.
    pub(super) findings: Vec<Finding>,
    /// Dependencies on repositories.
    pub(super) revisions: Vec<Revision>,
    /// Dependencies in folders.
    pub(super) locals: Vec<Local>,
    /// Repositories that this lock takes at a whole commit id.
    pub(super) fixed: BTreeSet<String>,
    /// Where this lock takes packages from.
    pub(super) hosts: BTreeMap<String, Host>,
    /// Scopes of npm that this lock takes from a registry that is not public, each with the host and the first package.
    pub(super) scopes: BTreeMap<String, (String, Host)>,
    /// Scopes of npm that these settings give a registry of their own.
    pub(super) mapped: BTreeSet<String>,
    /// Hosts of registries that these settings take everything from.
    pub(super) defaults: BTreeSet<String>,
    /// The name of a package of Node that is never published (`private`).
    pub(super) private: Option<String>,
    /// Packages that this lock takes from a registry although packages of the same names are members of its workspace: name,
    /// address and line.
    pub(super) retaken: Vec<(String, String, u32)>,
    /// Registries that this file names.
    pub(super) named: BTreeSet<String>,
    /// Packages that it locks.
    pub(super) locked: usize,
}

impl Told {
    /// Something wrong.
    pub(super) fn find(&mut self, fact: &'static str, line: u32, subject: &str, note: impl Into<String>) {
        self.findings.push(Finding::new(fact, line, subject, note.into()));
    }

    /// Something to look at, which may be right.
    pub(super) fn hint(&mut self, fact: &'static str, line: u32, subject: &str, note: impl Into<String>) {
        self.findings.push(Finding::new(fact, line, subject, note.into()).with(Certainty::Hint));
    }

    /// A registry or index that packages are taken from.
    pub(super) fn registry(&mut self, line: u32, what: &str, url: &str) {
        if let Some(host) = address::host(url) {
            self.named.insert(host);
        }
        self.encrypted(line, what, url);
    }

    /// What a lock takes over a way that is not encrypted; where that is is looked for only then.
    pub(super) fn encrypted_lock(&mut self, name: &str, url: &str, line: impl Fn() -> u32) {
        if address::is_unencrypted(url) {
            self.encrypted(line(), &format!("`{name}` is locked from"), url);
        }
    }

    /// Finds an address that is fetched without encryption.
    pub(super) fn encrypted(&mut self, line: u32, what: &str, url: &str) {
        if address::is_unencrypted(url) {
            let shown = address::masked(url);
            self.find("unencrypted", line, &shown, format!("{what} `{shown}` is not encrypted"));
        }
    }

    /// A dependency on a repository.
    pub(super) fn revision(&mut self, revision: Revision) {
        self.encrypted(revision.line, &format!("`{}` from", revision.name), &revision.address.clone());
        self.revisions.push(revision);
    }

    /// A dependency on an archive.
    pub(super) fn archive(&mut self, line: u32, name: &str, url: &str) {
        match revision::of_archive(line, name, url) {
            Some(revision) => self.revision(revision),
            None => self.encrypted(line, &format!("`{name}` from"), url),
        }
    }

    /// A dependency in a folder.
    pub(super) fn local(&mut self, line: u32, name: &str, path: &str) {
        self.locals.push(Local { line, name: name.to_owned(), path: path.to_owned() });
    }

    /// A repository that is locked; a whole commit id in its address or beside it fixes it.
    pub(super) fn fixed(&mut self, url: &str, commit: Option<&str>) {
        let is_fixed = commit.map_or_else(|| revision::commit_in(url).is_some(), revision::is_commit);
        if let Some(key) = address::repository(url).filter(|_| is_fixed) {
            self.fixed.insert(key);
        }
    }

    /// A package that is locked, from this address.
    pub(super) fn locked(&mut self, name: &str, url: &str, line: impl Fn() -> u32) {
        self.locked += 1;
        let Some(host) = address::host(url) else { return };
        if address::keeps_repositories(&host) && url.starts_with("http") {
            return;
        }
        let entry = |line| Host { packages: 1, first: name.to_owned(), address: address::masked(url), line };
        let scope = name.split_once('/').map(|(scope, _)| scope).filter(|scope| scope.starts_with('@'));
        if let Some(scope) = scope.filter(|_| !registries::is_public(&host))
            && !self.scopes.contains_key(scope)
        {
            self.scopes.insert(scope.to_owned(), (host.clone(), entry(line())));
        }
        let place = if address::is_unencrypted(url) { format!("http {host}") } else { host };
        match self.hosts.get_mut(&place) {
            Some(known) => known.packages += 1,
            None => drop(self.hosts.insert(place, entry(line()))),
        }
    }
}

/// The first line, from 1, that has a text; 0 where none has.
pub(super) fn line_of(text: &str, needle: &str) -> u32 {
    match memchr::memmem::find(text.as_bytes(), needle.as_bytes()) {
        Some(at) if !needle.is_empty() => line_at(text, at),
        _ => 0,
    }
}

/// The first line, from 1, that has both texts, or else the first that has the second.
pub(super) fn line_with(text: &str, one: &str, other: &str) -> u32 {
    let both = text.lines().position(|line| line.contains(one) && line.contains(other));
    both.map_or_else(|| line_of(text, other), |at| u32::try_from(at + 1).unwrap_or(0))
}

/// The line, from 1, of a place.
pub(super) fn line_at(text: &str, at: usize) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count() + 1).unwrap_or(0)
}

/// Lines with their numbers, from 1.
pub(super) fn numbered(text: &str) -> impl Iterator<Item = (u32, &str)> {
    text.lines().enumerate().map(|(at, line)| (u32::try_from(at + 1).unwrap_or(0), line))
}
