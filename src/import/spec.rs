//! A spec as the document it would be: areas as headings, checks as bullets with the marks of their claims, phases and gates
//! as lists. So the same rules look for contradictions in both.

use std::collections::BTreeSet;

use crate::model::Statement;
use crate::model::statement::Meaning;
use crate::yaml::{Kind, Node};

/// A document with, for each of its lines, the line of the spec that says it.
#[derive(Default)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) lines: Vec<u32>,
    /// Lines of the document with a check that claims nothing: its title says what is to be, not what is.
    unclaimed: BTreeSet<u32>,
}

impl Written {
    fn add(&mut self, line: u32, text: &str) {
        self.text.push_str(text);
        self.text.push_str("\n\n");
        self.lines.extend([line, line]);
    }

    fn bullet(&mut self, line: u32, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
        self.lines.push(line);
    }

    /// The bullet of a check; `claims` when the spec says that somebody claims something of it.
    fn check(&mut self, line: u32, text: &str, claims: bool) {
        if !claims {
            self.unclaimed.insert(u32::try_from(self.lines.len() + 1).unwrap_or(u32::MAX));
        }
        self.bullet(line, text);
    }

    /// Whether somebody claims what this statement of the document says.
    pub(super) fn is_claimed(&self, statement: &Statement) -> bool {
        let claim = statement.meaning.mark().is_some()
            || matches!(
                statement.meaning,
                Meaning::Percentage { .. } | Meaning::Score { .. } | Meaning::Grade { .. } | Meaning::Date { .. }
            );
        !claim || !self.unclaimed.contains(&statement.line)
    }

    /// The lines of the spec with such a check.
    pub(super) fn unclaimed(&self) -> BTreeSet<u32> {
        self.unclaimed.iter().map(|line| self.line(*line)).collect()
    }

    /// The line of the spec behind a line of the document, both from 1.
    pub(super) fn line(&self, line: u32) -> u32 {
        let index = (line as usize).saturating_sub(1);
        self.lines.get(index).or(self.lines.last()).copied().unwrap_or(1)
    }
}

