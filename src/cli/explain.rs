//! `shipworthy explain`: a catalog rule, and what it would look at in this repository.

use std::sync::Arc;

use anyhow::{Context, Result};

use super::args::ExplainArgs;
use super::catalog::field;
use super::console::Console;
use super::exit::{Exit, WrongQuestion};
use super::setup;
use super::validate::plural;
use crate::catalog;
use crate::model::problem::nearest;
use crate::model::{FactDecl, FactName, FactSchema, Problems};
use crate::probe::{self, Contact, Probe};
use crate::report::canvas::{Canvas, Paint, Span, span};
use crate::world::{Tree, Wants};
use crate::yaml::{Kind, Node};

pub(super) fn run(arguments: &ExplainArgs, console: &Console) -> Result<Exit> {
    let id = arguments.id.as_str();
    let Some(node) = catalog::rule(id).ok().flatten() else {
        let help = match nearest(id, catalog::ids().iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`shipworthy catalog` lists them".to_owned(),
        };
        return Err(WrongQuestion(format!("there is no catalog rule `{id}`\nhelp: {help}")).into());
    };
    let root = setup::folder(&arguments.root)?;
    let tree = Tree::open(&root).ok().map(Arc::new);
    let mut page = Canvas::new(&console.style);
    draw(&mut page, id, &node, tree.as_deref());
    console.print(&page.into_bytes()).context("cannot write to standard output")?;
    Ok(Exit::Yes)
}

fn draw(page: &mut Canvas<'_>, id: &str, node: &Node, tree: Option<&Tree>) {
    page.flow("", 2, &[span(Paint::Name, format!("{id}:")), span(Paint::Strong, field(node, "title"))]);
    let [severity, area, since] = ["severity", "area", "since"].map(|key| field(node, key));
    page.flow("", 2, &[span(Paint::Faint, format!("severity {severity}, area {area}, since catalog {since}"))]);
    paragraph(page, "why", &field(node, "rationale"));
    let routes = routes(node);
    for (number, route) in routes.iter().enumerate() {
        let title = if routes.len() > 1 { format!("route {}", number + 1) } else { "it looks with".to_owned() };
        describe(page, &title, route, tree);
    }
    paragraph(page, "to mend it", &field(node, "remedy"));
    paragraph(page, "reference", &field(node, "reference"));
    paragraph(page, "requires", &texts(node, "requires").join(", "));
    page.gap();
    page.flow("", 2, &[plain(format!("use it with `use: {id}`, or a pack that has it: {}", packs(id).join(", ")))]);
}

fn plain(text: impl AsRef<str>) -> Span {
    span(Paint::Plain, text)
}

fn texts<'n>(node: &'n Node, key: &str) -> Vec<&'n str> {
    node.get(key).map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect()
}

fn paragraph(page: &mut Canvas<'_>, title: &str, body: &str) {
    if !body.is_empty() {
        page.heading(title, "");
        for line in body.lines() {
            page.flow("  ", 2, &[plain(line)]);
        }
    }
}

fn routes(node: &Node) -> Vec<&Node> {
    match node.get("routes").map(Node::items) {
        Some(routes) if !routes.is_empty() => routes.iter().collect(),
        _ => vec![node],
    }
}

fn describe(page: &mut Canvas<'_>, title: &str, route: &Node, tree: Option<&Tree>) {
    let Some((kind, params)) = route.get("probe").and_then(|probe| probe.entries().first()) else {
        paragraph(page, title, "a named person's statement");
        return;
    };
    page.heading(title, "");
    page.flow("  ", 4, &[plain("probe"), span(Paint::Name, &kind.text)]);
    for (key, value) in params.entries() {
        page.flow("    ", 6, &[span(Paint::Faint, format!("{}:", key.text)), plain(inline(value))]);
    }
    let def = probe::find(&kind.text);
    let probe = def.and_then(|def| (def.decode)(params, &mut Problems::new()));
    let schema = probe.as_ref().map(|probe| probe.facts()).or_else(|| def?.example_facts());
    for line in texts(route, "expect") {
        page.flow("  ", 4, &[plain("expects"), span(Paint::Strong, line)]);
        if let Some(meaning) = schema.as_ref().and_then(|schema| meaning(schema, line)) {
            page.flow("    ", 6, &[span(Paint::Faint, meaning)]);
        }
    }
    if let Some(probe) = probe {
        here(page, probe.as_ref(), tree);
    }
}

/// What the probe would look at in this repository.
fn here(page: &mut Canvas<'_>, probe: &dyn Probe, tree: Option<&Tree>) {
    let mut wants = Wants::default();
    let ids = probe.declare("", &mut wants);
    if let Some(tree) = tree.filter(|_| !ids.is_empty()) {
        let mut paths: Vec<String> = ids
            .iter()
            .filter_map(|id| wants.list().get(id.0 as usize))
            .flat_map(|want| tree.select(&want.select))
            .map(|file| tree.entry(file).path.to_string())
            .collect();
        paths.sort();
        paths.dedup();
        page.flow("  ", 4, &[plain(format!("here it reads {}", listed(&paths)))]);
    }
    if ids.is_empty() && !probe.touch().reads.is_empty() {
        page.flow("  ", 4, &[plain(format!("here it reads {}", probe.touch().reads.join(", ")))]);
    }
    for contact in probe.touch().contacts {
        let Contact { verb, url, at_most, .. } = contact;
        page.flow("  ", 4, &[plain(format!("it sends {verb} {url} at most {}", times(at_most)))]);
    }
}

/// How many files, and the first five.
fn listed(paths: &[String]) -> String {
    let count = plural(paths.len(), "file");
    let shown = paths.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
    match paths.len() {
        0 => count,
        1..=5 => format!("{count}: {shown}"),
        many => format!("{count}: {shown} and {} more", many - 5),
    }
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// What the fact of an expectation means.
fn meaning<'s>(schema: &'s FactSchema, line: &str) -> Option<&'s str> {
    let is_about = |decl: &&FactDecl| {
        let (name, is_whole) = match &decl.name {
            FactName::Exact(name) => (name, true),
            FactName::Tree(name) | FactName::Family(name) => (name, false),
        };
        let rest = line.strip_prefix(&**name);
        rest.is_some_and(|rest| !(is_whole && rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')))
    };
    schema.decls.iter().find(is_about).map(|decl| decl.doc)
}

fn inline(node: &Node) -> String {
    match &node.kind {
        Kind::Null => String::new(),
        Kind::Scalar { text, .. } => text.clone(),
        Kind::List(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Kind::Map(entries) => {
            let inner: Vec<String> =
                entries.iter().map(|(key, value)| format!("{}: {}", key.text, inline(value))).collect();
            format!("{{ {} }}", inner.join(", "))
        }
    }
}

fn packs(id: &str) -> Vec<&'static str> {
    let has = |name: &str| {
        let pack = catalog::pack(name).ok().flatten();
        pack.is_some_and(|pack| pack.checks.iter().any(|check| check.node.get("use").and_then(Node::text) == Some(id)))
    };
    catalog::pack_names().into_iter().filter(|name| has(name)).collect()
}
