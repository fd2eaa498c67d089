//! Probe `installs`: whether Dockerfiles and workflows install what the lock file says. Owns facts; what a command does is
//! in `command`.

mod command;

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::{Finding, Findings, shortened};
use super::workflow::scripts;
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, dockerfile};
use crate::model::{Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::{Class, ClassSet, FileBytes, Name, Select, Swept, Want, WantId, Wants};
use crate::yaml::Node;

use command::{Install, Surroundings, Tool, installs};

/// Parameters of the `installs` probe: none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "InstallsProbe")]
struct Params {}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "installs",
    doc: "Reads how Dockerfiles and GitHub workflows install dependencies: as the lock file says, or as registries have them that day",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "",
};

/// Configurations beyond this many bytes are not read.
const LARGEST: u64 = 64 * 1024;

struct InstallsProbe;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let Params {} = crate::yaml::decode(node, problems)?;
    Some(Box::new(InstallsProbe))
}

impl Probe for InstallsProbe {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let fact = FactDecl::new;
        let decls = vec![
            fact("installs", FactType::Count, "commands that install the dependencies of a project whose lock file is here: npm, Yarn, pnpm, Bun, uv, PDM, Pipenv, Cargo (release builds and `--path`), Bundler, Composer, .NET"),
            fact("unlocked_installs", FactType::Count, "those that may take other versions than the lock file says: `npm install` in place of `npm ci`; what a tool freezes by itself in a pipeline is locked there"),
            fact("locked_install_ratio", FactType::Ratio, "share of the installs that keep to the lock file"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        "installs".to_owned()
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec!["**/Dockerfile*".to_owned(), ".github/workflows/*.yml".to_owned()], ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let images = dockerfile::select().below(folder).of(ClassSet::of(&[Class::Src]));
        let workflows = [".github/workflows/*.yml", ".github/workflows/*.yaml"];
        let select =
            workflows.iter().fold(Select::bases(&[]), |select, glob| select.or(Name::Glob((*glob).to_owned())));
        vec![
            wants.add(Want::doc(images, "commands of images", image)),
            wants.add(Want::doc(select, "commands of workflows", workflow)),
        ]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            for want in look.wants {
                look.swept.get(*want).whole.clone()?;
            }
            Ok(observe(&look))
        })
    }
}

/// A command in a file.
struct Placed {
    line: u32,
    install: Install,
    /// The folder in which it runs, where that is known.
    folder: Option<String>,
}

/// What a file installs, or why it could not be read.
type Digest = Result<Vec<Placed>, String>;

fn image(file: &FileBytes<'_>) -> Result<Digest, Unknown> {
    if dockerfile::is_template(file.path()) {
        return Ok(Ok(Vec::new()));
    }
    let dockerfile = match dockerfile::parse::parse(file.bytes) {
        Ok(dockerfile) if dockerfile.is_workbench() => return Ok(Ok(Vec::new())),
        Ok(dockerfile) => dockerfile,
        Err(fault) => return Ok(Err(fault.reason)),
    };
    let mut here = Surroundings { set: dockerfile.variables().map(str::to_owned).collect(), ..Surroundings::default() };
    here.set.extend(dockerfile.commands().flat_map(|(_, run)| configured(run)));
    let placed = |(line, run): (u32, &str)| {
        let found = installs(run, &here);
        found.into_iter().map(move |install| Placed { line, install, folder: None }).collect::<Vec<_>>()
    };
    Ok(Ok(dockerfile.commands().flat_map(placed).collect()))
}

/// Words in the name of a workflow whose business is to change lock files.
const UPDATES: &[&str] = &["renovate", "dependabot", "update", "upgrade", "bump", "lock", "lockfile"];

fn workflow(file: &FileBytes<'_>) -> Result<Digest, Unknown> {
    let base = file.entry.base().to_ascii_lowercase();
    if base.split(['.', '-', '_']).any(|word| UPDATES.contains(&word)) {
        return Ok(Ok(Vec::new()));
    }
    let scripts = match scripts::scripts(file.path(), file.bytes) {
        Ok(scripts) => scripts,
        Err(fault) => return Ok(Err(fault.reason)),
    };
    let frozen: Vec<String> = scripts.iter().flat_map(|script| configured(&script.text)).collect();
    let placed = scripts.into_iter().flat_map(|script| {
        let set = script.set.iter().chain(&frozen).cloned().collect();
        let here = Surroundings { set, in_pipeline: true };
        let moves = script.text.contains("cd ") || script.text.contains("--prefix") || script.text.contains("--cwd");
        let folder = (!moves).then(|| script.folder.clone().unwrap_or_default());
        let found = script.text.lines().zip(script.line..).flat_map(|(text, line)| {
            installs(text, &here).into_iter().map(move |install| (line, install)).collect::<Vec<_>>()
        });
        found.map(|(line, install)| Placed { line, install, folder: folder.clone() }).collect::<Vec<_>>()
    });
    Ok(Ok(placed.collect()))
}

