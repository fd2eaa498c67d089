//! What the steps of a workflow run, for probes that look for commands.

use crate::probe::yaml_file::{self, YamlFault, at};
use crate::yaml::Node;

use super::view::Workflow;

/// What one step runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) line: u32,
    /// With continued lines joined.
    pub(crate) text: String,
    /// `working-directory` of the step, or the default of its job or workflow.
    pub(crate) folder: Option<String>,
    /// Names of the variables that `env` sets there.
    pub(crate) set: Vec<String>,
}

/// The scripts of a workflow; none where the file is something else.
pub(crate) fn scripts(path: &str, bytes: &[u8]) -> Result<Vec<Script>, YamlFault> {
    let root = yaml_file::read(path, bytes)?;
    let Some(workflow) = Workflow::of(&root) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for job in &workflow.jobs {
        for step in &job.steps {
            let Some((text, line)) = step.text("run") else { continue };
            let nodes = [workflow.root, job.node, step.node];
            let default = |node: &Node| folder(at(node, &["defaults", "run"])?);
            let own = folder(step.node).or_else(|| default(job.node)).or_else(|| default(workflow.root));
            let set = nodes.iter().filter_map(|node| node.get("env")).flat_map(names).collect();
            found.push(Script { line, text: text.replace("\\\n", " "), folder: own, set });
        }
    }
    Ok(found)
}

fn folder(node: &Node) -> Option<String> {
    node.get("working-directory")?.text().map(str::to_owned)
}

fn names(env: &Node) -> impl Iterator<Item = String> {
    env.entries().iter().map(|(key, _)| key.text.clone())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_script_knows_its_folder_and_the_variables_of_all_above_it() {
        let text = "env: { A: 1 }\ndefaults: { run: { working-directory: web } }\njobs:\n  t:\n    env: { B: 1 }\n    steps:\n      - uses: x/y@v1\n      - run: |\n          npm \\\n            ci\n      - { run: make, working-directory: api, env: { C: 1 } }\n";
        let seen = scripts("w.yml", text.as_bytes()).unwrap();
        let seen: Vec<_> = seen.iter().map(|one| (one.text.trim(), one.folder.as_deref(), one.set.join(" "))).collect();
        assert_eq!(seen, [("npm    ci", Some("web"), "A B".to_owned()), ("make", Some("api"), "A B C".to_owned())]);
    }
}
