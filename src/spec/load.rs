//! From a path to a document: read, include, replace variables, lay over, choose the environment, tighten, decode.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::model::problem::{Level, nearest};
use crate::model::{Place, Problem, Problems};
use crate::yaml::{Kind, Node, Source, Style, decode, decode_with_blanks};

use super::document::Document;
use super::policy::Policy;
use super::variables::{Filled, Variables};
use super::{fill, include, merge, policy, shape};

/// How to load a spec.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// The environment chosen with `--env`.
    pub environment: Option<String>,
    /// `--var name=value`, in order; a later one wins.
    pub vars: Vec<(String, String)>,
    /// The environment of the process.
    pub process_env: BTreeMap<String, String>,
    /// A policy that may only tighten; may lie outside the root.
    pub policy: Option<PathBuf>,
    /// Whether a variable that is not set is an error everywhere.
    pub require_env: bool,
    /// The folder that included files must lie in.
    pub root: PathBuf,
}

/// A spec, read and laid together.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The document. Its checks, targets and overrides are nodes still, to be decoded when packs are known.
    pub document: Document,
    /// Warnings, and errors that leave the document whole (an unknown key, a duplicate key): any error ends the run
    /// with exit 2, after the plan has added its own.
    pub problems: Problems,
    /// The files it consists of, the spec itself first.
    pub sources: Vec<Arc<Source>>,
    /// Values that no output may show, sorted.
    pub secrets: Vec<String>,
    /// SHA-256 of the spec file, in hex; of the digests of all files where there are several.
    pub sha256: String,
    /// The tree of the document after everything, for `--effective`.
    pub node: Arc<Node>,
    /// Targets whose host came from a variable: what they allow holds for their `origins` only.
    pub variable_hosts: BTreeSet<String>,
    /// What the policy demands.
    pub policy: Option<Policy>,
    /// Places of errors in `problems`. Blanks stand in for what is wrong there, and nothing more may be said of them.
    pub blanks: BTreeSet<Place>,
}

/// Loads a spec. `Err` when it cannot be read, or its checks cannot be told; then the problems hold all that was found, sorted out by place.
pub fn load(path: &Path, options: &LoadOptions) -> Result<Loaded, Problems> {
    let mut problems = Problems::new();
    match assemble(path, options, &mut problems) {
        Some(loaded) => Ok(Loaded { problems, ..loaded }),
        None => Err(problems),
    }
}

fn assemble(path: &Path, options: &LoadOptions, problems: &mut Problems) -> Option<Loaded> {
    let mut layers = include::read(path, options, problems);
    for root in &layers.roots {
        one_version(root, problems);
    }
    let mut found = fill::Found::default();
    let root = laid_together(&layers.roots, &include::shown(path), options, &mut found, problems)?;
    let policy = policy::read(options.policy.as_deref(), &mut layers.sources, problems);
    let root = match &policy {
        Some(policy) => policy.tighten(root, problems),
        None => root,
    };
    shape::check(&root, &found.variable_hosts, problems);
    let document = decode::<Document>(&root, problems);
    if layers.incomplete {
        return None;
    }
    // A wrong value somewhere else hides none of the faults that the plan finds among the checks.
    let document = document.or_else(|| shape::tells_all_checks(&root).then(|| with_blanks(&root)).flatten())?;
    let wrong = problems.iter().filter(|problem| problem.level == Level::Error);
    Some(Loaded {
        blanks: wrong.filter_map(|problem| problem.place.clone()).collect(),
        document,
        problems: Problems::new(),
        sha256: digest(&layers.sources),
        sources: layers.sources,
        secrets: found.secrets.into_values(),
        node: Arc::new(root),
        variable_hosts: found.variable_hosts,
        policy,
    })
}

fn with_blanks(root: &Node) -> Option<Document> {
    decode_with_blanks(root, &mut Problems::new())
}

/// Refuses a later version of the language; what is no number is refused when it is decoded.
pub(super) fn one_version(root: &Node, problems: &mut Problems) {
    let later =
        |version: &&Node| version.text().and_then(|text| text.parse::<u32>().ok()).is_some_and(|number| number != 1);
    let Some(version) = root.get("version").filter(later) else { return };
    let problem =
        version.problem(format!("version `{}` of the spec language is not known", version.text().unwrap_or("")));
    problems.push(problem.help("write `version: 1`"));
}

