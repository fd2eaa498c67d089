//! A draft as YAML text, with what could not be said in keys as comments.

use super::yaml_text::{comment, scalar, shortened};
use super::{AreaDraft, CheckDraft, Claimed, Draft, GateDraft, PhaseDraft};

/// Lines of leftovers that are listed.
const MOST_LEFTOVERS: usize = 500;

pub(super) fn write(draft: &Draft) -> String {
    let mut text = Lines::default();
    head(draft, &mut text);
    areas(draft, &mut text);
    gates(draft, &mut text);
    phases(draft, &mut text);
    risks(draft, &mut text);
    people(draft, &mut text);
    sections(draft, &mut text);
    leftovers(draft, &mut text);
    text.0
}

/// Text that grows line by line.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }
}

fn head(draft: &Draft, text: &mut Lines) {
    text.add(&format!(
        "# Made from {} by `shipworthy import`. Every check is a claim without evidence until it has a probe.",
        comment(&draft.source)
    ));
    text.add("version: 1");
    text.add("system:");
    text.add(&format!("  name: {}", scalar(&shortened(draft.name.as_deref().unwrap_or("System"), 120))));
    if let Some(owner) = &draft.owner {
        text.add(&format!("  owner: {}", scalar(owner)));
    }
    if let Some(date) = &draft.target_date {
        text.add(&format!("  target_date: {date}"));
    }
    if let Some(overall) = &draft.overall {
        text.add(&format!("claims: {{ overall: {}, source: {} }}", overall.value, source(draft, overall.line)));
    }
}

fn source(draft: &Draft, line: u32) -> String {
    scalar(&format!("{}:{line}", draft.source))
}

fn areas(draft: &Draft, text: &mut Lines) {
    text.add(&format!("\nareas:{}", if draft.areas.is_empty() { " {}" } else { "" }));
    for area in &draft.areas {
        area_head(draft, area, text);
        for check in &area.checks {
            one_check(draft, check, text);
        }
    }
}

fn area_head(draft: &Draft, area: &AreaDraft, text: &mut Lines) {
    text.add(&format!("  {}:", area.id));
    text.add(&format!("    title: {}", scalar(&shortened(&area.title, 120))));
    if let Some(priority) = area.priority {
        text.add(&format!("    priority: {}", priority.word()));
    }
    if let Some(claimed) = &area.claimed {
        text.add(&format!("    claimed: {} # {}:{}", claimed.value, comment(&draft.source), claimed.line));
    }
    if let Some(remark) = &area.remark {
        text.add(&format!("    # {}", comment(remark)));
    }
    text.add("    checks:");
}

fn one_check(draft: &Draft, check: &CheckDraft, text: &mut Lines) {
    text.add(&format!("      - id: {} # line {}", check.id, check.line));
    text.add(&format!("        title: {}", scalar(&check.title)));
    if let Some(severity) = check.severity {
        text.add(&format!("        severity: {}", severity.word()));
    }
    if check.weightless {
        text.add("        weight: 0");
    }
    for (key, value) in
        [("group", &check.group), ("phase", &check.phase), ("horizon", &check.horizon), ("owner", &check.owner)]
    {
        if let Some(value) = value {
            text.add(&format!("        {key}: {}", scalar(value)));
        }
    }
    if let Some(effort) = &check.effort {
        text.add(&format!("        effort: {effort}"));
    }
    if !check.requires.is_empty() {
        text.add(&format!("        requires: [{}]", check.requires.join(", ")));
    }
    if !check.any_of.is_empty() {
        text.add(&format!("        any_of: [{}]", check.any_of.join(", ")));
    }
    if let Some((date, _)) = &check.resolved {
        text.add(&format!("        resolved: {{ date: {date} }}"));
    }
    if let Some(claimed) = &check.claimed {
        claim(draft, claimed, text);
    }
    for remark in &check.remarks {
        text.add(&format!("        # {}", comment(&shortened(remark, 300))));
    }
}

fn claim(draft: &Draft, claimed: &Claimed, text: &mut Lines) {
    let (words, place) = (scalar(&claimed.text), source(draft, claimed.line));
    text.add(&format!(
        "        claimed: {{ value: {}, text: {words}, source: {place} }}",
        scalar_value(&claimed.value)
    ));
}

/// `n/a`, states and percentages stand as they are.
fn scalar_value(value: &str) -> String {
    if value.ends_with('%') { value.to_owned() } else { scalar(value) }
}

fn gates(draft: &Draft, text: &mut Lines) {
    if draft.gates.is_empty() {
        return;
    }
    text.add("\ngates:");
    for GateDraft { id, title, line, checks } in &draft.gates {
        text.add(&format!("  {id}: # line {line}"));
        text.add(&format!("    title: {}", scalar(title)));
        text.add(&format!("    checks: [{}]", checks.join(", ")));
    }
}

fn phases(draft: &Draft, text: &mut Lines) {
    if draft.phases.is_empty() {
        return;
    }
    text.add("\nphases:");
    for PhaseDraft { id, title, line, days, .. } in &draft.phases {
        let days = days.as_ref().map_or_else(String::new, |(start, end)| format!(", start: {start}, end: {end}"));
        text.add(&format!("  {id}: {{ title: {}{days} }} # line {line}", scalar(title)));
    }
}

fn risks(draft: &Draft, text: &mut Lines) {
    if draft.risks.is_empty() {
        return;
    }
    text.add("\nrisks:");
    for risk in &draft.risks {
        text.add(&format!("  - title: {} # line {}", scalar(&risk.title), risk.line));
        text.add(&format!("    level: {}", risk.level));
        if let Some(effect) = &risk.effect {
            text.add(&format!("    effect: {effect}"));
        }
        if let Some(mitigation) = &risk.mitigation {
            text.add(&format!("    mitigation: {}", scalar(mitigation)));
        }
    }
}

fn people(draft: &Draft, text: &mut Lines) {
    if !draft.team.is_empty() {
        text.add("\nteam:");
    }
    for person in &draft.team {
        let weeks = person
            .weeks
            .as_ref()
            .map_or_else(String::new, |weeks| format!(", duration: {} w", weeks.floor_decimals(2)));
        let full_time = person.full_time.floor_decimals(4);
        text.add(&format!("  - {{ role: {}, fte: {full_time}{weeks} }} # line {}", scalar(&person.role), person.line));
    }
    if !draft.costs.is_empty() {
        text.add("\ncosts:");
    }
    for cost in &draft.costs {
        let period = cost.period.as_ref().map_or_else(String::new, |period| format!(", period: {}", scalar(period)));
        text.add(&format!(
            "  - {{ item: {}, amount: {}{period} }} # line {}",
            scalar(&cost.item),
            scalar(&cost.amount),
            cost.line
        ));
    }
}

fn sections(draft: &Draft, text: &mut Lines) {
    if draft.sections.is_empty() {
        return;
    }
    text.add("\nreport:\n  sections:");
    for section in &draft.sections {
        text.add(&format!("    - title: {}", scalar(&shortened(&section.title, 120))));
        text.add(&format!("      body: {}", scalar(&section.body)));
    }
}

fn leftovers(draft: &Draft, text: &mut Lines) {
    if draft.leftovers.is_empty() {
        return;
    }
    text.add("\n# Left over: lines that state nothing we know.");
    for left in draft.leftovers.iter().take(MOST_LEFTOVERS) {
        text.add(&format!("#   {}: {}", left.line, comment(&shortened(&left.text, 160))));
    }
    if draft.leftovers.len() > MOST_LEFTOVERS {
        text.add(&format!("#   … and {} more", draft.leftovers.len() - MOST_LEFTOVERS));
    }
}
