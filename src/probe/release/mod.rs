//! Probe `release`: which versions manifests state, whether they are valid, agree and are not behind the newest tag, and
//! whether a changelog describes the newest one. Owns parameters, facts and the sums; `stated` reads manifests,
//! `changelog` notes, `product` says what belongs together, `judge` what is wrong.

mod changelog;
mod current;
mod judge;
mod number;
mod product;
mod stated;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::{Finding, Findings};
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch};
use crate::model::{
    Certainty, Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value,
};
use crate::world::pattern::Pattern;
use crate::world::{Class, ClassSet, Name, Select, View, Want, WantId, Wants, git_history};
use crate::yaml::Node;

pub(super) use current::Current;

use changelog::Changelog;
use judge::{Known, Share, Shares};
use number::Scheme;
use stated::Stated;

/// Where changelogs are: one file, or a folder with a file for each version.
const CHANGELOGS: &[&str] = &[
    "**/{CHANGELOG,Changelog,ChangeLog,changelog,CHANGES,Changes,changes,HISTORY,History,history,RELEASES,Releases,NEWS,News,RELEASE_NOTES,RELEASE-NOTES,RELEASENOTES,*-RELEASENOTES,release-notes,release_notes,ReleaseNotes,CHANGELOG[-_]v*,CHANGELOG[-_][0-9]*}{,.md,.mdx,.markdown,.rst,.txt,.adoc}",
    "**/{changelog,changelogs,CHANGELOG,changes,release-notes,release_notes,releases,releasenotes,whatsnew}/**/*.{md,mdx,rst,txt,adoc}",
];
/// What makes notes of a release: settings of its tool, or of the forge.
const GENERATORS: &str = "{.changeset/config.json,release-please-config.json,.release-please-manifest.json,.github/release.{yml,yaml},.github/*release-draft*.{yml,yaml},.github/release-notes.{yml,yaml},.goreleaser.{yml,yaml},cliff.toml,{,packages/*/}{.releaserc{,.json,.yml,.yaml,.js,.cjs,.mjs},release.config.{js,cjs,mjs,ts}},.release-it.{json,yml,yaml,js,cjs},towncrier.toml}";
/// The same in a workflow.
const NOTES_STEP: &str = r"\bgenerate_?release_?notes:\s*[\x22\x27]?true\b|\bgh release create\b[^\n]*--(generate-notes|notes)|\brelease-drafter/release-drafter@|\bgoogleapis/release-please-action@|\bchangesets/action@|\bsemantic-release\b|\bgit-cliff\b";

/// Parameters of probe `release`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReleaseProbe")]
struct Params {
    /// How versions are counted: `semver`, or `calver` for versions that are dates.
    #[serde(default)]
    scheme: Scheme,
}

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "release",
    doc: "Compares the versions that manifests state with tags and with the changelog",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "scheme: semver\n",
};

struct Release {
    scheme: Scheme,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let Params { scheme } = crate::yaml::decode(node, problems)?;
    Some(Box::new(Release { scheme }))
}

type Digest = Result<Option<Stated>, String>;