/// The tree of a spec with all that it includes, where what another file brings stands at the `include` that names it.
pub(super) fn on_lines_of(file: &str, main: Option<&Node>, mut root: Node) -> Node {
    let brought: Vec<(String, u32)> = main
        .and_then(|main| main.get("include"))
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .filter_map(|item| Some((last_part(item.get("file").or(Some(item))?.text()?).to_owned(), item.span.line)))
        .collect();
    move_lines(&mut root, file, &brought);
    root
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn move_lines(node: &mut Node, file: &str, brought: &[(String, u32)]) {
    if node.span.source.file != file {
        let name = last_part(&node.span.source.file);
        let named = brought.iter().find(|(other, _)| other == name).or(brought.first());
        node.span.line = named.map_or(1, |(_, line)| *line);
    }
    match &mut node.kind {
        Kind::Map(entries) => entries.iter_mut().for_each(|(_, value)| move_lines(value, file, brought)),
        Kind::List(items) => items.iter_mut().for_each(|item| move_lines(item, file, brought)),
        _ => {}
    }
}

/// Most checks that a document is written of.
const MOST_CHECKS: usize = 5000;

/// The spec as a document.
pub(super) fn written(root: &Node) -> Written {
    let mut document = Written::default();
    let name = root.get("system").and_then(|system| text(system, "name"));
    document.add(1, &format!("# {}", name.unwrap_or_else(|| "System".to_owned())));
    head(root, &mut document);
    let checks = checks(root);
    for (key, area) in entries(root, "areas") {
        let title = text(area, "title").unwrap_or_else(|| key.to_owned());
        let claimed = text(area, "claimed").map_or_else(String::new, |claimed| format!(" ({claimed} complete)"));
        document.add(area.span.line.saturating_sub(1).max(1), &format!("## {title}{claimed}"));
        if let Some(priority) = area.get("priority") {
            document.add(
                priority.span.line,
                &format!("**Priority:** {}", priority.text().unwrap_or_default().to_uppercase()),
            );
        }
        let own = || checks.iter().filter(|check| check.area == key);
        own().filter(|check| check.group.is_none()).for_each(|check| check.write(&checks, &mut document));
        groups(&own().collect::<Vec<_>>(), &checks, &mut document);
        document.bullet(area.span.line, "");
    }
    plan(root, &checks, &mut document);
    document
}

/// Checks below the headings of their groups, each group once: `Phase 2 / Search` is a heading below that of `Phase 2`.
fn groups(own: &[&Check], all: &[Check], document: &mut Written) {
    let mut names: Vec<&str> = Vec::new();
    for group in own.iter().filter_map(|check| check.group.as_deref()) {
        if !names.contains(&group) {
            names.push(group);
        }
    }
    names.sort_by_key(|name| {
        own.iter().position(|check| check.group.as_deref().is_some_and(|group| root_of(group) == root_of(name)))
    });
    let mut open: Vec<&str> = Vec::new();
    for name in names {
        let parts: Vec<&str> = name.split(" / ").collect();
        let members = || own.iter().filter(|check| check.group.as_deref() == Some(name));
        let line = members().next().map_or(1, |check| check.line);
        let shared = open.iter().zip(&parts).take_while(|(open, part)| open == part).count();
        for (depth, part) in parts.iter().enumerate().skip(shared) {
            document.bullet(line, "");
            document.add(line, &format!("{} {part}", "#".repeat((depth + 3).min(6))));
        }
        members().for_each(|check| check.write(all, document));
        open = parts;
    }
}

fn root_of(group: &str) -> &str {
    group.split(" / ").next().unwrap_or(group)
}

fn head(root: &Node, document: &mut Written) {
    if let Some(overall) = root.get("claims").and_then(|claims| claims.get("overall")) {
        document.add(overall.span.line, &format!("**Overall:** {} complete", overall.text().unwrap_or_default()));
    }
    if let Some(date) = root.get("system").and_then(|system| system.get("target_date")) {
        document.add(date.span.line, &format!("**Target date:** {}", date.text().unwrap_or_default()));
    }
}

/// Phases with their checks, gates, and the declared path.
fn plan(root: &Node, checks: &[Check], document: &mut Written) {
    for (number, (key, phase)) in entries(root, "phases").enumerate() {
        let title = text(phase, "title").unwrap_or_else(|| key.to_owned());
        let title = match super::phase::opened_by(&title) {
            Some(_) => title,
            None => format!("Phase {}: {title}", number + 1),
        };
        document.add(phase.span.line, &format!("## {title}"));
        // What is done, or stands under a heading of its phase, is no plan of its own.
        let planned =
            |check: &&Check| check.phase.as_deref() == Some(key) && !check.is_done() && !check.is_below_a_phase;
        for check in checks.iter().filter(planned) {
            document.check(check.line, &format!("- {}{}", check.title, check.effort()), false);
        }
        document.bullet(phase.span.line, "");
    }
    // What one gate leaves out, another one asks for that wants a score of the whole.
    let asks_for_all = entries(root, "gates").any(|(_, gate)| asks_for_all(gate));
    for (key, gate) in entries(root, "gates").filter(|_| !asks_for_all) {
        document.add(gate.span.line, &format!("## Gate: {}", text(gate, "title").unwrap_or_else(|| key.to_owned())));
        for id in gate.get("checks").map(Node::items).unwrap_or_default() {
            let named = checks.iter().find(|check| Some(check.id.as_str()) == id.text());
            let title = named.map_or(id.text().unwrap_or_default(), |check| &check.title);
            document.check(id.span.line, &format!("- {title}"), false);
        }
        document.bullet(gate.span.line, "");
    }
    let path = root.get("system").and_then(|system| system.get("critical_path")).map(Node::items).unwrap_or_default();
    let steps: Vec<&str> = path
        .iter()
        .filter_map(|step| {
            checks.iter().find(|check| Some(check.id.as_str()) == step.text()).map(|check| check.title.as_str())
        })
        .collect();
    if let Some(first) = path.first().filter(|_| steps.len() > 2) {
        document.add(first.span.line, &format!("Critical path: {}", steps.join(" → ")));
    }
}

/// Whether a gate wants a score of the whole.
fn asks_for_all(gate: &Node) -> bool {
    let wanted = gate.get("expect").map(Node::items).unwrap_or_default();
    wanted.iter().filter_map(Node::text).any(|text| text.trim_start().starts_with("score"))
}

struct Check {
    area: String,
    id: String,
    /// What is claimed of it in the words of the claim, else what the check is called.
    title: String,
    line: u32,
    group: Option<String>,
    phase: Option<String>,
    /// Whether the title of its area or its group names a part of the plan.
    is_below_a_phase: bool,
    claimed: Option<String>,
    claim: Option<Claim>,
    effort: Option<String>,
    blocker: bool,
    requires: Vec<(u32, String)>,
}

/// The words of a claim, and where they stand.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    text: String,
    source: Option<String>,
}

