//! Probe `installs`: whether Dockerfiles and pipelines install what the lock file says. Owns facts; what a command does is
//! in `command`, what pipelines run in `pipelines`.

mod command;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::{Finding, Findings, shortened};
use super::pipelines::{self, PIPELINES, Pipelines, Run, What};
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, dockerfile};
use crate::model::{
    Certainty, Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value,
};
use crate::world::{Class, ClassSet, FileBytes, Swept, Want, WantId, Wants};
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
    doc: "Reads how Dockerfiles and pipelines of all systems, with the scripts and targets that these lead to, install dependencies: as the lock file says, or as registries have them that day",
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
        let reads = ["**/Dockerfile*"].iter().chain(PIPELINES).map(|path| (*path).to_owned());
        Touch { reads: reads.collect(), ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        let images = dockerfile::select().below(folder).of(ClassSet::of(&[Class::Src]));
        vec![wants.add(Want::doc(images, "commands of images", image)), pipelines::want(wants)]
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let [images, pipelines] = look.wants else { return Err(Unknown::because("the tree was not swept")) };
            for want in look.wants {
                look.swept.get(*want).whole.clone()?;
            }
            Ok(observe(&look, *images, &pipelines::runs(look.swept, *pipelines)))
        })
    }
}

/// What an image installs, with its lines, or why it could not be read.
type Digest = Result<Vec<(u32, Install)>, String>;

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
        found.into_iter().map(move |install| (line, install)).collect::<Vec<_>>()
    };
    Ok(Ok(dockerfile.commands().flat_map(placed).collect()))
}

/// Words in the name of a pipeline whose business is to change lock files.
const UPDATES: &[&str] = &["renovate", "dependabot", "update", "upgrade", "bump", "lock", "lockfile"];

/// Whether a pipeline changes lock files.
fn updates(path: &str) -> bool {
    let base = path.rsplit_once('/').map_or(path, |(_, base)| base).to_ascii_lowercase();
    base.split(['.', '-', '_']).any(|word| UPDATES.contains(&word))
}

/// What pipelines install, each place once, with where it is written.
fn in_pipelines(pipelines: &Pipelines) -> Vec<(&Run, Install)> {
    let of_install = |run: &&Run| run.what == What::Command && !updates(&run.pipeline);
    let runs: Vec<&Run> = pipelines.runs.iter().filter(of_install).collect();
    let mut frozen: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for run in &runs {
        let configured = configured(&run.text);
        if !configured.is_empty() {
            frozen.entry(&run.pipeline).or_default().extend(configured);
        }
    }
    let mut known = BTreeSet::new();
    let mut found = Vec::new();
    for run in runs {
        let own = run.set.iter().map(|one| &one.name);
        let set = own.chain(frozen.get(&*run.pipeline).into_iter().flatten()).cloned().collect();
        for install in installs(&run.text, &Surroundings { set, in_pipeline: true }) {
            if known.insert((&run.path, run.line, install.command.clone())) {
                found.push((run, install));
            }
        }
    }
    found
}

/// What `bundle config` and `yarn config` freeze, as the variable that says the same.
fn configured(script: &str) -> Vec<String> {
    let bundler = script.contains("bundle config") && (script.contains("frozen") || script.contains("deployment"));
    let yarn = script.contains("yarn config set") && script.contains("enableImmutableInstalls true");
    let all = [(bundler, "BUNDLE_FROZEN"), (yarn, "YARN_ENABLE_IMMUTABLE_INSTALLS")];
    all.iter().filter(|(is, _)| *is).map(|(_, name)| (*name).to_owned()).collect()
}

