//! Probe `build-stamps`: what puts version and commit into a build, as the repository says: labels of images, linker flags,
//! macros, plugins, attributes of telemetry. Whether a running instance tells them is the business of `build-info`.

use std::sync::LazyLock;

use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::{Finding, Findings, shortened};
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, dockerfile, pipelines};
use crate::model::{Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::{Class, ClassSet, FileBytes, Name, Select, Want, WantId, Wants};
use crate::yaml::Node;

/// Parameters of the `build-stamps` probe: none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BuildStampsProbe")]
struct Params {}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "build-stamps",
    doc: "Looks for what puts version and commit into a build: labels of images, linker flags, macros, plugins, telemetry",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "",
};

struct BuildStamps;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let Params {} = crate::yaml::decode(node, problems)?;
    Some(Box::new(BuildStamps))
}

/// What a line puts into the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stamp {
    Version,
    Commit,
}

type Stamped = Vec<(u32, Stamp, String)>;

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// Signs in what builds: images, pipelines, scripts, manifests.
static BUILDS: LazyLock<[(Regex, Stamp); 4]> = LazyLock::new(|| {
    [
        (
            fixed(
                r#"(?i)\borg\.opencontainers\.image\.revision["']?\s*[=:]\s*["']?[^\s"'\\]|\borg\.label-schema\.vcs-ref["']?\s*=\s*["']?[^\s"'\\]|-X\s+['"]?[\w./${}()-]*(?:commit|revision|sha|githash|gitrev|gitref|buildid)\w*=|-X[^\n]*(?:git\s+(?:rev-parse|describe)|\{\{\s*\.(?:Short|Full)?Commit)"#,
            ),
            Stamp::Commit,
        ),
        (
            fixed(
                r#"git-commit-id-(?:maven-)?plugin|gradle-git-properties|\bgit_?properties\b\s*\{|\bSourceRevisionId\b|-X\s+\S*version\S*=\S*(?:SHA|COMMIT)|^\s*(?:vergen\S*|shadow-rs|built|git-version)\s*="#,
            ),
            Stamp::Commit,
        ),
        (
            fixed(
                r#"(?i)\borg\.opencontainers\.image\.version["']?\s*[=:]\s*["']?[^\s"'\\]|-X\s+['"]?[\w./${}()-]*version\w*=|\bOTEL_RESOURCE_ATTRIBUTES\b[^\n]*service\.version="#,
            ),
            Stamp::Version,
        ),
        (fixed(r"<goal>build-info</goal>|\bbuildInfo\s*\(\s*\)|<InformationalVersion>"), Stamp::Version),
    ]
});
/// Signs in the program.
static PROGRAMS: LazyLock<[(Regex, Stamp); 2]> = LazyLock::new(|| {
    [
        (
            fixed(
                r#"\b(?:VERGEN_GIT_SHA|GIT_COMMIT(?:_SHA|_HASH)?|GIT_SHA|GIT_REV(?:ISION)?|COMMIT_SHA|COMMIT_HASH|SOURCE_COMMIT|SOURCE_VERSION|VERCEL_GIT_COMMIT_SHA|HEROKU_SLUG_COMMIT|RENDER_GIT_COMMIT|RAILWAY_GIT_COMMIT_SHA|APP_REVISION|BUILD_SHA|BUILD_COMMIT)\b|\bgit_version!\s*\(|\bshadow!\s*\(|["']vcs\.revision["']|\bAssemblyInformationalVersion(?:Attribute)?\b"#,
            ),
            Stamp::Commit,
        ),
        (
            fixed(
                r#"\benv!\(\s*"CARGO_PKG_VERSION"|\bimportlib\.metadata\b|\bimportlib_metadata\b|\bget_distribution\(|["']service\.version["']|\bATTR_SERVICE_VERSION\b|\bSEMRESATTRS_SERVICE_VERSION\b|\bsemconv\.ServiceVersion\w*|\bSERVICE_VERSION\b|\bnpm_package_version\b|["']\w+_build_info["']|\bNewCollector\(["']\w+["']\)|\bversioncollector\.|\bdebug\.ReadBuildInfo\s*\("#,
            ),
            Stamp::Version,
        ),
    ]
});
/// Docker's action that makes labels, and a build that takes them.
static METADATA: LazyLock<(Regex, Regex)> = LazyLock::new(|| {
    (
        fixed(r"(?m)^\s*(?:-\s+)?uses:\s*[\x22']?docker/metadata-action@"),
        fixed(r"(?m)^\s*labels:\s*\$\{\{\s*(?:steps|needs)\.[^}]*labels[^}]*\}\}"),
    )
});

