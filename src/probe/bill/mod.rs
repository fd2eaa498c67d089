//! Probe `bill`: whether the build makes a software bill of materials, and how much of what the locks list one names. Owns
//! parameters and facts; signs of making one are in `made`, what locks list in `locked`, documents are read by `ingest`.

mod judge;
mod locked;
mod made;
mod maven;
mod other_locks;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::{Finding, Findings};
use super::release::Current;
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, folder, manifest};
use crate::model::{FactDecl, FactSchema, FactType, Observation, Problems, Unknown};
use crate::world::{Class, ClassSet, Select, Want, WantId, Wants};
use crate::yaml::{Node, Spanned};

use judge::Beside;
use locked::Package;

/// Parameters of the `bill` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BillProbe")]
struct Params {
    /// Path or glob of the documents (CycloneDX or SPDX), also below folders that git ignores.
    #[serde(default)]
    report: Option<Spanned<String>>,
}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "bill",
    doc: "Sees whether the build makes a bill of materials, and compares one with the packages that lock files list",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "report: dist/*.cdx.json\n",
};

/// Where documents lie by the usual names.
const USUAL: &str =
    "{,reports/,dist/,sbom/,target/,build/reports/}{bom,sbom,bom.cdx,sbom.cdx,bom.spdx,sbom.spdx}.{json,xml}";
/// The largest lock that is read, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

struct BillProbe {
    report: String,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let Params { report } = crate::yaml::decode(node, problems)?;
    let before = problems.len();
    if let Some(report) = &report {
        folder::check_path_or_glob(report, "report", problems);
    }
    let report = report.map_or_else(|| USUAL.to_owned(), |report| report.value);
    (problems.len() == before).then(|| Box::new(BillProbe { report }) as Box<dyn Probe>)
}

impl Probe for BillProbe {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let fact = FactDecl::new;
        let decls = vec![
            fact("is_made", FactType::Bool, "whether one is made: a pipeline, a script or a plugin of the build writes one, or a document here is no older than the last commit; unobserved where neither a sign nor a document is here, as a forge or another repository may make it"),
            fact("signs", FactType::Count, "calls of tools that write one, in pipelines, scripts and builds"),
            fact("documents", FactType::Count, "documents that were read, CycloneDX or SPDX"),
            fact("components", FactType::Count, "components that they list; what a document describes is none"),
            fact("identified", FactType::Ratio, "share of package URLs among the components, each URL once"),
            fact("locked_packages", FactType::Count, "packages that the locks here list, each version once: of npm, yarn, pnpm, Cargo, uv, Poetry, PDM, Pipenv, Bundler, Composer, NuGet, Gradle, bun, Swift, Mix and pub, what `go.mod` requires, `requirements.txt` where all is exact, and of Maven the direct dependencies whose version the tree states"),
            fact("covered", FactType::Ratio, "share of the locked packages that a document names with their version; without those for development where that is more and the lock says which they are"),
            fact("is_complete", FactType::Bool, "whether `covered` is 90 % or more; absent without a document"),
            fact("other_versions", FactType::Count, "documents that say they are of a version which neither a manifest states nor the newest tag of a product names; they are not compared. None where a document names no version, or tags cannot be seen"),
            fact("licensed", FactType::Ratio, "share of the components with a licence"),
            fact("is_licensed", FactType::Bool, "whether `licensed` is 80 % or more; absent without a document"),
            fact("bill_credit", FactType::Ratio, "50 % that one is made, up to 30 % for `covered` from 50 % to 90 %, 20 % where it is licensed"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("bill {:?}", self.report)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        let locks = locked::BASES.iter().map(|base| format!("**/{base}"));
        Touch { reads: made::places().chain(locks).chain([self.report.clone()]).collect(), ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let classes = ClassSet::of(&[Class::Src, Class::Generated]);
        let locks = Select::bases(locked::BASES).of(classes).below(folder);
        let mut ids = vec![wants.add(Want::doc(locks, "bill", locked::read).up_to(LARGEST))];
        let poms = Select::bases(&["pom.xml"]).of(classes).below(folder);
        ids.push(wants.add(Want::doc(poms, "bill of maven", maven::read)));
        ids.push(manifest::want(folder, wants));
        ids.push(Current::want(folder, wants));
        ids.extend(made::want(folder).map(|want| wants.add(want)));
        ids
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [locks, poms, manifests, versions, signs] = look.wants else {
                return Err(Unknown::because("the tree was not swept"));
            };
            for want in look.wants {
                look.swept.get(*want).whole.clone()?;
            }
            let mut findings = Findings::default();
            let mut packages: Vec<Package> = Vec::new();
            for (id, found) in look.swept.get(*locks).own::<Vec<Package>>() {
                match found {
                    Ok(found) => packages.extend(found.iter().cloned()),
                    Err(unknown) => findings.unread(look.swept.path(id), unknown.to_string()),
                }
            }
            let asked = asked_of_maven(&look, *poms, &mut findings);
            let by_maven = !asked.packages.is_empty();
            let unstated = asked.unstated;
            packages.extend(asked.packages);
            for (id, hits) in look.swept.get(*signs).hits() {
                let calls = hits.first.iter().filter(|hit| !made::is_idle(&hit.line_text));
                let call = |hit: &crate::world::Hit| {
                    Finding::new("signs", hit.line, hit.text.trim(), format!("makes one: {}", hit.line_text))
                };
                findings.extend(look.swept.path(id), calls.map(call).collect::<Vec<_>>());
            }
            let documents = judge::documents(&look, &self.report, &mut findings).await?;
            let current = match documents.is_empty() {
                true => Current::default(),
                false => Current::look(&look, *versions).await?,
            };
            let mut unlocked = unlocked(&look, *locks, *manifests);
            let manifest = if by_maven { unlocked.remove("Maven") } else { None };
            let direct = manifest.map(|manifest| (manifest, unstated));
            let facts = Beside { packages: &packages, unlocked, direct, current }.facts(documents, &mut findings);
            Ok(Observation { facts, evidence: findings.evidence(), requests: 0 })
        })
    }
}

/// What the `pom.xml` files ask for.
fn asked_of_maven(look: &Look<'_>, poms: WantId, findings: &mut Findings) -> maven::Asked {
    let mut read = Vec::new();
    for (id, pom) in look.swept.get(poms).own::<maven::Pom>() {
        match pom {
            Ok(pom) => read.push(pom),
            Err(unknown) => findings.unread(look.swept.path(id), unknown.to_string()),
        }
    }
    maven::asked(&read)
}

/// Ecosystems with a manifest that asks for packages and no lock that is read, with the first such manifest.
fn unlocked<'s>(look: &Look<'s>, locks: WantId, manifests: WantId) -> BTreeMap<&'static str, &'s str> {
    let locked = look
        .swept
        .get(locks)
        .own::<Vec<Package>>()
        .filter(|(_, found)| found.as_ref().is_ok_and(|found| !found.is_empty()));
    let locked: BTreeSet<&str> =
        locked.filter_map(|(id, _)| manifest::ecosystem_of(look.swept.tree().entry(id).base())).collect();
    let mut found = BTreeMap::new();
    for (id, ecosystem) in manifest::with_dependencies(look.swept, manifests) {
        if let Ok(ecosystem) = ecosystem
            && !locked.contains(ecosystem)
        {
            found.entry(ecosystem).or_insert(look.swept.path(id));
        }
    }
    found
}
