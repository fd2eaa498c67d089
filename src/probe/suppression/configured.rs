//! Configuration files of specialists in which rules are switched off for a repository, for some files, or until a day.

use jiff::civil::Date;
use toml::{Table, Value};

use crate::probe::{Look, yaml_file};
use crate::world::{Select, Swept};
use crate::yaml::Node;

use super::{date, excluded, reason};

/// Longest configuration file that is read.
const LONGEST: u64 = 256 * 1024;

/// A rule that a configuration file switches off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Configured {
    /// The tool.
    pub(crate) tool: &'static str,
    /// Its rule.
    pub(crate) rule: String,
    /// For which files.
    pub(super) only: Only,
    /// Why, if a comment beside or above says so, or a field for it.
    pub(crate) reason: Option<String>,
}

/// What a rule is switched off for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Only {
    Everything,
    /// Files of this name, and a line of them.
    Named(String, Option<u32>),
    /// Exactly these files.
    Paths(Vec<String>),
}

impl Configured {
    /// A rule that is switched off for every file.
    pub(crate) fn everywhere(tool: &'static str, rule: &str, reason: Option<String>) -> Configured {
        Configured { tool, rule: rule.to_owned(), only: Only::Everything, reason }
    }

    /// A rule that is switched off for these files.
    pub(super) fn of(tool: &'static str, rule: &str, only: Only, reason: Option<String>) -> Configured {
        Configured { tool, rule: rule.to_owned(), only, reason }
    }

    /// Whether it is switched off for a line of this file.
    pub(crate) fn covers(&self, path: &str, line: u32) -> bool {
        match &self.only {
            Only::Everything => true,
            Only::Named(name, at) => {
                path.rsplit('/').next() == Some(name.as_str()) && at.is_none_or(|number| number == line)
            }
            Only::Paths(paths) => paths.iter().any(|one| one == path),
        }
    }
}

/// Where tools keep the rules that they switch off: the files, the tool, the keys on the way to a list.
#[rustfmt::skip]
const LISTS: &[(&[&str], &str, &[&str])] = &[
    (&[".hadolint.yaml", ".hadolint.yml"], "hadolint", &["ignored"]),
    (&[".checkov.yaml", ".checkov.yml"], "checkov", &["skip-check"]),
    (&[".kube-linter.yaml", ".kube-linter.yml"], "kube-linter", &["checks", "exclude"]),
    (&[".tfsec/config.yml", ".tfsec/config.yaml", ".tfsec/config.json", "tfsec.yml"], "tfsec", &["exclude"]),
    (&[".golangci.yml", ".golangci.yaml"], "gosec", &["linters", "settings", "gosec", "excludes"]),
    (&[".golangci.yml", ".golangci.yaml"], "gosec", &["linters-settings", "gosec", "excludes"]),
];

/// The same in TOML.
#[rustfmt::skip]
const TOML_LISTS: &[(&[&str], &str, &[&str])] = &[
    (&[".squawk.toml"], "squawk", &["excluded_rules"]),
    (&["ruff.toml", ".ruff.toml"], "ruff", &["lint", "ignore"]),
    (&["ruff.toml", ".ruff.toml"], "ruff", &["ignore"]),
    (&["pyproject.toml"], "ruff", &["tool", "ruff", "lint", "ignore"]),
    (&["pyproject.toml"], "ruff", &["tool", "ruff", "ignore"]),
    (&["pyproject.toml"], "bandit", &["tool", "bandit", "skips"]),
];

/// The rules that the configuration of these tools in this folder, or else in the root, switches off today.
pub(crate) fn configured(look: &Look<'_>, folder: &str, tools: &[&str]) -> Vec<Configured> {
    let swept = look.swept;
    let today = look.world.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let text = |names: &[&str]| first_text(swept, folder, names);
    let lists = LISTS.iter().filter(|(_, tool, _)| tools.contains(tool));
    let mut found: Vec<Configured> =
        lists.flat_map(|(files, tool, keys)| listed(&text(files).unwrap_or_default(), tool, keys)).collect();
    if tools.contains(&"trivy") {
        const YAML: &[&str] = &[".trivyignore.yaml", ".trivyignore.yml"];
        found.extend(text(&[".trivyignore"]).map(|text| trivyignore(&text, today)).unwrap_or_default());
        found.extend(text(YAML).map(|text| trivyignore_yaml(&text, today, swept)).unwrap_or_default());
    }
    for (files, tool, keys) in TOML_LISTS.iter().filter(|(_, tool, _)| tools.contains(tool)) {
        found.extend(text(files).map(|text| listed_in_toml(&text, tool, keys)).unwrap_or_default());
    }
    if tools.contains(&"gosec") {
        const GOLANGCI: &[&str] = &[".golangci.yml", ".golangci.yaml"];
        const ESLINT: &[&str] = &[".eslintrc.json", ".eslintrc.yml", ".eslintrc.yaml", ".eslintrc"];
        found.extend(text(GOLANGCI).map(|text| excluded::golangci(&text, swept)).unwrap_or_default());
        found.extend(text(&[".rubocop.yml"]).map(|text| excluded::rubocop(&text, swept)).unwrap_or_default());
        found.extend(text(ESLINT).map(|text| excluded::eslint(&text, swept)).unwrap_or_default());
    }
    if tools.contains(&"zizmor") {
        const FILES: &[&str] = &[".github/zizmor.yml", ".github/zizmor.yaml", "zizmor.yml", "zizmor.yaml"];
        found.extend(text(FILES).map(|text| zizmor(&text)).unwrap_or_default());
    }
    found
}

