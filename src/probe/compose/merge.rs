//! A compose file with others over it, as `docker compose -f a -f b` joins them (Compose specification, "Merge").

use crate::probe::yaml_file::{self, YamlFault};
use crate::world::Swept;
use crate::yaml::{Key, Kind, Node, Style};

/// Largest file that is read.
const LARGEST: u64 = 2 * 1024 * 1024;
/// Levels of mappings that are joined; deeper ones are replaced.
const DEEPEST: usize = 32;

/// Keys whose value is replaced as a whole.
const REPLACED: &[&str] = &["command", "entrypoint", "test"];
/// Keys that are written as a list or as a mapping by name.
const BY_NAME: &[&str] =
    &["environment", "labels", "args", "extra_hosts", "sysctls", "annotations", "depends_on", "networks", "ulimits"];

/// Reads one file; several documents of a file are joined, too.
pub(super) fn read(path: &str, bytes: &[u8]) -> Result<Node, YamlFault> {
    let mut documents = yaml_file::read_all(path, bytes)?.into_iter();
    let first = documents.next().ok_or_else(|| YamlFault { line: 0, reason: "it is empty".to_owned() })?;
    Ok(documents.fold(first, |below, over| joined(&below, &over, DEEPEST)))
}

/// Reads a file and those over it, in this order; the reason when one cannot be read.
pub(super) fn read_over(swept: &Swept, path: &str, over: &[&str]) -> Result<Node, String> {
    let one = |path: &str| {
        let bytes = swept.read(path, LARGEST).map_err(|unknown| unknown.to_string())?;
        read(path, &bytes).map_err(|fault| fault.reason)
    };
    over.iter().try_fold(one(path)?, |below, path| Ok(joined(&below, &one(path)?, DEEPEST)))
}

/// What a tag of the Compose specification does to a value below.
#[derive(PartialEq, Eq)]
enum Tag {
    /// `!reset` takes it away.
    Reset,
    /// `!override` replaces it.
    Override,
}

/// The tag behind a key; the parser leaves tags of other programs out.
fn tag(key: &Key) -> Option<Tag> {
    let line = key.span.source.line(key.span.line);
    let from = key.span.column.saturating_sub(1) + key.span.length;
    let behind: String = line.chars().skip(from as usize).collect();
    let value = behind.trim_start().strip_prefix(':')?.trim_start();
    match value {
        _ if value.starts_with("!reset") => Some(Tag::Reset),
        _ if value.starts_with("!override") => Some(Tag::Override),
        _ => None,
    }
}

fn joined(below: &Node, over: &Node, left: usize) -> Node {
    let mut entries: Vec<(Key, Node)> = below.entries().to_vec();
    for (key, value) in over.entries() {
        let known = entries.iter().position(|(known, _)| known.text == key.text);
        match (known, tag(key)) {
            (Some(at), Some(Tag::Reset)) => drop(entries.remove(at)),
            (None, Some(Tag::Reset)) => {}
            (None, _) => entries.push((key.clone(), value.clone())),
            (Some(at), Some(Tag::Override)) => entries[at].1 = value.clone(),
            (Some(at), None) => entries[at].1 = combined(&key.text, &entries[at].1, value, left),
        }
    }
    below.with_kind(Kind::Map(entries))
}

fn combined(name: &str, below: &Node, over: &Node, left: usize) -> Node {
    let Some(left) = left.checked_sub(1).filter(|_| !REPLACED.contains(&name)) else { return over.clone() };
    let (below, over) = match BY_NAME.contains(&name) {
        true => (&named(below), &named(over)),
        false => (below, over),
    };
    match (&below.kind, &over.kind) {
        (Kind::Map(_), Kind::Map(_)) => joined(below, over, left),
        (Kind::List(old), Kind::List(new)) => {
            let same = |item: &Node| new.iter().any(|other| identity(name, item) == identity(name, other));
            let kept = old.iter().filter(|item| !same(item)).chain(new).cloned();
            below.with_kind(Kind::List(kept.collect()))
        }
        _ => over.clone(),
    }
}

/// A list of `NAME=value` or names as a mapping.
fn named(node: &Node) -> Node {
    let Kind::List(items) = &node.kind else { return node.clone() };
    let entries = items.iter().filter_map(|item| {
        let text = item.text()?;
        let (name, value) = match text.split_once(['=', ':']) {
            Some((name, value)) => (name, Kind::Scalar { text: value.to_owned(), style: Style::Plain }),
            None => (text, Kind::Null),
        };
        Some((Key { text: name.to_owned(), span: item.span.clone() }, item.with_kind(value)))
    });
    node.with_kind(Kind::Map(entries.collect()))
}

