//! Which bullets, rows and lines become checks, and with which claims.

use std::collections::{BTreeMap, BTreeSet};

use super::area::{self, Headings};
use super::detail::take;
use super::slug::{Ids, slug};
use super::yaml_text::shortened;
use super::{CheckDraft, Claimed, Draft, GateDraft, SectionDraft, Source};
use crate::import::Leftover;
use crate::import::entry::Shape;
use crate::import::mark;
use crate::import::read::tidy;
use crate::import::words;
use crate::model::Statement;
use crate::model::outcome::{Priority, Severity};
use crate::model::statement::{Mark, MarkRole, Meaning, PrioritySource, State};

/// A spec with more checks than this helps nobody and would be refused; the rest is listed as left over.
const MOST_CHECKS: usize = 3000;
/// Titles are cut here; the whole text stays with the claim.
const LONGEST_TITLE: usize = 140;
const LONGEST_TEXT: usize = 400;
/// A document with fewer marks than this says what is due in plain lists.
const FEW_MARKS: usize = 8;
/// Bytes of text that go into report sections.
const MOST_TEXT: usize = 200_000;

/// Fills areas with checks, gates with ids, and the report with what remains as text.
pub(super) fn fill(source: &Source<'_>, draft: &mut Draft) {
    let marks = source.statements.iter().filter(|statement| statement.meaning.mark().is_some()).count();
    let mut area_ids = Ids::default();
    draft.areas.iter().for_each(|area| drop(area_ids.give(&area.id)));
    let mut filling = Filling {
        source,
        area_ids,
        headings: Headings::of(source),
        ids: Ids::default(),
        plain_lists: marks < FEW_MARKS,
        areas: draft.areas.iter().enumerate().map(|(index, area)| (slug(&area.title), index)).collect(),
        made: BTreeMap::new(),
        sections: Vec::new(),
        text: 0,
    };
    for index in 0..source.entries.len() {
        filling.entry(index, draft);
    }
    filling.lone_headings(draft);
    if filling.made.is_empty() {
        filling.nothing(draft);
    }
    gates(source, &filling.made, draft);
    draft.sections.splice(0..0, filling.sections);
    draft.areas.retain(|area| !area.checks.is_empty());
}

struct Filling<'a> {
    source: &'a Source<'a>,
    headings: Headings,
    ids: Ids,
    area_ids: Ids,
    plain_lists: bool,
    areas: BTreeMap<String, usize>,
    /// Ids of the checks by entry.
    made: BTreeMap<usize, String>,
    sections: Vec<SectionDraft>,
    text: usize,
}

