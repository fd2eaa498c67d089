//! From brought rules to planned checks: decoding, fields, and the order of the whole plan.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::brought::Brought;
use super::{Finding, Plan, PlanInput, PlannedArea, PlannedCheck, PlannedObservation};
use super::{area, claim, gate, id, left_out, prerequisite, requires, route, select, target, waiver, with};
use crate::catalog;
use crate::expect::units;
use crate::model::outcome::Severity;
use crate::model::outline::{AreaOutline, CheckOutline, Outline, Standing};
use crate::model::problem::nearest;
use crate::model::report::{CostRow, Resolved, Section, TeamRow};
use crate::model::{Exact, FactSchema, Problems, Target};
use crate::spec::document::{CheckDoc, Document};
use crate::yaml::Spanned;

/// A plan under construction.
pub(super) struct Draft<'a> {
    pub(super) input: &'a PlanInput<'a>,
    pub(super) areas: Vec<(AreaOutline, PlannedArea)>,
    pub(super) drafts: Vec<CheckDraft>,
    pub(super) observations: Vec<PlannedObservation>,
    /// Kind, folder, parameters and refusal of each observation, to its index: equal ones are made once.
    pub(super) observed: BTreeMap<(&'static str, String, String, Option<String>), usize>,
    pub(super) targets: BTreeMap<String, Target>,
    /// Ids of checks that are too broken to be planned.
    pub(super) broken: Vec<String>,
}

/// A check with the names that are resolved once all ids are known.
pub(super) struct CheckDraft {
    pub(super) outline: CheckOutline,
    pub(super) planned: PlannedCheck,
    pub(super) requires: Vec<Spanned<String>>,
    pub(super) after: Vec<Spanned<String>>,
    pub(super) any_of: Vec<Spanned<String>>,
    pub(super) from_catalog: bool,
    /// Which system it looks at; empty for what reads the repository.
    pub(super) place: String,
}