/// What two items of a list have in common when the later one replaces the earlier: the place a volume is mounted at, a
/// port's address, numbers and protocol, the whole item elsewhere.
fn identity(name: &str, item: &Node) -> String {
    let text = |key: &str| item.get(key).and_then(Node::text).unwrap_or("");
    let whole = item.text().unwrap_or("");
    match name {
        "volumes" if item.text().is_some() => {
            let mut parts = whole.split(':');
            let first = parts.next().unwrap_or("");
            parts.next().unwrap_or(first).trim_end_matches('/').to_owned()
        }
        "volumes" => text("target").trim_end_matches('/').to_owned(),
        "ports" if item.text().is_some() => {
            let (numbers, protocol) = whole.rsplit_once('/').unwrap_or((whole, "tcp"));
            let (published, target) = numbers.rsplit_once(':').unwrap_or(("", numbers));
            format!("{published}:{target}/{protocol}")
        }
        "ports" => {
            let host = if text("host_ip").is_empty() { String::new() } else { format!("{}:", text("host_ip")) };
            let protocol = if text("protocol").is_empty() { "tcp" } else { text("protocol") };
            format!("{host}{}:{}/{protocol}", text("published"), text("target"))
        }
        "secrets" | "configs" if item.text().is_none() => {
            if text("target").is_empty() {
                text("source").to_owned()
            } else {
                text("target").to_owned()
            }
        }
        _ => match item.text() {
            Some(text) => text.to_owned(),
            None => format!("{}:{}", item.span.line, item.span.column),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn over(below: &str, top: &str) -> Node {
        let read = |path: &str, text: &str| read(path, format!("services:\n  a:\n{text}").as_bytes()).unwrap();
        let whole = joined(&read("compose.yaml", below), &read("compose.override.yaml", top), DEEPEST);
        whole.get("services").unwrap().get("a").unwrap().clone()
    }

    fn list(node: &Node, key: &str) -> Vec<String> {
        node.get(key).map(Node::items).unwrap_or_default().iter().map(|n| n.text().unwrap_or("-").to_owned()).collect()
    }

    #[test]
    fn scalars_are_replaced_and_mappings_joined() {
        let below = "    image: x:1\n    environment: [A=1, B=2]\n    deploy: {resources: {limits: {memory: 1g}}}\n    command: [a, b]\n";
        let node =
            over(below, "    image: x:2\n    environment: {B: 3}\n    deploy: {replicas: 2}\n    command: [c]\n");
        assert_eq!(node.get("image").and_then(Node::text), Some("x:2"));
        assert_eq!(node.get("environment").unwrap().get("B").and_then(Node::text), Some("3"));
        assert_eq!(node.get("environment").unwrap().entries().len(), 2);
        assert!(node.get("deploy").unwrap().get("resources").is_some());
        assert_eq!(list(&node, "command"), ["c"]);
    }

    #[test]
    fn ports_and_volumes_are_one_by_what_they_are_about() {
        let below = "    ports: [\"80:80\", \"5432:5432\"]\n    volumes: [\"/etc:/data\", \"b:/b\"]\n    cap_add: [SYS_ADMIN]\n";
        let node = over(
            below,
            "    ports: [\"127.0.0.1:5432:5432\", \"80:80\"]\n    volumes: [\"c:/data/\"]\n    cap_add: [CHOWN]\n",
        );
        assert_eq!(list(&node, "ports"), ["5432:5432", "127.0.0.1:5432:5432", "80:80"]);
        assert_eq!(list(&node, "volumes"), ["b:/b", "c:/data/"]);
        assert_eq!(list(&node, "cap_add"), ["SYS_ADMIN", "CHOWN"]);
    }

    #[test]
    fn tags_take_away_and_replace() {
        let below = "    ports: [\"80:80\"]\n    cap_add: [ALL]\n    privileged: true\n";
        let node =
            over(below, "    ports: !override [\"81:80\"]\n    cap_add: !reset []\n    privileged: !reset null\n");
        assert_eq!(list(&node, "ports"), ["81:80"]);
        assert!(node.get("cap_add").is_none() && node.get("privileged").is_none());
        let node = over(below, "    ports: !override\n      - \"82:80\"\n");
        assert_eq!(list(&node, "ports"), ["82:80"]);
        assert_eq!(node.get("ports").unwrap().items()[0].span.source.file, "compose.override.yaml");
    }
}
