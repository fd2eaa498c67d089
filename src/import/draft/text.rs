//! A draft as YAML text, with what could not be said in keys as comments.

use std::collections::BTreeMap;

use super::yaml_text::{comment, scalar, shortened};
use super::{AreaDraft, CheckDraft, Claimed, CostDraft, Draft, GateDraft, PhaseDraft, RiskDraft, TeamDraft};

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

/// A check as it stands in a spec.
pub(in crate::import) fn check_lines(draft: &Draft, check: &CheckDraft) -> String {
    let mut text = Lines::default();
    one_check(draft, check, &mut text);
    text.0
}

/// An area with its checks.
pub(in crate::import) fn area_lines(draft: &Draft, area: &AreaDraft) -> String {
    let mut text = Lines::default();
    area_head(draft, area, &mut text);
    area.checks.iter().for_each(|check| one_check(draft, check, &mut text));
    text.0
}

/// A gate, with its checks under the ids that they have in a spec.
pub(in crate::import) fn gate_lines(gate: &GateDraft, ids: &BTreeMap<&str, &str>) -> String {
    let rename = |id: &String| ids.get(id.as_str()).map_or_else(|| id.clone(), |old| (*old).to_owned());
    let mut text = Lines::default();
    one_gate(&GateDraft { checks: gate.checks.iter().map(rename).collect(), ..gate.clone() }, &mut text);
    text.0
}

/// A phase.
pub(in crate::import) fn phase_line(phase: &PhaseDraft) -> String {
    let days = phase.days.as_ref().map_or_else(String::new, |(start, end)| format!(", start: {start}, end: {end}"));
    format!("  {}: {{ title: {}{days} }} # line {}", phase.id, scalar(&phase.title), phase.line)
}

/// A claim, without its indentation; `document` is the file as the spec names it.
pub(in crate::import) fn claim_line(document: &str, claimed: &Claimed) -> String {
    let (words, place) = (scalar(&claimed.text), scalar(&format!("{document}:{}", claimed.line)));
    format!("claimed: {{ value: {}, text: {words}, source: {place} }}", scalar_value(&claimed.value))
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
        text.add(&format!("        {}", claim_line(&draft.source, claimed)));
    }
    if let Some(measure) = &check.measure {
        text.add(&format!("        use: {} # the text says \"{}\"", measure.rule, comment(&measure.words)));
        if !measure.expect.is_empty() {
            text.add("        expect:");
            measure.expect.iter().for_each(|line| text.add(&format!("          - {line}")));
        }
    }
    for remark in &check.remarks {
        text.add(&format!("        # {}", comment(&shortened(remark, 300))));
    }
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
    draft.gates.iter().for_each(|gate| one_gate(gate, text));
}

fn one_gate(GateDraft { id, title, line, checks }: &GateDraft, text: &mut Lines) {
    text.add(&format!("  {id}: # line {line}"));
    text.add(&format!("    title: {}", scalar(title)));
    text.add(&format!("    checks: [{}]", checks.join(", ")));
}

fn phases(draft: &Draft, text: &mut Lines) {
    if draft.phases.is_empty() {
        return;
    }
    text.add("\nphases:");
    draft.phases.iter().for_each(|phase| text.add(&phase_line(phase)));
}

fn risks(draft: &Draft, text: &mut Lines) {
    if draft.risks.is_empty() {
        return;
    }
    text.add("\nrisks:");
    draft.risks.iter().for_each(|risk| text.add(risk_lines(risk).trim_end()));
}

/// A risk as it stands in a spec.
pub(in crate::import) fn risk_lines(risk: &RiskDraft) -> String {
    let mut text = Lines::default();
    text.add(&format!("  - title: {} # line {}", scalar(&risk.title), risk.line));
    text.add(&format!("    level: {}", risk.level));
    if let Some(effect) = &risk.effect {
        text.add(&format!("    effect: {effect}"));
    }
    if let Some(mitigation) = &risk.mitigation {
        text.add(&format!("    mitigation: {}", scalar(mitigation)));
    }
    text.0
}

/// Somebody of the team.
pub(in crate::import) fn team_line(person: &TeamDraft) -> String {
    let weeks =
        person.weeks.as_ref().map_or_else(String::new, |weeks| format!(", duration: {} w", weeks.floor_decimals(2)));
    format!("  - {{ role: {}, fte: {}{weeks} }} # line {}", scalar(&person.role), full_time(person), person.line)
}

/// How much of a full-time job, as the spec writes it.
pub(in crate::import) fn full_time(person: &TeamDraft) -> String {
    person.full_time.floor_decimals(4)
}

/// What something costs.
pub(in crate::import) fn cost_line(cost: &CostDraft) -> String {
    let period = cost.period.as_ref().map_or_else(String::new, |period| format!(", period: {}", scalar(period)));
    format!("  - {{ item: {}, amount: {}{period} }} # line {}", scalar(&cost.item), scalar(&cost.amount), cost.line)
}

fn people(draft: &Draft, text: &mut Lines) {
    if !draft.team.is_empty() {
        text.add("\nteam:");
    }
    draft.team.iter().for_each(|person| text.add(&team_line(person)));
    if !draft.costs.is_empty() {
        text.add("\ncosts:");
    }
    draft.costs.iter().for_each(|cost| text.add(&cost_line(cost)));
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
