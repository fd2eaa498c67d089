//! Finds the reports that count, joins them over the files of the repository, and turns them into facts and evidence.

use std::collections::{BTreeMap, BTreeSet};

use super::measured::{Measured, Share, SourceFile, sum};

use super::executable::Executable;
use super::{Coverage, changes, credit, evidence, format};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Fact, Facts, Observation, Place, Unknown, Value};
use crate::probe::report_file::{self, Freshness};
use crate::probe::report_paths::Paths;
use crate::probe::{Look, folder};
use crate::world::{Class, ClassSet, Select, git};

/// The reports together, by the paths of the repository.
#[derive(Default)]
struct Joined {
    measured: Measured,
    /// Files that the reports name and the repository does not have.
    strange: BTreeSet<String>,
    /// Files that a program wrote, or that are somebody else's.
    foreign: BTreeSet<String>,
    evidence: Vec<Evidence>,
}

impl Coverage {
    pub(super) async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let joined = self.read(&look).await?;
        let files = &joined.measured.files;
        let (lines, branches) = sum(files.values());
        let branches = joined.branches(branches);
        let mut facts = Facts::new();
        facts.set("line", ratio(lines, "the reports list no line"));
        facts.set("branch", ratio(branches, "the reports tell of no branch"));
        facts.present("covered", Value::count(lines.covered));
        facts.present("total", Value::count(lines.total));
        facts.present("files", Value::count(files.len()));
        facts.present("left_out", Value::count(joined.strange.len() + joined.foreign.len()));
        let reported = reported(&look, files);
        facts.set("reported", ratio(reported, "the repository has no source file of this kind"));
        facts.set("overall", overall(lines, reported));
        let groups = self.groups(&look, files);
        state_groups(&groups, &mut facts);
        let mut evidence = evidence::of_groups(&groups);
        evidence.push(evidence::of_all(lines, files.len(), &joined.strange, &joined.foreign));
        evidence.extend(evidence::of_reported(reported));
        let changed = self.changes(&look, files, &mut facts, &mut evidence).await;
        if let Some(credit) = changed.ok().and_then(|changed| self.wanted.credit(lines, changed, reported)) {
            facts.present("coverage_credit", Value::Number(credit));
        }
        evidence.extend(joined.evidence);
        evidence.extend(evidence::least_covered(files.iter(), "line"));
        Ok(Observation { facts, evidence, requests: 0 })
    }

    /// What changed since the base, if that can be asked; an error where it can and there is no answer.
    async fn changes(
        &self,
        look: &Look<'_>,
        files: &BTreeMap<String, SourceFile>,
        facts: &mut Facts,
        said: &mut Vec<Evidence>,
    ) -> Result<Option<Share>, ()> {
        let Some(base) = &self.base else {
            facts.present("changed.short", Value::count(0_u32));
            facts.set_reason("no `base` to compare with is named");
            return Ok(None);
        };
        // Where git may not be asked nobody knows that there is no base.
        let is_known = git::has_commit(look.world, base, look.until.left()).await.unwrap_or(true);
        let changes = changed(look, base, files, facts).await;
        match changes {
            Ok((share, evidence)) => {
                facts.present("changed.short", Value::count(self.wanted.short(share)));
                said.extend(evidence);
                if !credit::asks(share) {
                    let note = format!("{} executable lines changed since `{base}`, too few to ask for", share.total);
                    said.push(evidence::about("changed.short", note));
                }
                Ok(Some(share))
            }
            Err(unknown) if is_known => {
                facts.set_reason(unknown.0);
                Err(())
            }
            Err(unknown) => {
                facts.present("changed.short", Value::count(0_u32));
                said.push(evidence::about("changed.short", format!("changed lines are not asked for: {unknown}")));
                for name in ["changed.line", "changed.covered", "changed.total", "changed.unreported"] {
                    facts.set(name, Fact::Unobserved(unknown.0.clone()));
                }
                Ok(None)
            }
        }
    }

    async fn read(&self, look: &Look<'_>) -> Result<Joined, Unknown> {
        let found = report_file::find(look, &self.report)?;
        let freshness = Freshness::ask(look).await?;
        let paths = Paths::new(look.swept.tree(), look.folder);
        let mut joined = Joined::default();
        for file in &found {
            let wrong = |wrong: String| Unknown::because(format!("`{}` {wrong}", file.path));
            let text = report_file::text_of(&report_file::read(look, file)?);
            let (kind, measured) = format::parse(self.format, &text).map_err(wrong)?;
            if measured.is_empty() {
                return Err(wrong("lists no line that could be executed".to_owned()));
            }
            let fresh = freshness.of(look, file, measured.written).await?;
            let doubt = if fresh.doubt.is_empty() { String::new() } else { format!("; {}", fresh.doubt) };
            joined.evidence.push(Evidence {
                kind: EvidenceKind::Report,
                place: Some(Place::file(file.path.as_str())),
                age_s: fresh.age_s,
                note: Some(format!("{} report{doubt}", kind.word())),
                ..Evidence::default()
            });
            joined.measured.told_branches = measured.told_branches.filter(|_| found.len() == 1);
            joined.add(&paths, measured, &file.path, look).map_err(wrong)?;
        }
        if joined.measured.files.is_empty() {
            let first = joined.strange.first().or(joined.foreign.first()).map_or("", String::as_str);
            let what = if joined.strange.is_empty() { "is the system's own" } else { "is here" };
            return Err(Unknown::because(format!("no file that the reports name {what}, such as `{first}`")));
        }
        Ok(joined)
    }

    /// In the order of the spec.
    fn groups<'f>(&self, look: &Look<'_>, files: &'f BTreeMap<String, SourceFile>) -> Vec<Group<'f>> {
        let group = |(name, glob): &(String, String)| {
            let members = members(look, glob);
            let files: BTreeMap<&String, &SourceFile> =
                files.iter().filter(|(path, _)| members.contains(*path)).collect();
            let (lines, branches) = sum(files.values().copied());
            Group { name: name.clone(), glob: glob.clone(), lines, branches, files }
        };
        self.groups.iter().map(group).collect()
    }
}