/// The first of these files that can be read, in this folder or else in the root.
fn first_text(swept: &Swept, folder: &str, names: &[&str]) -> Option<String> {
    let places = [folder, ""].into_iter().flat_map(|folder| names.iter().map(move |name| (folder, *name)));
    let bytes = places.into_iter().find_map(|(folder, name)| {
        let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        swept.read(&path, LONGEST).ok()
    })?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Rules in a list, or in one text with commas.
fn listed(text: &str, tool: &'static str, keys: &[&str]) -> Vec<Configured> {
    let Ok(root) = yaml_file::read("configuration", text.as_bytes()) else { return Vec::new() };
    let Some(list) = yaml_file::at(&root, keys) else { return Vec::new() };
    let lines: Vec<&str> = text.lines().collect();
    let named = yaml_file::texts(list);
    let rules = named.iter().flat_map(|(rules, line)| rules.split(',').map(move |rule| (rule.trim(), *line)));
    rules
        .map(|(rule, line)| Configured {
            tool,
            rule: rule.to_owned(),
            only: Only::Everything,
            reason: comment_at(&lines, line),
        })
        .collect()
}

/// Rules in a list of a TOML file. `excluded_paths` and their kin are whole files, which silence nothing.
fn listed_in_toml(text: &str, tool: &'static str, keys: &[&str]) -> Vec<Configured> {
    let Ok(root) = text.parse::<Table>() else { return Vec::new() };
    let Some((first, rest)) = keys.split_first() else { return Vec::new() };
    let list = root.get(*first).and_then(|value| rest.iter().try_fold(value, |value, key| value.get(key)));
    let lines: Vec<&str> = text.lines().collect();
    let rules = list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    rules
        .map(|rule| {
            let quoted = [format!("\"{rule}\""), format!("'{rule}'")];
            let line = lines.iter().position(|line| quoted.iter().any(|text| line.contains(text.as_str())));
            let reason = line.and_then(|line| comment_at(&lines, u32::try_from(line + 1).ok()?));
            Configured::everywhere(tool, rule, reason)
        })
        .collect()
}

/// `rules: { unpinned-uses: { disable: true, ignore: [ci.yml, "release.yml:12"] } }`
fn zizmor(text: &str) -> Vec<Configured> {
    let Ok(root) = yaml_file::read("zizmor.yml", text.as_bytes()) else { return Vec::new() };
    let lines: Vec<&str> = text.lines().collect();
    let rules = root.get("rules").map(Node::entries).unwrap_or_default();
    let mut found = Vec::new();
    for (rule, settings) in rules {
        let one = |only, line| {
            let reason = comment_at(&lines, line).or_else(|| comment_at(&lines, rule.span.line));
            Configured { tool: "zizmor", rule: rule.text.clone(), only, reason }
        };
        if settings.get("disable").and_then(Node::text) == Some("true") {
            found.push(one(Only::Everything, rule.span.line));
        }
        for (place, line) in settings.get("ignore").map(yaml_file::texts).unwrap_or_default() {
            let mut parts = place.split(':');
            let file = parts.next().unwrap_or_default().to_owned();
            let at = parts.next().and_then(|number| number.parse().ok());
            found.push(one(Only::Named(file, at), line));
        }
    }
    found
}

/// A rule per line, perhaps with the day from which it counts again: `AWS-0080 exp:2027-01-31`.
fn trivyignore(text: &str, today: Date) -> Vec<Configured> {
    let lines: Vec<&str> = text.lines().collect();
    let is_rule = |line: &str| !line.trim().is_empty() && !line.trim().starts_with('#');
    let numbered = lines.iter().enumerate().filter(|(_, line)| is_rule(line));
    numbered
        .filter(|(_, line)| {
            let expiry = line.split_whitespace().find_map(|word| word.strip_prefix("exp:"));
            expiry.is_none_or(|day| today < date(day))
        })
        .map(|(index, line)| {
            let rule = line.split(['#', ' ', '\t']).next().unwrap_or_default().to_owned();
            let reason = comment_at(&lines, u32::try_from(index + 1).unwrap_or(0));
            Configured { tool: "trivy", rule, only: Only::Everything, reason }
        })
        .collect()
}

/// `misconfigurations: [{ id: AWS-0080, paths: [infra/db.tf], statement: reason, expired_at: 2027-01-31 }]`
fn trivyignore_yaml(text: &str, today: Date, swept: &Swept) -> Vec<Configured> {
    let Ok(root) = yaml_file::read(".trivyignore.yaml", text.as_bytes()) else { return Vec::new() };
    let lines: Vec<&str> = text.lines().collect();
    let entries = root.get("misconfigurations").map(Node::items).unwrap_or_default();
    let said = |entry: &Node, key: &str| entry.get(key).and_then(Node::text).map(str::to_owned);
    entries
        .iter()
        .filter(|entry| said(entry, "expired_at").is_none_or(|day| today < date(&day)))
        .filter_map(|entry| {
            let reason = said(entry, "statement").and_then(|why| reason(&why));
            let only = match entry.get("paths") {
                Some(globs) => Only::Paths(named_by(swept, &yaml_file::texts(globs))),
                None => Only::Everything,
            };
            let reason = reason.or_else(|| comment_at(&lines, entry.span.line));
            Some(Configured { tool: "trivy", rule: said(entry, "id")?, only, reason })
        })
        .collect()
}

/// The files that these globs name; one that is none names nothing.
pub(super) fn named_by(swept: &Swept, globs: &[(String, u32)]) -> Vec<String> {
    let selects = globs.iter().filter_map(|(glob, _)| Select::glob(glob.trim_start_matches("./")).ok());
    selects.flat_map(|select| swept.tree().select(&select)).map(|id| swept.path(id).to_owned()).collect()
}

/// The comment behind a line, or the one above it.
pub(super) fn comment_at(lines: &[&str], line: u32) -> Option<String> {
    let at = usize::try_from(line).ok()?.checked_sub(1)?;
    let beside = lines.get(at)?.split_once(" #").and_then(|(_, comment)| reason(comment));
    let above = || lines.get(at.checked_sub(1)?)?.trim().strip_prefix('#').and_then(reason);
    beside.or_else(above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::sample;

    fn rule<'c>(found: &'c [Configured], rule: &str) -> &'c Configured {
        found.iter().find(|one| one.rule == rule).expect("it is there")
    }

    #[test]
    fn a_reason_is_words_behind_or_above() {
        let text = "ignored:\n  - DL3008\n  # the base has no other user\n  - DL3002\n  - DL3025 # npm start only\n";
        let found = listed(text, "hadolint", &["ignored"]);
        assert_eq!(rule(&found, "DL3008").reason, None);
        assert_eq!(rule(&found, "DL3002").reason.as_deref(), Some("the base has no other user"));
        assert_eq!(rule(&found, "DL3025").reason.as_deref(), Some("npm start only"));
        let found = listed("skip-check: CKV_AWS_16,CKV_AWS_17 # rebuilt in May\n", "checkov", &["skip-check"]);
        assert_eq!(rule(&found, "CKV_AWS_17").reason.as_deref(), Some("rebuilt in May"));
    }

    #[test]
    fn zizmor_switches_rules_off_everywhere_or_in_a_file_or_on_a_line() {
        let text = "rules:\n  cache-poisoning:\n    disable: true\n  unpinned-uses:\n    ignore:\n      # our own action\n      - ci.yml:12\n      - release.yml\n";
        let found = zizmor(text);
        assert!(rule(&found, "cache-poisoning").covers("any.yml", 1));
        let pins: Vec<_> = found.iter().filter(|one| one.rule == "unpinned-uses").collect();
        let covered = |path, line| pins.iter().filter(|pin| pin.covers(path, line)).count();
        assert_eq!((covered(".github/workflows/ci.yml", 12), covered(".github/workflows/ci.yml", 13)), (1, 0));
        assert_eq!((covered("release.yml", 3), covered("other.yml", 12)), (1, 0));
        assert_eq!((pins[0].reason.as_deref(), &pins[1].reason), (Some("our own action"), &None));
    }

    #[test]
    fn trivy_ignores_until_a_day_and_for_some_files() {
        let plain = "# kept\nAWS-0080\n\nAWS-0081 exp:2024-01-01\nAWS-0082 exp:2027-01-01 # until the move\n";
        let yaml = "misconfigurations:\n  - id: AWS-0077\n    paths: [\"infra/**\"]\n    statement: rebuilt from events\n  - id: AWS-0078\n    expired_at: 2024-01-01\n";
        let files = [(".trivyignore", plain), (".trivyignore.yaml", yaml), ("infra/db.tf", ""), ("db.tf", "")];
        sample::with_look(&files, |look| {
            let found = configured(&look, "", &["trivy"]);
            let rules: Vec<&str> = found.iter().map(|one| one.rule.as_str()).collect();
            assert_eq!(rules, ["AWS-0080", "AWS-0082", "AWS-0077"]);
            assert_eq!(rule(&found, "AWS-0082").reason.as_deref(), Some("until the move"));
            let backup = rule(&found, "AWS-0077");
            assert_eq!(backup.reason.as_deref(), Some("rebuilt from events"));
            assert!(backup.covers("infra/db.tf", 1) && !backup.covers("db.tf", 1));
        });
    }
}
