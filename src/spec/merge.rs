//! Lays one document over another: a later file overrides by id, and every value keeps the place it came from.

use crate::yaml::{Key, Kind, Node};

/// Top-level keys whose entries are laid over field by field.
const BY_ID: &[&str] = &["targets", "components", "gates", "phases", "override"];
/// Top-level keys that are mappings of plain fields.
const BY_FIELD: &[&str] = &["system", "claims", "vars", "defaults", "scoring"];
/// Top-level lists that grow.
const APPENDED: &[&str] = &["include", "disable", "risks", "waivers", "team", "costs"];
/// A check has one of these; a later one replaces them all.
const EVIDENCE: &[&str] = &["use", "probe", "attest", "routes"];
/// What belongs to the origin it was written with.
const OF_ORIGIN: &[&str] = &["allow", "headers", "credentials", "origins"];

/// `base` with `top` over it.
pub(super) fn documents(base: Node, top: Node) -> Node {
    each(base, top, |key, base, top| match key {
        _ if BY_ID.contains(&key) => {
            each(base, top, |_, base, top| if key == "targets" { target(base, top) } else { fields(base, top) })
        }
        _ if BY_FIELD.contains(&key) => fields(base, top),
        _ if APPENDED.contains(&key) => appended(base, top),
        "areas" => each(base, top, |_, base, top| each(base, top, area_field)),
        "environments" => each(base, top, |_, base, top| each(base, top, environment_field)),
        "report" => each(base, top, |_, base, top| appended(base, top)),
        _ => top,
    })
}

/// A target with another's fields over it. An override to another origin drops what belongs to the old one.
pub(super) fn target(base: Node, top: Node) -> Node {
    let moves = match (base.get("url").and_then(Node::text), top.get("url").and_then(Node::text)) {
        (Some(old), Some(new)) if old != new => old.contains("${") || new.contains("${") || origin(old) != origin(new),
        _ => false,
    };
    let base = match base.kind {
        Kind::Map(entries) if moves => {
            let kept = entries.into_iter().filter(|(key, _)| !OF_ORIGIN.contains(&key.text.as_str())).collect();
            Node { span: base.span, kind: Kind::Map(kept), missing: base.missing }
        }
        kind => Node { span: base.span, kind, missing: base.missing },
    };
    fields(base, top)
}

/// Scheme, host and port of a URL (RFC 6454 §4), as far as text tells.
pub fn origin(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit('@').next().unwrap_or("").to_lowercase();
    let scheme = scheme.to_lowercase();
    let default = match scheme.as_str() {
        "http" => ":80",
        "https" => ":443",
        _ => "",
    };
    format!("{scheme}://{}", host.strip_suffix(default).filter(|_| !default.is_empty()).unwrap_or(&host))
}

fn area_field(key: &str, base: Node, top: Node) -> Node {
    match key {
        "checks" => checks(base, top),
        "take" => appended(base, top),
        _ => top,
    }
}

fn environment_field(key: &str, base: Node, top: Node) -> Node {
    match key {
        "vars" => fields(base, top),
        "targets" => each(base, top, |_, base, top| target(base, top)),
        _ => top,
    }
}

/// Entries of both; where a key is in both, `combine` decides. A value of the wrong kind stays, so that it is reported.
fn each(base: Node, top: Node, combine: impl Fn(&str, Node, Node) -> Node) -> Node {
    let (Kind::Map(_), Kind::Map(_)) = (&base.kind, &top.kind) else {
        return if matches!(base.kind, Kind::Map(_)) { top } else { base };
    };
    let span = top.span.clone();
    let (Kind::Map(mut entries), Kind::Map(over)) = (base.kind, top.kind) else {
        return Node { span, kind: Kind::Null, missing: Vec::new() };
    };
    for (key, value) in over {
        match entries.iter().position(|(other, _)| other.text == key.text) {
            Some(index) => {
                let old = std::mem::replace(&mut entries[index].1, value.with_kind(Kind::Null));
                entries[index] = (key.clone(), combine(&key.text, old, value));
            }
            None => entries.push((key, value)),
        }
    }
    Node { span, kind: Kind::Map(entries), missing: Vec::new() }
}

fn fields(base: Node, top: Node) -> Node {
    each(base, top, |_, _, top| top)
}

fn appended(base: Node, top: Node) -> Node {
    match (base.kind, top.kind) {
        (Kind::List(mut items), Kind::List(more)) => {
            items.extend(more);
            Node { span: top.span, kind: Kind::List(items), missing: Vec::new() }
        }
        (Kind::List(_), kind) => Node { kind, ..top },
        (kind, _) => Node { span: base.span, kind, missing: base.missing },
    }
}

fn checks(base: Node, top: Node) -> Node {
    let (Kind::List(mut items), Kind::List(over)) = (base.kind.clone(), top.kind.clone()) else {
        return appended(base, top);
    };
    for check in over {
        let same = id(&check).and_then(|id_of| items.iter().position(|other| id(other) == Some(id_of)));
        match same {
            Some(index) => items[index] = overlaid_check(&items[index], check),
            None => items.push(check),
        }
    }
    Node { span: top.span, kind: Kind::List(items), missing: Vec::new() }
}

fn id(check: &Node) -> Option<&str> {
    check.get("id").or_else(|| check.get("use")).and_then(Node::text)
}

fn overlaid_check(base: &Node, top: Node) -> Node {
    let replaces = top.entries().iter().any(|(key, _)| EVIDENCE.contains(&key.text.as_str()));
    let keep = |key: &Key| !(replaces && EVIDENCE.contains(&key.text.as_str()));
    let entries = base.entries().iter().filter(|(key, _)| keep(key)).cloned().collect();
    fields(Node { span: base.span.clone(), kind: Kind::Map(entries), missing: Vec::new() }, top)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        assert_eq!(origin("HTTP://u:p@Host:80/x?y"), "http://host");
        assert_ne!(origin("https://host"), origin("http://host"));
        assert_ne!(origin("http://host:8080"), origin("http://host"));
        assert_eq!(origin("db:5432"), "://db:5432");
    }
}
