//! `shipworthy catalog`: rules and packs.

use std::fmt::Write;

use anyhow::{Context, Result, anyhow};
use serde_json::json;

use super::args::CatalogArgs;
use super::console::Console;
use super::exit::Exit;
use crate::catalog;
use crate::yaml::Node;

pub(super) fn run(arguments: &CatalogArgs, console: &Console) -> Result<Exit> {
    let mut rules = Vec::new();
    for id in catalog::ids() {
        let node =
            catalog::rule(id).ok().flatten().ok_or_else(|| anyhow!("`{id}` cannot be read; please report this"))?;
        let since = field(&node, "since");
        if arguments.since.as_deref().is_none_or(|version| is_after(&since, version)) {
            rules.push((*id, field(&node, "severity"), field(&node, "title"), since));
        }
    }
    let text = if arguments.json {
        let all: Vec<_> = rules
            .iter()
            .map(|(id, severity, title, since)| json!({ "id": id, "severity": severity, "title": title, "since": since }))
            .collect();
        format!("{:#}\n", json!({ "version": catalog::VERSION, "rules": all, "packs": catalog::pack_names() }))
    } else {
        as_text(&rules, arguments.since.as_deref())
    };
    console.print(text.as_bytes()).context("cannot write to standard output")?;
    Ok(Exit::Yes)
}

fn as_text(rules: &[(&str, String, String, String)], since: Option<&str>) -> String {
    let mut text = String::new();
    let after = since.map(|version| format!(", newer than {version}")).unwrap_or_default();
    let _ = writeln!(text, "catalog {}: {} rules{after}", catalog::VERSION, rules.len());
    let widest = rules.iter().map(|(id, ..)| id.len()).max().unwrap_or(0);
    for (id, severity, title, _) in rules {
        let _ = writeln!(text, "  {id:<widest$}  {severity:<8} {title}");
    }
    if since.is_none() {
        let _ = writeln!(text, "\npacks");
        for name in catalog::pack_names() {
            if let Ok(Some(pack)) = catalog::pack(name) {
                let rules = pack.checks.len();
                let count = format!("{rules} {}", if rules == 1 { "rule" } else { "rules" });
                let _ = writeln!(text, "  {name:<widest$}  {count:<8} {}", pack.title);
            }
        }
        let _ = writeln!(text, "\n`shipworthy explain ID` tells more about a rule");
    }
    text
}

/// The text of a field, empty when it is not there.
pub(super) fn field(node: &Node, key: &str) -> String {
    node.get(key).and_then(Node::text).unwrap_or_default().trim().to_owned()
}

fn is_after(version: &str, than: &str) -> bool {
    let parts = |text: &str| -> Vec<u64> { text.split('.').map(|part| part.parse().unwrap_or(0)).collect() };
    parts(version) > parts(than)
}
