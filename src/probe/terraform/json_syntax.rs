//! Terraform's JSON syntax (`*.tf.json`), written as native syntax, line for line, so that one reader reads both (Terraform
//! language, "JSON Configuration Syntax"). Which objects are blocks is told by where they stand.

use crate::yaml::{Kind, Node};

/// Native syntax, with the line of the JSON file for each of its lines.
#[derive(Default)]
pub(super) struct Native {
    pub(super) text: String,
    pub(super) origin: Vec<u32>,
}

/// Block types at the top, with how many labels they have.
const BLOCKS: &[(&str, usize)] = &[("terraform", 0), ("provider", 1), ("module", 1), ("resource", 2), ("data", 2)];

/// A document as native syntax: the blocks that are looked at, and nothing else.
pub(super) fn native(root: &Node) -> Native {
    let mut native = Native::default();
    for (key, value) in each(root).flat_map(Node::entries) {
        if let Some((kind, labels)) = BLOCKS.iter().find(|(kind, _)| *kind == key.text) {
            native.labelled(kind, *labels, value, "");
        }
    }
    native
}

/// An object, or the objects of a list: JSON syntax takes either wherever a block may come several times.
fn each(node: &Node) -> impl Iterator<Item = &Node> {
    let one = matches!(node.kind, Kind::Map(_)).then_some(node);
    one.into_iter().chain(node.items())
}

impl Native {
    fn line(&mut self, at: &Node, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
        self.origin.push(at.span.line);
    }

    /// Objects whose keys are labels, down to the body.
    fn labelled(&mut self, kind: &str, labels: usize, node: &Node, head: &str) {
        if labels == 0 {
            each(node).for_each(|body| self.block(&format!("{kind}{head}"), body, kind));
            return;
        }
        for (key, value) in each(node).flat_map(Node::entries) {
            self.labelled(kind, labels - 1, value, &format!("{head} {}", quoted(&key.text)));
        }
    }

    fn block(&mut self, head: &str, body: &Node, kind: &str) {
        self.line(body, &format!("{head} {{"));
        for (key, value) in body.entries().iter().filter(|(key, _)| is_identifier(&key.text)) {
            match (kind, key.text.as_str()) {
                ("terraform", "backend") => self.labelled("backend", 1, value, ""),
                ("terraform", "required_providers") => {
                    self.line(value, "required_providers {");
                    let providers = each(value).flat_map(Node::entries);
                    providers.for_each(|(name, version)| self.attribute(&name.text, version));
                    self.line(value, "}");
                }
                (_, name) if each(value).next().is_some() => each(value).for_each(|body| self.block(name, body, "")),
                (_, name) => self.attribute(name, value),
            }
        }
        self.line(body, "}");
    }

    fn attribute(&mut self, name: &str, value: &Node) {
        if is_identifier(name) {
            self.line(value, &format!("{name} = {}", expression(value)));
        }
    }
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// A value on one line. What a template decides stands as a variable.
fn expression(node: &Node) -> String {
    match &node.kind {
        Kind::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{} = {}", quoted(&key.text), expression(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        Kind::List(items) => format!("[{}]", items.iter().map(expression).collect::<Vec<_>>().join(", ")),
        _ => match node.text() {
            Some(text) if text.contains("${") || text.contains("%{") => "var.elsewhere".to_owned(),
            Some(text) if matches!(text, "true" | "false") || is_number(text) => text.to_owned(),
            Some(text) => quoted(text),
            None => "null".to_owned(),
        },
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() < 19 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.replace("${", "$${").replace("%{", "%%{").chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