const CODE: &[&str] =
    &["rs", "py", "go", "js", "mjs", "cjs", "ts", "tsx", "java", "kt", "cs", "rb", "php", "ex", "exs"];

/// What a file says.
fn read(path: &str, text: &str) -> Option<Stamped> {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_code = CODE.contains(&extension);
    let signs: &[(Regex, Stamp)] = if is_code { PROGRAMS.as_slice() } else { BUILDS.as_slice() };
    let mut found: Stamped = Vec::new();
    if !is_code
        && METADATA.1.is_match(text)
        && let Some(used) = METADATA.0.find(text)
    {
        let before = text[..used.end()].matches('\n').count();
        let note = "docker/metadata-action labels the image with revision and version".to_owned();
        found.push((u32::try_from(before + 1).unwrap_or(0), Stamp::Commit, note));
    }
    for (at, line) in text.lines().enumerate().filter(|(_, line)| line.len() < 4000) {
        let clean = line.trim();
        if ["#", "//", "*", "<!--", "/*"].iter().any(|start| clean.starts_with(start)) && !clean.starts_with("#[") {
            continue;
        }
        // The first of each kind is enough to show.
        for (pattern, stamp) in signs {
            if !found.iter().any(|(_, known, _)| known == stamp) && pattern.is_match(line) {
                found.push((u32::try_from(at + 1).unwrap_or(0), *stamp, shortened(clean)));
            }
        }
    }
    (!found.is_empty()).then_some(found)
}

fn wants(folder: &str, wants: &mut Wants) -> Vec<WantId> {
    const BUILD: &[&str] = &[
        "**/.goreleaser*.{yml,yaml}",
        "**/{GNUm,M,m}akefile",
        "**/*.mk",
        "**/{J,j}ustfile",
        "**/*.sh",
        "**/pom.xml",
        "**/*.gradle{,.kts}",
        "**/*.csproj",
        "**/*.props",
        "**/Cargo.toml",
        "**/magefile.go",
        "**/Taskfile.{yml,yaml}",
        "**/docker-bake.hcl",
        "**/project.toml",
        "**/{,.}promu*.yml",
    ];
    let select =
        CODE.iter().fold(dockerfile::select(), |select, extension| select.or(Name::Ext((*extension).to_owned())));
    let globs = BUILD.iter().chain(pipelines::PIPELINES);
    let select: Select = globs.fold(select, |select, glob| select.or(Name::Glob((*glob).to_owned())));
    let stamps = Want::sparse(
        select.of(ClassSet::of(&[Class::Src, Class::Tooling])).below(folder),
        "build stamps",
        |file: &FileBytes<'_>| Ok(read(file.path(), &String::from_utf8_lossy(file.bytes))),
    );
    vec![wants.add(stamps)]
}

