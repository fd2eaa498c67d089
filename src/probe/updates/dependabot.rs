//! Dependabot's configuration, version 2 (GitHub Docs, Dependabot options reference).

use super::watch::{Told, Wait, Watch};
use super::{narrowing, present};
use crate::model::{Suppression, Unknown};
use crate::probe::{suppression, yaml_file};
use crate::yaml::Node;

/// Days that Dependabot waits where nothing says otherwise (catalogue, deps/update-automation).
const DEFAULT_DAYS: u64 = 3;
/// Schedules that are rarer than once a month.
const SLOW: &[&str] = &["quarterly", "semiannually", "yearly"];

/// Reads a configuration; one that is no YAML is no observation.
pub(super) fn read(path: &str, bytes: &[u8]) -> Result<Told, Unknown> {
    let root = yaml_file::read(path, bytes)
        .map_err(|fault| Unknown::because(format!("`{path}` line {}: {}", fault.line, fault.reason)))?;
    let version = root.get("version");
    if version.and_then(Node::text) != Some("2") {
        let line = version.map_or(1, |version| version.span.line);
        let refused = "Dependabot takes `version: 2` alone, so nothing here is done";
        return Ok(Told { watches: Vec::new(), broken: vec![(line, refused.to_owned())] });
    }
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().collect();
    let mut told = Told::default();
    for entry in root.get("updates").map(Node::items).unwrap_or_default() {
        match watch(entry, &root, &lines) {
            Ok(Some(watch)) => told.watches.push(watch),
            Ok(None) => {}
            Err(refused) => told.broken.push((entry.span.line, refused.to_owned())),
        }
    }
    Ok(told)
}

/// One entry; `None` where it ignores everything.
fn watch(entry: &Node, root: &Node, lines: &[&str]) -> Result<Option<Watch>, &'static str> {
    let ecosystem = entry.get("package-ecosystem").ok_or("an entry without `package-ecosystem`")?;
    let name = ecosystem.text().ok_or("`package-ecosystem` is one word")?;
    let folders: Vec<String> = ["directory", "directories"]
        .iter()
        .filter_map(|key| entry.get(key))
        .flat_map(yaml_file::texts)
        .map(|(folder, _)| folder.trim_matches('/').to_owned())
        .collect();
    if folders.is_empty() {
        return Err("an entry without `directory` or `directories`");
    }
    if ignores_everything(entry) {
        return Ok(None);
    }
    let line = ecosystem.span.line;
    Ok(Some(Watch {
        line,
        name: name.to_owned(),
        ecosystems: present::of_dependabot(name),
        folders: Some(folders),
        excluded: texts(entry.get("exclude-paths")),
        wait: Wait::Days(days(entry)),
        slow: interval(entry, root).filter(|interval| SLOW.contains(&interval.as_str())),
        security_only: entry.get("open-pull-requests-limit").and_then(Node::text) == Some("0"),
        narrowed: narrowing::narrowed(entry),
        suppression: passed_over(lines, line),
    }))
}

fn texts(node: Option<&Node>) -> Vec<String> {
    node.map(yaml_file::texts).unwrap_or_default().into_iter().map(|(text, _)| text).collect()
}

fn days(entry: &Node) -> u64 {
    let Some(cooldown) = entry.get("cooldown") else { return DEFAULT_DAYS };
    let stated = |key: &str| cooldown.get(key).and_then(Node::text).and_then(|days| days.parse().ok());
    let by_size = ["semver-major-days", "semver-minor-days", "semver-patch-days"].iter().filter_map(|key| stated(key));
    stated("default-days").or_else(|| by_size.min()).unwrap_or(DEFAULT_DAYS)
}

/// Its own schedule, or that of the group it belongs to.
fn interval(entry: &Node, root: &Node) -> Option<String> {
    let group = || {
        let name = entry.get("multi-ecosystem-group")?.text()?;
        yaml_file::at(root, &["multi-ecosystem-groups", name, "schedule", "interval"])
    };
    yaml_file::at(entry, &["schedule", "interval"]).or_else(group)?.text().map(str::to_owned)
}

/// `ignore: [{ dependency-name: "*" }]` without versions or kinds of updates.
fn ignores_everything(entry: &Node) -> bool {
    entry.get("ignore").map(Node::items).unwrap_or_default().iter().any(|ignored| {
        let name = ignored.get("dependency-name").and_then(Node::text);
        name == Some("*") && ignored.get("versions").is_none() && ignored.get("update-types").is_none()
    })
}

/// `# zizmor: ignore[dependabot-cooldown]` on the line that names the ecosystem.
fn passed_over(lines: &[&str], line: u32) -> Option<Suppression> {
    let text = lines.get(usize::try_from(line).ok()?.checked_sub(1)?)?;
    let (_, rest) = text.split_once("zizmor:")?;
    let (rules, why) = rest.trim_start().strip_prefix("ignore[")?.split_once(']')?;
    let named = rules.split(',').any(|rule| rule.trim() == "dependabot-cooldown");
    named.then(|| Suppression {
        by: "zizmor dependabot-cooldown".to_owned(),
        reason: suppression::reason(why),
        honoured: true,
    })
}
