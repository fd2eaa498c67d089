//! The version that a manifest states: the file formats of the ecosystems. What follows of it is the business of `product`.

use std::sync::LazyLock;

use regex::Regex;

use super::number::Rules;
use crate::probe::xml_walk::{self, Step};

/// Base names of manifests that state a version.
pub(super) const MANIFESTS: &[&str] = &[
    "Cargo.toml",
    "package.json",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "composer.json",
    "Chart.yaml",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "gradle.properties",
    "Directory.Build.props",
    "mix.exs",
    "pubspec.yaml",
    "VERSION",
    "VERSION.txt",
    "version.txt",
];
/// Extensions of those that are named after what they build.
pub(super) const EXTENSIONS: &[&str] = &["gemspec", "csproj", "fsproj", "vbproj"];

/// What a manifest says of its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stated {
    /// The package's name.
    pub(super) name: Option<String>,
    /// Line of the version; 0 where the format does not tell.
    pub(super) line: u32,
    pub(super) version: Source,
    pub(super) rules: Rules,
    /// Not published under its number: an application, or a root that only holds packages.
    pub(super) private: bool,
}

/// Where the version comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// It is written here.
    Here(String),
    /// A tool works it out when a release is made, mostly from a tag.
    Worked,
}

/// Reads a manifest: nothing where it states no version, an error where it cannot be read.
pub(super) fn read(base: &str, text: &str) -> Result<Option<Stated>, String> {
    let stated = match base {
        "Cargo.toml" => cargo(&toml(text)?),
        "pyproject.toml" => pyproject(&toml(text)?),
        "package.json" => node(&json(text)?),
        "composer.json" => composer(&json(text)?),
        "Chart.yaml" | "pubspec.yaml" if text.contains("{{") => None,
        "Chart.yaml" => chart(text)?,
        "pubspec.yaml" => dart(text)?,
        "pom.xml" => maven(text)?,
        "Directory.Build.props" => written(text, &PROPERTY, Rules::Nuget),
        "setup.py" => written(text, &SETUP_PY, Rules::Python),
        "setup.cfg" => written(text, &SETUP_CFG, Rules::Python),
        "build.gradle" | "build.gradle.kts" => written(text, &GRADLE, Rules::Loose),
        "gradle.properties" => written(text, &PROPERTIES, Rules::Loose),
        "mix.exs" => written(text, &ELIXIR, Rules::Strict),
        "VERSION" | "VERSION.txt" | "version.txt" => plain(text),
        _ if base.ends_with(".gemspec") => written(text, &GEM, Rules::Ruby),
        _ => written(text, &PROPERTY, Rules::Nuget),
    };
    let line = |stated: &Stated| match &stated.version {
        Source::Here(version) => line_of(text, version),
        Source::Worked => 0,
    };
    Ok(stated.map(|stated| Stated { line: line(&stated), ..stated }))
}

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

