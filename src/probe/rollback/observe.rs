//! From what was read to facts: the parts and what they are worth (catalogue, release/rollback).

use super::kept;
use super::page::{Page, Section};
use crate::model::report::Evidence;
use crate::model::{Certainty, Exact, Fact, Facts, Observation, Value};
use crate::probe::finding::{Finding, Findings, shortened};
use crate::probe::{Look, migrations, purpose};
use crate::world::WantId;

/// How old a rehearsal may be, in seconds.
const HALF_A_YEAR: i64 = 180 * 86_400;

/// What a whole section is worth, in hundredths.
const WHOLE: u32 = 30;
/// So many sections are shown, the best ones.
const SHOWN: usize = 5;

/// What was wanted of the tree.
pub(super) struct Seen<'a> {
    pub(super) back: WantId,
    pub(super) deploys: WantId,
    pub(super) pages: WantId,
    pub(super) kept: WantId,
    pub(super) migrations: &'a [WantId],
}

/// Looks.
pub(super) fn observe(look: &Look<'_>, seen: &Seen<'_>) -> Observation {
    let Seen { back, deploys, pages, kept: rules, migrations: ways } = *seen;
    let mut findings = Findings::default();
    let mut facts = Facts::new();
    commands(look, back, &mut findings);
    kept::observe(look, rules, &mut findings);
    let shows_deployment = look.swept.get(deploys).hits().next().is_some();
    let read: Vec<(&str, &Page)> = look
        .swept
        .get(pages)
        .own::<Page>()
        .filter_map(|(id, page)| match page {
            Ok(page) => Some((look.swept.path(id), page)),
            Err(unknown) => {
                findings.unread(look.swept.path(id), unknown.0.clone());
                None
            }
        })
        .collect();
    if let Some(hidden) = look.swept.tree().hidden_below(look.folder) {
        findings.unread(&hidden.path, hidden.reason.clone());
    }
    let (leads, judged) = migrations::back::observe(look, ways, &mut findings);
    let (best, all, guides) = sections(&read, judged > 0, &mut findings);
    let stuck = stuck(&read, leads, judged);
    let now = look.world.now.as_second();
    let age = rehearsal(&read, now, &mut findings);

    findings.set_count(&mut facts, "automated");
    findings.set_count(&mut facts, "kept");
    findings.set_count(&mut facts, "discarded");
    findings.set_number(&mut facts, "sections", all);
    findings.set_number(&mut facts, "guides", guides);
    let seconds = age.and_then(|age| u64::try_from(age).ok());
    let unseen = findings.unread_reason().map_or(Fact::Absent, Fact::Unobserved);
    facts.set("rehearsal_age", seconds.map_or(unseen, |age| Fact::Present(Value::count(age))));
    facts.present("migrations", Value::count(judged));
    facts.present("stuck_migrations", Value::count(stuck));
    let rehearsed = if age.is_some_and(|age| age <= HALF_A_YEAR) { 30 } else { 0 };
    // A command that has nothing to go back to takes nothing back.
    let automated = if findings.count("automated") > 0 && findings.count("discarded") == 0 { 40 } else { 0 };
    let most = if stuck > 0 { 70 } else { 100 };
    let credit = (automated + best + rehearsed).min(most);
    let credit = Exact::ratio(u64::from(credit), 100_u64).unwrap_or_else(Exact::zero);
    facts.present("rollback_credit", Value::Number(credit));
    let is_seen = findings.count("automated") > 0 || all > 0 || age.is_some();
    if !is_seen && let Some(reason) = findings.unread_reason().or_else(|| elsewhere(shows_deployment)) {
        // Migrations alone do not say how a version is taken back.
        for name in ["automated", "kept", "sections", "guides", "rehearsal_age", "stuck_migrations", "rollback_credit"]
        {
            facts.set(name, Fact::Unobserved(reason.clone()));
        }
    }
    Observation { facts, evidence: evidence(findings), requests: 0 }
}

