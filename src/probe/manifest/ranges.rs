//! What a manifest declares, and how much each requirement leaves open: one version, a range, or whatever comes.

use toml::{Table, Value};

use super::sync::{bundler, cargo, composer, go, node};

/// How much a requirement leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// One version, one commit, or what lies in the repository itself.
    One,
    /// Some versions.
    Range,
    /// Any version, or any from one on: a release that breaks everything is among them.
    Open,
}

/// A dependency as it is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Requirement {
    pub(super) name: String,
    pub(super) written: String,
    pub(super) span: Span,
}

/// The dependencies that a manifest declares; `None` for one that is not read, or is broken.
pub(super) fn requirements(base: &str, text: &str) -> Option<Vec<Requirement>> {
    let all = |entries: Vec<(String, String)>, span: fn(&str) -> Span| {
        let read = |(name, written): (String, String)| Requirement { span: span(&written), name, written };
        Some(entries.into_iter().map(read).collect())
    };
    match base {
        "package.json" => all(node::declared(text).ok()?.into_iter().collect(), npm),
        "Cargo.toml" => all(cargo::requirements(text).ok()?, caret),
        "pyproject.toml" => Some(pyproject(&text.parse().ok()?)),
        "Pipfile" => {
            let file: Table = text.parse().ok()?;
            let tables = ["packages", "dev-packages"].iter().filter_map(|key| file.get(*key)?.as_table());
            Some(tables.flat_map(poetry).collect())
        }
        "requirements.txt" => Some(lines(text)),
        "go.mod" => {
            let required = go::directives(text, "require").into_iter();
            let one = |words: Vec<&str>| Some((words.first()?.to_string(), words.get(1)?.to_string()));
            all(required.filter_map(one).collect(), |_| Span::One)
        }
        "Gemfile" => {
            let joined = |all: std::collections::BTreeSet<String>| all.into_iter().collect::<Vec<_>>().join(", ");
            all(bundler::declared(text).0.into_iter().map(|(name, all)| (name, joined(all))).collect(), ruby)
        }
        "composer.json" => all(composer::declared(&serde_json::from_str(text).ok()?).into_iter().collect(), npm),
        _ => None,
    }
}

/// Whether a text is one full version.
fn is_version(text: &str) -> bool {
    let plain = text.trim().trim_start_matches(['=', 'v', ' ']);
    let parts = plain.split(['-', '+']).next().unwrap_or(plain).split('.');
    parts.clone().count() >= 3
        && parts.into_iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Only a lower bound, or none.
fn has_no_end(text: &str) -> bool {
    text.split("||").any(|part| {
        let part = part.trim();
        matches!(part, "" | "*" | "x" | "X") || (part.starts_with('>') && !part.contains('<'))
    })
}

/// npm, pnpm, yarn, bun and Composer.
fn npm(written: &str) -> Span {
    let local = ["workspace:", "file:", "link:", "portal:", "catalog:", "patch:"];
    if local.iter().any(|start| written.starts_with(start)) || is_version(written) {
        return Span::One;
    }
    if let Some(aliased) = written.strip_prefix("npm:") {
        return npm(aliased.rsplit_once('@').map_or("", |(_, range)| range));
    }
    if written.contains('/') || written.contains("://") {
        return if written.split('#').nth(1).is_some_and(is_commit) { Span::One } else { Span::Open };
    }
    let is_tag = written.starts_with(|c: char| c.is_ascii_alphabetic()) && !written.starts_with('v');
    if is_tag || has_no_end(written) { Span::Open } else { Span::Range }
}

/// Cargo: a bare version is a range up to the next that may break.
fn caret(written: &str) -> Span {
    match written {
        "path" => Span::One,
        text if text.starts_with("git ") => {
            if text.ends_with("branch") {
                Span::Open
            } else {
                Span::One
            }
        }
        text if text.trim_start().starts_with('=') => Span::One,
        text if has_no_end(text) => Span::Open,
        _ => Span::Range,
    }
}

fn ruby(written: &str) -> Span {
    match written {
        text if text.starts_with('=') => Span::One,
        text if text.is_empty() || (text.starts_with('>') && !text.contains(['<', '~'])) => Span::Open,
        _ => Span::Range,
    }
}

/// A version specifier (PEP 440) or an address behind `@`.
fn python(written: &str) -> Span {
    let text = written.trim();
    match text {
        _ if text.starts_with('@') => Span::One,
        _ if text.contains("==") && !text.contains('*') => Span::One,
        "" | "*" => Span::Open,
        _ if !text.contains(['<', '~', '^']) && !text.contains("==") && text.contains('>') => Span::Open,
        _ if text.starts_with('!') => Span::Open,
        _ => Span::Range,
    }
}

/// A requirement of PEP 508.
fn requirement(line: &str) -> Option<Requirement> {
    let (name, version) = named(line)?;
    let written = version.trim_matches([' ', '(', ')']).to_owned();
    Some(Requirement { name: name.to_owned(), span: python(&written), written })
}

/// Name and version of a requirement (PEP 508), as they are written; without extras and markers.
pub(super) fn named(line: &str) -> Option<(&str, &str)> {
    let line = line.split(';').next().unwrap_or(line).trim();
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(line.len());
    let rest = line[end..].trim_start();
    let version = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']')?.1,
        None => rest,
    };
    (end > 0).then_some((&line[..end], version))
}

