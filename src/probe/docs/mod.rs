//! Probe `docs`: whether prose has the sections its kind needs, whether its links and commands lead somewhere, how old it
//! is, and what it says in numbers. Owns parameters, facts and their order; `page` and `written` read one page, `kinds` says
//! what each kind needs, `links` and `commands` judge what it points to.

mod backups;
mod commands;
mod credit;
mod figures;
mod freshness;
mod incident_record;
mod kinds;
mod links;
mod operations;
mod other_markup;
pub(crate) mod page;
mod records;
mod restored;
mod runbook;
mod sections;
mod seen;
mod targets;
mod tiers;
mod written;

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::prometheus_rules;
use super::{BoxFuture, Lane, Look, Probe, ProbeDef, Touch, folder};
use crate::expect::units::std_duration;
use crate::model::{FactDecl, FactSchema, FactType, Observation, Problems, Unknown};
use crate::world::{Class, ClassSet, Select, Swept, Want, WantId, Wants};
use crate::yaml::{Node, Spanned};

use kinds::Kind;
use sections::Asked;
use seen::Seen;
use written::Written;
pub(crate) use written::days_on;

/// How old the last exercise, or record, may be (catalogue, ops/incident-response and ops/dr-plan).
const YEAR: i64 = 365 * 86_400;

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "docs",
    doc: "Reads Markdown and other prose: sections that a kind of document needs, relative links, age by git",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "glob: \"docs/runbooks/**/*.md\"\nkind: runbook\n",
};

/// Parameters of probe `docs`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DocsProbe")]
struct Params {
    /// Which documents.
    glob: Spanned<String>,
    /// Globs of documents to leave out.
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
    /// What the documents are for; decides which sections are looked for. Without it none are.
    #[serde(default)]
    kind: Option<Kind>,
    /// More sections to look for: a heading must begin with or contain the words, and something must stand below it.
    #[serde(default)]
    sections: Vec<String>,
    /// Whether to ask git when the documents, and the files they link to, last changed.
    #[serde(default)]
    ages: bool,
    /// Documents that must have changed or been reviewed within `max_age`: `docs/{runbook,deploy}*.md`.
    #[serde(default)]
    fresh: Option<Spanned<String>>,
    /// How old those may be. Default: 365 d.
    #[serde(default)]
    max_age: Option<Spanned<String>>,
    /// Records that something was done: `docs/postmortems/*.md`. Their day is that in their name, or the first in them.
    #[serde(default)]
    records: Option<Spanned<String>>,
}

struct Docs {
    glob: String,
    exclude: Vec<String>,
    kind: Option<Kind>,
    sections: Vec<String>,
    ages: bool,
    fresh: Option<String>,
    max_age: Duration,
    records: Option<String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = crate::yaml::decode(node, problems)?;
    let before = problems.len();
    let globs = [Some(&params.glob), params.fresh.as_ref(), params.records.as_ref()];
    folder::check_globs(globs.into_iter().flatten().chain(&params.exclude), problems);
    let mut max_age = freshness::USUAL;
    if let Some(given) = &params.max_age {
        match std_duration(given) {
            Ok(age) => max_age = age,
            Err(wrong) => problems.push(given.span.problem(wrong).help("an age with its unit: `max_age: 180 d`")),
        }
    }
    let exclude = params.exclude.into_iter().map(|glob| glob.value).collect();
    let Params { glob, kind, sections, ages, fresh, records, .. } = params;
    let (fresh, records) = (fresh.map(|glob| glob.value), records.map(|glob| glob.value));
    (problems.len() == before).then(|| {
        Box::new(Docs { glob: glob.value, exclude, kind, sections, ages, fresh, max_age, records }) as Box<dyn Probe>
    })
}

/// Pages that speak to who fills them in, or to a program that writes code: whatever their name, no document of the system.
const FORMS: &[&str] = &[
    "**/.github/{ISSUE_TEMPLATE,PULL_REQUEST_TEMPLATE,DISCUSSION_TEMPLATE,prompts,agents,instructions,skills,chatmodes}/**",
    "**/.gitlab/{issue_templates,merge_request_templates}/**",
    "**/.{agents,agent,claude,cursor,codex,gemini,windsurf,kiro,roo,opencode}/**",
];

/// An example's own pages say nothing of the system, unless they are asked for by name.
fn asks_for_examples(glob: &str) -> bool {
    ["example", "sample", "demo"].iter().any(|folder| glob.contains(folder))
}

