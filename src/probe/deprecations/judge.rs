//! What locks and reports say together: each package once, where it stands, and which manifests nobody speaks for.

use std::collections::{BTreeMap, BTreeSet};

use super::notice::{Kind, Notice, Position, Told};
use super::php::PHP;
use super::reports::Report;
use crate::model::{Certainty, Exact, Fact, Facts, Value};
use crate::probe::finding::{Finding, Findings, shortened};

/// Hundredths that one costs (catalogue, deps/unmaintained).
const DIRECT: usize = 20;
const TRANSITIVE: usize = 5;
const UNFIT: usize = 30;
/// Packages that others bring of which evidence of what is asked for tells, by file.
const MOST_BROUGHT: usize = 5;

/// All that was read.
pub(super) struct Seen<'s> {
    /// Locks, and manifests of Composer, by path.
    pub(super) told: Vec<(&'s str, &'s Told)>,
    /// Reports by path.
    pub(super) reports: Vec<(String, Report)>,
    /// Manifests with dependencies, with their ecosystem.
    pub(super) owing: Vec<(&'s str, &'static str)>,
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether a folder is another or lies below it.
fn is_within(folder: &str, above: &str) -> bool {
    above.is_empty() || folder == above || folder.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'))
}

fn base_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl<'s> Seen<'s> {
    /// The facts.
    pub(super) fn judge(&self, findings: &mut Findings) -> Facts {
        self.unspoken(findings);
        let mut unplaced = 0;
        let mut brought: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (path, notice) in self.notices() {
            let (fact, certainty) = match (notice.kind, notice.position) {
                (Kind::Unsound, _) => ("unsound", Certainty::Certain),
                (Kind::Yanked, _) => ("yanked", Certainty::Certain),
                (Kind::Deprecated, Position::Direct) => ("direct", Certainty::Certain),
                (Kind::Deprecated, Position::Transitive) => ("transitive", Certainty::Certain),
                (Kind::Deprecated, Position::Unknown) => ("direct", Certainty::Hint),
            };
            if certainty == Certainty::Hint {
                unplaced += 1;
                findings.unread(&path, format!("whether `{}` is asked for by a manifest here", notice.name));
            }
            if fact == "transitive" {
                brought.entry(path.clone()).or_default().push(notice.title());
            }
            findings.push(&path, Finding::new(fact, notice.line, notice.title(), words(&notice)).with(certainty));
        }
        for (path, titles) in brought {
            let shown: Vec<String> = titles.iter().take(MOST_BROUGHT).map(|title| format!("`{title}`")).collect();
            let more = if titles.len() > MOST_BROUGHT { ", …" } else { "" };
            let note = format!("{} that other packages bring: {}{more}", titles.len(), shown.join(", "));
            findings.push(&path, Finding::new("direct", 0, "brought", note).with(Certainty::Hint));
        }
        let mut facts = Facts::new();
        let locks = self.locks().count();
        facts.present("scanned", Value::count(self.owing.len() + locks + self.reports.len()));
        for fact in ["direct", "transitive", "unsound", "yanked"] {
            findings.set_count(&mut facts, fact);
        }
        facts.set("deprecation_credit", credit(findings, unplaced));
        facts
    }

    fn locks(&self) -> impl Iterator<Item = &(&'s str, &'s Told)> {
        self.told.iter().filter(|(path, _)| base_of(path) != "composer.json")
    }

    /// Notes, once for each ecosystem, a manifest or a lock that neither a lock nor a report speaks for.
    fn unspoken(&self, findings: &mut Findings) {
        let covered: BTreeSet<&str> = self.reports.iter().flat_map(|(_, report)| &report.covers).copied().collect();
        let speaks = |path: &str, ecosystem: &str| {
            covered.contains(ecosystem)
                || self.locks().any(|(lock, told)| {
                    told.ecosystem == ecosystem && told.silent.is_none() && is_within(folder_of(path), folder_of(lock))
                })
        };
        let mut noted = BTreeSet::new();
        let silent = self.locks().filter_map(|(path, told)| Some((*path, told.ecosystem, told.silent?)));
        let owing = self.owing.iter().map(|(path, ecosystem)| (*path, *ecosystem, missing(ecosystem)));
        for (path, ecosystem, why) in silent.chain(owing) {
            if !speaks(path, ecosystem) && noted.insert(ecosystem) {
                findings.unread(path, format!("nothing says which of its packages are deprecated: {why}"));
            }
        }
    }

    /// Each package once, with the file that tells of it: a lock before a report.
    fn notices(&self) -> Vec<(String, Notice)> {
        let mut all: BTreeMap<(&'static str, String, String), (String, Notice)> = BTreeMap::new();
        let of_locks = self.told.iter().flat_map(|(path, told)| {
            let folder = folder_of(path);
            told.notices.iter().map(move |notice| self.placed(path, folder, notice))
        });
        let of_reports = self.reports.iter().flat_map(|(path, report)| {
            report.notices.iter().map(move |notice| self.located(path, report.tool, notice))
        });
        for (path, notice) in of_locks.chain(of_reports) {
            let name = notice.name.to_ascii_lowercase();
            let key = (notice.ecosystem, name, notice.version.clone());
            // Without a version it is about whichever is locked.
            let named = all.range_mut(key.clone()..).next();
            let named = named.filter(|((ecosystem, name, version), _)| {
                (*ecosystem, name) == (key.0, &key.1) && (key.2.is_empty() || *version == key.2)
            });
            match named {
                Some((_, (_, first))) => join(first, notice),
                None => drop(all.insert(key, (path, notice))),
            }
        }
        all.into_values().collect()
    }

    /// A notice of a lock; what Composer's manifest beside it asks for is direct.
    fn placed(&self, path: &str, folder: &str, notice: &Notice) -> (String, Notice) {
        let mut notice = notice.clone();
        if notice.ecosystem == PHP {
            let manifest = self.told.iter().find(|(other, told)| {
                base_of(other) == "composer.json" && told.ecosystem == PHP && folder_of(other) == folder
            });
            if let Some((_, manifest)) = manifest {
                let is_asked = manifest.asked.contains(&notice.name);
                notice.position = if is_asked { Position::Direct } else { Position::Transitive };
            }
        }
        (path.to_owned(), notice)
    }

    /// A notice of a report, at the package in a lock where that is here.
    fn located(&self, path: &str, tool: &str, notice: &Notice) -> (String, Notice) {
        let mut notice = notice.clone();
        notice.text = if notice.text.is_empty() {
            format!("says {tool}")
        } else {
            format!("{} ({tool})", shortened(&notice.text))
        };
        let title = notice.title();
        let of_lock = |(path, told): &(&str, &Told)| Some(((*path).to_owned(), *told.packages.get(&title)?));
        let places = self.told.iter().filter(|(_, told)| told.ecosystem == notice.ecosystem).filter_map(of_lock);
        if let Some((lock, (position, line))) = places.max_by_key(|(_, (position, _))| *position) {
            notice.position = notice.position.max(position);
            notice.line = line;
            return (lock, notice);
        }
        if notice.ecosystem == PHP {
            let mut manifests = self.told.iter().filter(|(path, _)| base_of(path) == "composer.json").peekable();
            if manifests.peek().is_some() {
                let is_asked = manifests.any(|(_, manifest)| manifest.asked.contains(&notice.name));
                notice.position = if is_asked { Position::Direct } else { Position::Transitive };
            }
        }
        (path.to_owned(), notice)
    }
}

/// Two notices of one package: the worse, at the nearer place.
fn join(first: &mut Notice, other: Notice) {
    if other.kind > first.kind {
        first.kind = other.kind;
        first.word = other.word;
        first.text.clone_from(&other.text);
    }
    first.position = first.position.max(other.position);
    first.development &= other.development;
    first.instead = first.instead.take().or(other.instead);
}

/// Why a manifest of this ecosystem has nobody to speak for it.
fn missing(ecosystem: &str) -> &'static str {
    match ecosystem {
        "Node" => "the locks of npm (from version 2 of the format) and pnpm do, those of yarn and bun do not",
        "PHP" => "`composer.lock` does, and it is not here",
        "Rust" => "a report of `cargo audit --json` does",
        "Go" => "a report of `go list -m -u -json all` does",
        "NuGet" => "a report of `dotnet list package --deprecated --include-transitive --format json` does",
        "Python" => "a report of `pip install --dry-run --ignore-installed --report` does",
        _ => "neither its lock nor a report that is read does",
    }
}

/// `request@2.88.2` is deprecated: …
fn words(notice: &Notice) -> String {
    let mut note = format!("`{}` is {}", notice.title(), notice.word);
    if notice.development {
        note.push_str(", for development");
    }
    if !notice.text.is_empty() {
        note.push_str(&format!(": {}", shortened(&notice.text)));
    }
    if let Some(instead) = &notice.instead {
        note.push_str(&format!("; instead `{instead}`"));
    }
    note
}

fn credit(findings: &Findings, unplaced: usize) -> Fact {
    let count = |fact| findings.count(fact);
    let lost = DIRECT * count("direct")
        + TRANSITIVE * (count("transitive") + unplaced)
        + UNFIT * (count("unsound") + count("yanked"));
    if let (Some(reason), 0) = (findings.unread_reason(), lost) {
        return Fact::Unobserved(reason);
    }
    let left = 100_usize.saturating_sub(lost);
    Fact::Present(Value::Number(Exact::ratio(left as u64, 100_u64).unwrap_or_else(Exact::zero)))
}