/// Files that a path stands for, with what the reports say about them.
pub(super) struct Group<'f> {
    pub(super) name: String,
    glob: String,
    pub(super) lines: Share,
    branches: Share,
    pub(super) files: BTreeMap<&'f String, &'f SourceFile>,
}

fn state_groups(groups: &[Group<'_>], facts: &mut Facts) {
    for Group { name, glob, lines, branches, .. } in groups {
        facts.set(format!("group.{name}.line"), ratio(*lines, &nothing_of(glob)));
        let nothing = format!("the reports tell of no branch of `{glob}`");
        facts.set(format!("group.{name}.branch"), ratio(*branches, &nothing));
    }
    facts.set("lowest_group", lowest(groups));
}

/// Unobserved where one of them was not measured: it may be the lowest.
fn lowest(groups: &[Group<'_>]) -> Fact {
    let unmeasured = groups.iter().rfind(|group| group.lines.ratio().is_none());
    let least = groups.iter().filter_map(|group| group.lines.ratio()).min();
    match (unmeasured, least) {
        (Some(group), _) => Fact::Unobserved(nothing_of(&group.glob)),
        (None, None) => Fact::Unobserved("no `groups` are named".to_owned()),
        (None, Some(least)) => Fact::Present(Value::Number(least)),
    }
}

fn nothing_of(glob: &str) -> String {
    format!("the reports list no line of `{glob}`")
}

impl Joined {
    /// What a single report sums up stands where it lists fewer.
    fn branches(&self, listed: Share) -> Share {
        self.measured.told_branches.filter(|told| told.total > listed.total).unwrap_or(listed)
    }

    fn add(&mut self, paths: &Paths<'_>, measured: Measured, report: &str, look: &Look<'_>) -> Result<(), String> {
        let tree = look.swept.tree();
        for (name, file) in measured.files {
            match paths.find(&name, &measured.roots, report) {
                Some(path) if tree.find(path).is_some_and(|id| is_foreign(look.swept.class(id))) => {
                    self.foreign.insert(path.to_owned());
                }
                Some(path) => self.measured.file(path, file)?,
                // A file without lines is no loss.
                None if file.share().total == 0 => {}
                None => drop(self.strange.insert(name.clone())),
            }
        }
        Ok(())
    }
}

/// What nobody here wrote is not theirs to test.
fn is_foreign(class: Class) -> bool {
    matches!(class, Class::Generated | Class::Vendored)
}

fn ratio(share: Share, nothing: &str) -> Fact {
    share.ratio().map_or_else(|| Fact::Unobserved(nothing.to_owned()), |ratio| Fact::Present(Value::Number(ratio)))
}

fn members(look: &Look<'_>, glob: &str) -> BTreeSet<String> {
    // The glob was checked when the spec was read.
    let Ok(select) = Select::glob(glob) else { return BTreeSet::new() };
    let tree = look.swept.tree();
    let ids = tree.select(&select.of(ClassSet::ALL).below(look.folder));
    ids.into_iter().map(|id| tree.entry(id).path.clone()).collect()
}

/// Where no source file has to be reported, the lines that were are all there is.
fn overall(lines: Share, reported: Share) -> Fact {
    match (lines.ratio(), reported.ratio()) {
        (Some(line), Some(share)) => Fact::Present(Value::Number(&line * &share)),
        _ => ratio(lines, "the reports list no line"),
    }
}

/// Reports that leave whole packages out look better than the code is.
fn reported(look: &Look<'_>, files: &BTreeMap<String, SourceFile>) -> Share {
    let endings: BTreeSet<&str> = files.keys().filter_map(|path| ending(path)).collect();
    let start = folder::join(look.folder, "");
    let executable = Executable::seen(look);
    let tree = look.swept.tree();
    let mut share = Share::default();
    for entry in tree.entries() {
        let here = entry.class == Class::Src && entry.size > 0 && !entry.link && entry.path.starts_with(&start);
        let Some(ending) = ending(&entry.path).filter(|ending| here && endings.contains(ending)) else { continue };
        let Some(id) = tree.find(&entry.path) else { continue };
        let listed = files.contains_key(&entry.path);
        // What a program wrote is seen only where it was opened.
        if look.swept.class(id) == Class::Src && (listed || executable.holds(id, ending)) {
            share.add(Share { covered: u64::from(listed), total: 1 });
        }
    }
    share
}

/// Facts about what changed, and what to say about it.
async fn changed(
    look: &Look<'_>,
    base: &str,
    files: &BTreeMap<String, SourceFile>,
    facts: &mut Facts,
) -> Result<(Share, Vec<Evidence>), Unknown> {
    let diff = git::changed_since(look.world, base, look.until.left()).await?;
    let lines = changes::added(&diff).map_err(|wrong| Unknown::because(format!("the diff {wrong}")))?;
    let unreported = unreported(look, &lines, files);
    let changes = of_changes(&lines, files)?;
    let share = changes.share;
    let nothing = match unreported.first() {
        None => format!("no line that could be executed was changed since `{base}`"),
        Some(first) => format!("of what was changed since `{base}` the reports list no line: `{first}` is not in them"),
    };
    facts.set("changed.line", ratio(share, &nothing));
    facts.present("changed.covered", Value::count(share.covered));
    facts.present("changed.total", Value::count(share.total));
    facts.present("changed.unreported", Value::count(unreported.len()));
    Ok((share, evidence::of_changes(base, &changes, &unreported)))
}

/// Changed lines that could be executed.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) share: Share,
    /// Those that were not, by file.
    pub(super) missed: Vec<(String, u32)>,
}

fn of_changes(
    lines: &BTreeMap<String, BTreeSet<u32>>,
    files: &BTreeMap<String, SourceFile>,
) -> Result<Changes, Unknown> {
    let mut changes = Changes::default();
    for (path, lines) in lines {
        let Some(file) = files.get(path) else { continue };
        if file.lines.is_empty() && file.share().total > 0 {
            return Err(Unknown::because(format!("the report sums up `{path}` and does not tell its lines")));
        }
        for (line, covered) in lines.iter().filter_map(|line| file.lines.get_key_value(line)) {
            changes.share.add(Share { covered: u64::from(*covered), total: 1 });
            if !covered {
                changes.missed.push((path.clone(), *line));
            }
        }
    }
    Ok(changes)
}

/// Changed source files, of a kind that the reports list, which are in none of them.
fn unreported(
    look: &Look<'_>,
    lines: &BTreeMap<String, BTreeSet<u32>>,
    files: &BTreeMap<String, SourceFile>,
) -> Vec<String> {
    let endings: BTreeSet<&str> = files.keys().filter_map(|path| ending(path)).collect();
    let tree = look.swept.tree();
    let is_source = |path: &str| {
        let entry = tree.find(path).map(|id| tree.entry(id));
        entry.is_some_and(|entry| entry.class == Class::Src && entry.size > 0)
    };
    let of_kind = |path: &str| ending(path).is_some_and(|ending| endings.contains(ending));
    let changed = lines.iter().filter(|(_, lines)| !lines.is_empty()).map(|(path, _)| path);
    changed.filter(|path| !files.contains_key(*path) && of_kind(path) && is_source(path)).cloned().collect()
}

fn ending(path: &str) -> Option<&str> {
    path.rsplit_once('.').map(|(_, ending)| ending)
}
