//! The spec as it stands: where each check, claim and area is written, and what of it came from the document.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::import::draft::slug;
use crate::yaml::Node;

/// The spec, by lines from 0.
#[derive(Default)]
pub(super) struct OldSpec {
    pub(super) checks: Vec<OldCheck>,
    areas: Vec<OldArea>,
    /// Line and value of what is claimed of the whole.
    pub(super) overall: Option<(usize, String)>,
    pub(super) last_line_of_areas: usize,
    /// The last line below a key at the top.
    pub(super) ends: BTreeMap<&'static str, usize>,
    /// What stands below `risks`, `team` and `costs`, and the parts of the plan below `phases` and `gates`.
    pub(super) entries: BTreeMap<&'static str, OldEntries>,
}

/// What stands below one key at the top.
#[derive(Default)]
pub(super) struct OldEntries {
    pub(super) all: Vec<OldEntry>,
    /// Columns before the dash, or before the id.
    pub(super) indent: usize,
    /// Whether each entry starts on a line of its own.
    pub(super) is_block: bool,
}

/// One risk, person, cost, phase or gate.
pub(super) struct OldEntry {
    /// Its id, or what names it.
    pub(super) name: String,
    pub(super) first_line: usize,
    /// The line of the document that a comment names: it was made from the document.
    pub(super) document_line: Option<u32>,
    /// What is compared with the document: level, share of a job, amount.
    pub(super) value: Option<String>,
    /// Where a gate lists its checks on one line.
    pub(super) checks_line: Option<usize>,
}

pub(super) struct OldArea {
    pub(super) id: String,
    pub(super) claimed: Option<(usize, String)>,
    pub(super) last_line: usize,
    /// Whether its checks are a list of one check a line and more.
    pub(super) is_block: bool,
    /// Columns before the dash of its checks.
    pub(super) indent: usize,
}

pub(super) struct OldCheck {
    pub(super) id: String,
    pub(super) area: String,
    pub(super) title: String,
    pub(super) first_line: usize,
    pub(super) last_line: usize,
    /// The last line that is not a comment.
    pub(super) last_own_line: usize,
    /// Columns before its dash.
    pub(super) indent: usize,
    pub(super) id_line: Option<usize>,
    /// The line of the document that a comment beside the id names.
    pub(super) document_line: Option<u32>,
    /// The document as the claim names it.
    pub(super) document: String,
    pub(super) title_line: Option<usize>,
    /// Whether the title is still the one that gave the id.
    pub(super) title_is_its_own: bool,
    pub(super) claim: Option<OldClaim>,
    /// Whether it was made from the document.
    pub(super) is_imported: bool,
}

pub(super) struct OldClaim {
    pub(super) value: String,
    pub(super) text: String,
    pub(super) lines: Range<usize>,
    pub(super) indent: String,
    /// A comment at the end of its line.
    pub(super) remark: String,
    /// Whether a comment stands inside it.
    pub(super) has_comments: bool,
    written: String,
}

impl OldClaim {
    /// Whether the claim is written like this already.
    pub(super) fn says(&self, written: &str) -> bool {
        self.written == written
    }

    /// The value in a claim as `import` writes it.
    pub(super) fn value_in<'t>(&self, written: &'t str) -> &'t str {
        let value = written.strip_prefix("claimed: { value: ").unwrap_or(written);
        value.split_once(", text: ").map_or(value, |(value, _)| value)
    }
}

impl OldSpec {
    pub(super) fn of(text: &str, root: Option<&Node>, document: &str) -> OldSpec {
        let lines: Vec<&str> = text.lines().collect();
        let mut spec = OldSpec { last_line_of_areas: lines.len().saturating_sub(1), ..OldSpec::default() };
        let Some(root) = root else { return spec };
        for (key, name) in
            root.entries().iter().filter_map(|(key, _)| Some((key, TOP.iter().find(|top| **top == key.text)?)))
        {
            spec.ends.insert(name, last_line_below(&lines, line_of(key.span.line), 0));
        }
        for (key, name, value) in ENTRIES {
            if let Some(node) = root.get(key) {
                spec.entries.insert(key, entries(&lines, node, name, value));
            }
        }
        if let Some(end) = spec.ends.get("areas") {
            spec.last_line_of_areas = *end;
        }
        spec.overall = root.get("claims").and_then(|claims| {
            let value = claims.get("overall")?;
            let one_line = lines.get(line_of(value.span.line))?.starts_with("claims: {");
            one_line.then(|| Some((line_of(value.span.line), value.text()?.to_owned()))).flatten()
        });
        for (key, area) in root.get("areas").map(Node::entries).unwrap_or_default() {
            spec.area_of_spec(&lines, &key.text, area, document);
        }
        spec
    }