/// Replaces variables in each document, lays them over each other, and the chosen environment's targets over all.
fn laid_together(
    roots: &[Node],
    file: &str,
    options: &LoadOptions,
    found: &mut fill::Found,
    problems: &mut Problems,
) -> Option<Node> {
    let raw = roots.iter().cloned().reduce(merge::documents)?;
    let chosen = options.environment.as_ref().and_then(|name| environment(&raw, name, problems));
    for (_, environment) in raw.get("environments").map(Node::entries).unwrap_or_default() {
        fill::note_secrets(&targets_of(environment), found, problems);
    }
    let mut variables = Variables::new(options);
    for vars in [raw.get("vars"), chosen.and_then(|chosen| chosen.get("vars"))].into_iter().flatten() {
        variables.declare(vars);
    }
    let filled: Vec<Node> = roots.iter().map(|root| fill::document(root, &mut variables, found, problems)).collect();
    let root = filled.into_iter().reduce(merge::documents)?;
    let over = chosen.map(|chosen| fill::document(&known_targets_of(chosen, &raw), &mut variables, found, problems));
    let values = variables.values(problems);
    variables.report_unused(file, problems);
    let root = with_values(root, &values);
    let span = root.span.clone();
    Some(over.into_iter().fold(root, |root, over| Node { span: span.clone(), ..merge::documents(root, over) }))
}

/// The chosen environment.
fn environment<'n>(root: &'n Node, name: &str, problems: &mut Problems) -> Option<&'n Node> {
    let environments = root.get("environments").map(Node::entries).unwrap_or_default();
    if let Some((_, chosen)) = environments.iter().find(|(key, _)| key.text == name) {
        return Some(chosen);
    }
    let names = environments.iter().map(|(key, _)| key.text.as_str());
    let help = match (nearest(name, names.clone()), environments.is_empty()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, true) => format!("the spec has no `environments`; add `environments: {{ {name}: {{ … }} }}`"),
        (None, false) => format!("the spec has `{}`", names.collect::<Vec<_>>().join("`, `")),
    };
    let message = format!("unknown environment `{name}` (from `--env`)");
    let problem = match root.entries().iter().find(|(key, _)| key.text == "environments") {
        Some((key, _)) => key.span.problem(message),
        None => Problem::at(Place { line: 1, column: 1, ..root.span.place() }, message),
    };
    problems.push(problem.help(help));
    None
}

/// A document of nothing but an environment's targets.
fn targets_of(environment: &Node) -> Node {
    let targets = environment.entries().iter().filter(|(key, _)| key.text == "targets").cloned().collect();
    environment.with_kind(Kind::Map(targets))
}

/// The same with the targets that the spec has; the plan refuses the others.
fn known_targets_of(environment: &Node, root: &Node) -> Node {
    let known = |name: &str| root.get("targets").is_some_and(|targets| targets.get(name).is_some());
    let targets = environment.entries().iter().filter(|(key, _)| key.text == "targets").map(|(key, targets)| {
        let kept = targets.entries().iter().filter(|(name, _)| known(&name.text)).cloned().collect();
        (key.clone(), targets.with_kind(Kind::Map(kept)))
    });
    environment.with_kind(Kind::Map(targets.collect()))
}

/// The document with the values of its variables in place of what they were written as.
fn with_values(root: Node, values: &BTreeMap<String, Filled>) -> Node {
    let mut root = root;
    let Kind::Map(entries) = &mut root.kind else { return root };
    let vars = entries.iter_mut().find(|(key, _)| key.text == "vars");
    let Some((_, Node { kind: Kind::Map(vars), .. })) = vars else { return root };
    for (key, node) in vars {
        let Some(value) = values.get(&key.text).filter(|_| node.text().is_some()) else { continue };
        let style = if value.varies { Style::Double } else { Style::Plain };
        *node = node.with_kind(Kind::Scalar { text: value.text.clone(), style });
        node.missing.clone_from(&value.missing);
    }
    root
}

fn digest(sources: &[Arc<Source>]) -> String {
    let digests: Vec<_> = sources.iter().map(|source| Sha256::digest(source.text.as_bytes())).collect();
    let digest = match digests.as_slice() {
        [one] => *one,
        several => several.iter().fold(Sha256::new(), |all, digest| all.chain_update(digest)).finalize(),
    };
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