impl<'a> Draft<'a> {
    pub(super) fn new(input: &'a PlanInput<'a>, problems: &mut Problems) -> Draft<'a> {
        let document = &input.loaded.document;
        check_version(document, problems);
        Draft {
            input,
            areas: area::of_spec(document, problems),
            drafts: Vec::new(),
            observations: Vec::new(),
            observed: BTreeMap::new(),
            targets: target::resolve(input, problems),
            broken: Vec::new(),
        }
    }

    pub(super) fn document(&self) -> &'a Document {
        &self.input.loaded.document
    }

    /// Adds every brought rule as a check, in area order, and what they require and nobody brought.
    pub(super) fn add_checks(&mut self, mut rules: Vec<Brought>, problems: &mut Problems) {
        prerequisite::add(&mut rules);
        let known: Vec<String> = self.areas.iter().map(|(outline, _)| outline.id.clone()).collect();
        self.areas.extend(area::missing(&rules, &known).iter().map(|id| area::of_catalog(id)));
        let mut placed: Vec<(usize, Brought)> = rules
            .into_iter()
            .map(|rule| {
                let home = rule.area.clone().unwrap_or_else(|| area::home(&rule));
                (self.areas.iter().position(|(outline, _)| outline.id == home).unwrap_or(0), rule)
            })
            .collect();
        placed.sort_by_key(|(area, _)| *area);
        for (area, rule) in placed {
            let mut found = Problems::new();
            match self.check(area, &rule, &mut found) {
                Some(check) if !found.has_errors() || !with::lacks_target(&rule.node) => self.drafts.push(check),
                _ => self.broken.push(rule.id.clone()),
            }
            problems.extend(left_out::told_in_spec(&rule, self.document(), found));
        }
        if self.drafts.is_empty() && !problems.has_errors() {
            let span = &self.document().version.span;
            problems.push(
                span.problem("this spec has no check")
                    .help("add `areas:` with checks, or `include: [{ pack: baseline }]`"),
            );
        }
    }

    fn check(&mut self, area: usize, rule: &Brought, problems: &mut Problems) -> Option<CheckDraft> {
        let doc = rule.decode(problems)?;
        if let Some(id) = &doc.id {
            id::check_shape(id, problems);
        }
        let severity = doc.severity.as_ref().map_or(Severity::default(), |severity| severity.value);
        let finding = self.finding(rule, &doc, problems);
        let first_target = first_target(&finding, &self.observations);
        let expect_texts = doc.expect.iter().map(|line| line.value.clone()).collect();
        let mut outline = self.outline(area, rule, &doc, severity, problems);
        if let Finding::Routes(routes) = &finding {
            outline.facts = routes.first().map(|route| route.schema.clone()).unwrap_or_default();
        }
        let planned = PlannedCheck {
            rule: rule.rule.clone(),
            finding,
            declared_severity: severity,
            requires: Vec::new(),
            after: Vec::new(),
            min_grade: doc.min_grade.as_ref().map(|grade| grade.value),
            optional: doc.optional.clone(),
            target: first_target,
            tags: doc.tags.clone(),
            component: rule.component.as_ref().map(|(id, _)| id.clone()),
            group: doc.group.clone(),
            share_pct: doc.share.as_ref().and_then(|share| area::percent(share, "share", problems)),
            owner: doc.owner.clone(),
            horizon: doc.horizon.clone(),
            effort_days: outline.effort_least_days.clone().zip(outline.effort_days.clone()),
            claimed: None,
            baseline: doc.baseline.iter().map(|(fact, value)| (fact.clone(), value.value.clone())).collect(),
            resolved: doc.resolved.as_ref().and_then(|resolved| {
                let date = date(&resolved.date, problems)?;
                Some(Resolved { date: date.to_string(), evidence: resolved.evidence.clone() })
            }),
            any_of: Vec::new(),
            remedy: doc.remedy.clone(),
            reference: doc.reference.clone(),
            rationale: doc.rationale.clone(),
            expect_texts,
        };
        let mut draft = CheckDraft {
            outline,
            planned,
            requires: doc.requires.clone(),
            after: doc.after.clone(),
            any_of: doc.any_of.clone(),
            from_catalog: rule.area.is_none() || prerequisite::is_of_catalog(rule),
            place: with::place(&rule.node),
        };
        draft.planned.claimed = claim::of_check(&doc, &draft.planned.finding, problems);
        Some(draft)
    }

    fn outline(
        &self,
        area: usize,
        rule: &Brought,
        doc: &CheckDoc,
        severity: Severity,
        problems: &mut Problems,
    ) -> CheckOutline {
        let tier = self.document().system.tier.as_ref().map(|tier| tier.value);
        let in_force = if doc.tiered == Some(true) && tier == Some(3) { severity.lowered() } else { severity };
        let phase = doc.phase.as_ref().map(|phase| {
            self.known_phase(phase, problems);
            phase.value.clone()
        });
        let share_of = rule.share_of.max(1);
        let effort = doc.effort.as_ref().and_then(|effort| effort_days(effort, share_of, problems)).unzip();
        CheckOutline {
            id: rule.id.clone(),
            area,
            title: doc.title.clone().unwrap_or_else(|| rule.id.clone()),
            severity: in_force,
            weight: doc.weight.as_ref().map_or(in_force.weight(), |weight| area::within(weight, problems)),
            share_of,
            standing: self.standing(rule, doc, problems),
            requires: Vec::new(),
            phase,
            effort_days: effort.1,
            effort_least_days: effort.0,
            facts: FactSchema::default(),
            remedy: doc.remedy.clone(),
            place: rule.span.place(),
        }
    }

    fn standing(&self, rule: &Brought, doc: &CheckDoc, problems: &mut Problems) -> Standing {
        if rule.disabled.is_some() {
            return Standing::Disabled;
        }
        if rule.prerequisite {
            return Standing::Prerequisite;
        }
        let not_yet =
            doc.enforce_from.as_ref().and_then(|text| date(text, problems)).is_some_and(|from| from > self.input.today);
        let pinned = self.document().catalog.as_ref().map(|version| version.value.as_str());
        let newer = match (&doc.since, pinned) {
            (Some(since), Some(pinned)) => is_newer(since, pinned),
            _ => false,
        };
        if not_yet || newer { Standing::Announced } else { Standing::Enforced }
    }

    fn known_phase(&self, phase: &Spanned<String>, problems: &mut Problems) {
        let phases = &self.document().phases;
        if phases.contains_key(&phase.value) {
            return;
        }
        let problem = phase.span.problem(format!("there is no phase `{}`", phase.value));
        problems.push(match nearest(phase, phases.keys().map(String::as_str)) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!("declare it: `phases: {{ {}: {{ title: … }} }}`", phase.value)),
        });
    }

    fn finding(&mut self, rule: &Brought, doc: &CheckDoc, problems: &mut Problems) -> Finding {
        if let Some(reason) = &rule.disabled {
            return Finding::Disabled(reason.clone());
        }
        let routed = route::finding(self, rule, doc, problems);
        if let Some(reason) = self.inapplicable(rule, doc, problems) {
            return Finding::NotApplicable(reason);
        }
        let missing = rule.node.missing_below();
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
            return Finding::Unknown(format!(
                "{} {} not set",
                names.join(", "),
                if names.len() == 1 { "is" } else { "are" }
            ));
        }
        routed
    }

    fn inapplicable(&self, rule: &Brought, doc: &CheckDoc, problems: &mut Problems) -> Option<String> {
        let when = doc.when.as_ref()?;
        let environments = &self.document().environments;
        for name in when.env.iter().filter(|name| !environments.contains_key(&name.value)) {
            let problem = name.span.problem(format!("there is no environment `{}`", name.value));
            problems.push(problem.help("declare it under `environments:`"));
        }
        for facet in when.facet.iter().filter(|facet| !crate::facets::is_known(facet)) {
            let problem = facet.span.problem(format!("there is no facet `{}`", facet.value));
            problems.push(match nearest(facet, crate::facets::known()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help("facets are such as `container`, `service.http`, `ci.github`"),
            });
        }
        for component in when.component.iter().filter(|name| !self.document().components.contains_key(&name.value)) {
            let problem = component.span.problem(format!("there is no component `{}`", component.value));
            problems.push(problem.help("declare it under `components:`"));
        }
        let chosen = self.input.environment.unwrap_or("none");
        if !when.env.is_empty() && !when.env.iter().any(|name| name.value == chosen) {
            return Some(format!("applies to environment {}, this is {chosen}", words(&when.env)));
        }
        if !when.facet.is_empty() && !when.facet.iter().any(|facet| self.input.facets.contains_key(&facet.value)) {
            return Some(format!("the repository shows no sign of {}", words(&when.facet)));
        }
        let component = rule.component.as_ref().map_or("none", |(id, _)| id.as_str());
        if !when.component.is_empty() && !when.component.iter().any(|name| name.value == component) {
            return Some(format!("applies to component {}", words(&when.component)));
        }
        None
    }

    /// Resolves what names other checks, and adds gates, phases, risks, waivers and rules.
    pub(super) fn finish(mut self, problems: &mut Problems) -> Plan {
        requires::resolve(&mut self.drafts, &self.broken, problems);
        let broken = std::mem::take(&mut self.broken);
        let input = self.input;
        let document = self.document();
        let (area_outlines, areas) = self.areas.into_iter().unzip();
        let (outlines, checks): (Vec<CheckOutline>, Vec<PlannedCheck>) =
            self.drafts.into_iter().map(|draft| (draft.outline, draft.planned)).unzip();
        let outline =
            Outline { areas: area_outlines, checks: outlines, today: Some(input.today), ..Outline::default() };
        let mut plan = Plan {
            outline,
            areas,
            checks,
            observations: self.observations,
            targets: self.targets,
            waivers: Vec::new(),
            risks: Vec::new(),
            components: components(document),
            claimed_overall: claim::overall(document, problems),
            team: document.team.iter().map(team_row).collect(),
            costs: document.costs.iter().map(cost_row).collect(),
            sections: document
                .report
                .sections
                .iter()
                .map(|s| Section { title: s.title.clone(), body: s.body.clone() })
                .collect(),
            selection: None,
            warnings: Problems::new(),
        };
        gate::fill(&mut plan, input, &broken, problems);
        plan.risks = gate::risks(&plan, document, &broken, problems);
        plan.waivers = waiver::plan(&plan, input, &broken, problems);
        select::apply(&mut plan, input, problems);
        select::keep_observations(&mut plan);
        plan
    }
}