fn lines(text: &str) -> Vec<Requirement> {
    let joined = text.replace("\\\n", " ");
    let plain =
        joined.lines().map(|line| line.split(" #").next().unwrap_or("").split(" --").next().unwrap_or("").trim());
    plain.filter(|line| !line.starts_with(['#', '-'])).filter_map(requirement).collect()
}

fn pyproject(file: &Table) -> Vec<Requirement> {
    let at = |path: &[&str]| {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(file.get(*first)?, |value, key| value.get(key))
    };
    let tables = |path: &[&str]| {
        at(path).and_then(Value::as_table).into_iter().flat_map(|table| table.values()).collect::<Vec<_>>()
    };
    let mut lists: Vec<&Value> = [&["project", "dependencies"][..], &["tool", "uv", "dev-dependencies"]]
        .iter()
        .filter_map(|path| at(path))
        .collect();
    for path in
        [&["project", "optional-dependencies"][..], &["dependency-groups"], &["tool", "pdm", "dev-dependencies"]]
    {
        lists.extend(tables(path));
    }
    let listed = lists.into_iter().filter_map(Value::as_array).flatten().filter_map(Value::as_str);
    let mut found: Vec<Requirement> = listed.filter_map(requirement).collect();
    for path in [&["tool", "poetry", "dependencies"][..], &["tool", "poetry", "dev-dependencies"]] {
        found.extend(at(path).and_then(Value::as_table).into_iter().flat_map(poetry));
    }
    for group in tables(&["tool", "poetry", "group"]) {
        found.extend(group.get("dependencies").and_then(Value::as_table).into_iter().flat_map(poetry));
    }
    found
}

/// `name = "^1"` or `name = { version = "^1" }`, as poetry and Pipenv write them.
fn poetry(table: &Table) -> Vec<Requirement> {
    let one = |(name, value): (&String, &Value)| {
        let version = value.as_str().or_else(|| value.get("version").and_then(Value::as_str));
        let is_here = ["path", "file", "url", "rev", "tag", "ref"].iter().any(|key| value.get(key).is_some());
        let written = version.unwrap_or("").to_owned();
        let span = match version {
            None if is_here => Span::One,
            Some(text) if is_version(text) => Span::One,
            _ => python(&written),
        };
        Requirement { name: name.clone(), written, span }
    };
    table.iter().filter(|(name, _)| *name != "python").map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(base: &str, text: &str) -> Vec<(String, Span)> {
        let all = requirements(base, text).expect("it is read");
        all.into_iter().map(|requirement| (requirement.name, requirement.span)).collect()
    }

    fn check(base: &str, text: &str, expected: &[(&str, Span)]) {
        let expected: Vec<_> = expected.iter().map(|(name, span)| ((*name).to_owned(), *span)).collect();
        assert_eq!(spans(base, text), expected, "{base}");
    }

    #[test]
    fn what_each_ecosystem_leaves_open_is_told_apart() {
        use Span::{One, Open, Range};
        let node = r#"{"dependencies": {"a": "1.2.3", "b": "^1", "c": "*", "d": "latest", "e": ">=1", "f": "workspace:*", "g": "npm:x@~1.2.0", "h": "user/repo", "i": ">=1 <2", "j": "1.x"}}"#;
        check(
            "package.json",
            node,
            &[
                ("a", One),
                ("b", Range),
                ("c", Open),
                ("d", Open),
                ("e", Open),
                ("f", One),
                ("g", Range),
                ("h", Open),
                ("i", Range),
                ("j", Range),
            ],
        );
        let cargo = "[dependencies]\na = '1'\nb = '=1.2.3'\nc = '*'\nd = { path = '../d' }\ne = { git = 'x' }\nf = { git = 'x', rev = 'abc' }\ng = '>=1'\nh.workspace = true\n";
        check(
            "Cargo.toml",
            cargo,
            &[("a", Range), ("b", One), ("c", Open), ("d", One), ("e", Open), ("f", One), ("g", Open)],
        );
        let project = "[project]\ndependencies = ['a==1.2', 'b>=2', 'c~=1.4', 'd', 'e @ https://x.test/e.whl', 'f[x]>=1,<2; extra']\n[tool.poetry.dependencies]\npython = '^3'\ng = '^1'\nh = '*'\ni = { path = 'i' }\nj = '1.2.3'\n";
        check(
            "pyproject.toml",
            project,
            &[
                ("a", One),
                ("b", Open),
                ("c", Range),
                ("d", Open),
                ("e", One),
                ("f", Range),
                ("g", Range),
                ("h", Open),
                ("i", One),
                ("j", One),
            ],
        );
        check("requirements.txt", "a==1.0 --hash=x\n# b\n-r c.txt\nd>=1\n", &[("a", One), ("d", Open)]);
        check("go.mod", "require a.test/x v1.0.0\n", &[("a.test/x", One)]);
        check(
            "Gemfile",
            "gem 'a'\ngem 'b', '1.2'\ngem 'c', '~> 1'\ngem 'd', '>= 1'\n",
            &[("a", Open), ("b", One), ("c", Range), ("d", Open)],
        );
        check(
            "composer.json",
            r#"{"require": {"php": "^8", "a/x": "^1.2", "a/y": "dev-main", "a/z": "1.2.3"}}"#,
            &[("a/x", Range), ("a/y", Open), ("a/z", One)],
        );
        assert!(requirements("pom.xml", "").is_none());
    }
}
