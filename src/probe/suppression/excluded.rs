//! Configuration of linters in which a rule is switched off for a repository or for some files: golangci-lint's exclusions,
//! `.rubocop.yml`, `.eslintrc`. What switches off a whole linter, or all rules for some files, silences nothing.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::yaml_file;
use crate::world::Swept;
use crate::yaml::Node;

use super::configured::{Configured, Only, comment_at, named_by};

/// Linters of golangci-lint that have one rule, named as they are.
const SINGLE: &[&str] = &["noctx", "errcheck", "bodyclose"];

/// `exclude-rules: [{ path: internal/cli, linters: [gosec], text: "G204" }]`, of versions 1 and 2. Each rule of gosec must be named.
pub(super) fn golangci(text: &str, swept: &Swept) -> Vec<Configured> {
    static RULE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b(?:G|SA|ST|S)\d{3,4}\b").expect("a fixed pattern"));
    let Ok(root) = yaml_file::read(".golangci.yml", text.as_bytes()) else { return Vec::new() };
    let lines: Vec<&str> = text.lines().collect();
    let places = [&["issues", "exclude-rules"][..], &["linters", "exclusions", "rules"][..]];
    let entries = places.iter().filter_map(|keys| yaml_file::at(&root, keys)).flat_map(Node::items);
    let mut found = Vec::new();
    for entry in entries {
        let said = |key: &str| entry.get(key).and_then(Node::text).unwrap_or_default();
        // `source` is matched against a line of code, and says nothing here.
        if !said("source").is_empty() || !said("path-except").is_empty() {
            continue;
        }
        let linters = entry.get("linters").map(yaml_file::texts).unwrap_or_default();
        let single = linters.iter().map(|(linter, _)| linter.as_str()).filter(|linter| SINGLE.contains(linter));
        let named = RULE.find_iter(said("text")).map(|rule| rule.as_str());
        let rules: Vec<&str> = if said("text").is_empty() { single.collect() } else { named.collect() };
        let Some(only) = only(said("path"), swept) else { continue };
        let reason = comment_at(&lines, entry.span.line);
        found.extend(rules.iter().map(|rule| Configured::of("golangci-lint", rule, only.clone(), reason.clone())));
    }
    found
}

/// The files whose paths match; `None` is a pattern that cannot be read.
fn only(path: &str, swept: &Swept) -> Option<Only> {
    if path.is_empty() {
        return Some(Only::Everything);
    }
    let pattern = Regex::new(path).ok()?;
    let entries = swept.tree().entries().iter().map(|entry| &entry.path);
    Some(Only::Paths(entries.filter(|path| pattern.is_match(path)).cloned().collect()))
}

/// `Lint/SuppressedException: { Enabled: false }`, or `Exclude` with globs.
pub(super) fn rubocop(text: &str, swept: &Swept) -> Vec<Configured> {
    let Ok(root) = yaml_file::read(".rubocop.yml", text.as_bytes()) else { return Vec::new() };
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (rule, settings) in root.entries().iter().filter(|(rule, _)| rule.text.contains('/')) {
        let is_off = settings.get("Enabled").and_then(Node::text) == Some("false");
        let excluded = settings.get("Exclude").map(yaml_file::texts).unwrap_or_default();
        let only = match (is_off, excluded.is_empty()) {
            (true, _) => Only::Everything,
            (false, true) => continue,
            (false, false) => Only::Paths(named_by(swept, &excluded)),
        };
        found.push(Configured::of("RuboCop", &rule.text, only, comment_at(&lines, rule.span.line)));
    }
    found
}

/// `rules: { no-empty: off }`, also of `overrides` with `files`; JSON is YAML, and has no room for a reason.
pub(super) fn eslint(text: &str, swept: &Swept) -> Vec<Configured> {
    let Ok(root) = yaml_file::read(".eslintrc", text.as_bytes()) else { return Vec::new() };
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut take = |owner: &Node, only: Only| {
        for (rule, level) in owner.get("rules").map(Node::entries).unwrap_or_default() {
            let level = level.items().first().unwrap_or(level);
            if matches!(level.text(), Some("off" | "0")) {
                found.push(Configured::of("ESLint", &rule.text, only.clone(), comment_at(&lines, rule.span.line)));
            }
        }
    };
    take(&root, Only::Everything);
    for part in root.get("overrides").map(Node::items).unwrap_or_default() {
        let files = part.get("files").map(yaml_file::texts).unwrap_or_default();
        // A glob without a folder means every folder.
        let globs: Vec<(String, u32)> = files
            .into_iter()
            .map(|(glob, line)| (if glob.contains('/') { glob } else { format!("**/{glob}") }, line))
            .collect();
        take(part, Only::Paths(named_by(swept, &globs)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::sample;

    fn seen(found: &[Configured], path: &str) -> Vec<(String, Option<String>)> {
        let covers = found.iter().filter(|one| one.covers(path, 1));
        covers.map(|one| (one.rule.clone(), one.reason.clone())).collect()
    }

    #[test]
    fn golangci_switches_a_named_rule_off_for_paths() {
        let first = "issues:\n  exclude-rules:\n    # commands of the tool's own\n    - path: ^cli/\n      linters: [gosec]\n      text: \"G204: Subprocess\"\n    - linters: [gosec]\n    - path: ^cli/\n      linters: [noctx]\n";
        let second = "version: \"2\"\nlinters:\n  exclusions:\n    rules:\n      - path: ^cli/\n        text: G402\n        linters: [gosec]\n";
        sample::with_look(&[("cli/run.go", "package cli\n"), ("web/run.go", "package web\n")], |look| {
            let found = golangci(first, look.swept);
            let expected =
                [("G204".to_owned(), Some("commands of the tool's own".to_owned())), ("noctx".to_owned(), None)];
            assert_eq!(seen(&found, "cli/run.go"), expected);
            assert_eq!(seen(&found, "web/run.go"), []);
            assert_eq!(seen(&golangci(second, look.swept), "cli/run.go"), [("G402".to_owned(), None)]);
        });
    }

    #[test]
    fn rubocop_switches_a_cop_off_or_leaves_files_out() {
        let text = "AllCops:\n  Exclude: ['**/*']\n# the task reports it\nLint/SuppressedException:\n  Exclude:\n    - lib/tasks/**/*\nLint/Debugger:\n  Enabled: false\nStyle/RescueModifier:\n  Enabled: true\n";
        sample::with_look(&[("lib/tasks/a.rb", ""), ("app/a.rb", "")], |look| {
            let found = rubocop(text, look.swept);
            let reason = Some("the task reports it".to_owned());
            let expected = [("Lint/SuppressedException".to_owned(), reason), ("Lint/Debugger".to_owned(), None)];
            assert_eq!(seen(&found, "lib/tasks/a.rb"), expected);
            assert_eq!(seen(&found, "app/a.rb"), [("Lint/Debugger".to_owned(), None)]);
        });
    }

    #[test]
    fn eslint_switches_a_rule_off_and_for_some_files() {
        let text = r#"{"rules": {"no-empty": "off", "no-console": ["warn"]}, "overrides": [{"files": ["*.cli.ts"], "rules": {"no-console": 0}}]}"#;
        sample::with_look(&[("src/run.cli.ts", ""), ("src/a.ts", "")], |look| {
            let found = eslint(text, look.swept);
            let expected = [("no-empty".to_owned(), None), ("no-console".to_owned(), None)];
            assert_eq!(seen(&found, "src/run.cli.ts"), expected);
            assert_eq!(seen(&found, "src/a.ts"), [("no-empty".to_owned(), None)]);
        });
    }
}
