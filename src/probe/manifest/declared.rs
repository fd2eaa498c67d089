//! Names that a Python or Node manifest declares, for running and for development only.

use std::collections::BTreeSet;

/// What one manifest or lock file names; Python names in the form of PEP 503.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Declared {
    /// Needed by the program.
    pub(super) running: BTreeSet<String>,
    /// Needed by developers and tests only.
    pub(super) development: BTreeSet<String>,
    /// The package's own name.
    pub(super) own: Option<String>,
    /// Prefixes of imports that stand for folders (`paths` of a `tsconfig.json`).
    pub(super) aliases: BTreeSet<String>,
    /// Whether a manifest was read, not only settings of a compiler.
    pub(super) manifest: bool,
    /// Why it could not be read.
    pub(super) fault: Option<String>,
}

impl Declared {
    /// Whether the name is declared, for whatever.
    pub(super) fn has(&self, name: &str) -> bool {
        self.running.contains(name) || self.development.contains(name)
    }

    /// Adds what another one names.
    pub(super) fn join(&mut self, other: &Declared) {
        self.running.extend(other.running.iter().cloned());
        self.development.extend(other.development.iter().cloned());
        self.aliases.extend(other.aliases.iter().cloned());
        self.manifest |= other.manifest;
    }

    /// Adds what another manifest of the same folder says, its name too.
    pub(super) fn take(&mut self, other: &Declared) {
        self.join(other);
        self.own = self.own.take().or_else(|| other.own.clone());
    }

    /// Whether it is more than aliases.
    pub(super) fn is_manifest(&self) -> bool {
        self.manifest
    }

    fn add(&mut self, name: &str, development: bool) {
        let set = if development { &mut self.development } else { &mut self.running };
        set.insert(name.to_owned());
    }
}

/// A distribution's name as PEP 503 compares it.
pub(super) fn normal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !out.is_empty() {
            out.push('-');
        }
        out.push_str(&part.to_ascii_lowercase());
    }
    out
}

/// Reads a manifest by its base name.
pub(super) fn read(base: &str, path: &str, bytes: &[u8]) -> Declared {
    let text = String::from_utf8_lossy(bytes);
    match base {
        "package.json" => package_json(&text),
        "tsconfig.json" | "jsconfig.json" | "tsconfig.base.json" | "tsconfig.app.json" => aliases(&text),
        _ if is_of_a_bundler(base) => bundler_aliases(&text),
        "pyproject.toml" => pyproject(&text),
        "Pipfile" => pipfile(&text),
        "setup.py" | "setup.cfg" => setup(&text),
        "uv.lock" | "poetry.lock" | "pdm.lock" | "Pipfile.lock" | "pylock.toml" => lock(&text),
        _ => requirements(path, &text),
    }
}

fn broken(error: impl std::fmt::Display) -> Declared {
    let line = error.to_string();
    Declared { fault: Some(line.lines().next().unwrap_or_default().to_owned()), ..Declared::default() }
}

fn package_json(text: &str) -> Declared {
    let value: serde_json::Value = match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        Ok(value) => value,
        Err(error) => return broken(error),
    };
    let mut declared = Declared { manifest: true, ..Declared::default() };
    for (table, development) in [
        ("dependencies", false),
        ("peerDependencies", false),
        ("optionalDependencies", false),
        ("devDependencies", true),
    ] {
        let names = value.get(table).and_then(|table| table.as_object()).into_iter().flat_map(|table| table.keys());
        names.for_each(|name| declared.add(name, development));
    }
    declared.own = value.get("name").and_then(|name| name.as_str()).map(str::to_owned);
    declared
}

/// Keys of `"paths"`, without their stars. The file may have comments, so it is searched, not parsed.
fn aliases(text: &str) -> Declared {
    let mut declared = Declared::default();
    let Some(at) = text.find("\"paths\"") else { return declared };
    let rest = &text[at..];
    let table = rest.find('}').map_or(rest, |end| &rest[..end]);
    for line in table.split([',', '\n', '{']) {
        if let Some((key, _)) = line.split_once("\":") {
            let key = key.trim().trim_start_matches('"').trim_end_matches('*');
            if !key.is_empty() && key != "paths" {
                declared.aliases.insert(key.to_owned());
            }
        }
    }
    declared
}

