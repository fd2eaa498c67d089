//! Who looks after what: bots' instructions beside the dependencies that are here.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::present::{Reach, Unit};
use super::watch::{Told, Wait, Watch};
use super::{LARGEST, OTHERS, renovate};
use crate::model::{Certainty, Exact, Fact, Facts, Observation, Suppressions, Value};
use crate::probe::finding::{Finding, Findings};
use crate::world::{FileId, Select, Swept, WantId};

/// Days to wait for (catalogue, deps/update-automation; zizmor dependabot-cooldown).
pub(super) const DAYS: u64 = 7;
/// Percent of a folder that is looked at rarely, for security alone, or for a part of what is in it (catalogue, deps/update-automation).
const HALF_HEARTED: u64 = 70;

/// The bots that are here.
#[derive(Default)]
pub(super) struct Bots {
    /// What those that can be read are told, by file.
    told: BTreeMap<String, Told>,
    /// Configurations that could not be read, and why.
    unread: Vec<(String, String)>,
    /// Files of bots that are not read.
    others: Vec<String>,
}

/// Finds them: Renovate takes the first of its files alone.
pub(super) fn bots(swept: &Swept, want: WantId) -> Bots {
    let mut bots = Bots::default();
    let place = |path: &str| super::RENOVATE.iter().position(|place| *place == path);
    let found = || swept.get(want).own::<Told>().map(|(id, told)| (swept.path(id).to_owned(), told));
    let first = found().filter_map(|(path, _)| place(&path)).min();
    for (path, told) in found().filter(|(path, _)| place(path).is_none_or(|place| Some(place) == first)) {
        match told {
            Ok(told) => drop(bots.told.insert(path, told.clone())),
            Err(unknown) => bots.unread.push((path, unknown.to_string())),
        }
    }
    if let (None, Some(told)) = (first, in_package_json(swept)) {
        bots.told.insert("package.json".to_owned(), told);
    }
    for glob in OTHERS {
        let ids = Select::glob(glob).map(|select| swept.tree().select(&select)).unwrap_or_default();
        bots.others.extend(ids.first().map(|id| swept.path(*id).to_owned()));
    }
    if bots.told.keys().any(|file| !super::DEPENDABOT.contains(&file.as_str())) {
        // A workflow that runs Renovate does what its configuration says.
        bots.others.retain(|file| !file.contains("workflows/renovate"));
    }
    bots
}

fn in_package_json(swept: &Swept) -> Option<Told> {
    let bytes = swept.read("package.json", LARGEST).ok()?;
    let manifest: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    manifest.get("renovate").filter(|config| config.is_object()).map(renovate::told)
}

/// Facts and evidence.
pub(super) fn observe(swept: &Swept, units: &[Unit], bots: Bots, suppressions: Suppressions) -> Observation {
    let mut findings = Findings::treating(suppressions);
    for (file, reason) in &bots.unread {
        findings.unread(file, reason.as_str());
    }
    let mut facts = Facts::new();
    let configurations = bots.told.len() + bots.unread.len() + bots.others.len();
    facts.present("bots", Value::count(configurations));
    let watches: Vec<(&str, &Watch)> = bots
        .told
        .iter()
        .flat_map(|(file, told)| told.watches.iter().map(move |watch| (file.as_str(), watch)))
        .collect();
    for (file, told) in &bots.told {
        let refused = told.broken.iter();
        findings.extend(
            file,
            refused.map(|(line, why)| Finding::new("broken_configurations", *line, why.as_str(), why.as_str())),
        );
    }
    let covered = Coverage::of(swept, units, &watches).tell(swept, units, &mut findings);
    let ecosystems: BTreeSet<&str> = units.iter().map(|unit| unit.ecosystem.name).collect();
    facts.present("ecosystems", Value::count(ecosystems.len()));
    let waits = waits(&watches, &ecosystems, &mut findings);
    for name in
        ["uncovered", "slow_updates", "security_only", "narrowed_updates", "without_cooldown", "broken_configurations"]
    {
        findings.set_count(&mut facts, name);
    }
    let unread = bots.others.first().map(|file| format!("`{file}` belongs to a bot whose configuration is not read"));
    if let Some(reason) =
        unread.clone().filter(|_| findings.count("uncovered") > 0).or_else(|| findings.unread_reason())
    {
        for name in ["uncovered", "covered_ratio", "update_credit", "without_cooldown"] {
            facts.set(name, Fact::Unobserved(reason.clone()));
        }
        return Observation { facts, evidence: findings.evidence(), requests: 0 };
    }
    shares(&mut facts, covered, configurations > 0, waits, findings.count("without_cooldown"));
    Observation { facts, evidence: findings.evidence(), requests: 0 }
}