fn check_version(document: &Document, problems: &mut Problems) {
    if let Some(pinned) = document.catalog.as_ref().filter(|pinned| is_newer(pinned, catalog::VERSION)) {
        let message = format!("this tool's catalog is {}, older than `{}`", catalog::VERSION, pinned.value);
        problems.push(pinned.span.problem(message).help("install a newer shipworthy, or pin an older catalog"));
    }
    if let Some(tier) = document.system.tier.as_ref().filter(|tier| !(1..=3).contains(&tier.value)) {
        problems
            .push(tier.span.problem(format!("tier {} is not 1, 2 or 3", tier.value)).help("1 is the most critical"));
    }
}

fn first_target(finding: &Finding, observations: &[PlannedObservation]) -> Option<String> {
    match finding {
        Finding::Routes(routes) => {
            routes.iter().find_map(|route| observations[route.observation].probe.target().map(str::to_owned))
        }
        _ => None,
    }
}

fn is_newer(version: &str, than: &str) -> bool {
    let parts = |text: &str| -> Vec<u64> { text.split('.').map(|part| part.parse().unwrap_or(0)).collect() };
    parts(version) > parts(than)
}

fn words(names: &[Spanned<String>]) -> String {
    names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(" or ")
}

pub(super) fn date(text: &Spanned<String>, problems: &mut Problems) -> Option<Date> {
    if text.is_empty() {
        return None;
    }
    match units::date(text) {
        Ok(date) => Some(date),
        Err(message) => {
            problems.push(text.span.problem(message).help("write a day as `2026-04-30`"));
            None
        }
    }
}

