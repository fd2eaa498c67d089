//! Probe `deprecations`: which locked packages nobody should take any longer, by the word of those who publish them: deprecated,
//! abandoned, unmaintained, yanked, unsound. Owns parameters and facts; locks are read in `node`, `php` and `rust`, reports in
//! `reports`, and `judge` joins them. Age is no word: what is finished may be old.

mod deps_dev;
mod judge;
mod node;
mod notice;
mod php;
mod reports;
mod rust;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::Findings;
use super::report_file::{self, Freshness};
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, folder, manifest};
use crate::model::{FactDecl, FactSchema, FactType, Observation, Problems, Unknown};
use crate::world::{Class, ClassSet, FileBytes, Select, Want, WantId, Wants, artefact};
use crate::yaml::{Node, Spanned};

use judge::Seen;
use notice::Told;
use reports::Report;

/// Parameters of the `deprecations` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DeprecationsProbe")]
struct Params {
    /// Path or glob of reports, also below folders that git ignores: of `cargo audit`, `composer audit`, OSV-Scanner,
    /// `dotnet list package --deprecated`, `go list -m -u all`, `yarn npm audit`, `pip install --report` and of the API of deps.dev (`GetVersion`, `GetProject`), all as JSON. One that is older than HEAD does not count.
    #[serde(default)]
    report: Option<Spanned<String>>,
}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "deprecations",
    doc: "Reads which packages are deprecated, abandoned, unmaintained, yanked or unsound, as locks and reports say",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "report: reports/cargo-audit.json\n",
};

/// Where reports lie by the usual names.
const USUAL: &str = "{,reports/}{cargo-audit,composer-audit,osv-scanner,osv,dotnet-deprecated,go-list,pip-report,yarn-audit,deps-dev}.json";
/// Locks, and the manifest of Composer, which alone says what its lock's packages are for.
const BASES: &[&str] =
    &["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "composer.lock", "composer.json", "Cargo.lock"];
/// The largest lock that is read, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

struct Deprecations {
    report: String,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let Params { report } = crate::yaml::decode(node, problems)?;
    let before = problems.len();
    if let Some(report) = &report {
        folder::check_path_or_glob(report, "report", problems);
    }
    let report = report.map_or_else(|| USUAL.to_owned(), |report| report.value);
    (problems.len() == before).then(|| Box::new(Deprecations { report }) as Box<dyn Probe>)
}

impl Probe for Deprecations {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
        let decls = vec![
            count("scanned", "manifests with dependencies, locks and reports; one manifest that neither a lock nor a report speaks for leaves zeros below unobserved"),
            count("direct", "packages, each version once, that a manifest here asks for and that are deprecated (npm, pnpm, NuGet, Go), abandoned (Composer), unmaintained (RustSec) or inactive (PyPI's classifier)"),
            count("transitive", "the same that other packages bring; often an old major that one of them pins"),
            count("unsound", "packages that are known not to do what they promise: `unsound` of RustSec, `CriticalBugs` of NuGet"),
            count("yanked", "packages whose version was taken back by whoever published it: yanked, or retracted (Go)"),
            FactDecl::new("deprecation_credit", FactType::Ratio, "all, less 20 % for each that is direct, 5 % for each that is not, 30 % for each that is unsound or yanked"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("deprecations {:?}", self.report)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        let locks = BASES.iter().map(|base| format!("**/{base}"));
        Touch { reads: locks.chain([self.report.clone()]).collect(), ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let classes = ClassSet::of(&[Class::Src, Class::Generated]);
        let locks = Select::bases(BASES).of(classes).below(folder);
        vec![wants.add(Want::doc(locks, "deprecations", read).up_to(LARGEST)), manifest::want(folder, wants)]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [locks, manifests] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            for want in look.wants {
                look.swept.get(*want).whole.clone()?;
            }
            let mut findings = Findings::default();
            let mut told = Vec::new();
            for (id, found) in look.swept.get(*locks).own::<Told>() {
                match found {
                    Ok(found) => told.push((look.swept.path(id), found)),
                    Err(unknown) => findings.unread(look.swept.path(id), unknown.to_string()),
                }
            }
            let reports = self.reports(&look, &mut findings).await?;
            let mut owing = Vec::new();
            for (id, ecosystem) in manifest::with_dependencies(look.swept, *manifests) {
                match ecosystem {
                    Ok(ecosystem) => owing.push((look.swept.path(id), ecosystem)),
                    Err(unknown) => findings.unread(look.swept.path(id), unknown.to_string()),
                }
            }
            let facts = Seen { told, reports, owing }.judge(&mut findings);
            Ok(Observation { facts, evidence: findings.evidence(), requests: 0 })
        })
    }
}

impl Deprecations {
    /// The reports that are here and count; why another does not stands in the evidence.
    async fn reports(&self, look: &Look<'_>, findings: &mut Findings) -> Result<Vec<(String, Report)>, Unknown> {
        let found = artefact::find(look.swept.tree(), &folder::join(look.folder, &self.report))?;
        let mut reports = Vec::new();
        if found.is_empty() {
            return Ok(reports);
        }
        let freshness = Freshness::ask(look).await?;
        for file in &found {
            let read = report_file::read(look, file).map_err(|unknown| unknown.0);
            let report = match read.and_then(|bytes| reports::read(&report_file::text_of(&bytes))) {
                Ok(report) => freshness.of(look, file, None).await.map(|_| report).map_err(|unknown| unknown.0),
                Err(reason) => Err(format!("`{}` {reason}", file.path)),
            };
            match report {
                Ok(report) => reports.push((file.path.clone(), report)),
                Err(reason) => findings.unread(&file.path, reason),
            }
        }
        Ok(reports)
    }
}

/// Reads a lock or a `composer.json`.
fn read(file: &FileBytes<'_>) -> Result<Told, Unknown> {
    let text = file.text();
    let text = text.trim_start_matches('\u{feff}');
    let told = match file.entry.base() {
        "pnpm-lock.yaml" => node::pnpm(text),
        "composer.lock" => php::lock(text),
        "composer.json" => php::manifest(text),
        "Cargo.lock" => rust::lock(text),
        _ => node::npm(text),
    };
    told.map_err(|reason| {
        let line = reason.lines().next().unwrap_or_default().to_owned();
        Unknown::because(format!("it cannot be read: {line}"))
    })
}