impl Probe for BuildStamps {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let fact = FactDecl::new;
        let decls = vec![
            fact("names_commit", FactType::Bool, "whether the commit is put into the build: OCI label `org.opencontainers.image.revision`, docker/metadata-action whose labels are taken, `-ldflags -X`, vergen, shadow-rs, build information of Go, plugins of Maven and Gradle, an environment variable that the program reads; unobserved where neither it nor a version is"),
            fact("names_version", FactType::Bool, "whether the version is: the same, OCI label `org.opencontainers.image.version`, `importlib.metadata`, `service.version` of OpenTelemetry, a metric `*_build_info`; unobserved as above"),
            fact("stamp_credit", FactType::Ratio, "60 % for the commit, 30 % for a version alone; what is configured is not observed to be told"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        "build-stamps".to_owned()
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch {
            reads: vec!["**/*Dockerfile*".to_owned(), "**/Makefile".to_owned(), ".github/workflows/*".to_owned()],
            ..Touch::default()
        }
    }

    fn declare(&self, folder: &str, found: &mut Wants) -> Vec<WantId> {
        wants(folder, found)
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [want] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            look.swept.get(*want).whole.clone()?;
            let mut findings = Findings::default();
            let mut facts = Facts::new();
            let found = look.swept.get(*want).own::<Stamped>().filter_map(|(id, stamped)| Some((id, stamped.ok()?)));
            let found: Vec<(&str, &(u32, Stamp, String))> =
                found.flat_map(|(id, stamped)| stamped.iter().map(move |one| (look.swept.path(id), one))).collect();
            let has = |stamp: Stamp| found.iter().any(|(_, (_, own, _))| *own == stamp);
            let (commit, version) = (has(Stamp::Commit), has(Stamp::Version));
            for (path, (line, stamp, text)) in found {
                let (fact, what) = match stamp {
                    Stamp::Commit => ("names_commit", "the commit"),
                    // Where it is all there is, it shows what is missing.
                    Stamp::Version if !commit => ("names_commit", "the version alone"),
                    Stamp::Version => ("names_version", "the version"),
                };
                let note = format!("puts {what} into the build, which is configured and not observed: `{text}`");
                findings.push(path, Finding::new(fact, *line, text.as_str(), note));
            }
            let percent = if commit { 60_u64 } else { 30 };
            if commit || version {
                facts.present("names_commit", Value::Bool(commit));
                facts.present("names_version", Value::Bool(true));
                facts
                    .present("stamp_credit", Value::Number(Exact::ratio(percent, 100_u64).unwrap_or_else(Exact::zero)));
            } else {
                let reason = "nothing in the repository is seen to put version or commit into a build";
                for name in ["names_commit", "names_version", "stamp_credit"] {
                    facts.set(name, Fact::Unobserved(reason.to_owned()));
                }
            }
            Ok(Observation { facts, evidence: findings.evidence(), requests: 0 })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{DEF, Stamp, read};
    use crate::model::{Fact, Value};
    use crate::probe::trial::{observe, percent};

    #[test]
    fn what_stamps_a_build_is_told_from_what_only_names_it() {
        for (path, text, expected) in [
            ("Dockerfile", "LABEL org.opencontainers.image.revision=$GIT_SHA\n", Some(Stamp::Commit)),
            ("Dockerfile", "LABEL org.opencontainers.image.version=\"1.4.0\"\n", Some(Stamp::Version)),
            ("Dockerfile", "# LABEL org.opencontainers.image.revision=$GIT_SHA\n", None),
            ("Dockerfile", "LABEL org.opencontainers.image.source=https://example.org\n", None),
            ("Makefile", "\tgo build -ldflags \"-X main.commit=$(COMMIT)\"\n", Some(Stamp::Commit)),
            ("Makefile", "\tgo build -ldflags \"-X main.version=$(VERSION)\"\n", Some(Stamp::Version)),
            ("a.rs", "let v = env!(\"CARGO_PKG_VERSION\");\n", Some(Stamp::Version)),
            ("a.py", "from importlib.metadata import version\n", Some(Stamp::Version)),
            ("a.ts", "const sha = process.env.GIT_SHA;\n", Some(Stamp::Commit)),
            ("a.ts", "const version = 1;\n", None),
        ] {
            assert_eq!(read(path, text).map(|found| found[0].1), expected, "{text}");
        }
    }

    #[test]
    fn labels_of_dockers_action_count_where_a_build_takes_them() {
        let taken = "    - uses: docker/metadata-action@v5\n    - uses: docker/build-push-action@v6\n      with:\n        labels: ${{ steps.meta.outputs.labels }}\n";
        assert_eq!(read(".github/workflows/a.yml", taken).map(|found| found[0].1), Some(Stamp::Commit));
        assert_eq!(read(".github/workflows/a.yml", "    - uses: docker/metadata-action@v5\n"), None);
    }

    #[test]
    fn a_version_alone_is_worth_half_and_nothing_is_no_proof() {
        let seen = observe(&DEF, "{}", &[("a.py", "import importlib.metadata\n")]);
        assert_eq!(percent(&seen, "stamp_credit"), Some(30));
        let seen = observe(&DEF, "{}", &[("Dockerfile", "LABEL org.opencontainers.image.revision=$SHA\n")]);
        assert_eq!(percent(&seen, "stamp_credit"), Some(60));
        assert_eq!(seen.facts.get("names_commit"), Fact::Present(Value::Bool(true)));
        assert!(matches!(observe(&DEF, "{}", &[("a.py", "")]).facts.get("names_commit"), Fact::Unobserved(_)));
    }
}