/// Whether a file holds the settings of a bundler.
pub(super) fn is_of_a_bundler(base: &str) -> bool {
    base.starts_with("webpack")
        || ["vite.config.", "rollup.config.", "rspack.config."].iter().any(|start| base.starts_with(start))
}

/// Keys of `alias: { … }`. The file is a program, so it is searched, not run.
fn bundler_aliases(text: &str) -> Declared {
    let mut declared = Declared::default();
    let Some(at) = text.find("alias") else { return declared };
    let rest = text[at + "alias".len()..].trim_start().trim_start_matches([':', ' ']);
    let Some(table) = rest.strip_prefix('{') else { return declared };
    let table = table.find('}').map_or(table, |end| &table[..end]);
    for line in table.split([',', '\n']) {
        let Some((key, _)) = line.split_once(':') else { continue };
        let key = key.trim().trim_matches(['"', '\'', '`']).trim_end_matches('$');
        if !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "@_-/~#".contains(c)) {
            declared.aliases.insert(key.to_owned());
        }
    }
    declared
}

/// The name at the start of a requirement (PEP 508).
fn requirement(line: &str) -> Option<String> {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(line.len());
    (end > 0).then(|| normal(&line[..end]))
}

fn is_for_development(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    ["dev", "test", "lint", "doc", "typing", "type", "ci", "qa", "check", "bench", "style"]
        .iter()
        .any(|start| word.split(['-', '_', '.', '/']).any(|part| part.starts_with(start)))
}

fn pyproject(text: &str) -> Declared {
    let value: toml::Table = match text.parse() {
        Ok(value) => value,
        Err(error) => return broken(error),
    };
    let mut declared = Declared::default();
    let at = |path: &[&str]| {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(value.get(*first)?, |value, key| value.get(key))
    };
    declared.own =
        at(&["project", "name"]).or_else(|| at(&["tool", "poetry", "name"])).and_then(|name| name.as_str()).map(normal);
    listed(at(&["project", "dependencies"]), false, &mut declared);
    for (path, usual) in [
        (&["project", "optional-dependencies"][..], false),
        (&["dependency-groups"], true),
        (&["tool", "pdm", "dev-dependencies"], true),
    ] {
        for (group, list) in at(path).and_then(|groups| groups.as_table()).into_iter().flatten() {
            listed(Some(list), usual || is_for_development(group), &mut declared);
        }
    }
    listed(at(&["tool", "uv", "dev-dependencies"]), true, &mut declared);
    keyed(at(&["tool", "poetry", "dependencies"]), false, &mut declared);
    keyed(at(&["tool", "poetry", "dev-dependencies"]), true, &mut declared);
    for (group, table) in at(&["tool", "poetry", "group"]).and_then(|groups| groups.as_table()).into_iter().flatten() {
        keyed(table.get("dependencies"), is_for_development(group), &mut declared);
    }
    declared
}

fn listed(list: Option<&toml::Value>, development: bool, declared: &mut Declared) {
    let lines = list.and_then(|list| list.as_array()).into_iter().flatten().filter_map(|line| line.as_str());
    lines.filter_map(requirement).for_each(|name| declared.add(&name, development));
}

fn keyed(table: Option<&toml::Value>, development: bool, declared: &mut Declared) {
    let names = table.and_then(|table| table.as_table()).into_iter().flat_map(|table| table.keys());
    names.for_each(|name| declared.add(&normal(name), development));
}

fn pipfile(text: &str) -> Declared {
    let value: toml::Table = match text.parse() {
        Ok(value) => value,
        Err(error) => return broken(error),
    };
    let mut declared = Declared::default();
    keyed(value.get("packages"), false, &mut declared);
    keyed(value.get("dev-packages"), true, &mut declared);
    declared
}