impl Filling<'_> {
    fn entry(&mut self, index: usize, draft: &mut Draft) {
        let entry = &self.source.entries[index];
        let heading = self.headings.area_of(self.source, &entry.headings);
        if self.is_check(index, heading) && self.made.len() < MOST_CHECKS {
            let check = self.check(index, heading, draft);
            let title = heading.map_or_else(
                || draft.name.clone().unwrap_or_else(|| "Plan".to_owned()),
                |at| area::title(&self.source.entries[at].text),
            );
            if let Some(area) = self.areas.get(&slug(&title)).and_then(|area| draft.areas.get_mut(*area)) {
                self.made.insert(index, check.id.clone());
                area.checks.push(check);
            }
        } else if matches!(entry.shape, Shape::Bullet | Shape::Line | Shape::Row) && !self.is_spoken_for(index) {
            self.narrate(index, draft);
        }
    }

    /// Headings that state something and have no check below: `## Backups ✅`.
    fn lone_headings(&mut self, draft: &mut Draft) {
        let source = self.source;
        let above: BTreeSet<usize> =
            self.made.keys().flat_map(|made| source.entries[*made].headings.iter().copied()).collect();
        for (index, entry) in source.entries.iter().enumerate().filter(|(_, entry)| entry.shape == Shape::Heading) {
            let states = source
                .of(index)
                .any(|statement| statement.meaning.mark().is_some() || area::claimed(statement).is_some());
            if above.contains(&index) || !states || sums_up(&entry.text) || self.made.len() >= MOST_CHECKS {
                continue;
            }
            let check = CheckDraft {
                title: shortened(&area::title(&entry.text), LONGEST_TITLE),
                ..self.check(index, None, draft)
            };
            let title = entry.headings.first().map_or_else(
                || draft.name.clone().unwrap_or_else(|| "Plan".to_owned()),
                |at| area::title(&source.entries[*at].text),
            );
            self.made.insert(index, check.id.clone());
            self.put(check, &title, draft);
        }
    }

    /// A document that states nothing that can be checked gives one check that says so: a spec without checks is none.
    fn nothing(&mut self, draft: &mut Draft) {
        let title = "The document states nothing that can be checked".to_owned();
        let check = CheckDraft { id: self.ids.give("nothing to check"), title, line: 1, ..CheckDraft::default() };
        let name = draft.name.clone().unwrap_or_else(|| "Plan".to_owned());
        self.put(check, &name, draft);
    }

    /// Puts a check into the area of a title, made if there is none.
    fn put(&mut self, check: CheckDraft, title: &str, draft: &mut Draft) {
        let index = *self.areas.entry(slug(title)).or_insert_with(|| {
            let id = self.area_ids.give_lettered(title, "area");
            draft.areas.push(area::bare(id, title.to_owned()));
            draft.areas.len() - 1
        });
        draft.areas[index].checks.push(check);
    }

    fn is_check(&self, index: usize, heading: Option<usize>) -> bool {
        let entry = &self.source.entries[index];
        let has = |test: fn(&Meaning) -> bool| self.source.of(index).any(|statement| test(&statement.meaning));
        if has(is_of_plan)
            || has(|meaning| matches!(meaning, Meaning::Reference { .. }))
            || entry.text.chars().all(|c| !c.is_alphanumeric())
        {
            return false;
        }
        let marked = has(|meaning| matches!(meaning, Meaning::Checkbox(_) | Meaning::Status(_)));
        let valued = has(|meaning| {
            matches!(
                meaning,
                Meaning::Threshold(_) | Meaning::Percentage { .. } | Meaning::Score { .. } | Meaning::Grade { .. }
            )
        });
        match entry.shape {
            Shape::Bullet
                if marked || has(|meaning| matches!(meaning, Meaning::Task { .. } | Meaning::Alternative)) =>
            {
                true
            }
            Shape::Bullet if has(|meaning| matches!(meaning, Meaning::Phase { .. })) => false,
            Shape::Bullet => {
                let in_task = entry.parent.is_some_and(|parent| self.made.contains_key(&parent));
                (valued && !self.speaks_of_area(index))
                    || in_task
                    || self.inherited(index).is_some()
                    || (self.plain_lists && heading.is_some())
            }
            Shape::Row => {
                let states = has(|meaning| matches!(meaning, Meaning::TableRow { state: Some(_), .. })) || valued;
                let ranked = has(|meaning| matches!(meaning, Meaning::Priority { .. }));
                (states || ranked)
                    && !self.speaks_of_area(index)
                    && !has(|meaning| matches!(meaning, Meaning::Phase { .. }))
                    && !self.is_total(index)
            }
            Shape::Line => {
                let keyed =
                    self.source.of(index).any(|statement| is_keyed_state(&statement.meaning, &statement.subject));
                !entry.label && !keyed && (marked || has(|meaning| matches!(meaning, Meaning::Threshold(_))))
            }
            Shape::Heading | Shape::Code => false,
        }
    }

    /// A row or bullet about an area as a whole, which has its claim already.
    fn speaks_of_area(&self, index: usize) -> bool {
        let entry = &self.source.entries[index];
        let subject = match entry.shape {
            Shape::Row => self.source.of(index).next().map(|row| row.subject.clone()),
            _ => entry.lead.clone(),
        };
        subject.is_some_and(|subject| self.areas.contains_key(&slug(&area::title(&subject))))
    }

    fn is_total(&self, index: usize) -> bool {
        self.source.of(index).next().is_some_and(|row| is_whole(&row.subject))
    }

    /// Whether statements of an entry went elsewhere: risks, people, costs, claims of an area.
    fn is_spoken_for(&self, index: usize) -> bool {
        self.source.entries[index].label || self.source.of(index).any(|statement| is_of_plan(&statement.meaning))
    }

    /// The state that the headings above give to what has none: `✅ Completed`, `❌ Gaps`.
    fn inherited(&self, index: usize) -> Option<&Mark> {
        let above = self.source.entries[index].headings.iter().rev();
        above.copied().find_map(|heading| {
            let found = self.source.of(heading).find_map(|statement| statement.meaning.mark())?;
            let leads = mark::leading(&self.source.entries[heading].text).is_some();
            let sums_up = sums_up(&self.source.entries[heading].text);
            ((found.role == MarkRole::Group || leads) && !sums_up).then_some(found)
        })
    }

    fn check(&mut self, index: usize, heading: Option<usize>, draft: &Draft) -> CheckDraft {
        let entry = &self.source.entries[index];
        let title = match entry.shape {
            Shape::Row => self.source.of(index).next().map_or_else(|| entry.text.clone(), |row| row.subject.clone()),
            _ => tidy(&entry.text),
        };
        let title = shortened(if title.is_empty() { &entry.text } else { &title }, LONGEST_TITLE);
        let lead = entry.lead.as_deref().map(tidy).filter(|lead| lead.chars().any(char::is_alphanumeric));
        let title = match &lead {
            Some(lead) if only_measures(&entry.text, lead) => shortened(lead, LONGEST_TITLE),
            _ => title,
        };
        let short = lead.filter(|lead| self.ids.is_free(lead)).unwrap_or_else(|| title.clone());
        let mut check =
            CheckDraft { entry: index, id: self.ids.give(&short), title, line: entry.line, ..CheckDraft::default() };
        check.claimed = self.claim(index);
        check.severity = self.severity(index);
        check.group = self.group(index, heading);
        for statement in self.source.of(index) {
            take(statement, &mut check);
        }
        let phase = entry.phase.and_then(|phase| draft.phases.iter().find(|draft| draft.entry == phase));
        match (phase, entry.phase) {
            (Some(phase), _) => check.phase = Some(phase.id.clone()),
            (None, Some(horizon)) => check.horizon = Some(shortened(&tidy(&self.source.entries[horizon].text), 80)),
            (None, None) => {}
        }
        check
    }

    fn claim(&self, index: usize) -> Option<Claimed> {
        let entry = &self.source.entries[index];
        let text = shortened(&entry.text, LONGEST_TEXT);
        let made = |value: String| Some(Claimed { value, text: text.clone(), line: entry.line });
        let marks = || self.source.of(index).filter_map(|statement| statement.meaning.mark());
        if let Some(mark) = marks().find(|mark| mark.role == MarkRole::State) {
            let percent = self.source.of(index).find_map(area::claimed).filter(|_| mark.state == State::Partial);
            return percent.map_or_else(|| made(mark.state.word().to_owned()), |percent| made(percent.value));
        }
        if marks().next().is_some() {
            return None;
        }
        if let Some(claimed) = self.source.of(index).find_map(area::claimed) {
            return made(claimed.value);
        }
        self.inherited(index).and_then(|mark| made(mark.state.word().to_owned()))
    }

    /// Own priority, else that of the label, else of the nearest heading that ranks what is below.
    fn severity(&self, index: usize) -> Option<Severity> {
        let entry = &self.source.entries[index];
        let above = entry.label_entry.into_iter().chain(entry.headings.iter().rev().copied());
        let own = self.source.of(index).find_map(|statement| priority(statement, true));
        own.or_else(|| above.flat_map(|at| self.source.of(at)).find_map(|statement| priority(statement, false)))
    }

    /// Headings between the area and the check, and the bullet it is nested below.
    fn group(&self, index: usize, area: Option<usize>) -> Option<String> {
        let entry = &self.source.entries[index];
        let below = entry.headings.iter().skip_while(|heading| Some(**heading) != area).skip(1);
        let mut parts: Vec<String> = below.map(|heading| area::title(&self.source.entries[*heading].text)).collect();
        if let Some(parent) = entry.parent.filter(|parent| self.source.entries[*parent].shape == Shape::Bullet) {
            let outer = &self.source.entries[parent];
            parts.push(tidy(outer.lead.as_deref().unwrap_or(&outer.text)));
        }
        let parts: Vec<String> =
            parts.iter().map(|part| shortened(&part.replace('/', "-"), 60)).filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join(" / "))
    }

    fn narrate(&mut self, index: usize, draft: &mut Draft) {
        let entry = &self.source.entries[index];
        let text = entry.text.trim();
        if text.is_empty() {
            return;
        }
        if self.text > MOST_TEXT {
            draft.leftovers.push(Leftover { line: entry.line, text: text.to_owned() });
            return;
        }
        self.text += text.len();
        let title = entry
            .headings
            .last()
            .map_or_else(|| "Summary".to_owned(), |at| area::title(&self.source.entries[*at].text));
        let line = if entry.shape == Shape::Bullet { format!("- {text}") } else { text.to_owned() };
        match self.sections.last_mut().filter(|section| section.title == title) {
            Some(section) => {
                let close =
                    line.starts_with("- ") && section.body.lines().last().is_some_and(|last| last.starts_with("- "));
                section.body.push_str(if close { "\n" } else { "\n\n" });
                section.body.push_str(&line);
            }
            None => self.sections.push(SectionDraft { title, body: line }),
        }
    }
}