/// What `bundle config` and `yarn config` freeze, as the variable that says the same.
fn configured(script: &str) -> Vec<String> {
    let bundler = script.contains("bundle config") && (script.contains("frozen") || script.contains("deployment"));
    let yarn = script.contains("yarn config set") && script.contains("enableImmutableInstalls true");
    let all = [(bundler, "BUNDLE_FROZEN"), (yarn, "YARN_ENABLE_IMMUTABLE_INSTALLS")];
    all.iter().filter(|(is, _)| *is).map(|(_, name)| (*name).to_owned()).collect()
}

fn observe(look: &Look<'_>) -> Observation {
    let locks = Locks::of(look.swept);
    let mut findings = Findings::treating(look.suppressions);
    let mut seen = 0_u64;
    for want in look.wants {
        for (id, digest) in look.swept.get(*want).own::<Digest>() {
            let path = look.swept.path(id);
            if !path.starts_with(".github/workflows/") && dockerfile::choose::is_named_aside(path, look.folder) {
                continue;
            }
            let placed = match digest {
                Ok(Ok(placed)) => placed,
                Ok(Err(reason)) => {
                    findings.unread(path, reason.as_str());
                    continue;
                }
                Err(unknown) => {
                    findings.unread(path, unknown.0.as_str());
                    continue;
                }
            };
            for one in placed.iter().filter(|one| locks.has(one)) {
                seen += 1;
                let is_locked = one.install.is_locked || locks.freezes(&one.install, path);
                let fact = if is_locked { "installs" } else { "unlocked_installs" };
                let command = shortened(&one.install.command);
                let note = if is_locked {
                    format!("`{command}` keeps to the lock file")
                } else {
                    format!("`{command}` may take other versions than the lock file says")
                };
                findings.push(path, Finding::new(fact, one.line, one.install.command.as_str(), note));
            }
        }
    }
    let mut facts = Facts::new();
    let unlocked = findings.count("unlocked_installs") as u64;
    findings.set_number(&mut facts, "installs", usize::try_from(seen).unwrap_or(usize::MAX));
    findings.set_count(&mut facts, "unlocked_installs");
    let ratio = Exact::ratio(seen.saturating_sub(unlocked), seen).map(Value::Number);
    facts.set(
        "locked_install_ratio",
        ratio.map_or_else(|| Fact::Unobserved("nothing is installed".to_owned()), Fact::Present),
    );
    Observation { facts, evidence: findings.evidence(), requests: 0 }
}

/// The lock files that are here, and what the configuration of Yarn says.
struct Locks {
    /// Tool and folder.
    at: Vec<(Tool, String)>,
    /// Yarn 2 or later.
    modern_yarn: bool,
    /// Yarn is told to refuse changes everywhere.
    immutable_yarn: bool,
    /// `RestoreLockedMode` of .NET.
    locked_dotnet: bool,
}

impl Locks {
    fn of(swept: &Swept) -> Locks {
        let mut at = Vec::new();
        for (path, base) in swept.tree().entries().iter().map(|entry| (entry.path.as_str(), entry.base())) {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let tools = Tool::ALL.iter().filter(|tool| tool.locks().contains(&base));
            at.extend(tools.map(|tool| (*tool, folder.to_owned())));
        }
        let read = |path: &str| swept.read(path, LARGEST).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let (yarnrc, props) = (read(".yarnrc.yml"), read("Directory.Build.props").unwrap_or_default());
        let immutable_yarn = yarnrc.as_ref().is_ok_and(|text| text.contains("enableImmutableInstalls: true"));
        let locked_dotnet = props.contains("<RestoreLockedMode") && props.contains(">true</RestoreLockedMode>");
        Locks { at, modern_yarn: yarnrc.is_ok(), immutable_yarn, locked_dotnet }
    }

