//! One pipeline file: the digest that the sweep keeps, with its images and what it includes. What its jobs do once files are
//! put together is the business of `whole`.

use crate::probe::finding::Finding;
use crate::probe::image::{ImageRef, Pin};
use crate::probe::pipelines::starts::Starts;
use crate::probe::yaml_file::{self, YamlFault};
use crate::yaml::Node;

use super::starts::{self, Around, Keys};

/// What is known of one file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pipeline {
    pub(super) documents: Vec<Node>,
    pub(super) images: usize,
    /// Includes from elsewhere.
    pub(super) includes: usize,
    /// Includes of what comes with the server, which is fixed or not as a whole.
    pub(super) templates: usize,
    /// All that it includes from outside of the repository: line, kind and name.
    pub(crate) outside: Vec<(u32, &'static str, String)>,
    /// Files of the repository that belong to the same pipeline, as written.
    pub(super) locals: Vec<Local>,
    /// Files of the repository that a job starts as a pipeline of their own, and the events that start that job.
    pub(super) children: Vec<(Local, Starts)>,
    pub(super) findings: Vec<Finding>,
}

/// An included file of the same repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Local {
    pub(super) line: u32,
    /// Relative to the root; `*` and `**` may stand in it.
    pub(super) path: String,
}

/// Keys at the top that are no job (GitLab CI/CD YAML syntax reference, "global keywords").
pub(super) const NO_JOBS: &[&str] = &[
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

/// The same where a doubtful part is better than nothing, with why it is doubtful.
pub(crate) fn read_leniently(path: &str, bytes: &[u8]) -> Result<(Pipeline, Option<YamlFault>), YamlFault> {
    let (documents, fault) = yaml_file::read_leniently(path, bytes)?;
    Ok((of(documents), fault))
}

/// Reads a file; a component's `spec` may stand in a document of its own.
pub(crate) fn read(path: &str, bytes: &[u8]) -> Result<Pipeline, YamlFault> {
    yaml_file::read_all(path, bytes).map(of)
}

fn of(documents: Vec<Node>) -> Pipeline {
    let mut pipeline = Pipeline { documents, ..Pipeline::default() };
    for document in pipeline.documents.clone() {
        pipeline.document(&document);
    }
    pipeline
}

/// The node itself, or what it lists.
fn listed(node: &Node) -> &[Node] {
    if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() }
}

impl Pipeline {
    fn document(&mut self, root: &Node) {
        self.owner(root);
        if let Some(default) = root.get("default") {
            self.owner(default);
        }
        for item in root.get("include").map(listed).unwrap_or_default() {
            match local(item) {
                Some(local) => self.locals.push(local),
                None => self.include(item),
            }
        }
        for (_, job) in root.entries().iter().filter(|(key, _)| !NO_JOBS.contains(&key.text.as_str())) {
            self.owner(job);
            let children = job.get("trigger").and_then(|trigger| trigger.get("include"));
            for item in children.map(listed).unwrap_or_default() {
                if let Some(artifact) = item.get("artifact").and_then(Node::text) {
                    self.outside.push((item.span.line, "artifact", artifact.to_owned()));
                    continue;
                }
                match local(item) {
                    Some(local) => {
                        let around = Around {
                            variables: vec![root.get("variables"), job.get("variables")],
                            ..Around::default()
                        };
                        self.children.push((local, starts::starts(&Keys::of(job), &around)));
                    }
                    None => self.include(item),
                }
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
        let (kind, what, is_fixed) = if let Some(project) = text("project") {
            ("project", project, text("ref").is_some_and(is_fixed_ref))
        } else if let Some(component) = text("component") {
            ("component", component, component.rsplit_once('@').is_some_and(|(_, version)| is_fixed_ref(version)))
        } else if let Some(address) = text("remote").or(plain) {
            ("remote", address, text("integrity").is_some())
        } else if let Some(template) = text("template") {
            self.templates += 1;
            self.outside.push((node.span.line, "template", template.to_owned()));
            return;
        } else {
            return;
        };
        self.includes += 1;
        self.outside.push((node.span.line, kind, what.to_owned()));
        if !is_fixed {
            let note = format!("`{what}` may change with every push there");
            self.findings.push(Finding::new("loose_includes", node.span.line, what, note));
        }
    }
}

/// `local: /ci/x.yml`, or the path alone.
fn local(node: &Node) -> Option<Local> {
    let text = node.get("local").and_then(Node::text).or_else(|| node.text().filter(|text| !text.contains("://")))?;
    Some(Local { line: node.span.line, path: text.trim_start_matches("./").trim_start_matches('/').to_owned() })
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

    #[test]
    fn images_and_includes_that_move_are_found() {
        let text = "image: node\ndefault: {services: [{name: \"postgres:16.3\"}]}\ninclude:\n- project: team/ci\n  ref: main\n- component: a.test/b/c@~latest\n- local: /ci/x.yml\n- project: team/ci\n  ref: v1.2.0\n- template: Security/SAST.gitlab-ci.yml\n- ci/*.yml\nchild: {trigger: {include: sub.yml}}\n";
        let pipeline = read(".gitlab-ci.yml", text.as_bytes()).expect("it is YAML");
        let facts: Vec<_> = pipeline.findings.iter().map(|finding| (finding.fact, finding.line)).collect();
        assert_eq!(facts, [("moving_images", 1), ("loose_includes", 4), ("loose_includes", 6)]);
        assert_eq!((pipeline.images, pipeline.includes), (2, 3));
        let paths = |list: &[Local]| list.iter().map(|local| local.path.clone()).collect::<Vec<_>>();
        assert_eq!(
            (paths(&pipeline.locals), paths(&[pipeline.children[0].0.clone()])),
            (vec!["ci/x.yml".into(), "ci/*.yml".into()], vec!["sub.yml".into()])
        );
    }
}