/// The shortest wait of entries that look after something here, those that are passed over left out; or where it may be said.
fn waits(
    watches: &[(&str, &Watch)],
    ecosystems: &BTreeSet<&str>,
    findings: &mut Findings,
) -> Result<Option<u64>, String> {
    let mut shortest: Option<u64> = None;
    let mut elsewhere = None;
    for (file, watch) in watches {
        if !watch.ecosystems.iter().any(|name| ecosystems.contains(name)) {
            continue;
        }
        let mut finding = |fact, note: String| {
            let mut finding = Finding::new(fact, watch.line, watch.name.as_str(), note);
            finding.suppression = watch.suppression.clone().filter(|_| fact == "without_cooldown");
            let counts = !findings.leaves_out(&finding);
            findings.push(file, finding);
            counts
        };
        if let Some(interval) = &watch.slow {
            finding("slow_updates", format!("{}: looked at {interval}, less than once a month", watch.name));
        }
        if watch.security_only {
            finding("security_only", format!("{}: no pull request but for security", watch.name));
        }
        if let Some(what) = watch.narrowed {
            finding("narrowed_updates", format!("{}: lets {what} in", watch.name));
        }
        match &watch.wait {
            Wait::Elsewhere(preset) => elsewhere = Some(format!("the preset `{preset}` is not here to be read")),
            Wait::Days(days) if watch.is_hasty() => {
                let note = format!("{}: takes a version {days} days after it was published, not {DAYS}", watch.name);
                if finding("without_cooldown", note) {
                    shortest = Some(shortest.map_or(*days, |least| least.min(*days)));
                }
            }
            Wait::Days(days) => shortest = Some(shortest.map_or(*days, |least| least.min(*days))),
        }
    }
    match (shortest, elsewhere) {
        (Some(days), _) if days < DAYS => Ok(Some(days)),
        (_, Some(reason)) => Err(reason),
        (shortest, None) => Ok(shortest),
    }
}

fn shares(facts: &mut Facts, covered: Option<Exact>, any: bool, waits: Result<Option<u64>, String>, hasty: usize) {
    let Some(covered) = covered else {
        let reason = "nothing here has dependencies";
        ["covered_ratio", "update_credit"]
            .iter()
            .for_each(|name| facts.set(*name, Fact::Unobserved(reason.to_owned())));
        return;
    };
    facts.present("covered_ratio", Value::Number(covered.clone()));
    let share = |tenths: u64| Exact::ratio(tenths, 10_u64).unwrap_or_else(Exact::zero);
    let waited = match &waits {
        Err(reason) => {
            for name in ["without_cooldown", "cooldown", "update_credit"] {
                facts.set(name, Fact::Unobserved(reason.clone()));
            }
            return;
        }
        Ok(_) if !any => share(0),
        Ok(Some(days)) if *days >= 3 && *days < DAYS => share(1),
        Ok(Some(days)) if *days < 3 => share(0),
        Ok(_) if hasty == 0 => share(2),
        Ok(_) => share(0),
    };
    if let Ok(Some(days)) = waits {
        facts.present("cooldown", Value::seconds(Duration::from_secs(days * 24 * 60 * 60)));
    }
    let there = if any { share(2) } else { share(0) };
    let credit = &(&there + &(&covered * &share(6))) + &waited;
    facts.present("update_credit", Value::Number(credit));
}

/// Percent of each unit that is looked after, in their order.
struct Coverage(Vec<u64>);

