//! Where repositories write down the runtime that they run on, and which version is written there.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::workflow::recognised::{Gate, gate};
use crate::world::{Name, Select};

/// Files that are read.
pub(super) const GLOBS: &[&str] = &[
    "**/.python-version",
    "**/runtime.txt",
    "**/.nvmrc",
    "**/.node-version",
    "**/.ruby-version",
    "**/.go-version",
    "**/.php-version",
    "**/.tool-versions",
    "**/go.mod",
    "**/global.json",
    "**/*.{csproj,fsproj}",
    "**/Directory.Build.props",
    ".github/workflows/*.{yml,yaml}",
];

/// A version as a file names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// Product of the table of ends of support.
    pub(super) product: &'static str,
    /// `3.12.1`, `24`.
    pub(super) text: String,
    /// Line of the file.
    pub(super) line: u32,
}

/// What must be read.
pub(super) fn select() -> Select {
    GLOBS.iter().fold(Select::bases(&[]), |select, glob| select.or(Name::Glob((*glob).to_owned())))
}

/// The versions that a file names.
pub(super) fn read(path: &str, text: &str) -> Vec<Version> {
    let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
    match base {
        ".python-version" => plain("python", text),
        ".nvmrc" | ".node-version" => plain("nodejs", text),
        ".ruby-version" => plain("ruby", text),
        ".go-version" => plain("go", text),
        ".php-version" => plain("php", text),
        "runtime.txt" => matched(text, &HEROKU, Some("python")),
        ".tool-versions" => tool_versions(text),
        "go.mod" => matched(text, &TOOLCHAIN, Some("go")),
        "global.json" => matched(text, &SDK, Some("dotnet")),
        // What a linter of the pipeline runs on is not what runs the code.
        _ if path.starts_with(".github/workflows/") && !runs_tests(text) => Vec::new(),
        _ if path.starts_with(".github/workflows/") => newest(matched(text, &SETUP, None)),
        _ => newest(frameworks(text)),
    }
}

fn runs_tests(workflow: &str) -> bool {
    workflow.lines().any(|line| {
        let line = line.trim().trim_start_matches("- ").trim_start_matches("run:").trim();
        gate(line) == Some(Gate::Tests)
    })
}

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern")
}

static HEROKU: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?m)^python-(\d+(?:\.\d+)+)\s*$"));
static TOOLCHAIN: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?m)^toolchain\s+go(\d+\.\d+(?:\.\d+)?)"));
static SDK: LazyLock<Regex> = LazyLock::new(|| fixed(r#""version"\s*:\s*"(\d+(?:\.\d+)+)"#));
/// `net8.0`, `net10.0-windows`; not `netstandard2.0`, which is what a library is compatible with.
static FRAMEWORK: LazyLock<Regex> = LazyLock::new(|| fixed(r"\bnet(?:coreapp)?(\d+\.\d)\b"));
static FRAMEWORKS: LazyLock<Regex> = LazyLock::new(|| fixed(r"<TargetFrameworks?>[^<]*"));
/// A version of a `setup-*` action that is written down, alone or in a list.
static SETUP: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r#"(?m)^\s*(?:- )?(python|node|go|ruby|php|dotnet)-version:\s*["'\[]?\s*["']?v?(\d+(?:\.\d+)*)(?:\.x)?["']?\s*(?:#.*)?$"#,
    )
});

/// The first line that is no comment.
fn plain(product: &'static str, text: &str) -> Vec<Version> {
    let lines = text.lines().enumerate().map(|(at, line)| (at, line.trim()));
    let named = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    named.filter_map(|(at, line)| version(product, line, at)).take(1).collect()
}

fn tool_versions(text: &str) -> Vec<Version> {
    let lines = text.lines().enumerate();
    lines
        .filter_map(|(at, line)| {
            let (tool, rest) = line.trim().split_once(char::is_whitespace)?;
            version(product_of(tool)?, rest.split_whitespace().next()?, at)
        })
        .collect()
}

fn matched(text: &str, pattern: &Regex, product: Option<&'static str>) -> Vec<Version> {
    let found = pattern.captures_iter(text).take(200);
    found
        .filter_map(|captures| {
            let last = captures.iter().flatten().last()?;
            let product = product.or_else(|| product_of(captures.get(1)?.as_str()))?;
            let at = text[..last.start()].matches('\n').count();
            version(product, last.as_str(), at)
        })
        .collect()
}