/// Every quoted or listed requirement of `install_requires` and `extras_require`; more is taken than meant, which can
/// only excuse an import.
fn setup(text: &str) -> Declared {
    let mut declared = Declared::default();
    for line in text.lines() {
        let quoted = line.split(['"', '\'']).skip(1).step_by(2);
        quoted.chain([line.trim()]).filter_map(requirement).for_each(|name| declared.add(&name, false));
    }
    declared
}

fn requirements(path: &str, text: &str) -> Declared {
    let mut declared = Declared::default();
    let development = is_for_development(path);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '-'])) {
        if let Some(name) = requirement(line) {
            declared.add(&name, development);
        }
    }
    for egg in text.lines().filter_map(|line| line.split_once("#egg=")) {
        if let Some(name) = requirement(egg.1) {
            declared.add(&name, development);
        }
    }
    declared
}

/// Names of a lock file: `name = "x"` in TOML, keys with a version in JSON.
fn lock(text: &str) -> Declared {
    let mut declared = Declared::default();
    for line in text.lines().map(str::trim) {
        let name = line.strip_prefix("name = \"").and_then(|rest| rest.split('"').next());
        let key = line.strip_suffix("\": {").and_then(|rest| rest.strip_prefix('"'));
        name.or(key).map(normal).iter().for_each(|name| declared.add(name, false));
    }
    declared
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(set: &BTreeSet<String>) -> Vec<&str> {
        set.iter().map(String::as_str).collect()
    }

    #[test]
    fn a_pyproject_declares_for_running_and_for_development() {
        let text = "[project]\nname = 'My_Shop'\ndependencies = ['Flask[async]>=3', 'ruamel.yaml']\n[project.optional-dependencies]\npdf = ['weasyprint']\ntest = ['pytest']\n[dependency-groups]\ndev = ['ruff', {include-group = 'x'}]\n";
        let declared = read("pyproject.toml", "pyproject.toml", text.as_bytes());
        assert_eq!(names(&declared.running), ["flask", "ruamel-yaml", "weasyprint"]);
        assert_eq!(names(&declared.development), ["pytest", "ruff"]);
        assert_eq!(declared.own.as_deref(), Some("my-shop"));
    }

    #[test]
    fn poetry_requirements_and_locks_are_read() {
        let poetry = "[tool.poetry.dependencies]\npython = '^3.12'\ndjango = '5'\n[tool.poetry.group.dev.dependencies]\nblack = '1'\n";
        assert!(read("pyproject.toml", "pyproject.toml", poetry.as_bytes()).running.contains("django"));
        let text = "# web\nFlask==3.0\n-r base.txt\nrequests >= 2 ; python_version > '3'\n";
        assert_eq!(
            names(&read("requirements.txt", "requirements.txt", text.as_bytes()).running),
            ["flask", "requests"]
        );
        assert_eq!(names(&read("dev.txt", "requirements/dev.txt", b"mypy\n").development), ["mypy"]);
        assert_eq!(names(&read("uv.lock", "uv.lock", b"[[package]]\nname = \"anyio\"\n").running), ["anyio"]);
    }

    #[test]
    fn a_bundler_may_give_folders_another_name() {
        let text = b"module.exports = { resolve: { alias: {\n  protocol: '@mozilla-protocol/core/protocol',\n  '~shop': path.resolve(__dirname, 'shop'),\n} } }";
        assert_eq!(names(&read("webpack.common.js", "webpack.common.js", text).aliases), ["protocol", "~shop"]);
    }

    #[test]
    fn a_package_json_declares_by_table_and_a_broken_one_says_so() {
        let text = br#"{"name":"@shop/web","dependencies":{"express":"5"},"devDependencies":{"vite":"7"}}"#;
        let declared = read("package.json", "package.json", text);
        assert_eq!((names(&declared.running), names(&declared.development)), (vec!["express"], vec!["vite"]));
        assert!(read("package.json", "package.json", b"{").fault.is_some());
        let paths =
            b"{ /* aliases */ \"compilerOptions\": { \"paths\": { \"@app/*\": [\"src/*\"], \"~\": [\"x\"] } } }";
        assert_eq!(names(&read("tsconfig.json", "tsconfig.json", paths).aliases), ["@app/", "~"]);
    }
}