impl Probe for Release {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let fact = FactDecl::new;
        let decls = vec![
            fact("manifests", FactType::Count, "manifests that state a version or leave it to a tool; what is private and still has its first number aside"),
            fact("worked_out", FactType::Count, "those that leave it to a tool, mostly from a tag: `dynamic`, `${revision}`, `0.0.0`, or still a first number as `1.0.0` behind later tags"),
            fact("changelogs", FactType::Count, "files of a changelog"),
            fact("entries", FactType::Count, "entries for versions in them"),
            fact("note_generators", FactType::Count, "settings and workflows that write notes when a release is made"),
            fact("newest_tag", FactType::Text, "the tag of the highest release of the product at the root that HEAD contains; absent without one"),
            fact("invalid_versions", FactType::Count, "versions in manifests that are none by the rules of their ecosystem: SemVer 2.0.0, PEP 440, Gem::Version; unobserved where nothing names a version"),
            fact("disagreeing_versions", FactType::Count, "versions that differ from another one in the same folder, `__version__` of a Python package among them; charts have their own"),
            fact("behind_tag", FactType::Count, "versions in manifests that are lower than the newest tag of their product that HEAD contains: unnamed tags are those of the root, `package@1.2.3` and `package/v1.2.3` of a package; of what is private only a hint; unobserved without the whole history"),
            fact("undescribed_versions", FactType::Count, "products whose newest version no entry names: the one that is stated, or the one with the newest tag while a later one is made; unobserved where notes are kept elsewhere"),
            fact("undated_entries", FactType::Count, "entries of those versions without a day that reads in one way only; unobserved like them"),
            fact("version_credit", FactType::Ratio, "30 % for the share of valid versions, 20 % for folders that agree, 20 % for products not behind their tag, 30 % for described ones, an entry without a day half; what is unobserved earns nothing"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("release {:?}", self.scheme)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        let manifests = stated::MANIFESTS.iter().map(|name| format!("**/{name}"));
        let others = CHANGELOGS.iter().map(|glob| (*glob).to_owned());
        Touch { reads: manifests.chain(others).chain([".git".to_owned()]).collect(), ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let mut ids = vec![Release::manifests(folder, wants)];
        let prose = ClassSet::of(&[Class::Src, Class::Docs]);
        let notes = CHANGELOGS.iter().filter_map(|glob| Select::glob(glob).ok()).reduce(|mut all, one| {
            all.names.extend(one.names);
            all
        });
        ids.extend(notes.map(|notes| {
            wants.add(Want::doc(notes.of(prose).below(folder), "release notes", |file| {
                Ok(read_notes(file.path(), &file.text()))
            }))
        }));
        let steps = Select::glob(".github/workflows/*.{yml,yaml}").ok().zip(Pattern::new(NOTES_STEP).ok());
        ids.extend(steps.map(|(select, pattern)| wants.add(Want::hits(select, pattern, View::Uncommented, 1))));
        ids
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(self.look(look))
    }
}

/// A file named after a version is its entry; others hold many.
fn read_notes(path: &str, text: &str) -> Changelog {
    let base = path.rsplit('/').next().unwrap_or(path);
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let own = stem.contains(|c: char| c.is_ascii_digit()).then(|| changelog::of_file(stem, text)).flatten();
    own.unwrap_or_else(|| changelog::read(text))
}

impl Release {
    /// The want for manifests that state a version.
    fn manifests(folder: &str, wants: &mut Wants) -> WantId {
        let manifests = stated::EXTENSIONS
            .iter()
            .fold(Select::bases(stated::MANIFESTS), |select, extension| select.or(Name::Ext((*extension).to_owned())));
        let manifests = manifests.of(ClassSet::SRC).below(folder);
        wants.add(Want::doc(manifests, "release manifest", |file| -> Result<Digest, Unknown> {
            Ok(stated::read(file.entry.base(), &file.text()))
        }))
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let [manifests, notes, steps] = look.wants else { return Err(Unknown::because("nothing was swept")) };
        for want in look.wants {
            look.swept.get(*want).whole.clone()?;
        }
        let mut findings = Findings::default();
        let stated = read(&look, *manifests, &mut findings);
        let changelogs = read_changelogs(&look, *notes, &mut findings);
        let generators = generators(&look, *steps);
        let mut products = product::gather(stated, look.folder, look.swept);
        product::give_changelogs(&mut products, &changelogs, look.folder);
        let tags = tags(&look).await;
        if let Ok(tags) = &tags {
            product::give_tags(&mut products, tags, look.folder.is_empty());
        }
        let mut seen = Seen { facts: Facts::new(), findings };
        seen.counts(&products, &changelogs, generators);
        if is_nothing(&products, &changelogs, generators) {
            let reason = tags.err().map_or_else(String::new, |unknown| format!("; tags were not seen: {unknown}"));
            seen.facts.set_reason(format!("no manifest, tag or changelog names a version{reason}"));
            return Ok(seen.observation());
        }
        let unread = !seen.findings.is_whole();
        let known = Known { scheme: self.scheme, tags: tags.is_ok(), unread, generators };
        seen.judge(&products, &known, tags.err());
        Ok(seen.observation())
    }
}

fn read<'s>(look: &Look<'s>, want: WantId, findings: &mut Findings) -> Vec<(&'s str, &'s Stated)> {
    let mut all = Vec::new();
    for (id, digest) in look.swept.get(want).own::<Digest>() {
        let path = look.swept.path(id);
        match digest {
            Ok(Ok(Some(stated))) => all.push((path, stated)),
            Ok(Ok(None)) => {}
            Ok(Err(fault)) => findings.unread(path, fault.clone()),
            Err(unknown) => findings.unread(path, unknown.0.clone()),
        }
    }
    all
}

fn read_changelogs<'s>(look: &Look<'s>, want: WantId, findings: &mut Findings) -> Vec<(&'s str, &'s Changelog)> {
    let mut all = Vec::new();
    for (id, digest) in look.swept.get(want).own::<Changelog>() {
        match digest {
            Ok(changelog) => all.push((look.swept.path(id), changelog)),
            Err(unknown) => findings.unread(look.swept.path(id), unknown.0.clone()),
        }
    }
    all
}