impl Coverage {
    fn of(swept: &Swept, units: &[Unit], watches: &[(&str, &Watch)]) -> Coverage {
        let mut percents = vec![0_u64; units.len()];
        for (_, watch) in watches {
            let is_whole = !watch.security_only && watch.slow.is_none() && watch.narrowed.is_none();
            let worth = if is_whole { 100 } else { HALF_HEARTED };
            let places = Places::of(swept, watch);
            for (at, unit) in units.iter().enumerate() {
                if watch.ecosystems.contains(&unit.ecosystem.name) && places.hold(unit) {
                    percents[at] = percents[at].max(worth);
                }
            }
        }
        Coverage(percents)
    }

    /// Shows what is covered and what is not; the mean over the ecosystems of the mean over their folders.
    fn tell(&self, swept: &Swept, units: &[Unit], findings: &mut Findings) -> Option<Exact> {
        let mut by: BTreeMap<&str, (u64, u64, u64, FileId)> = BTreeMap::new();
        for (unit, percent) in units.iter().zip(&self.0) {
            let name = unit.ecosystem.name;
            let sums = by.entry(name).or_insert((0, 0, 0, unit.file));
            *sums = (sums.0 + percent, sums.1 + 1, sums.2 + u64::from(*percent > 0), sums.3);
            if *percent == 0 {
                let place = if unit.folder.is_empty() { "the root" } else { &unit.folder };
                let note = format!("{name}: no bot is told to look after {place}");
                findings.push(swept.path(unit.file), Finding::new("uncovered", 0, format!("{name} {place}"), note));
            }
        }
        let mut sum = Exact::zero();
        for (name, (percent, all, some, file)) in &by {
            let note = format!("{name}: {some} of {all} {} looked after", if *all == 1 { "folder" } else { "folders" });
            if some == all {
                let seen = Finding::new("uncovered", 0, *name, note.as_str()).with(Certainty::Hint);
                findings.push(swept.path(*file), seen);
            }
            findings.push(swept.path(*file), Finding::new("ecosystems", 0, *name, note));
            sum = &sum + &Exact::ratio(*percent, all * 100)?;
        }
        sum.checked_div(&Exact::whole(by.len() as u64))
    }
}

/// The folders that an instruction names.
struct Places {
    /// `None`: all.
    folders: Option<BTreeSet<String>>,
    excluded: BTreeSet<FileId>,
}

impl Places {
    fn of(swept: &Swept, watch: &Watch) -> Places {
        let files = |glob: &str| Select::glob(glob).map(|select| swept.tree().select(&select)).unwrap_or_default();
        let excluded = watch.excluded.iter().flat_map(|glob| files(glob.trim_start_matches('/'))).collect();
        let all = |folder: &String| matches!(folder.as_str(), "**" | "**/*" | "*/**");
        let folders = watch.folders.as_ref().filter(|folders| !folders.iter().any(all)).map(|folders| {
            let named = |folder: &String| -> Vec<String> {
                if !folder.contains(['*', '?', '[', '{']) {
                    return vec![
                        folder.strip_prefix("./").unwrap_or(if folder == "." { "" } else { folder }).to_owned(),
                    ];
                }
                let found = files(&format!("{folder}/*"));
                found.into_iter().map(|id| swept.tree().entry(id).folder().to_owned()).collect()
            };
            folders.iter().flat_map(named).collect()
        });
        Places { folders, excluded }
    }

    fn hold(&self, unit: &Unit) -> bool {
        if self.excluded.contains(&unit.file) {
            return false;
        }
        let Some(folders) = &self.folders else { return true };
        if folders.contains(&unit.folder) {
            return true;
        }
        let is_below = |folder: &str| folder.is_empty() || unit.folder.starts_with(&format!("{folder}/"));
        match unit.ecosystem.reach {
            Reach::Folder => false,
            Reach::Members(..) => !unit.members.is_empty() && unit.members.is_subset(folders),
            Reach::Workflows => folders.contains(""),
            Reach::Below => folders.iter().any(|folder| is_below(folder)),
            Reach::Children => folders.contains(unit.folder.rsplit_once('/').map_or("", |(above, _)| above)),
        }
    }
}
