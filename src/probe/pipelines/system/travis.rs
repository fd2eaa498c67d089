//! Travis CI: the phases of a build and of each job under `jobs.include`, which takes from the top what it does not say.

use super::super::step::{
    Given, Lines, Reading, Step, has_default_branch, joined, listed, may_hold, names, text, written,
};
use super::documents;
use crate::yaml::Node;

/// Phases whose failure ends a build, in order.
const PHASES: &[&str] = &["before_install", "install", "before_script", "script"];

/// What a build runs where `script` is not said, by language (its documentation's pages for each).
const DEFAULTS: &[(&str, &str)] =
    &[("node_js", "npm test"), ("ruby", "rake"), ("go", "go test ./..."), ("rust", "cargo test"), ("php", "phpunit")];

pub(super) fn read(given: &Given<'_>) -> Result<Option<Reading>, String> {
    let documents = documents(given)?;
    let Some(root) = documents.first() else { return Ok(None) };
    let mut reading = Reading::default();
    let branches = root.get("branches").map(|branches| branches.get("only").unwrap_or(branches));
    let on_default = branches.is_none_or(|only| {
        !only.entries().is_empty() || has_default_branch(listed(only).iter().filter_map(Node::text))
    });
    let is_gate = on_default && text(root, "if").is_none_or(may_start);
    let jobs = root.get("jobs").or_else(|| root.get("matrix"));
    let included = jobs.and_then(|jobs| jobs.get("include").or(Some(jobs)));
    let own: Vec<&Node> = included.map(Node::items).unwrap_or_default().iter().collect();
    let allowed = jobs.and_then(|jobs| jobs.get("allow_failures")).map(Node::items).unwrap_or_default();
    // Without jobs of its own, or with a matrix beside them, what stands at the top is a job.
    let is_expanded = own.is_empty()
        || ["env", "python", "node_js", "go", "rvm", "php", "jdk", "rust", "os"]
            .iter()
            .any(|key| root.get(key).is_some_and(|node| node.items().len() > 1));
    if is_expanded {
        step(given.path, root, None, (false, is_gate), &mut reading);
    }
    for job in own {
        let is_soft = allowed.iter().any(|entry| matches(entry, job));
        let stage = text(job, "stage").and_then(|name| stage(root, name));
        let by_stage = stage.and_then(|stage| text(stage, "if")).is_none_or(may_start);
        let is_gate = is_gate && by_stage && text(job, "if").is_none_or(may_start);
        step(given.path, root, Some(job), (is_soft, is_gate), &mut reading);
    }
    Ok(Some(reading))
}

fn stage<'n>(root: &'n Node, name: &str) -> Option<&'n Node> {
    root.get("stages")?.items().iter().find(|stage| text(stage, "name") == Some(name))
}

/// Whether an entry of `allow_failures` is met by a job: each of its keys says the same there.
fn matches(entry: &Node, job: &Node) -> bool {
    let same = |one: &Node, other: &Node| texts(one) == texts(other);
    let mut keys = entry.entries().iter();
    !entry.entries().is_empty() && keys.all(|(key, value)| job.get(&key.text).is_some_and(|own| same(value, own)))
}

fn texts(node: &Node) -> Vec<&str> {
    let mut all: Vec<&str> = node.text().into_iter().collect();
    node.items().iter().for_each(|item| all.extend(texts(item)));
    all
}

/// Whether a condition lets a push to a branch or a pull request through.
fn may_start(condition: &str) -> bool {
    let condition = condition.replace(" OR ", "||").replace(" AND ", "&&").replace(" or ", "||").replace(" and ", "&&");
    may_hold(&condition, |part| {
        let part = part.to_ascii_lowercase();
        let only_others = |part: &str| {
            ["cron", "api"].iter().any(|event| part.contains(event))
                && !part.contains("push")
                && !part.contains("pull_request")
                && !part.contains('!')
                && !part.contains("not")
        };
        part.contains("tag is present") || part.contains("tag =~") || part.contains("type") && only_others(&part)
    })
}

fn step(path: &str, root: &Node, job: Option<&Node>, (is_soft, is_gate): (bool, bool), reading: &mut Reading) {
    let get = |key: &str| job.and_then(|job| job.get(key)).or_else(|| root.get(key));
    let mut lines: Lines = Vec::new();
    for phase in PHASES {
        if let Some(node) = get(phase).filter(|node| !matches!(node.text(), Some("true" | "skip" | "false"))) {
            written(node, &mut lines);
        }
    }
    let language = get("language");
    let default = DEFAULTS.iter().find(|(name, _)| language.and_then(Node::text) == Some(*name));
    if let (Some((_, command)), Some(language), None) = (default, language, get("script")) {
        lines.push((language.span.line, (*command).to_owned()));
    }
    let line = lines.first().map_or(1, |(line, _)| *line);
    let (path, lines) = (path.to_owned(), joined(&lines));
    let env = [root.get("env"), root.get("env").and_then(|env| env.get("global")), job.and_then(|job| job.get("env"))];
    reading.steps.push(Step { path, line, lines, set: names(env), is_soft, is_gate, ..Step::default() });
}