fn generators(look: &Look<'_>, steps: WantId) -> usize {
    let settings =
        Select::glob(GENERATORS).map_or(0, |select| look.swept.tree().select(&select.below(look.folder)).len());
    settings + look.swept.get(steps).hits().count()
}

/// Names of the tags that HEAD contains.
async fn tags(look: &Look<'_>) -> Result<Vec<String>, Unknown> {
    let Some(extent) = git_history::extent(look.world) else {
        return Err(Unknown::because("the root lies in no git repository"));
    };
    match (extent.at_top, extent.shallow) {
        (false, _) => Err(Unknown::because("tags belong to the whole repository, which begins above the root")),
        (_, true) => Err(Unknown::because("the clone is shallow: its tags lie before it")),
        _ => git_history::tags_of_head(look.world, look.until.left()).await,
    }
}

fn is_nothing(products: &[product::Product<'_>], changelogs: &[(&str, &Changelog)], generators: usize) -> bool {
    let named = products.iter().any(|product| !product.written.is_empty() || product.tag.is_some());
    !named && changelogs.is_empty() && generators == 0
}

struct Seen {
    facts: Facts,
    findings: Findings,
}

impl Seen {
    fn counts(&mut self, products: &[product::Product<'_>], changelogs: &[(&str, &Changelog)], generators: usize) {
        let written = || products.iter().flat_map(|product| &product.written);
        let worked = written().filter(|written| written.here.is_none()).count();
        let entries = changelogs.iter().map(|(_, changelog)| changelog.entries.len()).sum::<usize>();
        for (name, count) in [
            ("manifests", written().count()),
            ("worked_out", worked),
            ("changelogs", changelogs.len()),
            ("entries", entries),
            ("note_generators", generators),
        ] {
            self.findings.set_number(&mut self.facts, name, count);
        }
    }

    fn judge(&mut self, products: &[product::Product<'_>], known: &Known, untagged: Option<Unknown>) {
        let mut shares = Shares::default();
        for product in products {
            judge::judge(product, known, &mut shares, &mut self.findings);
        }
        for name in
            ["invalid_versions", "disagreeing_versions", "behind_tag", "undescribed_versions", "undated_entries"]
        {
            self.findings.set_count(&mut self.facts, name);
        }
        let root = products.iter().find(|product| product.folder.is_empty()).and_then(|product| product.tag.as_ref());
        self.facts.set("newest_tag", root.map_or(Fact::Absent, |(tag, _)| Fact::Present(Value::Text(tag.clone()))));
        if let Some((tag, _)) = root {
            let note = format!("the highest release that HEAD contains has the tag `{tag}`");
            self.findings.push(".git", Finding::new("newest_tag", 0, tag.as_str(), note).with(Certainty::Certain));
        }
        if let Some(unknown) = &untagged {
            self.facts.set("newest_tag", Fact::Unobserved(unknown.0.clone()));
            self.facts.set("behind_tag", Fact::Unobserved(unknown.0.clone()));
        }
        if let Some(reason) = &shares.untold {
            self.unobserve_zeros(&["undescribed_versions", "undated_entries"], reason);
        }
        self.facts.set("version_credit", credit(&shares, untagged.is_none()));
    }

    fn unobserve_zeros(&mut self, names: &[&'static str], reason: &str) {
        super::finding::unobserve_zeros(&mut self.facts, names.iter().copied(), reason);
    }

    fn observation(self) -> Observation {
        Observation { facts: self.facts, evidence: self.findings.evidence(), requests: 0 }
    }
}

/// The parts with their weights (catalogue, release/version-and-changelog). Where nothing of a part was found there is
/// nothing to mend, but for a description, which somebody must have seen.
fn credit(shares: &Shares, tagged: bool) -> Fact {
    let whole = |share: Share| if share.of == 0 { Share { percent: 100, of: 1 } } else { share };
    let seen = |share: Share, is_seen: bool| if is_seen { whole(share) } else { Share { percent: 0, of: 1 } };
    let parts = [
        (30_u64, whole(shares.valid)),
        (20, whole(shares.agree)),
        (20, seen(shares.tagged, tagged)),
        (30, seen(shares.described, shares.described.of > 0)),
    ];
    let sum = parts.iter().try_fold(Exact::zero(), |sum, (weight, share)| {
        Some(sum + Exact::ratio(weight * share.percent, share.of * 10_000)?)
    });
    sum.map_or(Fact::Absent, |sum| Fact::Present(Value::Number(sum)))
}