    fn area_of_spec(&mut self, lines: &[&str], id: &str, area: &Node, document: &str) {
        let items = area.get("checks").map(Node::items).unwrap_or_default();
        let dash = |item: &Node| {
            let line = lines.get(line_of(item.span.line)).copied().unwrap_or_default();
            line.trim_start().starts_with('-').then(|| line.len() - line.trim_start().len())
        };
        for item in items {
            if let (Some(id_node), Some(indent)) = (item.get("id"), dash(item)) {
                self.checks.push(check(lines, id, item, id_node, indent, document));
            }
        }
        let last = items.last().and_then(|item| Some(last_line_below(lines, line_of(item.span.line), dash(item)?)));
        let claimed = area.entries().iter().find(|(key, _)| key.text == "claimed");
        self.areas.push(OldArea {
            id: id.to_owned(),
            claimed: claimed.and_then(|(key, value)| Some((line_of(key.span.line), value.text()?.to_owned()))),
            last_line: last.unwrap_or_default(),
            is_block: last.is_some() && items.iter().all(|item| dash(item).is_some()),
            indent: items.first().and_then(dash).unwrap_or_default(),
        });
    }

    pub(super) fn check(&self, id: &str) -> Option<&OldCheck> {
        self.checks.iter().find(|check| check.id == id)
    }

    pub(super) fn area(&self, id: &str) -> Option<&OldArea> {
        self.areas.iter().find(|area| area.id == id)
    }

    /// The area that most of some checks are in.
    pub(super) fn area_of<'i>(&self, ids: impl Iterator<Item = &'i str>) -> Option<&OldArea> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for check in ids.filter_map(|id| self.check(id)) {
            *counts.entry(&check.area).or_default() += 1;
        }
        let (area, _) = counts.into_iter().max_by_key(|(_, count)| *count)?;
        self.area(area)
    }
}

/// Keys at the top that may grow.
const TOP: &[&str] = &["areas", "phases", "gates", "risks", "team", "costs"];

/// Keys with entries, what names an entry (an id where empty), and what is compared with the document.
const ENTRIES: [(&str, &str, &str); 5] = [
    ("risks", "title", "level"),
    ("team", "role", "fte"),
    ("costs", "item", "amount"),
    ("phases", "", "end"),
    ("gates", "", ""),
];

/// The number in a comment `# line 12` at the end of a line.
fn line_beside(lines: &[&str], line: usize) -> Option<u32> {
    lines.get(line)?.rsplit_once("# line ")?.1.trim().parse().ok()
}

fn entries(lines: &[&str], node: &Node, name: &str, value: &str) -> OldEntries {
    let entry = |named: String, line: u32, node: &Node| {
        let first_line = line_of(line);
        let checks = node.get("checks").map(|checks| line_of(checks.span.line));
        OldEntry {
            name: named,
            first_line,
            document_line: line_beside(lines, first_line),
            value: node.get(value).and_then(Node::text).map(plain),
            checks_line: checks.filter(|line| {
                lines.get(*line).is_some_and(|text| text.contains('[') && text.trim_end().ends_with(']'))
            }),
        }
    };
    let items = node.items().iter();
    let listed = items
        .map(|item| entry(item.get(name).and_then(Node::text).map(plain).unwrap_or_default(), item.span.line, item));
    let keyed = node.entries().iter().map(|(key, value)| entry(key.text.clone(), key.span.line, value));
    let all: Vec<OldEntry> = if name.is_empty() { keyed.collect() } else { listed.collect() };
    let starts: BTreeSet<usize> = all.iter().map(|entry| entry.first_line).collect();
    let opens = |entry: &OldEntry| {
        lines.get(entry.first_line).is_some_and(|line| name.is_empty() || line.trim_start().starts_with('-'))
    };
    let indent = all.first().and_then(|first| lines.get(first.first_line)).map_or(2, |line| depth(line));
    let is_block = !all.is_empty() && starts.len() == all.len() && all.iter().all(opens);
    OldEntries { all, indent, is_block }
}