    /// Whether the project that a command installs has a lock file: in its folder or one above it; anywhere, where the
    /// folder is not known.
    fn has(&self, one: &Placed) -> bool {
        let above = |lock: &str, folder: &str| {
            lock.is_empty() || folder.strip_prefix(lock).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let folder = one.folder.as_deref().map(|folder| folder.trim_start_matches("./").trim_end_matches('/'));
        let folder = folder.map(|folder| if folder == "." { "" } else { folder });
        self.at.iter().any(|(tool, lock)| *tool == one.install.tool && folder.is_none_or(|folder| above(lock, folder)))
    }

    /// Whether the tool keeps to its lock file by itself: Yarn from version 2 on in a pipeline, or what is told so.
    fn freezes(&self, install: &Install, path: &str) -> bool {
        let in_pipeline = path.starts_with(".github/");
        match install.tool {
            Tool::Yarn if install.command.contains("--no-immutable") => false,
            Tool::Yarn => self.immutable_yarn || (self.modern_yarn && in_pipeline),
            Tool::Dotnet => self.locked_dotnet,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DEF;
    use crate::probe::trial::{count, observe, percent};

    const LOCK: (&str, &str) = ("package-lock.json", "{}");

    fn workflow(steps: &str) -> String {
        format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{steps}")
    }

    #[test]
    fn an_install_that_ignores_the_lock_file_is_counted_in_images_and_pipelines() {
        let ci = workflow("      - run: npm ci\n      - run: |\n          npm install\n");
        let files = [
            LOCK,
            ("Dockerfile", "FROM node:22\nCOPY . .\nRUN apt-get update && \\\n  npm install --omit=dev\n"),
            (".github/workflows/ci.yml", ci.as_str()),
        ];
        let seen = observe(&DEF, "{}", &files);
        assert_eq!((count(&seen, "installs"), count(&seen, "unlocked_installs")), (Some(3), Some(2)));
        assert_eq!(percent(&seen, "locked_install_ratio"), Some(33));
    }

    #[test]
    fn without_a_lock_file_above_it_nothing_is_ignored() {
        let ci = workflow(
            "      - run: npm install\n        working-directory: docs\n      - run: cd docs && npm install\n",
        );
        let files = [("web/package-lock.json", "{}"), (".github/workflows/ci.yml", ci.as_str())];
        let seen = observe(&DEF, "{}", &files);
        assert_eq!(count(&seen, "installs"), Some(1), "where it runs after `cd` is not known");
        let seen = observe(&DEF, "{}", &[files[1], LOCK]);
        assert_eq!(count(&seen, "unlocked_installs"), Some(2));
        let seen = observe(&DEF, "{}", &[files[1]]);
        assert_eq!((count(&seen, "installs"), percent(&seen, "locked_install_ratio")), (Some(0), None));
    }

    #[test]
    fn what_is_frozen_elsewhere_in_the_file_is_frozen() {
        let ruby = ("Dockerfile", "FROM ruby:3.4\nENV BUNDLE_DEPLOYMENT=1\nRUN bundle install\n");
        let config =
            ("b/Dockerfile", "FROM ruby:3.4\nRUN bundle config set --global frozen true\nRUN bundle install\n");
        let seen = observe(&DEF, "{}", &[("Gemfile.lock", ""), ruby, config]);
        assert_eq!((count(&seen, "installs"), count(&seen, "unlocked_installs")), (Some(2), Some(0)));
    }

    #[test]
    fn yarn_2_freezes_in_a_pipeline_only_unless_it_is_told_so() {
        let ci = workflow("      - run: yarn install\n");
        let image = ("Dockerfile", "FROM node:22\nRUN yarn install\n");
        let of = |settings: &str| {
            let files =
                [("yarn.lock", ""), image, (".github/workflows/ci.yml", ci.as_str()), (".yarnrc.yml", settings)];
            count(&observe(&DEF, "{}", &files), "unlocked_installs")
        };
        assert_eq!(of("nodeLinker: node-modules\n"), Some(1));
        assert_eq!(of("enableImmutableInstalls: true\n"), Some(0));
    }

    #[test]
    fn a_file_that_cannot_be_read_leaves_none_unknown() {
        let broken = (".github/workflows/ci.yml", "jobs: [\n");
        let seen = observe(&DEF, "{}", &[LOCK, broken, ("Dockerfile", "FROM node:22\nRUN npm ci\n")]);
        assert_eq!((count(&seen, "installs"), count(&seen, "unlocked_installs")), (Some(1), None));
    }
}
