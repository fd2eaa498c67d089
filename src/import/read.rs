//! Blocks to statements: what stands around a block (headings, label, phase) and what each recogniser finds in it.

use std::collections::HashMap;
use std::ops::Range;

use super::blocks::{Block, BlockKind};
use super::date;
use super::surroundings::{Surroundings, names_mitigations};
use super::{
    dependency, duration, keyed, mark, people, percentage, phase, priority, quantity, remark, threshold, words,
};
use crate::model::Statement;
use crate::model::statement::{Mark, MarkRole, Meaning, PrioritySource};

/// What a recogniser found: the meaning, the bytes of the text that say it, and what it is said of.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) meaning: Meaning,
    pub(super) at: Range<usize>,
    pub(super) subject: String,
}

/// What a number or word at a place is said of: the key before a colon, else the words before, else the words after.
pub(super) fn subject_before(text: &str, at: usize) -> String {
    let before = &text[..at];
    let key = before.rfind([':', '：']).map_or(before, |colon| &before[..colon]);
    let key = key.rsplit(['.', ';', '|', '→']).next().unwrap_or(key);
    let shown = tidy(key);
    if shown.chars().any(char::is_alphabetic) {
        return shown;
    }
    let after = text[at..].trim_start_matches(|c: char| !c.is_alphabetic());
    tidy(after.split(['.', ';', ',', '(', '|']).next().unwrap_or(after))
}

/// Text without boxes, signs, brackets and dashes at its ends.
pub(super) fn tidy(text: &str) -> String {
    let unmarked = mark::leading(text).map_or(text, |sign| &text[sign.length..]);
    let shown = mark::without_signs(unmarked);
    shown
        .trim_matches(|c: char| {
            c.is_whitespace() || matches!(c, '-' | '–' | '—' | ':' | '：' | '(' | '[' | '*' | '<' | '>' | ',' | '=')
        })
        .to_owned()
}

/// All statements of the blocks, in the order of their lines.
pub(super) fn statements(blocks: &[Block], around: &Surroundings) -> Vec<Statement> {
    let mut reader = Reader { around, blocks, statements: Vec::new(), boxed_sections: HashMap::new() };
    reader.note_boxed_sections();
    for index in 0..blocks.len() {
        reader.block(index);
    }
    reader.statements.sort_by_key(|statement| statement.line);
    reader.statements
}

/// Bytes of one bullet, line or heading in which statements are looked for: no sentence is longer, and the cost of one
/// grows faster than its length.
const MOST_BYTES: usize = 4 * 1024;

/// Columns of a table that are read.
const MOST_CELLS: usize = 100;

/// The start of a text, cut between characters.
fn clipped(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

/// What reads block after block.
pub(super) struct Reader<'a> {
    pub(super) around: &'a Surroundings,
    pub(super) blocks: &'a [Block],
    statements: Vec<Statement>,
    /// Headings with a bullet with a box directly below.
    boxed_sections: HashMap<Option<usize>, bool>,
}