fn observe(look: &Look<'_>, images: WantId, pipelines: &Pipelines) -> Observation {
    let locks = Locks::of(look.swept);
    let mut findings = Findings::treating(look.suppressions);
    let mut seen = 0_u64;
    let mut count =
        |findings: &mut Findings, (path, line): (&str, u32), install: &Install, is_frozen: bool, by: &str| {
            seen += 1;
            let is_locked = install.is_locked || is_frozen;
            let fact = if is_locked { "installs" } else { "unlocked_installs" };
            let command = shortened(&install.command);
            let how =
                if is_locked { "keeps to the lock file" } else { "may take other versions than the lock file says" };
            findings.push(path, Finding::new(fact, line, install.command.as_str(), format!("`{command}` {how}{by}")));
        };
    for (id, digest) in look.swept.get(images).own::<Digest>() {
        let path = look.swept.path(id);
        if dockerfile::choose::is_named_aside(path, look.folder) {
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
        for (line, install) in placed.iter().filter(|(_, install)| locks.has(install, None)) {
            count(&mut findings, (path, *line), install, locks.freezes(install, false), "");
        }
    }
    for (path, reason) in pipelines.unread.iter().filter(|(path, _)| !updates(path)) {
        findings.unread(path, reason.as_str());
    }
    for (run, install) in in_pipelines(pipelines).into_iter().filter(|(run, one)| locks.has(one, run.folder.as_deref()))
    {
        let by = run.by.as_ref().map(|by| format!(" (by {by})")).unwrap_or_default();
        let is_frozen = locks.freezes(&install, true);
        if !run.folder.as_deref().is_some_and(|folder| is_here(look.swept, folder)) && !install.is_locked && !is_frozen
        {
            // It may install another project, which was only just brought.
            let note = format!("`{}` runs where is not known{by}", shortened(&install.command));
            let hint = Finding::new("unlocked_installs", run.line, install.command.as_str(), note);
            findings.push(&run.path, hint.with(Certainty::Hint));
            continue;
        }
        count(&mut findings, (&run.path, run.line), &install, is_frozen, &by);
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

/// Whether the repository has a folder.
fn is_here(swept: &Swept, folder: &str) -> bool {
    let folder = folder.trim_start_matches("./").trim_end_matches('/');
    let below = |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    matches!(folder, "" | ".") || swept.tree().entries().iter().any(|entry| below(&entry.path))
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
    fn has(&self, install: &Install, folder: Option<&str>) -> bool {
        let above = |lock: &str, folder: &str| {
            lock.is_empty() || folder.strip_prefix(lock).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let folder = folder.map(|folder| folder.trim_start_matches("./").trim_end_matches('/'));
        let folder = folder.map(|folder| if folder == "." { "" } else { folder });
        self.at.iter().any(|(tool, lock)| *tool == install.tool && folder.is_none_or(|folder| above(lock, folder)))
    }

    /// Whether the tool keeps to its lock file by itself: Yarn from version 2 on in a pipeline, or what is told so.
    fn freezes(&self, install: &Install, in_pipeline: bool) -> bool {
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
        assert_eq!(count(&seen, "installs"), Some(0), "neither folder has a lock file above it");
        let ci = workflow("      - run: |\n          cd brought\n          npm install\n");
        let seen = observe(&DEF, "{}", &[LOCK, (".github/workflows/ci.yml", ci.as_str())]);
        assert_eq!(count(&seen, "installs"), Some(0), "that folder is brought from elsewhere");
        let ci = workflow("      - run: cd $DOCS && npm install\n");
        let seen = observe(&DEF, "{}", &[files[0], (".github/workflows/ci.yml", ci.as_str())]);
        assert_eq!(count(&seen, "installs"), Some(0), "where it runs is not known");
        assert!(seen.evidence.iter().any(|item| item.certainty == crate::model::Certainty::Hint));
        let seen = observe(&DEF, "{}", &[files[1], LOCK, ("docs/index.md", "")]);
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
    fn pipelines_of_every_system_count_with_what_they_lead_to() {
        let gitlab = (".gitlab-ci.yml", "unit: { script: [npm ci, make setup] }\n");
        let make = ("Makefile", "setup:\n\tnpm install\n");
        let seen = observe(&DEF, "{}", &[LOCK, gitlab, make]);
        assert_eq!((count(&seen, "installs"), count(&seen, "unlocked_installs")), (Some(2), Some(1)));
        let place = seen.evidence.iter().filter_map(|item| item.place.as_ref()).find(|place| place.file == "Makefile");
        assert_eq!(place.map(|place| place.line), Some(2));
    }

    #[test]
    fn a_variable_of_a_step_freezes_what_it_runs() {
        let steps = "      - run: bundle install\n        env: { BUNDLE_FROZEN: 1 }\n      - run: bundle install\n";
        let ci = workflow(steps);
        let seen = observe(&DEF, "{}", &[("Gemfile.lock", ""), (".github/workflows/ci.yml", ci.as_str())]);
        assert_eq!((count(&seen, "installs"), count(&seen, "unlocked_installs")), (Some(2), Some(1)));
        let ci = workflow(steps)
            .replace("- run: bundle install\n        env", "- run: bundle config frozen true\n        env");
        let seen = observe(&DEF, "{}", &[("Gemfile.lock", ""), (".github/workflows/ci.yml", ci.as_str())]);
        assert_eq!((count(&seen, "installs"), count(&seen, "unlocked_installs")), (Some(1), Some(0)));
    }

    #[test]
    fn a_file_that_cannot_be_read_leaves_none_unknown() {
        let broken = (".github/workflows/ci.yml", "jobs: [\n");
        let seen = observe(&DEF, "{}", &[LOCK, broken, ("Dockerfile", "FROM node:22\nRUN npm ci\n")]);
        assert_eq!((count(&seen, "installs"), count(&seen, "unlocked_installs")), (Some(1), None));
    }
}
