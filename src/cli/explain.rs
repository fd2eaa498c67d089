//! `shipworthy explain`: a catalog rule, and what it would look at in this repository.

use std::fmt::Write;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::args::ExplainArgs;
use super::catalog::field;
use super::console::Console;
use super::exit::{Exit, WrongQuestion};
use super::setup;
use crate::catalog;
use crate::model::problem::nearest;
use crate::model::{FactName, FactSchema, Problems};
use crate::probe::{self, Probe};
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
    let text = text(id, &node, tree.as_deref());
    console.print(text.as_bytes()).context("cannot write to standard output")?;
    Ok(Exit::Yes)
}

fn text(id: &str, node: &Node, tree: Option<&Tree>) -> String {
    let mut text = format!("{id}: {}\n", field(node, "title"));
    let _ = writeln!(
        text,
        "severity {}, area {}, since catalog {}",
        field(node, "severity"),
        field(node, "area"),
        field(node, "since")
    );
    paragraph(&mut text, "why", &field(node, "rationale"));
    for (number, route) in routes(node).into_iter().enumerate() {
        let many = !node.get("routes").map(Node::items).unwrap_or_default().is_empty();
        let title = if many { format!("route {}", number + 1) } else { "it looks with".to_owned() };
        describe(&mut text, &title, route, tree);
    }
    paragraph(&mut text, "to mend it", &field(node, "remedy"));
    paragraph(&mut text, "reference", &field(node, "reference"));
    let requires: Vec<&str> =
        node.get("requires").map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect();
    paragraph(&mut text, "requires", &requires.join(", "));
    let _ = writeln!(text, "\nuse it with `use: {id}`, or a pack that has it: {}", packs(id).join(", "));
    text
}

fn paragraph(text: &mut String, title: &str, body: &str) {
    if !body.is_empty() {
        let _ = writeln!(text, "\n{title}");
        for line in body.lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
}

fn routes(node: &Node) -> Vec<&Node> {
    match node.get("routes").map(Node::items) {
        Some(routes) if !routes.is_empty() => routes.iter().collect(),
        _ => vec![node],
    }
}

fn describe(text: &mut String, title: &str, route: &Node, tree: Option<&Tree>) {
    let Some((kind, params)) = route.get("probe").and_then(|probe| probe.entries().first()) else {
        paragraph(text, title, "a named person's statement");
        return;
    };
    let _ = writeln!(text, "\n{title}");
    let _ = writeln!(text, "  {}", format!("probe {} {}", kind.text, inline(params)).trim_end());
    for line in route.get("expect").map(Node::items).unwrap_or_default() {
        let _ = writeln!(text, "  expects {}", line.text().unwrap_or_default());
    }
    let mut problems = Problems::new();
    let Some(probe) = probe::find(&kind.text).and_then(|def| (def.decode)(params, &mut problems)) else { return };
    here(text, probe.as_ref(), tree);
    facts(text, &probe.facts(), route);
}

/// What the probe would look at in this repository.
fn here(text: &mut String, probe: &dyn Probe, tree: Option<&Tree>) {
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
        let shown: Vec<String> = paths.iter().take(5).map(|path| path.escape_debug().to_string()).collect();
        let more = if paths.len() > 5 { format!(" and {} more", paths.len() - 5) } else { String::new() };
        let _ = writeln!(
            text,
            "  here it reads {} files{}{}{more}",
            paths.len(),
            if paths.is_empty() { "" } else { ": " },
            shown.join(", ")
        );
    }
    if ids.is_empty() && !probe.touch().reads.is_empty() {
        let _ = writeln!(text, "  here it reads {}", probe.touch().reads.join(", "));
    }
    for contact in probe.touch().contacts {
        let _ = writeln!(text, "  it sends {} {} at most {} times", contact.verb, contact.url, contact.at_most);
    }
}

fn facts(text: &mut String, schema: &FactSchema, route: &Node) {
    let expected: Vec<&str> =
        route.get("expect").map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect();
    for decl in &schema.decls {
        let (name, is_whole) = match &decl.name {
            FactName::Exact(name) => (name, true),
            FactName::Tree(name) | FactName::Family(name) => (name, false),
        };
        let is_about = |line: &&str| {
            let rest = line.strip_prefix(name);
            rest.is_some_and(|rest| !(is_whole && rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')))
        };
        if expected.iter().any(is_about) {
            let _ = writeln!(text, "  {name}: {}", decl.doc);
        }
    }
}

fn inline(node: &Node) -> String {
    match &node.kind {
        Kind::Null => String::new(),
        Kind::Scalar { text, .. } => text.clone(),
        Kind::List(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Kind::Map(entries) if entries.is_empty() => String::new(),
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