impl Check {
    fn is_done(&self) -> bool {
        self.claimed.as_deref() == Some("done")
    }

    fn effort(&self) -> String {
        let said = !super::duration::durations(&self.title).is_empty();
        let Some(effort) = self.effort.as_ref().filter(|_| !said) else { return String::new() };
        format!(" ({})", effort.replace("..", "-").replace(" d", " days").replace(" w", " weeks"))
    }

    fn write(&self, all: &[Check], document: &mut Written) {
        let (mark, share) = match self.claimed.as_deref() {
            Some("done") => ("[x] ", String::new()),
            Some("missing") => ("[ ] ", String::new()),
            Some("partial") => ("⚠️ ", String::new()),
            Some(value) if value.ends_with('%') => ("", format!(": {value} complete")),
            _ => ("", String::new()),
        };
        let rank = if self.blocker { " (Priority: CRITICAL)" } else { "" };
        let claims = !(mark.is_empty() && share.is_empty());
        document.check(self.line, &format!("- {mark}{}{share}{}{rank}", self.title, self.effort()), claims);
        for (line, id) in &self.requires {
            // What is done is no prerequisite that is still to come.
            if let Some(other) = all.iter().find(|other| other.id == *id && !other.is_done()) {
                document
                    .bullet(*line, &format!("  - Requires: {}", other.title.replace([',', '+', '.', ';', '('], " ")));
            }
        }
    }
}

fn checks(root: &Node) -> Vec<Check> {
    let of_area = |(key, area): (&str, &Node)| -> Vec<Check> {
        let items = area.get("checks").map(Node::items).unwrap_or_default();
        let title = text(area, "title").unwrap_or_default();
        items.iter().filter_map(|item| check(key, &title, item)).collect()
    };
    let mut checks: Vec<Check> = entries(root, "areas").flat_map(of_area).take(MOST_CHECKS).collect();
    claims_once(&mut checks);
    checks
}

/// A claim that several checks look at is one claim.
fn claims_once(checks: &mut [Check]) {
    let mut told = BTreeSet::new();
    for check in checks {
        let Some(claim) = check.claim.take() else { continue };
        if told.insert(claim.clone()) {
            check.title = claim.text;
        } else {
            check.claimed = None;
        }
    }
}

fn check(area: &str, area_title: &str, item: &Node) -> Option<Check> {
    let id = text(item, "id").or_else(|| text(item, "use"))?;
    let claimed = item.get("claimed");
    let claim = claimed
        .and_then(|claimed| Some(Claim { text: text(claimed, "text")?, source: text(claimed, "source") }))
        .filter(|claim| !claim.text.is_empty());
    let value = claimed.and_then(|claimed| claimed.text().map(str::to_owned).or_else(|| text(claimed, "value")));
    let requires = item.get("requires").map(Node::items).unwrap_or_default();
    let group = text(item, "group");
    let opens = |title: &str| title.split(" / ").any(|part| super::phase::opened_by(part).is_some());
    Some(Check {
        area: area.to_owned(),
        is_below_a_phase: opens(area_title) || group.as_deref().is_some_and(opens),
        title: one_line(&text(item, "title").unwrap_or_else(|| id.clone())),
        id,
        line: item.span.line,
        group,
        phase: text(item, "phase"),
        claimed: value.map(|value| value.replace(" %", "%")),
        claim,
        effort: text(item, "effort"),
        blocker: text(item, "severity").as_deref() == Some("blocker"),
        requires: requires.iter().filter_map(|node| Some((node.span.line, node.text()?.to_owned()))).collect(),
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text(node: &Node, key: &str) -> Option<String> {
    Some(one_line(node.get(key)?.text()?))
}

fn entries<'n>(root: &'n Node, key: &str) -> impl Iterator<Item = (&'n str, &'n Node)> {
    root.get(key).map(Node::entries).unwrap_or_default().iter().map(|(key, node)| (key.text.as_str(), node))
}

#[cfg(test)]
mod tests;
