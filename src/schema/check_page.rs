//! `docs/checks/…`: a page per catalog rule, and their index.

use std::fmt::Write;

use crate::catalog;
use crate::yaml::Node;

pub(super) fn pages() -> Vec<(String, String)> {
    let rules: Vec<(&str, std::sync::Arc<Node>)> =
        catalog::ids().iter().filter_map(|id| Some((*id, catalog::rule(id).ok().flatten()?))).collect();
    let mut pages: Vec<(String, String)> =
        rules.iter().map(|(id, node)| (format!("docs/checks/{id}.md"), page(id, node))).collect();
    pages.push(("docs/checks/README.md".to_owned(), index(&rules)));
    pages
}

fn index(rules: &[(&str, std::sync::Arc<Node>)]) -> String {
    let mut text = format!(
        "# Catalog {}\n\nGenerated from `checks/`. Rules, then packs.\n\n| rule | severity | what must hold |\n|---|---|---|\n",
        catalog::VERSION
    );
    for (id, node) in rules {
        let _ = writeln!(
            text,
            "| [`{id}`]({id}.md) | {} | {} |",
            field(node, "severity"),
            super::probe_page::cell(&field(node, "title"))
        );
    }
    text.push_str("\n| pack | rules | for |\n|---|---|---|\n");
    for name in catalog::pack_names() {
        let Ok(Some(pack)) = catalog::pack(name) else { continue };
        let ids: Vec<String> = pack
            .checks
            .iter()
            .filter_map(|check| check.node.get("use")?.text().map(|id| format!("[`{id}`]({id}.md)")))
            .collect();
        let _ = writeln!(text, "| `{name}` | {} | {} |", ids.join(" "), super::probe_page::cell(&pack.title));
    }
    text
}

fn page(id: &str, node: &Node) -> String {
    let mut text = format!("# {id}\n\n**{}**\n\n", field(node, "title"));
    let _ = writeln!(
        text,
        "Severity {} · area {} · since catalog {}\n",
        field(node, "severity"),
        field(node, "area"),
        field(node, "since")
    );
    part(&mut text, "Why", &field(node, "rationale"));
    part(&mut text, "How to mend it", &field(node, "remedy"));
    part(&mut text, "Reference", &field(node, "reference"));
    if let Some(source) = catalog::text(id) {
        let _ = writeln!(text, "## The rule\n\n```yaml\n{}\n```", source.trim_end());
    }
    text
}

fn part(text: &mut String, title: &str, body: &str) {
    if !body.is_empty() {
        let _ = writeln!(text, "## {title}\n\n{body}\n");
    }
}

fn field(node: &Node, key: &str) -> String {
    node.get(key).and_then(Node::text).unwrap_or_default().trim().to_owned()
}