/// Headings over text about everything, where a sign decorates.
fn sums_up(heading: &str) -> bool {
    let lower = heading.to_lowercase();
    words::list("summary").iter().any(|word| lower.contains(word))
}

/// `Name: 95% Complete`: after the lead there is nothing but how far it is.
fn only_measures(text: &str, lead: &str) -> bool {
    let rest = text.split_once(lead).map_or("", |(_, rest)| rest);
    let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
    let share = rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | ' '));
    share.len() < rest.len() && share.starts_with(['%', '％'])
}

/// Rows and lines about the whole.
pub(super) fn is_whole(subject: &str) -> bool {
    let lower = subject.to_lowercase();
    words::list("whole").iter().any(|word| lower.starts_with(word))
}

/// What goes into other parts of the spec.
fn is_of_plan(meaning: &Meaning) -> bool {
    matches!(meaning, Meaning::Risk { .. } | Meaning::Mitigation | Meaning::Team { .. } | Meaning::Cost { .. })
}

/// `Status: …`, `Current status: …` speak of what is around them.
fn is_keyed_state(meaning: &Meaning, subject: &str) -> bool {
    matches!(meaning, Meaning::Status(_)) && words::names(words::Column::State, subject)
}

pub(super) fn severity_of(priority: Priority) -> Severity {
    match priority {
        Priority::Critical => Severity::Blocker,
        Priority::High => Severity::High,
        Priority::Medium => Severity::Medium,
        Priority::Low => Severity::Low,
    }
}

/// The severity that a priority gives; from above only what ranks all below it.
fn priority(statement: &Statement, own: bool) -> Option<Severity> {
    match &statement.meaning {
        Meaning::Priority { level, source } if own || *source != PrioritySource::Inline => {
            Some(severity_of(level.priority))
        }
        _ => None,
    }
}

/// Gates, each with the checks below its heading.
fn gates(source: &Source<'_>, made: &BTreeMap<usize, String>, draft: &mut Draft) {
    let mut ids = Ids::default();
    for (index, entry) in source.entries.iter().enumerate() {
        if entry.shape != Shape::Heading || !source.of(index).any(|statement| statement.meaning == Meaning::Gate) {
            continue;
        }
        let below = made.iter().filter(|(check, _)| source.entries[**check].headings.contains(&index));
        let checks: Vec<String> = below.map(|(_, id)| id.clone()).collect();
        if !checks.is_empty() {
            let title = tidy(&entry.text);
            draft.gates.push(GateDraft { id: ids.give_lettered(&title, "gate"), title, line: entry.line, checks });
        }
    }
}
