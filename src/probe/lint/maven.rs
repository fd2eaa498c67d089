//! What Maven lints while it builds: a plugin looks at the source only where an execution binds a goal of it that can fail to a
//! phase, and a build that stops before that phase, or is told to skip it, has not looked (Maven, "Introduction to the Build
//! Lifecycle").

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

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

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern")
}

fn phase(name: &str) -> Option<usize> {
    PHASES.iter().position(|phase| *phase == name)
}

/// Linters that one of these words says to skip: `checkstyle.skip`, `spotless.check.skip`.
fn skipped(text: &str, value: &str) -> BTreeSet<&'static str> {
    let says = |word: &str| [".skip", ".check.skip"].iter().any(|end| text.contains(&format!("{word}{end}{value}")));
    LINTERS.iter().map(|(word, ..)| *word).filter(|word| says(word)).collect()
}

impl Maven {
    /// Takes a pom in.
    pub(super) fn read(&mut self, text: &str) {
        static PLUGIN: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?s)<plugin>(.*?)</plugin>"));
        static PROFILE: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?s)<profile>\s*(.*?)</profile>"));
        static ID: LazyLock<Regex> = LazyLock::new(|| fixed(r"<id>\s*([^<\s]+)\s*</id>"));
        for plugin in PLUGIN.captures_iter(text) {
            self.plugin(&plugin[1]);
        }
        for profile in PROFILE.captures_iter(text) {
            let skips = skipped(&profile[1], ">true<");
            if let Some(id) = ID.captures(&profile[1]).filter(|_| !skips.is_empty()) {
                self.skipped_by.entry(id[1].to_owned()).or_default().extend(skips);
            }
        }
    }

    fn plugin(&mut self, text: &str) {
        static NAME: LazyLock<Regex> = LazyLock::new(|| fixed(r"<artifactId>\s*([^<\s]+)\s*</artifactId>"));
        static EXECUTION: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?s)<execution>(.*?)</execution>"));
        static PHASE: LazyLock<Regex> = LazyLock::new(|| fixed(r"<phase>\s*([^<\s]+)\s*</phase>"));
        let Some(name) = NAME.captures(text) else { return };
        if name[1].contains("compiler") && text.contains("error_prone_core") {
            self.bind("errorprone", phase("compile"));
        }
        let Some((word, goals, usual)) = LINTERS.iter().find(|(word, ..)| name[1].contains(word)) else { return };
        let runs = |execution: &str| goals.iter().any(|goal| execution.contains(&format!("<goal>{goal}</goal>")));
        for execution in EXECUTION.captures_iter(text).filter(|execution| runs(&execution[1])) {
            let named =
                PHASE.captures(&execution[1]).map_or(*usual, |phase| phase.get(1).map_or("", |name| name.as_str()));
            self.bind(word, phase(named));
        }
        // A bare mention takes its executions from a parent, which may lie elsewhere.
        if !["<execution>", "<configuration>", "<version>"].iter().any(|tag| text.contains(tag)) {
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
        static MVN: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?:^|[\s;&|/])mvnw?(?:\.cmd)?\s([^;&|\n]*)"));
        MVN.captures_iter(command).any(|found| self.reaches(&found[1]))
    }

    fn reaches(&self, words: &str) -> bool {
        let Some(last) = words.split_whitespace().filter_map(phase).max() else { return false };
        let mut skips = skipped(words, "=true");
        skips.extend(skipped(&format!("{words} "), " "));
        let profiles = words.split_whitespace().filter_map(|word| word.strip_prefix("-P"));
        let ids = profiles.flat_map(|ids| ids.trim().split(','));
        skips.extend(ids.filter_map(|id| self.skipped_by.get(id)).flatten());
        self.bound.iter().any(|(linter, phase)| *phase <= last && !skips.contains(linter))
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
        let compiler = "<plugin><artifactId>maven-compiler-plugin</artifactId><path><artifactId>error_prone_core</artifactId></path></plugin>";
        assert!(lints(compiler, "mvn compile"));
    }
}
