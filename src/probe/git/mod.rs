//! Probe `git`: what the repository's tags and index say of its releases and of what is tracked. Owns parameters and
//! facts; `world::git_history` asks git, `version` reads tags. Runs nothing of the repository's own and asks no remote.

pub(super) mod version;

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::{Finding, Findings};
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch};
use crate::model::{Certainty, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::git_history::{self, Extent, Tag};
use crate::world::{Class, git};
use crate::yaml::Node;

/// Larger tracked files make every clone slow.
const LARGE: u64 = 5 * 1024 * 1024;
/// Folders and files that tools write; nobody tracks them on purpose.
const OUTPUT_FOLDERS: &[&str] = &[
    "node_modules",
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".gradle",
    ".terraform",
    ".next",
    ".nuxt",
    ".tox",
    ".venv",
];
const OUTPUT_FILES: &[&str] = &[".DS_Store", "Thumbs.db", ".coverage", "npm-debug.log", "yarn-error.log"];

/// Parameters of the `git` probe: none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "GitProbe")]
pub(super) struct Params {}

/// The registry's entry.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "git",
    doc: "Asks git about tags, the last commit and tracked files; no network, and nothing of the repository runs",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "",
};

struct GitProbe;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let Params {} = crate::yaml::decode(node, problems)?;
    Some(Box::new(GitProbe))
}

impl Probe for GitProbe {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let fact = FactDecl::new;
        let decls = vec![
            fact("shallow", FactType::Bool, "whether history was cut off when the clone was made; then tags and ages may be missing"),
            fact("head_age", FactType::Duration, "time since HEAD was committed; absent before the first commit"),
            fact("tags", FactType::Count, "tags of any name"),
            fact("version_tags", FactType::Count, "tags that name a version: `1.2`, `v1.2.3`, `pkg@1.2.3`, `pkg/v1.2.3`"),
            fact("latest_version", FactType::Version, "the highest version that a tag names, pre-releases aside; absent without one"),
            fact("latest_tag", FactType::Text, "the tag of that version"),
            fact("latest_tag_age", FactType::Duration, "time since that tag was made"),
            fact("latest_tag_annotated", FactType::Bool, "whether that tag has an author, a day and a message of its own"),
            fact("latest_tag_signed", FactType::Bool, "whether that tag carries a signature; nobody has checked whose"),
            fact("commits_since_tag", FactType::Count, "commits since that tag"),
            fact("tracked_outputs", FactType::Count, "tracked files that tools write: `node_modules/`, `__pycache__/`, `.DS_Store`"),
            fact("tracked_ignored", FactType::Count, "tracked files that the repository's own ignore rules name"),
            fact("large_files", FactType::Count, "tracked files of more than 5 MiB that are no pointers to a large-file store"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        "git".to_owned()
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        Touch { reads: vec![".git".to_owned()], ..Touch::default() }
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(async move {
            let Some(extent) = git_history::extent(look.world) else {
                return Err(Unknown::because("the root lies in no git repository"));
            };
            let mut seen = Seen { facts: Facts::new(), findings: Findings::default() };
            seen.facts.present("shallow", Value::Bool(extent.shallow));
            seen.head(&look).await;
            seen.releases(&look, extent).await;
            seen.tracked(&look, extent).await;
            Ok(Observation { facts: seen.facts, evidence: seen.findings.evidence(), requests: 0 })
        })
    }
}

struct Seen {
    facts: Facts,
    findings: Findings,
}

impl Seen {
    async fn head(&mut self, look: &Look<'_>) {
        let age = match git::head_at(look.world, look.until.left()).await {
            Ok(Some(seconds)) => Fact::Present(Value::count(age(look, seconds))),
            Ok(None) => Fact::Absent,
            Err(unknown) => Fact::Unobserved(unknown.0),
        };
        self.facts.set("head_age", age);
    }

    /// Tags belong to the whole repository: a folder inside of one has none of its own.
    async fn releases(&mut self, look: &Look<'_>, extent: Extent) {
        let tags = match extent.at_top {
            true => git_history::tags(look.world, look.until.left()).await,
            false => Err(Unknown::because("tags belong to the whole repository, which begins above the root")),
        };
        match tags {
            Ok(tags) if tags.is_empty() && extent.shallow => {
                self.no_release("the clone is shallow and brought no tags".to_owned());
            }
            Ok(tags) => self.tags(look, &tags).await,
            Err(unknown) => self.no_release(unknown.0),
        }
    }