static PROPERTY: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?m)^\s*<(?:Version|VersionPrefix)>\s*([^<]*?)\s*</"));
static SETUP_PY: LazyLock<Regex> = LazyLock::new(|| fixed(r#"(?m)^\s+version\s*=\s*["']([^"']*)["']\s*,"#));
static SETUP_CFG: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?m)^version\s*=\s*(\S+)\s*$"));
static GRADLE: LazyLock<Regex> = LazyLock::new(|| fixed(r#"(?m)^version\s*=?\s*["']([^"']*)["']"#));
static PROPERTIES: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?m)^version\s*[=:]\s*(\S+)\s*$"));
static ELIXIR: LazyLock<Regex> = LazyLock::new(|| fixed(r#"(?m)^\s*(?:version:|@version)\s+"([^"]*)""#));
static GEM: LazyLock<Regex> = LazyLock::new(|| fixed(r#"(?m)^\s*\w+\.version\s*=\s*["']([^"']*)["']"#));

fn stated(name: Option<&str>, version: &str, rules: Rules, private: bool) -> Stated {
    let worked = ["$", "attr:", "file:", "{{", "@", "%"].iter().any(|mark| version.contains(mark))
        || version.is_empty()
        || version.trim_start_matches('v').starts_with("0.0.0");
    let version = if worked { Source::Worked } else { Source::Here(version.to_owned()) };
    Stated { name: name.map(str::to_owned), line: 0, version, rules, private }
}

fn written(text: &str, pattern: &Regex, rules: Rules) -> Option<Stated> {
    Some(stated(None, pattern.captures(text)?.get(1)?.as_str(), rules, false))
}

/// A file with nothing in it but a version.
fn plain(text: &str) -> Option<Stated> {
    let version = text.trim();
    let is_one = version.len() < 40 && version.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit());
    (is_one && !version.contains(char::is_whitespace) && version.contains('.'))
        .then(|| stated(None, version, Rules::Loose, false))
}

fn toml(text: &str) -> Result<toml::Table, String> {
    toml::from_str(text).map_err(|error| format!("is no TOML: {}", error.message()))
}

fn json(text: &str) -> Result<serde_json::Value, String> {
    serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))
}

fn cargo(document: &toml::Table) -> Option<Stated> {
    let package = document.get("package");
    let shared = document.get("workspace").and_then(|workspace| workspace.get("package"));
    let own = package.and_then(|package| package.get("version")).and_then(toml::Value::as_str);
    let table = if own.is_some() { package } else { shared };
    let name = package.and_then(|package| package.get("name")).and_then(toml::Value::as_str);
    let publish = table.and_then(|table| table.get("publish"));
    let private = publish.is_some_and(|publish| {
        publish.as_bool() == Some(false) || publish.as_array().is_some_and(|registries| registries.is_empty())
    });
    Some(stated(name, table?.get("version")?.as_str()?, Rules::Strict, private))
}

fn pyproject(document: &toml::Table) -> Option<Stated> {
    let tool = document.get("tool");
    let poetry = tool.and_then(|tool| tool.get("poetry"));
    let table = document.get("project").or(poetry)?;
    let name = table.get("name").and_then(toml::Value::as_str);
    let worked_out = tool.is_some_and(|tool| tool.get("poetry-dynamic-versioning").is_some());
    let dynamic = table.get("dynamic").and_then(toml::Value::as_array);
    if worked_out || dynamic.is_some_and(|names| names.iter().any(|name| name.as_str() == Some("version"))) {
        return Some(stated(name, "", Rules::Python, false));
    }
    let version = table.get("version").or_else(|| poetry?.get("version"))?;
    Some(stated(name, version.as_str()?, Rules::Python, false))
}

fn node(document: &serde_json::Value) -> Option<Stated> {
    let text = |key: &str| document.get(key).and_then(serde_json::Value::as_str);
    let version = text("version")?;
    let version = if version.contains("semantic") { "" } else { version };
    let private = document.get("private").and_then(serde_json::Value::as_bool) == Some(true);
    Some(stated(text("name"), version, Rules::Strict, private))
}

fn composer(document: &serde_json::Value) -> Option<Stated> {
    let text = |key: &str| document.get(key).and_then(serde_json::Value::as_str);
    Some(stated(text("name"), text("version")?, Rules::Loose, text("type") == Some("project")))
}

fn yaml(text: &str) -> Result<serde_yaml::Value, String> {
    serde_yaml::from_str(text).map_err(|error| format!("is no YAML: {error}"))
}

fn chart(text: &str) -> Result<Option<Stated>, String> {
    let document = yaml(text)?;
    let text = |key: &str| document.get(key).and_then(serde_yaml::Value::as_str);
    Ok(text("version").map(|version| stated(text("name"), version, Rules::Strict, false)))
}

fn dart(text: &str) -> Result<Option<Stated>, String> {
    let document = yaml(text)?;
    let text = |key: &str| document.get(key).and_then(serde_yaml::Value::as_str);
    Ok(text("version").map(|version| stated(text("name"), version, Rules::Strict, text("publish_to") == Some("none"))))
}

/// `<version>` directly below `<project>`; that of a parent is stated by the parent.
fn maven(text: &str) -> Result<Option<Stated>, String> {
    let mut open: Vec<String> = Vec::new();
    let (mut name, mut version) = (None, None);
    xml_walk::walk(text, |step| {
        match step {
            Step::Open(element) => open.push(element.name),
            Step::Close => drop(open.pop()),
            Step::Text(text) if open.len() == 2 && open[0] == "project" => match open[1].as_str() {
                "version" => version = Some(text.trim().to_owned()),
                "artifactId" => name = Some(text.trim().to_owned()),
                _ => {}
            },
            Step::Text(_) => {}
        }
        Ok(())
    })?;
    Ok(version.map(|version| stated(name.as_deref(), &version, Rules::Loose, false)))
}

/// The first line on which the version stands behind a key that names one.
fn line_of(text: &str, version: &str) -> u32 {
    let lines = (1_u32..).zip(text.lines()).filter(|(_, line)| line.contains(version));
    let named = lines.clone().find(|(_, line)| line.to_ascii_lowercase().contains("version"));
    named.or_else(|| lines.into_iter().next()).map_or(0, |(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_states_its_version() {
        for (base, text, version) in [
            ("Cargo.toml", "[package]\nname = \"a\"\nversion = \"1.2.3\"\n", "1.2.3"),
            ("Cargo.toml", "[workspace.package]\nversion = \"1.2.3\"\n", "1.2.3"),
            ("package.json", "{\"name\":\"a\",\"version\":\"1.2.3\"}", "1.2.3"),
            ("pyproject.toml", "[project]\nname='a'\nversion='1.2.3rc1'\n", "1.2.3rc1"),
            ("pyproject.toml", "[tool.poetry]\nname='a'\nversion='1.2.3'\n", "1.2.3"),
            ("setup.py", "setup(\n    version=\"1.2.3\",\n)\n", "1.2.3"),
            ("setup.cfg", "[metadata]\nversion = 1.2.3\n", "1.2.3"),
            ("composer.json", "{\"version\":\"1.2.3\"}", "1.2.3"),
            ("Chart.yaml", "name: a\nversion: 1.2.3\nappVersion: \"9\"\n", "1.2.3"),
            (
                "pom.xml",
                "<project><parent><version>9</version></parent>\n<artifactId>a</artifactId><version>1.2.3-SNAPSHOT</version></project>",
                "1.2.3-SNAPSHOT",
            ),
            ("build.gradle", "plugins { id 'x' version '9' }\nversion = '1.2.3'\n", "1.2.3"),
            ("gradle.properties", "version=1.2.3\n", "1.2.3"),
            ("a.csproj", "<Project>\n<PropertyGroup>\n  <Version>1.2.3.4</Version>\n", "1.2.3.4"),
            ("a.gemspec", "Gem::Specification.new do |s|\n  s.version = '1.2.3'\n", "1.2.3"),
            ("mix.exs", "  @version \"1.2.3\"\n", "1.2.3"),
            ("pubspec.yaml", "name: a\nversion: 1.2.3+4\n", "1.2.3+4"),
            ("VERSION", "1.2.3\n", "1.2.3"),
        ] {
            let seen = read(base, text).unwrap_or_else(|fault| panic!("{base} {fault}"));
            assert_eq!(seen.map(|seen| seen.version), Some(Source::Here(version.to_owned())), "{base}");
        }
    }

    #[test]
    fn versions_that_a_tool_works_out_are_not_here() {
        for (base, text) in [
            ("pyproject.toml", "[project]\nname='a'\ndynamic=['version']\n"),
            ("package.json", "{\"version\":\"0.0.0-development\"}"),
            ("pom.xml", "<project><version>${revision}</version></project>"),
            ("setup.cfg", "version = attr:a.__version__\n"),
        ] {
            let seen = read(base, text).unwrap_or_else(|fault| panic!("{base} {fault}"));
            assert_eq!(seen.map(|seen| seen.version), Some(Source::Worked), "{base}");
        }
        for (base, text) in [("package.json", "{}"), ("Cargo.toml", "[workspace]\n"), ("VERSION", "see git\n")] {
            assert_eq!(read(base, text), Ok(None), "{base}");
        }
        assert!(read("package.json", "{").is_err() && read("pom.xml", "<a></b>").is_err());
    }
}