/// A text without what keeps references to variables from being replaced.
fn plain(text: &str) -> String {
    text.replace("$${", "${").replace("$$$$", "$$")
}

fn line_of(line: u32) -> usize {
    (line as usize).saturating_sub(1)
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The last line that is deeper than the first, blank lines and comments of what follows left out.
fn last_line_below(lines: &[&str], first: usize, indent: usize) -> usize {
    let deeper = |line: &&str| line.trim().is_empty() || depth(line) > indent;
    let count = lines.iter().skip(first + 1).take_while(|line| deeper(line)).count();
    let mut last = first + count;
    while last > first && lines.get(last).is_none_or(|line| line.trim().is_empty()) {
        last -= 1;
    }
    last
}

fn check(lines: &[&str], area: &str, item: &Node, id: &Node, indent: usize, document: &str) -> OldCheck {
    let text = |key: &str| item.get(key).and_then(Node::text).map(plain).unwrap_or_default();
    let first_line = line_of(item.span.line);
    let last_line = last_line_below(lines, first_line, indent);
    let id_line = line_of(id.span.line);
    let beside = line_beside(lines, id_line);
    let source = item.get("claimed").and_then(|claimed| claimed.get("source")).and_then(Node::text);
    let named = source.and_then(|source| source.rsplit_once(':')).map(|(file, _)| file);
    let same_file = |file: &str| file.rsplit('/').next() == document.rsplit('/').next();
    let title = text("title");
    let title_line =
        item.entries().iter().find(|(key, _)| key.text == "title").map(|(key, value)| (key.span.line, value.span.line));
    let (id, own) = (text("id"), slug(&title));
    let last_own_line = (first_line..=last_line)
        .rev()
        .find(|line| lines.get(*line).is_some_and(|line| !line.trim_start().starts_with('#')));
    OldCheck {
        area: area.to_owned(),
        last_own_line: last_own_line.unwrap_or(first_line),
        id_line: beside.map(|_| id_line),
        document_line: beside,
        document: named.filter(|file| same_file(file)).unwrap_or(document).to_owned(),
        title_line: title_line
            .filter(|(key, value)| key == value && plain_title(lines, *key))
            .map(|(key, _)| line_of(key)),
        title_is_its_own: id == own
            || id.rsplit_once('-').is_some_and(|(base, number)| base == own && number.parse::<u32>().is_ok()),
        claim: claim(lines, item),
        is_imported: named.is_some_and(same_file) || beside.is_some(),
        id,
        title,
        first_line,
        last_line,
        indent,
    }
}

/// Whether the line holds the whole title and no comment.
fn plain_title(lines: &[&str], line: u32) -> bool {
    let text = lines.get(line_of(line)).map_or("", |line| line.trim());
    let value = text.trim_start_matches("- ").strip_prefix("title: ").unwrap_or_default();
    let quoted = value.len() >= 2 && value.starts_with('"') && value.ends_with('"');
    !value.is_empty() && !value.starts_with(['|', '>', '&', '!']) && (quoted || !value.contains(" #"))
}

fn claim(lines: &[&str], item: &Node) -> Option<OldClaim> {
    let (key, claimed) = item.entries().iter().find(|(key, _)| key.text == "claimed")?;
    let first = line_of(key.span.line);
    let line = lines.get(first)?;
    let indent = line.get(..depth(line))?.to_owned();
    let last = last_line_below(lines, first, indent.len());
    let text = |key: &str| claimed.get(key).and_then(Node::text).map(plain).unwrap_or_default();
    let body = line.trim();
    let (written, remark) = match body.rfind('}') {
        Some(end) if body.starts_with("claimed: {") => body.split_at(end + 1),
        _ => (body, ""),
    };
    let inside = lines.get(first + 1..=last).unwrap_or_default().iter().any(|line| line.trim_start().starts_with('#'));
    let beside_block = remark.is_empty() && body.contains(" #") && !body.starts_with("claimed: {");
    Some(OldClaim {
        value: claimed.text().map_or_else(|| text("value"), str::to_owned),
        text: text("text"),
        lines: first..last + 1,
        indent,
        remark: remark.to_owned(),
        has_comments: inside || beside_block,
        written: written.to_owned(),
    })
}
