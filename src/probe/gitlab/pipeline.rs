//! One pipeline file: the digest that the sweep keeps.

use crate::probe::finding::{Finding, shortened};
use crate::probe::image::{ImageRef, Pin};
use crate::probe::workflow::gates::{Gate, gate, is_swallowed, is_trial};
use crate::probe::yaml_file::{self, YamlFault, texts};
use crate::yaml::Node;

/// What is known of one file.
#[derive(Clone, Debug, Default)]
pub(super) struct Pipeline {
    pub(super) jobs: usize,
    pub(super) test_jobs: usize,
    pub(super) images: usize,
    pub(super) includes: usize,
    pub(super) findings: Vec<Finding>,
}

/// Keys at the top that are no job (GitLab CI/CD YAML syntax reference, "global keywords").
const NO_JOBS: &[&str] = &[
    "after_script",
    "before_script",
    "cache",
    "default",
    "image",
    "include",
    "services",
    "spec",
    "stages",
    "types",
    "variables",
    "workflow",
];

/// Reads a file; a component's `spec` may stand in a document of its own.
pub(super) fn read(path: &str, bytes: &[u8]) -> Result<Pipeline, YamlFault> {
    let mut pipeline = Pipeline::default();
    for document in yaml_file::read_all(path, bytes)? {
        pipeline.document(&document);
    }
    Ok(pipeline)
}

impl Pipeline {
    fn document(&mut self, root: &Node) {
        self.owner(root);
        if let Some(default) = root.get("default") {
            self.owner(default);
        }
        if let Some(include) = root.get("include") {
            let list = include.items();
            let all = if list.is_empty() { std::slice::from_ref(include) } else { list };
            all.iter().for_each(|item| self.include(item));
        }
        for (key, job) in root.entries().iter().filter(|(key, _)| !NO_JOBS.contains(&key.text.as_str())) {
            self.owner(job);
            if !key.text.starts_with('.') && !job.entries().is_empty() {
                self.job(&key.text, job);
            }
        }
    }

    /// Images and services of whatever has some.
    fn owner(&mut self, owner: &Node) {
        let image = owner.get("image");
        let services = owner.get("services").map(Node::items).unwrap_or_default();
        for node in image.into_iter().chain(services) {
            let named = node.get("name").unwrap_or(node);
            let Some(text) = named.text().filter(|text| !text.contains('$')) else { continue };
            self.images += 1;
            if ImageRef::parse(text).pin() == Pin::Floating {
                let note = format!("`{text}`: no fixed tag");
                self.findings.push(Finding::new("moving_images", named.span.line, text, note));
            }
        }
    }

    fn include(&mut self, node: &Node) {
        let text = |key: &str| node.get(key).and_then(Node::text);
        let plain = node.text().filter(|text| text.contains("://"));
        let (what, is_fixed) = if let Some(project) = text("project") {
            (project, text("ref").is_some_and(is_fixed_ref))
        } else if let Some(component) = text("component") {
            (component, component.rsplit_once('@').is_some_and(|(_, version)| is_fixed_ref(version)))
        } else if let Some(address) = text("remote").or(plain) {
            (address, text("integrity").is_some())
        } else {
            return;
        };
        self.includes += 1;
        if !is_fixed {
            let note = format!("`{what}` may change with every push there");
            self.findings.push(Finding::new("loose_includes", node.span.line, what, note));
        }
    }

    fn job(&mut self, name: &str, job: &Node) {
        self.jobs += 1;
        let lines: Vec<(String, u32)> =
            ["before_script", "script"].iter().filter_map(|key| job.get(key)).flat_map(lines).collect();
        self.test_jobs += usize::from(lines.iter().any(|(text, _)| gate(text) == Some(Gate::Tests)));
        let is_soft = job.get("allow_failure").and_then(Node::text) == Some("true");
        let is_manual = job.get("when").and_then(Node::text) == Some("manual");
        let ignored = lines.iter().find_map(|(text, line)| {
            let how = if is_swallowed(text) {
                "its failure is swallowed"
            } else if is_soft && !is_manual {
                "`allow_failure: true`"
            } else {
                return None;
            };
            Some((gate(text)?, how, text, *line))
        });
        if let Some((gate, how, text, line)) = ignored.filter(|_| !is_trial(name)) {
            let note = format!("job `{name}`: {how}: `{}`", shortened(text));
            self.findings.push(Finding::new(gate.ignored_fact(), line, name, note));
        }
    }
}

/// Lines of a script, through lists in lists as `!reference` leaves them.
fn lines(script: &Node) -> Vec<(String, u32)> {
    let nested = script.items().iter().flat_map(texts);
    let whole = script.text().map(|text| (text.to_owned(), script.span.line));
    let all = nested.chain(whole);
    all.flat_map(|(text, line)| text.lines().map(|part| (part.to_owned(), line)).collect::<Vec<_>>()).collect()
}

/// A commit, or a version; a branch, `~latest` and a major version alone move.
fn is_fixed_ref(reference: &str) -> bool {
    let digits = reference.trim_start_matches('v');
    let is_commit = reference.len() == 40 && reference.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_version = digits.starts_with(|c: char| c.is_ascii_digit()) && digits.contains('.');
    is_commit || is_version
}

/// Whether the file is a pipeline's start.
pub(super) fn is_start(path: &str) -> bool {
    matches!(path, ".gitlab-ci.yml" | ".gitlab-ci.yaml")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pipeline(text: &str) -> Pipeline {
        read(".gitlab-ci.yml", text.as_bytes()).expect("it is YAML")
    }

    fn facts(text: &str) -> Vec<(&'static str, u32)> {
        pipeline(text).findings.iter().map(|finding| (finding.fact, finding.line)).collect()
    }

    #[test]
    fn images_and_includes_that_move_are_found() {
        let text = "image: node\ndefault: {services: [{name: \"postgres:16.3\"}]}\ninclude:\n- project: team/ci\n  ref: main\n- component: a.test/b/c@~latest\n- local: ci/x.yml\n- project: team/ci\n  ref: v1.2.0\n";
        assert_eq!(facts(text), [("moving_images", 1), ("loose_includes", 4), ("loose_includes", 6)]);
        assert_eq!((pipeline(text).images, pipeline(text).includes), (2, 3));
    }

    #[test]
    fn a_test_whose_failure_is_allowed_is_found_and_a_manual_one_is_not() {
        let text = "unit:\n  script: [npm test]\n  allow_failure: true\nlint:\n  script:\n  - npm run lint || true\ndeploy:\n  when: manual\n  allow_failure: true\n  script: kubectl apply -f x\n.hidden:\n  script: [pytest]\n  allow_failure: true\n";
        assert_eq!(facts(text), [("ignored_failures", 2), ("ignored_failures", 6)]);
        assert_eq!((pipeline(text).jobs, pipeline(text).test_jobs), (3, 1));
    }

    #[test]
    fn references_of_gitlab_are_read() {
        assert_eq!(pipeline("unit:\n  script:\n  - !reference [.setup, script]\n  - go test ./...\n").test_jobs, 1);
    }
}