/// Target frameworks of a project; each line of it on its own, so that places hold.
fn frameworks(text: &str) -> Vec<Version> {
    let elements = FRAMEWORKS.find_iter(text).take(20);
    elements
        .flat_map(|element| {
            let at = text[..element.start()].matches('\n').count();
            let named = matched(element.as_str(), &FRAMEWORK, Some("dotnet"));
            named
                .into_iter()
                .map(move |version| Version { line: version.line + u32::try_from(at).unwrap_or(0), ..version })
        })
        .collect()
}

fn product_of(tool: &str) -> Option<&'static str> {
    Some(match tool {
        "python" => "python",
        "node" | "nodejs" => "nodejs",
        "go" | "golang" => "go",
        "ruby" => "ruby",
        "php" => "php",
        "dotnet" | "dotnet-core" => "dotnet",
        _ => return None,
    })
}

fn version(product: &'static str, text: &str, at: usize) -> Option<Version> {
    let text = text.trim_start_matches(['v', 'V']);
    let text = text.strip_prefix("ruby-").or_else(|| text.strip_prefix("go")).unwrap_or(text);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number = text[..end].trim_end_matches('.');
    // .NET 5 and later are named by their first number.
    let number = match (product, number.split_once('.')) {
        ("dotnet", Some((major, _))) if major.parse::<u32>().is_ok_and(|major| major >= 5) => major,
        _ => number,
    };
    let line = u32::try_from(at + 1).unwrap_or(u32::MAX);
    (!number.is_empty()).then(|| Version { product, text: number.to_owned(), line })
}

/// The newest of each product: a file that names several supports the older ones beside the one that runs.
fn newest(versions: Vec<Version>) -> Vec<Version> {
    let mut kept: Vec<Version> = Vec::new();
    for version in versions {
        match kept.iter_mut().find(|known| known.product == version.product) {
            Some(known) if parts(&version.text) > parts(&known.text) => *known = version,
            Some(_) => {}
            None => kept.push(version),
        }
    }
    kept
}

fn parts(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(path: &str, text: &str) -> Vec<(&'static str, String, u32)> {
        read(path, text).into_iter().map(|version| (version.product, version.text, version.line)).collect()
    }

    #[test]
    fn files_that_name_what_runs_are_read() {
        let one = |product, text: &str, line| vec![(product, text.to_owned(), line)];
        assert_eq!(seen("a/.python-version", "# main\n3.12.1\n3.11\n"), one("python", "3.12.1", 2));
        assert_eq!(seen(".nvmrc", "v20.9.0\n"), one("nodejs", "20.9.0", 1));
        assert_eq!(seen(".ruby-version", "ruby-3.3.0\n"), one("ruby", "3.3.0", 1));
        assert_eq!(seen("runtime.txt", "python-3.9.18\n"), one("python", "3.9.18", 1));
        assert_eq!(seen("go.mod", "module x\n\ngo 1.19\n\ntoolchain go1.24.2\n"), one("go", "1.24.2", 5));
        assert_eq!(seen("global.json", "{\n \"sdk\": { \"version\": \"8.0.100\" } }"), one("dotnet", "8", 2));
        let several = "<TargetFrameworks>netstandard2.0;net6.0;net8.0-windows</TargetFrameworks>";
        assert_eq!(seen("a.csproj", several), one("dotnet", "8", 1));
        let tools = seen(".tool-versions", "nodejs 22.1.0\nterraform 1.5\npython 3.11.4 2.7\n");
        assert_eq!(tools, [("nodejs", "22.1.0".to_owned(), 1), ("python", "3.11.4".to_owned(), 3)]);
    }

    #[test]
    fn of_a_pipeline_the_newest_counts_and_words_are_no_versions() {
        let workflow = "jobs:\n  a:\n    steps:\n    - with:\n        node-version: 18\n    - with:\n        node-version: '22.x'\n    - with:\n        python-version: ${{ matrix.python }}\n    - run: npm test\n";
        assert_eq!(seen(".github/workflows/ci.yml", workflow), [("nodejs", "22".to_owned(), 7)]);
        let linter = workflow.replace("npm test", "npx markdownlint docs");
        assert!(seen(".github/workflows/docs.yml", &linter).is_empty());
        assert!(seen(".nvmrc", "lts/jod\n").is_empty());
        assert!(seen("go.mod", "module x\ngo 1.19\n").is_empty(), "the least it is compatible with");
    }
}
