//! What weakens a linter: type checkers that are told not to be strict, and baselines that hide old findings.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::pipelines::follow::Read;

const LARGEST: u64 = 1024 * 1024;

fn fixed(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// A type checker that is not strict: line and what its file says.
pub(super) fn loose(path: &str, text: &str, read: &Read<'_>) -> Option<(u32, String)> {
    let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
    match base {
        "tsconfig.json" => tsconfig(path, text, read, 4),
        "mypy.ini" | ".mypy.ini" | "setup.cfg" | "tox.ini" | "pyproject.toml" => mypy(text),
        _ => None,
    }
}

/// `strict` of a `tsconfig.json` or of what it extends here; what extends a package may be strict there.
fn tsconfig(path: &str, text: &str, read: &Read<'_>, depth: u32) -> Option<(u32, String)> {
    static COMMENT: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?m)/\*(?s:.*?)\*/|^\s*//[^\n]*|\s//\s[^\n]*"));
    static STRICT: LazyLock<Regex> = LazyLock::new(|| fixed(r#""strict"\s*:\s*(true|false)"#));
    static EXTENDS: LazyLock<Regex> = LazyLock::new(|| fixed(r#""extends"\s*:\s*(?:\[\s*)?"([^"]+)""#));
    static STRICTER: LazyLock<Regex> = LazyLock::new(|| fixed(r#""(?:noImplicitAny|strictNullChecks)"\s*:\s*true"#));
    let blanked = COMMENT.replace_all(text, |found: &regex::Captures<'_>| "\n".repeat(found[0].matches('\n').count()));
    if let Some(found) = STRICT.captures(&blanked) {
        let at = found.get(0).map_or(0, |found| found.start());
        let line = u32::try_from(blanked[..at].matches('\n').count() + 1).unwrap_or(0);
        return (&found[1] == "false").then(|| (line, "`strict` is false".to_owned()));
    }
    if STRICTER.find_iter(&blanked).count() > 1
        || blanked.contains("\"references\"") && !blanked.contains("\"compilerOptions\"")
    {
        return None;
    }
    let Some(extended) = EXTENDS.captures(&blanked) else {
        let is_whole = blanked.contains("\"compilerOptions\"");
        return is_whole.then(|| (0, "`strict` is not set".to_owned()));
    };
    let name = &extended[1];
    if !name.starts_with('.') || depth == 0 {
        return None;
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in name.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let above = parts.join("/");
    let (above, text) = [above.clone(), format!("{above}.json")]
        .into_iter()
        .find_map(|path| Some((path.clone(), read(&path, LARGEST)?)))?;
    tsconfig(&above, &text, read, depth - 1).map(|(_, note)| (0, format!("{note} in `{above}`")))
}

/// mypy without `strict` or `disallow_untyped_defs`.
fn mypy(text: &str) -> Option<(u32, String)> {
    static SECTION: LazyLock<Regex> = LazyLock::new(|| fixed(r"^\s*\[(?:tool\.)?mypy\]"));
    static STRICT: LazyLock<Regex> = LazyLock::new(|| {
        fixed(r"^\s*(?:strict|disallow_untyped_defs|disallow_incomplete_defs)\s*=\s*(?i:true|1|yes)|^\s*--strict")
    });
    let mut lines = text.lines().enumerate().skip_while(|(_, line)| !SECTION.is_match(line));
    let (at, _) = lines.next()?;
    let mut own = lines.take_while(|(_, line)| !line.trim_start().starts_with('['));
    let line = u32::try_from(at + 1).unwrap_or(0);
    (!own.any(|(_, line)| STRICT.is_match(line)))
        .then(|| (line, "mypy has neither `strict` nor `disallow_untyped_defs`".to_owned()))
}

/// How many findings a baseline hides; `None` for what is no baseline.
pub(super) fn baseline(base: &str, text: &str) -> Option<usize> {
    static COUNT: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?m)^\s*count:\s*(\d+)|'count'\s*=>\s*(\d+)"));
    static SUPPRESSED: LazyLock<Regex> = LazyLock::new(|| fixed(r#""count"\s*:\s*(\d+)"#));
    let sum = |pattern: &Regex| -> usize {
        let found = pattern.captures_iter(text);
        found.filter_map(|found| found.iter().skip(1).flatten().next()?.as_str().parse::<usize>().ok()).sum()
    };
    match base {
        "phpstan-baseline.neon" | "phpstan-baseline.php" => Some(sum(&COUNT)),
        "psalm-baseline.xml" => Some(text.matches("<code>").count().max(text.matches("<code><").count())),
        "eslint-suppressions.json" => Some(sum(&SUPPRESSED)),
        ".rubocop_todo.yml" => {
            static OFFENCES: LazyLock<Regex> = LazyLock::new(|| fixed(r"(?m)^# Offense count:\s*(\d+)"));
            Some(sum(&OFFENCES))
        }
        "detekt-baseline.xml" | "baseline.xml" if base != "baseline.xml" || text.contains("SmellBaseline") => {
            Some(text.matches("<ID>").count())
        }
        "ktlint-baseline.xml" => Some(text.matches("<error").count()),
        "lint-baseline.xml" => Some(text.matches("<issue").count().saturating_sub(text.matches("<issues").count())),
        ".mypy-baseline.txt" | "mypy-baseline.txt" | ".ruff-baseline.txt" => {
            Some(text.lines().filter(|line| !line.trim().is_empty()).count())
        }
        "ruff_baseline.json" | ".ruff_baseline.json" => Some(text.matches("\"code\"").count()),
        ".basedpyright/baseline.json" | ".betterer.results" => Some(text.matches("\"code\"").count()),
        _ => None,
    }
}

/// Names of baselines.
#[rustfmt::skip]
pub(super) const BASELINES: &[&str] = &[
    "phpstan-baseline.neon", "phpstan-baseline.php", "psalm-baseline.xml", "eslint-suppressions.json", ".rubocop_todo.yml",
    "detekt-baseline.xml", "baseline.xml", "ktlint-baseline.xml", "lint-baseline.xml", ".mypy-baseline.txt", "mypy-baseline.txt",
    ".ruff-baseline.txt", "ruff_baseline.json", ".ruff_baseline.json",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_checker_is_loose_unless_it_says_strict_here_or_above() {
        let above =
            |path: &str, _: u64| (path == "base.json").then(|| "{\"compilerOptions\": {\"strict\": true}}".to_owned());
        let of = |text: &str| loose("web/tsconfig.json", text, &above).map(|(line, _)| line);
        assert_eq!(of("{\"compilerOptions\": {\n\"strict\": false}}"), Some(2));
        assert_eq!(of("{\"compilerOptions\": {\n// \"strict\": true\n\"target\": \"es2022\"}}"), Some(0));
        assert_eq!(of("{\"extends\": \"../base\", \"compilerOptions\": {}}"), None);
        assert_eq!(of("{\"extends\": \"@acme/tsconfig\"}"), None, "the package may say it");
        assert_eq!(loose("mypy.ini", "[mypy]\nstrict = True\n", &above), None);
        assert_eq!(
            loose("pyproject.toml", "[tool.mypy]\npretty = true\n[tool.ruff]\n", &above).map(|(line, _)| line),
            Some(1)
        );
        assert_eq!(loose("pyproject.toml", "[tool.ruff]\n", &above), None);
    }

    #[test]
    fn a_baseline_is_counted_by_its_own_words() {
        assert_eq!(baseline("phpstan-baseline.neon", "\t\tcount: 2\n\t\tpath: a\n\t\tcount: 3\n"), Some(5));
        assert_eq!(baseline("eslint-suppressions.json", "{\"a.js\": {\"x\": {\"count\": 4}}}"), Some(4));
        assert_eq!(baseline(".rubocop_todo.yml", "# Offense count: 7\nX:\n"), Some(7));
        assert_eq!(baseline("baseline.xml", "<other/>"), None);
    }
}