impl Reader<'_> {
    fn note_boxed_sections(&mut self) {
        for (index, block) in self.blocks.iter().enumerate() {
            if matches!(block.kind, BlockKind::Item { .. })
                && !self.is_below_a_plain_step(block)
                && mark::leading(&block.text.text()).is_some_and(|sign| sign.boxed)
            {
                self.boxed_sections.insert(self.around.places[index].heading, true);
            }
        }
    }

    /// A box that details a step without one leaves the step what it is.
    fn is_below_a_plain_step(&self, block: &Block) -> bool {
        block.outer.is_some_and(|outer| {
            let outer = &self.blocks[outer];
            matches!(outer.kind, BlockKind::Item { number: Some(_) }) && !starts_with_box(&outer.text.text())
        })
    }

    fn block(&mut self, index: usize) {
        let before = self.statements.len();
        self.recognise(index);
        let stated = self.statements.len() > before || self.around.is_label(index);
        if !stated && matches!(self.blocks[index].kind, BlockKind::Item { .. } | BlockKind::Line) {
            let text = self.text(index);
            self.add(index, &text, Found { meaning: Meaning::Note, at: 0..text.len(), subject: String::new() });
        }
    }

    /// The text of a block as far as statements are looked for in it.
    fn text(&self, index: usize) -> String {
        clipped(&self.blocks[index].text.text(), MOST_BYTES).to_owned()
    }

    fn recognise(&mut self, index: usize) {
        let block = &self.blocks[index];
        match &block.kind {
            BlockKind::Heading { depth } => self.heading(index, *depth),
            BlockKind::Item { number } => self.item(index, *number),
            BlockKind::Line => self.line(index),
            BlockKind::Row { header, cells } => {
                let cells: Vec<String> = cells
                    .iter()
                    .take(MOST_CELLS)
                    .map(|cell| clipped(cell.text().trim(), MOST_BYTES).to_owned())
                    .collect();
                self.row(index, header, &cells);
            }
            BlockKind::Code => {}
        }
    }

    fn add(&mut self, index: usize, text: &str, found: Found) {
        let block = &self.blocks[index];
        let evidence = text.get(found.at.clone()).unwrap_or(text).trim().to_owned();
        let line = if block.text.is_blank() { block.line } else { block.text.line_at(found.at.start) };
        self.push(index, line, tidy(text), evidence, found);
    }

    pub(super) fn push(&mut self, index: usize, line: u32, text: String, evidence: String, found: Found) {
        let place = &self.around.places[index];
        self.statements.push(Statement {
            line,
            meaning: found.meaning,
            text,
            evidence,
            subject: found.subject,
            item: index,
            parent: place.parent,
            section: place.section.clone(),
            label: place.label.map(|label| tidy(&self.blocks[label].text.text())),
            area: place.section.first().cloned(),
            phase: place.phase,
            check: None,
        });
    }

    fn heading(&mut self, index: usize, depth: u8) {
        let text = self.text(index);
        let state = heading_mark(&text);
        let whole = 0..text.len();
        let subject = tidy(&text);
        self.add(
            index,
            &text,
            Found { meaning: Meaning::Heading { depth, state }, at: whole.clone(), subject: subject.clone() },
        );
        if let Some(found) = priority::of_tier(&subject, PrioritySource::Tier)
            .or_else(|| priority::of_line(&text))
            .or_else(|| priority::within_heading(&text))
            .or_else(|| priority::at_end(&text))
        {
            self.add(index, &subject, Found { subject: subject.clone(), ..found });
        }
        self.opens_phase(index, &text);
        let remarks = [remark::gate(&text), remark::alternative(&text, ""), phase::task_heading(&text)];
        for found in remarks.into_iter().flatten() {
            self.add(index, &text, found);
        }
        for found in dependency::dependencies(&text, &subject, &self.around.context(index, self.blocks)) {
            self.add(index, &text, found);
        }
        self.numbers(index, &text, &text);
    }

    fn opens_phase(&mut self, index: usize, text: &str) {
        if let Some(part) = phase::opened_by(text).filter(|_| self.around.opens_phase(index)) {
            self.add(
                index,
                text,
                Found { meaning: Meaning::Phase { span: part.span }, at: 0..text.len(), subject: tidy(text) },
            );
        }
    }

    fn item(&mut self, index: usize, number: Option<u64>) {
        let block = &self.blocks[index];
        let text = self.text(index);
        self.marks(index, &text);
        self.opens_phase(index, &text);
        if self.around.is_task(index) && (!self.has_boxes(index) || starts_with_box(&text)) {
            let number = number.map(|number| number.to_string());
            let subject = block.text.strong_lead().unwrap_or_else(|| tidy(&text));
            self.add(
                index,
                &text,
                Found { meaning: Meaning::Task { number }, at: 0..text.len(), subject: tidy(&subject) },
            );
        }
        self.listed(index, &text);
        self.sentence(index, &text);
    }

    /// What a bullet is because of the list it is in.
    fn listed(&mut self, index: usize, text: &str) {
        let block = &self.blocks[index];
        let context = self.around.context(index, self.blocks);
        if self.around.is_risk(index) {
            let key = text.split_once([':', '：']).map_or("", |(key, _)| key);
            let mitigates = names_mitigations(key) || names_mitigations(&context);
            let subject = block.text.strong_lead().map_or_else(|| tidy(text), |lead| tidy(&lead));
            let level = priority::level_within(&context).or_else(|| priority::level_within(text));
            let top = block.outer.is_none();
            let meaning = match (mitigates, top) {
                (true, _) => Some(Meaning::Mitigation),
                (false, true) => Some(Meaning::Risk { level }),
                (false, false) => None,
            };
            if let Some(meaning) = meaning {
                self.add(index, text, Found { meaning, at: 0..text.len(), subject });
            }
        }
        let top = block.outer.is_none();
        let alternative = if top { remark::alternative(text, &context) } else { None };
        for found in [alternative, remark::reference(text, &context), remark::gate(text)].into_iter().flatten() {
            self.add(index, text, found);
        }
    }

    fn has_boxes(&self, index: usize) -> bool {
        self.boxed_sections.contains_key(&self.around.places[index].heading)
    }

    fn line(&mut self, index: usize) {
        let text = self.text(index);
        self.marks(index, &text);
        self.opens_phase(index, &text);
        if self.around.is_label(index)
            && let Some(found) = priority::of_tier(&tidy(&text), PrioritySource::Label)
        {
            let shown = tidy(&text);
            self.add(index, &shown, Found { subject: shown.clone(), ..found });
            return;
        }
        self.sentence(index, &text);
    }

    /// Box, sign, or `Status:` of a bullet or line.
    fn marks(&mut self, index: usize, text: &str) {
        let struck = self.blocks[index].text.is_struck();
        let subject = self.blocks[index].text.strong_lead().map_or_else(|| tidy(text), |lead| tidy(&lead));
        let role = if self.around.is_ahead(index, self.blocks) { MarkRole::Target } else { MarkRole::State };
        let mark = |state, sign, role| Mark { state, sign, role };
        if keyed::offers_a_choice(text) {
            return;
        }
        if let Some(sign) = mark::leading(text).filter(|sign| !ranks_priority(sign, text)) {
            let state = mark::dropped(&sign, struck);
            let made = mark(state, sign.written.trim().to_owned(), if sign.boxed { MarkRole::State } else { role });
            let meaning = if sign.boxed { Meaning::Checkbox(made) } else { Meaning::Status(made) };
            self.add(index, text, Found { meaning, at: 0..sign.length.min(text.len()), subject });
            return;
        }
        if let Some((state, sign, at)) = keyed::status(text) {
            if !self.is_value_of_a_field(index, text, &at) {
                self.add(index, text, Found { meaning: Meaning::Status(mark(state, sign, role)), at, subject });
            }
            return;
        }
        if let Some((at, sign)) = mark::after_key(text)
            .filter(|(at, sign)| !ranks_priority(sign, &text[*at..]) && self.blocks[index].text.code_at(*at).is_none())
        {
            let shown = at..(at + sign.length).min(text.len());
            let made = mark(sign.state, sign.written.trim().to_owned(), role);
            self.add(index, text, Found { meaning: Meaning::Status(made), at: shown, subject });
            return;
        }
        if let Some(sign) = mark::trailing(text).filter(|sign| !ranks_priority(sign, text)) {
            let at = text.rfind(&sign.written).unwrap_or(0)..text.len();
            self.add(
                index,
                text,
                Found { meaning: Meaning::Status(mark(sign.state, sign.written, role)), at, subject },
            );
            return;
        }
        if let Some((state, sign, at)) = keyed::verdict(text) {
            self.add(index, text, Found { meaning: Meaning::Status(mark(state, sign, role)), at, subject });
        }
    }

    /// ``Status: `active` ``: a value that a program keeps, as code.
    fn is_value_of_a_field(&self, index: usize, text: &str, at: &Range<usize>) -> bool {
        const VALUES: &[&str] = &["active", "inactive", "open", "closed", "enabled", "disabled", "pending", "success"];
        let value = &text[at.clone()];
        let start = at.start + (value.len() - value.trim_start().len());
        self.blocks[index].text.code_at(start).is_some_and(|code| VALUES.contains(&code.trim()))
    }

    /// Everything a sentence may state.
    fn sentence(&mut self, index: usize, text: &str) {
        if let Some(found) = priority::of_line(text) {
            self.add(index, text, found);
        }
        let about =
            self.around.places[index].parent.map_or_else(String::new, |parent| tidy(&self.blocks[parent].text.text()));
        for found in [people::owner_of_line(text), people::team(text), remark::resolution(text)].into_iter().flatten() {
            self.add(index, text, found);
        }
        let context = self.around.context(index, self.blocks);
        for found in dependency::dependencies(text, &about, &context) {
            self.add(index, text, found);
        }
        self.numbers(index, text, &context);
    }

    fn numbers(&mut self, index: usize, text: &str, context: &str) {
        let criteria = self.around.is_criterion(index);
        let aim = criteria || self.around.is_milestone(index, self.blocks) || names_an_aim(text);
        let mut all = threshold::thresholds(text, aim);
        let bounds: Vec<Range<usize>> = all.iter().map(|found| found.at.clone()).collect();
        all.extend(percentage::grades(text, context));
        if text.chars().any(char::is_numeric) {
            all.extend(percentage::percentages(text, context));
            all.extend(percentage::scores(text));
            let team = words::list("team").into_iter().any(|word| context.to_lowercase().contains(word));
            let bounded = |found: &Found| bounds.iter().any(|at| at.start < found.at.end && found.at.start < at.end);
            let spans = duration::durations(text).into_iter();
            let no_plan = |found: &Found| bounded(found) || (team && duration::is_work_of_people(&found.meaning));
            all.extend(spans.filter(|found| !no_plan(found)));
            all.extend(date::dates(text, context));
            all.extend(people::costs(text));
            let others = all.iter().filter(|found| !quantity::counts_too(&found.meaning, criteria));
            let taken: Vec<Range<usize>> = others.map(|found| found.at.clone()).collect();
            let present = quantity::before_bounds(text, &all);
            all.extend(quantity::quantities(text, &taken));
            all.extend(present);
        }
        let written = &self.blocks[index].text;
        all.retain(|found| !written.code_at(found.at.start).is_some_and(|code| code.contains(['(', '{', '=', ';'])));
        for found in all {
            self.add(index, text, found);
        }
    }
}