    fn no_release(&mut self, reason: String) {
        for name in RELEASE_FACTS.iter().chain(&["tags", "version_tags"]) {
            self.facts.set(*name, Fact::Unobserved(reason.clone()));
        }
    }

    async fn tags(&mut self, look: &Look<'_>, tags: &[Tag]) {
        let versions = tags.iter().filter(|tag| version::of(&tag.name).is_some()).count();
        self.facts.present("tags", Value::count(tags.len()));
        self.facts.present("version_tags", Value::count(versions));
        let Some((latest, number)) = version::latest(tags) else {
            RELEASE_FACTS.iter().for_each(|name| self.facts.set(*name, Fact::Absent));
            return;
        };
        self.facts.present("latest_version", Value::Text(number));
        self.facts.present("latest_tag", Value::Text(latest.name.clone()));
        self.facts.present("latest_tag_age", Value::count(age(look, latest.made_at)));
        self.facts.present("latest_tag_annotated", Value::Bool(latest.annotated));
        self.facts.present("latest_tag_signed", Value::Bool(latest.signed));
        let since = git_history::commits_since(look.world, &latest.name, look.until.left()).await;
        self.facts.set(
            "commits_since_tag",
            since.map_or_else(|unknown| Fact::Unobserved(unknown.0), |count| Fact::Present(Value::count(count))),
        );
        let kind = if latest.annotated { "annotated" } else { "lightweight" };
        let note = format!("the highest version has the {kind} tag `{}`", latest.name);
        self.findings.push(".git", Finding::new("latest_tag", 0, latest.name.clone(), note).with(Certainty::Certain));
    }

