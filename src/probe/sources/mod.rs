//! Probe `sources`: where dependencies come from: registries, repositories, folders, and whether what comes can be changed on
//! the way or afterwards. Owns parameters and facts; which file is read how is in `read`, what they say together in `judge`.

mod address;
mod cargo;
mod dotnet;
mod environment;
mod go;
mod judge;
mod jvm;
mod node;
mod node_locks;
mod php;
mod places;
mod pyproject;
mod python;
mod python_locks;
mod read;
mod registries;
mod revision;
mod ruby;
#[cfg(test)]
mod tests;
mod told;

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::Findings;
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, manifest};
use crate::model::{FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown};
use crate::world::{ClassSet, Select, Swept, Want, WantId, Wants};
use crate::yaml::Node;

pub(super) use places::Places;
pub(super) use revision::commit_in;

use judge::{Source, Sources};
use told::Told;

/// Parameters of the `sources` probe.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SourcesProbe")]
struct Params {
    /// Hosts from which locked packages may come, beside the public registries and those that settings here name: mirrors of a
    /// company (`[npm.example.com]`).
    #[serde(default)]
    registries: Vec<String>,
}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "sources",
    doc: "Reads where dependencies come from: registries, repositories and their revisions, hosts of locked packages, in manifests, locks and settings",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "registries: [npm.example.com]\n",
};

/// The largest lock that is read, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

struct SourcesProbe {
    registries: Vec<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let Params { registries } = crate::yaml::decode(node, problems)?;
    Some(Box::new(SourcesProbe { registries }))
}

impl Probe for SourcesProbe {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let count = |name, doc| FactDecl::new(name, FactType::Count, doc);
        let decls = vec![
            count("scanned", "manifests, locks and settings of package managers that were read: of Node, Python, Rust, Go, Maven, Gradle, NuGet, Ruby and PHP, and scripts that set them; a manifest with dependencies of another ecosystem, or one that cannot be read, leaves zeros below unobserved"),
            count("locked_packages", "packages that locks list with what they were taken from"),
            count("unencrypted", "registries, indexes, repositories and locked packages that are fetched over http, git or ftp without encryption; not from the machine itself"),
            count("unverified", "checks that are switched off: of certificates (`trusted-host`, `strict-ssl=false`, `verify_ssl = false`, `allowInsecureProtocol`, `secure-http: false`) or of sums (`GOSUMDB=off`, `GOINSECURE`, `checksumBehavior: ignore`, `org.gradle.dependency.verification=off` beside sums, a `<trust>` of everything among them)"),
            count("confusable", "further indexes from which any package may be taken, so that whoever has its name on one of them decides: pip's `--extra-index-url`, sources of Poetry and PDM that packages are not bound to, a second `source` of a Gemfile, NuGet sources without a mapping; and members of a workspace of npm that are `private` and that the lock takes from a registry; not where hashes fix what is taken, nor uv's, which are searched in order"),
            count("moving_revisions", "dependencies on a repository at a branch, or at nothing, that no lock fixes at a commit"),
            count("tagged_revisions", "dependencies on a repository at a tag or a part of a commit id that no lock fixes at a commit"),
            count("fixed_revisions", "dependencies on a repository at a whole commit id, written or locked"),
            count("outside_paths", "dependencies in a folder outside of the repository"),
            count("forks", "Go modules that another module replaces; shown only, as `go.sum` fixes it"),
            count("unknown_hosts", "hosts of locked packages, by lock, that are neither a public registry, nor named by settings here, nor in `registries`; hosts of repositories do not count"),
            count("without_integrity", "packages in locks of npm, yarn, pnpm and bun that nothing can be compared with: no sum, and no commit"),
            count("unreliable_repositories", "`mavenLocal()` and `jcenter()` in repositories of Gradle"),
            count("unmapped_scopes", "scopes of npm that a lock takes from a registry in `registries`, and that no settings here give a registry, nor take everything from it"),
            FactDecl::new("source_credit", FactType::Ratio, "20 % at most where anything is unencrypted, unverified or confusable; else 30 % less for each moving revision and folder outside, 10 % for each tag, 20 % for unknown hosts, for missing sums, for unreliable repositories and for scopes without a registry"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        format!("sources {:?}", self.registries)
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: read::names(), ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let manifests = Want::doc(read::manifests(folder), "sources", read::manifest).up_to(LARGEST);
        let scripts = Want::sparse(read::scripts(folder), "sources in scripts", |file| Ok(read::script(file)));
        let scripts =
            scripts.screened(|| vec![environment::MARKS.iter().map(|mark| mark.as_bytes().to_vec()).collect()]);
        vec![wants.add(manifests), wants.add(scripts), manifest::want(folder, wants)]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [manifests, scripts, all] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            for want in look.wants {
                look.swept.get(*want).whole.clone()?;
            }
            let mut findings = Findings::treating(look.suppressions);
            let mut read = Vec::new();
            for want in [*manifests, *scripts] {
                for (id, told) in look.swept.get(want).own::<Told>() {
                    let path = look.swept.path(id);
                    match told {
                        Ok(told) => read.push(Source { path, told }),
                        Err(unknown) => findings.unread(path, unknown.to_string()),
                    }
                }
            }
            not_read(look.swept, *all, look.folder, &mut findings);
            let sources = Sources { all: read, registries: &self.registries, is_part: look.swept.tree().is_part() };
            let mut facts = Facts::new();
            sources.judge(&mut findings, &mut facts);
            Ok(Observation { facts, evidence: findings.evidence(), requests: 0 })
        })
    }
}

/// Manifests of ecosystems whose sources are not read, and locks that are no text.
fn not_read(swept: &Swept, manifests: WantId, folder: &str, findings: &mut Findings) {
    for (id, ecosystem) in manifest::with_dependencies(swept, manifests) {
        if let Ok(name @ ("Elixir" | "Erlang" | "Swift" | "Dart" | "CocoaPods")) = ecosystem {
            findings.unread(swept.path(id), format!("where packages of {name} come from is not read"));
        }
    }
    let own = ClassSet::SRC;
    for id in swept.tree().select(&Select::bases(manifest::UNREAD).of(own).below(folder)) {
        findings.unread(swept.path(id), "where packages of its ecosystem come from is not read");
    }
    for id in swept.tree().select(&Select::bases(&["bun.lockb"]).of(own).below(folder)) {
        let entry = swept.tree().entry(id);
        if swept.tree().find(&entry.path.replace("bun.lockb", "bun.lock")).is_none() {
            findings.unread(&entry.path, "`bun.lockb` is no text; `bun install --save-text-lockfile` writes one");
        }
    }
}