/// Least and most person-days of one of so many instances: they share the effort of their rule as they share its weight.
fn effort_days(effort: &Spanned<String>, share_of: u32, problems: &mut Problems) -> Option<(Exact, Exact)> {
    match units::effort(effort) {
        Ok((least, most)) => {
            let instances = Exact::whole(i64::from(share_of));
            least.checked_div(&instances).zip(most.checked_div(&instances))
        }
        Err(message) => {
            problems.push(effort.span.problem(message).help("write `2 d`, `2..4 d` or `3 w`"));
            None
        }
    }
}

fn components(document: &Document) -> BTreeMap<String, (String, String)> {
    let entry = |(id, component): (&String, &Spanned<crate::spec::document::ComponentDoc>)| {
        (id.clone(), (component.path.value.clone(), component.title.clone().unwrap_or_else(|| id.clone())))
    };
    document.components.iter().map(entry).collect()
}

fn team_row(row: &crate::spec::document::TeamDoc) -> TeamRow {
    TeamRow {
        role: row.role.clone(),
        name: row.name.clone(),
        fte: row.fte.clone(),
        duration: row.duration.clone(),
        note: row.note.clone(),
    }
}

fn cost_row(row: &crate::spec::document::CostDoc) -> CostRow {
    CostRow { item: row.item.clone(), amount: row.amount.clone(), period: row.period.clone(), note: row.note.clone() }
}
