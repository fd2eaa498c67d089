//! What Maven lints while it builds: a plugin looks at the source only where an execution binds a goal of it that can fail to a
//! phase, and a build that stops before that phase, or is told to skip it, has not looked (Maven, "Introduction to the Build
//! Lifecycle").

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::probe::xml_walk::{Step, walk};

/// Phases of the default lifecycle that bindings and commands name, in their order.
const PHASES: &[&str] = &[
    "validate",
    "initialize",
    "generate-sources",
    "process-sources",
    "generate-resources",
    "process-resources",
    "compile",
    "process-classes",
    "generate-test-sources",
    "process-test-sources",
    "test-compile",
    "process-test-classes",
    "test",
    "prepare-package",
    "package",
    "pre-integration-test",
    "integration-test",
    "post-integration-test",
    "verify",
    "install",
    "deploy",
];

/// Linters: a word in the name of the plugin, the goals that can fail, and the phase that those go to by themselves.
const LINTERS: &[(&str, &[&str], &str)] = &[
    ("checkstyle", &["check"], "verify"),
    ("pmd", &["check", "cpd-check"], "verify"),
    ("spotbugs", &["check"], "verify"),
    ("spotless", &["check"], "verify"),
    ("formatter", &["validate"], "validate"),
    ("javaformat", &["validate"], "validate"),
    ("detekt", &["check"], "verify"),
    ("ktlint", &["check"], "verify"),
];

/// The linters that the poms of a repository bind, and the profiles that skip some.
#[derive(Debug, Default)]
pub(super) struct Maven {
    /// The earliest phase of each.
    bound: BTreeMap<&'static str, usize>,
    skipped_by: BTreeMap<String, BTreeSet<&'static str>>,
}

/// A plugin as a pom writes it.
#[derive(Debug, Default)]
struct Plugin {
    name: String,
    executions: Vec<Execution>,
    /// Whether it says more than that it is used.
    is_set_up: bool,
    brings_error_prone: bool,
}

#[derive(Debug, Default)]
struct Execution {
    phase: Option<String>,
    goals: Vec<String>,
}

/// A profile as far as it has been read.
#[derive(Debug, Default)]
struct Profile {
    id: String,
    skips: BTreeSet<&'static str>,
}

fn phase(name: &str) -> Option<usize> {
    PHASES.iter().position(|phase| *phase == name)
}

/// Linters that a property of this name skips: `checkstyle.skip`, `spotless.check.skip`.
fn skipped_by(property: &str) -> impl Iterator<Item = &'static str> {
    let is_named = |word: &str| {
        let end = property.split_once(word).map(|(_, end)| end);
        matches!(end, Some(".skip" | ".check.skip"))
    };
    LINTERS.iter().map(|(word, ..)| *word).filter(move |word| is_named(word))
}

impl Maven {
    /// Takes a pom in, as far as it is one.
    pub(super) fn read(&mut self, text: &str) {
        let mut path: Vec<String> = Vec::new();
        let (mut plugin, mut profile) = (Plugin::default(), Profile::default());
        // What is broken further down says nothing against what stands before it.
        let _ = walk(text, |step| {
            match step {
                Step::Open(element) => {
                    match element.name.as_str() {
                        "plugin" => plugin = Plugin::default(),
                        "profile" => profile = Profile::default(),
                        "execution" => plugin.executions.push(Execution::default()),
                        "version" | "configuration" if is_in(&path, &["plugin"]) => plugin.is_set_up = true,
                        _ => {}
                    }
                    path.push(element.name);
                }
                Step::Text(text) => {
                    plugin.text(&path, text.trim());
                    profile.text(&path, text.trim());
                }
                Step::Close => match path.pop().as_deref() {
                    Some("plugin") => self.plugin(&std::mem::take(&mut plugin)),
                    Some("profile") => {
                        let Profile { id, skips } = std::mem::take(&mut profile);
                        self.skipped_by.entry(id).or_default().extend(skips);
                    }
                    _ => {}
                },
            }
            Ok(())
        });
    }

    fn plugin(&mut self, plugin: &Plugin) {
        if plugin.name.contains("compiler") && plugin.brings_error_prone {
            self.bind("errorprone", phase("compile"));
        }
        let Some((word, goals, usual)) = LINTERS.iter().find(|(word, ..)| plugin.name.contains(word)) else { return };
        let can_fail = |execution: &&Execution| execution.goals.iter().any(|goal| goals.contains(&goal.as_str()));
        for execution in plugin.executions.iter().filter(can_fail) {
            self.bind(word, phase(execution.phase.as_deref().unwrap_or(usual)));
        }
        // A bare mention takes its executions from a parent, which may lie elsewhere.
        if plugin.executions.is_empty() && !plugin.is_set_up {
            self.bind(word, phase(usual));
        }
    }