impl Probe for Docs {
    #[rustfmt::skip]
    fn facts(&self) -> FactSchema {
        let fact = FactDecl::new;
        let decls = vec![
            fact("documents", FactType::Count, "documents that match; 0 when none does, and then only `section_ratio` is observed"),
            fact("words", FactType::Count, "words in all of them, headings aside"),
            fact("code_blocks", FactType::Count, "blocks of code in them"),
            fact("section_ratio", FactType::Ratio, "share of the sections that `kind` and `sections` ask for; over all documents together, but for runbooks and model cards the mean over pages; 0 without a document"),
            fact("missing", FactType::List(Box::new(FactType::Text)), "sections that no document has, by name"),
            fact("links", FactType::Count, "relative links and images whose target can be judged"),
            fact("dead_links", FactType::Count, "those that lead to no file, folder or heading"),
            fact("newest_age", FactType::Duration, "time since the youngest of the documents changed, by git; needs `ages: true`"),
            fact("oldest_age", FactType::Duration, "time since the oldest of them changed, by git; needs `ages: true`"),
            fact("commands", FactType::Count, "commands in blocks of a README or deployment guide that can be judged: targets of make and just, `npm run`, scripts by their path"),
            fact("dead_commands", FactType::Count, "those that run a target, script or file which is not there"),
            fact("templates", FactType::Count, "documents in which stands little more than the tool wrote that began them"),
            fact("aging", FactType::Count, "documents of `fresh`"),
            fact("stale", FactType::Count, "those neither changed, by git, nor reviewed, by a line `reviewed: 2026-03-01`, within `max_age`"),
            fact("fresh_ratio", FactType::Ratio, "share of the others; 100 % where `fresh` names none"),
            fact("judged", FactType::Count, "`links` and `aging` together: what there is to judge without `kind`"),
            fact("scenario_ratio", FactType::Ratio, "share of seven scenarios that headings or names of runbooks speak of: restart or scale, rollback, dependency down, database, rotation, restore, errors or latency"),
            fact("missing_scenarios", FactType::List(Box::new(FactType::Text)), "the others"),
            fact("quality_ratio", FactType::Ratio, "mean over runbooks of the share of their sections, a block of code among them"),
            fact("paging_alerts", FactType::Count, "alert rules of Prometheus that wake somebody: severity `critical`, `page`, `urgent`, `emergency`, `sev1` or `p1`"),
            fact("unlinked_alerts", FactType::Count, "those that no runbook names and that link to none elsewhere"),
            fact("linked_ratio", FactType::Ratio, "share of the others; 100 % where none wakes anybody"),
            fact("rto", FactType::Duration, "the longest recovery time objective that is written with a number and a unit; absent without one"),
            fact("rpo", FactType::Duration, "the longest recovery point objective"),
            fact("backup_interval", FactType::Duration, "the longest time between two backups, by the most frequent schedule in the repository (CronJobs, scheduled workflows, Velero, CloudNativePG, crontabs); unobserved where none is seen, or changes are archived all the time"),
            fact("rpo_missed", FactType::Count, "1 where that is longer than the recovery point objective of a recovery plan; 0 where it is not, and where there is no schedule or no objective to compare"),
            fact("restore_time", FactType::Duration, "how long the newest restore took that a record of a rehearsal or a recovery plan tells of, with its figure (`took 3 h 10 min`, a column `duration`); absent without one"),
            fact("rto_missed", FactType::Count, "restores that took longer than the recovery time objective of a recovery plan: the newest of each tier or service that the plan has in a table, held against its own, else the newest against the longest; 0 where it is not, and where there is no restore or no objective to compare"),
            fact("exercise_age", FactType::Duration, "time since the last day that stands with an exercise, a drill or a test in a recovery plan; absent without one"),
            fact("records_found", FactType::Count, "documents of `records` with a day"),
            fact("record_age", FactType::Duration, "time since the newest of them; absent without one"),
            fact("record_missing", FactType::List(Box::new(FactType::Text)), "of impact, timeline, causes, actions, and owners and states of actions, what the newest record does not have; for incidents, absent without a record"),
            fact("overdue_actions", FactType::Count, "actions in records of incidents that are not done though the day on which they are due is past"),
            fact("document_credit", FactType::Ratio, "what the kind has of all it needs. README and deployment guide: sections, less 10 % for each dead command, at most 30 % for a template. Runbooks: 40 % scenarios, 35 % quality, 25 % alerts, which are left out where none wakes anybody. Incidents: 70 % sections, 30 % a record of the last 365 days, as far as it has its parts, less 10 % with actions that are overdue. Recovery: 90 % sections, 10 % an exercise within 365 days, at most 50 % without RTO and RPO, 60 % where backups are too rare for the RPO or a restore took longer than the RTO. Without kind: 60 % links, all gone at ten dead ones, 40 % freshness, each left out where there is none to judge. Others: sections"),
            fact("behind", FactType::Count, "documents that link to a file of the repository which changed more than 180 days after them; needs `ages: true`"),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn key(&self) -> String {
        let Docs { glob, exclude, kind, sections, ages, fresh, max_age, records } = self;
        format!("docs {glob:?} -{exclude:?} {kind:?} {sections:?} {ages} {fresh:?} {max_age:?} {records:?}")
    }

    fn lane(&self) -> Lane {
        Lane::Free
    }

    fn touch(&self) -> Touch {
        let others = [&self.fresh, &self.records].into_iter().flatten().cloned();
        Touch { reads: std::iter::once(self.glob.clone()).chain(others).collect(), ..Touch::default() }
    }

    fn declare(&self, folder: &str, wants: &mut Wants) -> Vec<WantId> {
        // `decode` has checked the glob; one that cannot work names nothing.
        let Ok(select) = Select::glob(&self.glob) else { return Vec::new() };
        let prose = ClassSet::of(if asks_for_examples(&self.glob) {
            &[Class::Src, Class::Docs, Class::Tooling, Class::Example]
        } else {
            &[Class::Src, Class::Docs, Class::Tooling]
        });
        let forms = FORMS.iter().filter(|_| self.kind.is_some()).map(|glob| (*glob).to_owned());
        let select = select.except(self.exclude.iter().cloned().chain(forms)).of(prose).below(folder);
        let mut ids =
            vec![wants.add(Want::doc(select.clone(), "docs", |file| Ok(page::read(file.path(), file.bytes))))];
        if self.reads_text() {
            ids.push(wants.add(Want::doc(select, "docs written", |file| Ok(written::read(&file.text())))));
        }
        if self.kind.is_some_and(Kind::shows_commands) {
            ids.push(commands::declare(wants));
        }
        if self.kind == Some(Kind::Runbook) {
            ids.push(prometheus_rules::declare(folder, wants));
        }
        if self.kind == Some(Kind::DisasterRecovery) {
            ids.push(backups::declare(folder, wants));
            ids.push(restored::declare(folder, wants));
        }
        let others = [
            self.fresh.as_ref().map(|glob| (glob, &self.exclude[..])),
            self.records.as_ref().map(|glob| (glob, &[][..])),
        ];
        ids.extend(others.into_iter().flatten().filter_map(|(glob, but)| freshness::declare(glob, but, folder, wants)));
        if self.kind == Some(Kind::Incident) {
            let records = self.records.as_ref();
            ids.extend(records.and_then(|glob| incident_record::declare(glob, folder, wants)));
        }
        ids
    }

    fn observe<'a>(&'a self, look: Look<'a>) -> BoxFuture<'a, Result<Observation, Unknown>> {
        Box::pin(self.look(look))
    }
}

impl Docs {
    /// Whether days, numbers and names of the pages are asked for.
    fn reads_text(&self) -> bool {
        matches!(self.kind, Some(Kind::Readme | Kind::Deployment | Kind::Runbook | Kind::DisasterRecovery))
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let mut wants = look.wants.iter().copied();
        let pages = wants.next().ok_or_else(|| Unknown::because("nothing was swept"))?;
        for want in look.wants {
            look.swept.get(*want).whole.clone()?;
        }
        let mut seen = Seen::of(look.swept, pages);
        if let Some(hidden) = look.swept.tree().hidden_below(look.folder) {
            seen.findings.unread(&hidden.path, hidden.reason.clone());
        }
        if seen.pages.is_empty() {
            return Ok(seen.nothing(&self.glob));
        }
        seen.facts.set_reason("not asked for with these parameters");
        let asked = Asked { kind: self.kind, more: &self.sections };
        let (found, total) = asked.observe(&seen.pages, &mut seen.findings, &mut seen.facts);
        let linked = seen.links(look.swept);
        match self.ages {
            true => seen.ages(&look, &linked).await,
            false => seen.no_ages("ages were not asked for: write `ages: true`"),
        }
        let text = if self.reads_text() { wants.next().map(|want| written_by_page(look.swept, want)) } else { None };
        let text = text.unwrap_or_default();
        if self.kind.is_some_and(Kind::shows_commands) {
            wants.next().into_iter().for_each(|want| seen.guide(look.swept, want, &text));
        }
        if self.kind == Some(Kind::Runbook) {
            runbook::observe(&seen.pages, &found, total, &mut seen.findings, &mut seen.facts);
            wants.next().into_iter().for_each(|want| seen.alerts(look.swept, want, &text));
        }
        let now = look.world.now.as_second();
        let exercise = if self.kind == Some(Kind::DisasterRecovery) { seen.recovery(&text, now) } else { None };
        if self.kind == Some(Kind::DisasterRecovery) {
            wants.next().into_iter().for_each(|want| seen.backups(look.swept, want, &text));
            wants.next().into_iter().for_each(|want| seen.restores(look.swept, want, &text));
        }
        if self.fresh.is_some()
            && let Some(want) = wants.next()
        {
            freshness::observe(&look, want, self.max_age, &mut seen.findings, &mut seen.facts).await;
        }
        seen.judged();
        let record = wants.next().and_then(|want| seen.records(look.swept, want, now));
        wants.next().into_iter().for_each(|want| seen.incidents(look.swept, want, now));
        let is_new = |age: Option<i64>| age.is_some_and(|age| age <= YEAR);
        let credit = credit::credit(self.kind, is_new(record), is_new(exercise), &seen.facts);
        seen.facts.set("document_credit", credit);
        Ok(seen.observation())
    }
}

fn written_by_page(swept: &Swept, want: WantId) -> BTreeMap<&str, &Written> {
    let read = swept.get(want).own::<Written>();
    read.filter_map(|(id, written)| Some((swept.path(id), written.ok()?))).collect()
}

/// The begin of a day, in seconds since 1970.
fn seconds(day: jiff::civil::Date) -> i64 {
    day.to_zoned(jiff::tz::TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_second())
}

#[cfg(test)]
mod tests;