/// Why what is not seen may be there all the same, if so.
fn elsewhere(shows_deployment: bool) -> Option<String> {
    let reason = "no sign of a way back in the repository, which does not show how the system is deployed either: both may be kept elsewhere";
    (!shows_deployment).then(|| reason.to_owned())
}

/// What there is is shown whatever is asked for: together it is the way back.
fn evidence(findings: Findings) -> Vec<Evidence> {
    let alone = |one: &Evidence| matches!(one.fact.as_deref(), Some("stuck_migrations" | "discarded"));
    findings.evidence().into_iter().map(|one| if alone(&one) { one } else { Evidence { fact: None, ..one } }).collect()
}

fn commands(look: &Look<'_>, back: WantId, findings: &mut Findings) {
    for (id, unknown) in look.swept.get(back).unread() {
        findings.unread(look.swept.path(id), unknown.to_string());
    }
    for (id, hits) in look.swept.get(back).hits() {
        let path = look.swept.path(id);
        for hit in &hits.first {
            let line = shortened(&hit.line_text);
            // What takes a test's or a developer's version back is no way back of production.
            let aside = purpose::aside(path, look.swept.class(id));
            let note = format!(
                "takes a version back: `{line}`{}",
                aside.as_ref().map_or_else(String::new, |why| format!(", but {why}"))
            );
            let certainty = if aside.is_some() { Certainty::Hint } else { Certainty::Likely };
            findings.push(path, Finding::new("automated", hit.line, line, note).with(certainty));
        }
    }
}

/// What the best section is worth, in hundredths, with the number of sections and of those that are worth all.
fn sections(pages: &[(&str, &Page)], has_migrations: bool, findings: &mut Findings) -> (u32, usize, usize) {
    let all = pages.iter().flat_map(|(path, page)| page.sections.iter().map(move |section| (*path, section)));
    let mut judged: Vec<_> = all.map(|(path, section)| (worth(section, has_migrations), path, section)).collect();
    judged.sort_by_key(|((worth, _), path, section)| (std::cmp::Reverse(*worth), *path, section.line));
    for ((_, note), path, section) in judged.iter().take(SHOWN) {
        let finding = Finding::new("sections", section.line, section.title.as_str(), note.as_str());
        findings.push(path, finding.with(Certainty::Likely));
    }
    let guides = judged.iter().filter(|((worth, _), ..)| *worth == WHOLE).count();
    (judged.first().map_or(0, |((worth, _), ..)| *worth), judged.len(), guides)
}

fn worth(section: &Section, has_migrations: bool) -> (u32, String) {
    match &section.command {
        None => (10, "is about taking a version back, and shows no command".to_owned()),
        Some(command) if has_migrations && !section.speaks_of_data => {
            (20, format!("says how: `{}`; it does not say what becomes of the data", shortened(command)))
        }
        Some(command) => (WHOLE, format!("says how: `{}`", shortened(command))),
    }
}

/// Migrations that keep a version from being taken back: more than a tenth, and no policy that plans with it.
fn stuck(pages: &[(&str, &Page)], leads: usize, judged: usize) -> usize {
    let is_planned = pages.iter().any(|(_, page)| page.forward.is_some());
    if is_planned || leads * 10 >= judged * 9 { 0 } else { judged - leads }
}

/// Seconds since the last rehearsal.
fn rehearsal(pages: &[(&str, &Page)], now: i64, findings: &mut Findings) -> Option<i64> {
    let days =
        pages.iter().flat_map(|(path, page)| page.rehearsals.iter().map(move |(line, day)| (*path, *line, *day)));
    let past = days.filter_map(|(path, line, day)| {
        let begin = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
        (begin <= now).then_some((now - begin, path, line, day))
    });
    let (age, path, line, day) = past.min_by_key(|(age, path, line, _)| (*age, *path, *line))?;
    let note = format!("says that going back was rehearsed on {day}");
    findings.push(path, Finding::new("rehearsal_age", line, path, note).with(Certainty::Likely));
    Some(age)
}