/// `Target for coverage: 85 %`: a key that names what is to be reached.
fn names_an_aim(text: &str) -> bool {
    let key = text.split_once([':', '：']).map_or("", |(key, _)| key);
    let first = tidy(key).to_lowercase();
    key.chars().count() <= 60
        && words::list("aim").into_iter().any(|word| first.split_whitespace().next() == Some(word))
}

fn starts_with_box(text: &str) -> bool {
    mark::leading(text).is_some_and(|sign| sign.boxed)
}

/// A coloured circle before a word of a priority scale ranks, it does not state how far a thing is.
fn ranks_priority(sign: &mark::Sign, text: &str) -> bool {
    let rest = text.get(sign.length..).unwrap_or("");
    sign.colour
        && (priority::begins_with_level(rest)
            || priority::of_tier(&tidy(rest), PrioritySource::Inline)
                .or_else(|| priority::of_line(&tidy(rest)))
                .is_some())
}

/// The state of a heading: a sign at either end, else a state word after a dash or in brackets at the end.
fn heading_mark(text: &str) -> Option<Mark> {
    let sign = mark::leading(text).or_else(|| mark::trailing(text)).or_else(|| mark::anywhere(text));
    let sign = sign.filter(|sign| !mark::decorates_headings(&sign.written));
    if let Some(sign) = sign.filter(|sign| !ranks_priority(sign, text)) {
        let own = tidy(text);
        let role = if mark::word_alone(&own).is_some() { MarkRole::Group } else { MarkRole::State };
        return Some(Mark { state: sign.state, sign: sign.written, role });
    }
    let (start, ending) = mark::state_at_end(text)?;
    let state = mark::word_alone(ending)?;
    let named = text[start..].starts_with([':', '：']) && phase::opened_by(text).is_some();
    (!named).then(|| Mark { state, sign: tidy(ending.trim_end_matches([')', '）'])), role: MarkRole::State })
}