    fn bind(&mut self, linter: &'static str, phase: Option<usize>) {
        let Some(phase) = phase else { return };
        let earliest = self.bound.entry(linter).or_insert(phase);
        *earliest = (*earliest).min(phase);
    }

    /// Whether a command builds as far as a linter that it does not skip.
    pub(super) fn lints(&self, command: &str) -> bool {
        static MVN: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"(?:^|[\s;&|/])mvnw?(?:\.cmd)?\s([^;&|\n]*)").expect("a fixed pattern"));
        MVN.captures_iter(command).any(|found| self.reaches(&found[1]))
    }

    fn reaches(&self, words: &str) -> bool {
        let Some(last) = words.split_whitespace().filter_map(phase).max() else { return false };
        let set = words.split_whitespace().filter_map(|word| word.strip_prefix("-D"));
        let on = set.filter_map(|word| match word.split_once('=') {
            Some((name, "true")) => Some(name),
            Some(_) => None,
            None => Some(word),
        });
        let mut skips: BTreeSet<&str> = on.flat_map(skipped_by).collect();
        let profiles = words.split_whitespace().filter_map(|word| word.strip_prefix("-P"));
        skips.extend(profiles.flat_map(|ids| ids.split(',')).filter_map(|id| self.skipped_by.get(id)).flatten());
        self.bound.iter().any(|(linter, phase)| *phase <= last && !skips.contains(linter))
    }
}

/// Whether the elements around a place end with these.
fn is_in(path: &[String], ends: &[&str]) -> bool {
    path.len() >= ends.len() && path[path.len() - ends.len()..].iter().zip(ends).all(|(name, end)| name == end)
}

impl Plugin {
    fn text(&mut self, path: &[String], text: &str) {
        if is_in(path, &["plugin", "artifactId"]) {
            text.clone_into(&mut self.name);
        } else if is_in(path, &["artifactId"]) {
            self.brings_error_prone |= text == "error_prone_core";
        } else if let Some(execution) = self.executions.last_mut() {
            if is_in(path, &["execution", "phase"]) {
                execution.phase = Some(text.to_owned());
            } else if is_in(path, &["execution", "goals", "goal"]) {
                execution.goals.push(text.to_owned());
            }
        }
    }
}

impl Profile {
    fn text(&mut self, path: &[String], text: &str) {
        if is_in(path, &["profile", "id"]) {
            text.clone_into(&mut self.id);
        } else if text == "true" && is_in(&path[..path.len().saturating_sub(1)], &["profile", "properties"]) {
            self.skips.extend(path.last().into_iter().flat_map(|name| skipped_by(name)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Maven;

    const POM: &str = "<project><build><plugins><plugin>\n<artifactId>maven-pmd-plugin</artifactId><version>3</version><executions><execution>\n<phase>verify</phase><goals><goal>check</goal></goals></execution></executions></plugin></plugins></build>\n<profiles><profile><id>quick</id><properties><pmd.skip>true</pmd.skip></properties></profile></profiles></project>";

    fn lints(pom: &str, command: &str) -> bool {
        let mut maven = Maven::default();
        maven.read(pom);
        maven.lints(command)
    }

    #[test]
    fn a_build_that_stops_before_the_phase_of_a_linter_has_not_looked() {
        assert!(lints(POM, "mvn -B verify") && lints(POM, "./mvnw clean install"));
        assert!(!lints(POM, "mvn -B test") && !lints(POM, "mvn package") && !lints(POM, "mvn -q help:evaluate"));
    }

    #[test]
    fn what_is_skipped_by_a_property_or_a_profile_is_not_looked_at() {
        assert!(!lints(POM, "mvn verify -Dpmd.skip") && !lints(POM, "mvn verify -Dpmd.skip=true"));
        assert!(!lints(POM, "mvn -Pquick,dist install") && lints(POM, "mvn -Pdist install"));
        assert!(lints(POM, "mvn verify -Dcheckstyle.skip=true"), "another linter");
    }

    #[test]
    fn a_plugin_that_nothing_binds_runs_by_its_goal_alone() {
        let plugin = |more: &str| format!("<plugin><artifactId>spotless-maven-plugin</artifactId>{more}</plugin>");
        assert!(!lints(&plugin("<version>2</version><configuration/>"), "mvn install"));
        let report =
            "<version>2</version><executions><execution><goals><goal>apply</goal></goals></execution></executions>";
        assert!(!lints(&plugin(report), "mvn install"), "what rewrites does not fail");
        assert!(lints(&plugin(""), "mvn install"), "a parent may bind it");
        let commented = format!("<a><!-- {} --></a>", plugin(""));
        assert!(!lints(&commented, "mvn install"), "nobody uses it");
        let compiler = "<plugin><artifactId>maven-compiler-plugin</artifactId><path><artifactId>error_prone_core</artifactId></path></plugin>";
        assert!(lints(compiler, "mvn compile"));
    }
}