    async fn tracked(&mut self, look: &Look<'_>, extent: Extent) {
        if !extent.at_top {
            let reason = "the index belongs to the whole repository, which begins above the root";
            for name in ["tracked_outputs", "large_files", "tracked_ignored"] {
                self.facts.set(name, Fact::Unobserved(reason.to_owned()));
            }
            return;
        }
        let tracked = look.swept.tree().entries().iter().filter(|entry| entry.tracked);
        for entry in tracked {
            let folder = entry.path.split('/').rev().skip(1).find(|part| OUTPUT_FOLDERS.contains(part));
            if folder.is_some() || OUTPUT_FILES.contains(&entry.base()) {
                let note = format!(
                    "{} is written by a tool and tracked",
                    folder.map_or("the file", |_| "what lies in this folder")
                );
                self.findings
                    .push(&entry.path, Finding::new("tracked_outputs", 0, folder.unwrap_or(entry.base()), note));
            }
            if entry.size > LARGE && !matches!(entry.class, Class::Vendored) {
                let note = format!("{} MiB in every clone", entry.size >> 20);
                self.findings.push(&entry.path, Finding::new("large_files", 0, entry.base(), note));
            }
        }
        for name in ["tracked_outputs", "large_files"] {
            self.findings.set_count(&mut self.facts, name);
        }
        match git_history::tracked_and_ignored(look.world, look.until.left()).await {
            Ok(names) => {
                for name in &names {
                    let note = "an ignore rule names it, and it is tracked";
                    self.findings
                        .push(name, Finding::new("tracked_ignored", 0, name.as_str(), note).with(Certainty::Likely));
                }
                self.findings.set_count(&mut self.facts, "tracked_ignored");
            }
            Err(unknown) => self.facts.set("tracked_ignored", Fact::Unobserved(unknown.0)),
        }
    }
}

const RELEASE_FACTS: &[&str] = &[
    "latest_version",
    "latest_tag",
    "latest_tag_age",
    "latest_tag_annotated",
    "latest_tag_signed",
    "commits_since_tag",
];

/// Seconds since a moment, never negative.
fn age(look: &Look<'_>, seconds: i64) -> u64 {
    u64::try_from(look.world.now.as_second().saturating_sub(seconds)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::path::Path;

    use super::super::sample::{observe_folder, write};
    use crate::model::{Fact, Value};

    fn git(folder: &Path, args: &[&str]) {
        let mut command = std::process::Command::new("git");
        command.args(["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "tag.gpgSign=false"]).args(args);
        command.env("GIT_COMMITTER_DATE", "2026-05-31T00:00:00Z").env("GIT_CONFIG_GLOBAL", "/dev/null");
        assert!(command.current_dir(folder).output().unwrap().status.success(), "git {args:?}");
    }

    fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), files);
        git(folder.path(), &["init", "-q"]);
        git(folder.path(), &["add", "-f", "."]);
        git(folder.path(), &["commit", "-qm", "x"]);
        folder
    }

    fn text(text: &str) -> Fact {
        Fact::Present(Value::Text(text.to_owned()))
    }

    #[test]
    fn the_highest_version_is_told_with_its_tag_and_age() {
        let folder = repository(&[("a", "x")]);
        for tag in ["v1.9.0", "v1.10.0", "v2.0.0-rc.1", "nightly"] {
            git(folder.path(), &["tag", "-a", "-m", "x", tag]);
        }
        git(folder.path(), &["commit", "-q", "--allow-empty", "-m", "y"]);
        let facts = observe_folder("git", "{}", folder.path()).unwrap().facts;
        assert_eq!(facts.get("tags"), Fact::Present(Value::count(4)));
        assert_eq!(facts.get("version_tags"), Fact::Present(Value::count(3)));
        assert_eq!((facts.get("latest_version"), facts.get("latest_tag")), (text("1.10.0"), text("v1.10.0")));
        assert_eq!(facts.get("latest_tag_age"), Fact::Present(Value::count(86_400)));
        assert_eq!(facts.get("latest_tag_annotated"), Fact::Present(Value::Bool(true)));
        assert_eq!(facts.get("latest_tag_signed"), Fact::Present(Value::Bool(false)));
        assert_eq!(facts.get("commits_since_tag"), Fact::Present(Value::count(1)));
    }

    #[test]
    fn a_shallow_clone_without_tags_does_not_know_them() {
        let folder = repository(&[("a", "x")]);
        git(folder.path(), &["commit", "-q", "--allow-empty", "-m", "y"]);
        let clone = tempfile::tempdir().unwrap();
        let from = format!("file://{}", folder.path().display());
        git(clone.path(), &["clone", "-q", "--depth", "1", &from, "here"]);
        let facts = observe_folder("git", "{}", &clone.path().join("here")).unwrap().facts;
        assert_eq!(facts.get("shallow"), Fact::Present(Value::Bool(true)));
        assert!(matches!(facts.get("version_tags"), Fact::Unobserved(reason) if reason.contains("shallow")));
    }

    #[test]
    fn what_is_tracked_against_the_rules_is_found() {
        let files = [(".gitignore", "*.log\n"), ("a.log", "x"), ("web/node_modules/x/i.js", "x"), ("b.txt", "x")];
        let folder = repository(&files);
        let facts = observe_folder("git", "{}", folder.path()).unwrap().facts;
        assert_eq!(facts.get("tracked_ignored"), Fact::Present(Value::count(1)));
        assert_eq!(facts.get("tracked_outputs"), Fact::Present(Value::count(1)));
        assert_eq!(facts.get("large_files"), Fact::Present(Value::count(0)));
    }

    #[test]
    fn nothing_of_a_hostile_repository_runs() {
        let folder = repository(&[("a", "x")]);
        git(folder.path(), &["tag", "v1.0.0"]);
        let mark = folder.path().join("ran");
        let script = folder.path().join(".git/run.sh");
        std::fs::write(&script, format!("#!/bin/sh\ntouch '{}'\n", mark.display())).unwrap();
        let mut mode = std::fs::metadata(&script).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
        std::fs::set_permissions(&script, mode).unwrap();
        let run = script.display().to_string();
        for key in [
            "core.fsmonitor",
            "core.pager",
            "core.sshCommand",
            "gpg.program",
            "diff.external",
            "core.editor",
            "alias.log",
        ] {
            git(folder.path(), &["config", key, &run]);
        }
        git(folder.path(), &["config", "log.showSignature", "true"]);
        let facts = observe_folder("git", "{}", folder.path()).unwrap().facts;
        assert_eq!(facts.get("version_tags"), Fact::Present(Value::count(1)));
        assert!(!mark.exists(), "a program of the repository ran");
    }

    #[test]
    fn a_folder_inside_of_a_repository_has_no_tags_of_its_own() {
        let folder = repository(&[("part/a", "x")]);
        git(folder.path(), &["tag", "v1.0.0"]);
        let facts = observe_folder("git", "{}", &folder.path().join("part")).unwrap().facts;
        assert!(matches!(facts.get("tags"), Fact::Unobserved(_)));
        let none = tempfile::tempdir().unwrap();
        assert!(observe_folder("git", "{}", none.path()).is_err());
    }
}
