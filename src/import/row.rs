//! Rows of tables: what a row states by its columns, and what each cell states.

use std::sync::LazyLock;

use regex::Regex;

use super::mark;
use super::read::{Found, Reader, tidy};
use super::surroundings::{names_criteria, names_risks};
use super::words::{self, Column};
use super::{date, dependency, duration, people, percentage, phase, priority, threshold};
use crate::model::statement::{Mark, MarkRole, Meaning};

impl Reader<'_> {
    pub(super) fn row(&mut self, index: usize, header: &[String], cells: &[String]) {
        let first = cells.first().map(|cell| tidy(cell)).unwrap_or_default();
        let subject = cells.get(naming_column(header, cells)).map(|cell| tidy(cell)).unwrap_or_default();
        let shown = cells.join(" | ");
        let is_state = |column: &usize| header.get(*column).is_some_and(|name| words::names(Column::State, name));
        let state = (0..cells.len()).filter(is_state).find_map(|column| mark::state_of(&cells[column]));
        let state = state.or_else(|| {
            // In a row that ranks, a coloured circle outside the column of states shows the rank.
            let ranks = cells.iter().enumerate().any(|(column, cell)| {
                let named = header.get(column).is_some_and(|name| priority::is_key(name));
                (named || column == 0) && priority::level(&mark::without_signs(cell)).is_some()
            });
            let sign = |cell: &String| mark::leading(cell).filter(|sign| !(ranks && sign.colour));
            let signs: Vec<mark::Sign> = cells.iter().skip(1).filter_map(sign).collect();
            // A matrix compares things with each other: where its columns differ, the row is in no one state.
            let first = signs.first().filter(|first| signs.iter().all(|sign| sign.state == first.state));
            first.map(|sign| (sign.state, sign.written.clone()))
        });
        let state = state.map(|(state, sign)| Mark { state, sign: sign.trim().to_owned(), role: MarkRole::State });
        let meaning = Meaning::TableRow { header: header.to_vec(), cells: cells.to_vec(), state };
        let line = self.blocks[index].line;
        self.push(
            index,
            line,
            shown.clone(),
            shown.clone(),
            Found { meaning, at: 0..shown.len(), subject: subject.clone() },
        );
        self.row_in_plan(index, &first, header, cells);
        for (column, cell) in cells.iter().enumerate() {
            for found in self.cell(index, (column, header), cell) {
                let about = if column == 0 { found.subject.clone() } else { subject.clone() };
                let evidence = cell.get(found.at.clone()).unwrap_or(cell).trim().to_owned();
                self.push(index, line, shown.clone(), evidence, Found { subject: about, ..found });
            }
        }
    }

    /// A row that opens a phase or month of the plan, with what is due in it; a row of a table of risks.
    fn row_in_plan(&mut self, index: usize, subject: &str, header: &[String], cells: &[String]) {
        let line = self.blocks[index].line;
        let shown = cells.join(" | ");
        let mut found = Vec::new();
        let month = date::dates(subject, "").first().is_some_and(|date| date.at.len() == subject.len());
        let heading = header.first().map_or("", String::as_str);
        let part = phase::opened_by(subject)
            .filter(|_| phase::opened_by_row(heading, subject))
            .or_else(|| phase::numbered_cell(heading, subject));
        if part.is_some() || month {
            let span = part.and_then(|part| part.span);
            found.push(Found { meaning: Meaning::Phase { span }, at: 0..0, subject: subject.to_owned() });
            let column = header.iter().rposition(|name| phase::names_tasks(name)).filter(|column| *column > 0);
            let due = column.and_then(|column| cells.get(column)).map_or("", String::as_str);
            for task in due.split([',', ';', '、', '，']).map(tidy).filter(|task| !task.is_empty()) {
                found.push(Found { meaning: Meaning::Task { number: None }, at: 0..0, subject: task });
            }
        }
        if self.around.is_risk(index) || header.first().is_some_and(|name| names_risks(name)) {
            let level = cells.iter().skip(1).find_map(|cell| priority::level(&mark::without_signs(cell)));
            found.push(Found { meaning: Meaning::Risk { level }, at: 0..0, subject: subject.to_owned() });
        }
        for found in found {
            self.push(index, line, shown.clone(), found.subject.clone(), found);
        }
    }

    fn cell(&self, index: usize, (column, headers): (usize, &[String]), cell: &str) -> Vec<Found> {
        if cell.trim().is_empty() {
            return Vec::new();
        }
        let header = headers.get(column).map_or("", String::as_str);
        let mut found = Vec::new();
        if priority::is_key(header) && !(names_risks(header) && ranks_apart(column, headers)) {
            found.extend(priority::of_cell(cell, ""));
        }
        if words::names(Column::Owner, header) && names_somebody(cell) {
            found.push(Found {
                meaning: Meaning::Owner { name: tidy(cell) },
                at: 0..cell.len(),
                subject: String::new(),
            });
        }
        if column > 0 && words::names(Column::Dependency, header) {
            found.extend(dependency::of_cell(cell, ""));
        }
        found.extend(percentage::grades(cell, header));
        if cell.chars().any(char::is_numeric) {
            self.numbers_of_cell(index, (column, headers), cell, &mut found);
        }
        found
    }

    fn numbers_of_cell(&self, index: usize, (column, headers): (usize, &[String]), cell: &str, found: &mut Vec<Found>) {
        let header = headers.get(column).map_or("", String::as_str);
        let target = (self.around.is_criterion(index) || names_criteria(header)) && !shows_the_present(column, headers);
        let context = format!("{} {header}", self.around.context(index, self.blocks));
        let percentages = percentage::percentages(cell, header);
        found.extend(if percentages.is_empty() { percentage::percentages(cell, &context) } else { percentages });
        found.extend(percentage::scores(cell));
        let mut bounds = threshold::thresholds(cell, target && column > 0);
        if bounds.is_empty() && target && names_criteria(header) && column > 0 {
            bounds.extend(threshold::bare_target(cell));
        }
        found.extend(bounds);
        found.extend(duration::durations(cell));
        found.extend(date::dates(cell, header));
        found.extend(people::costs(cell));
    }
}

/// The column that says what a row is about: the first, unless it only numbers the rows (`3`, `SEC-01`).
fn naming_column(headers: &[String], cells: &[String]) -> usize {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:#?\p{L}{0,6}[-_. ]?\d+(?:[-_.]\w{1,4})*\.?|#)$").expect("the pattern is fixed")
    });
    if !cells
        .first()
        .is_some_and(|cell| NUMBER.is_match(tidy(cell).as_str()) && phase::opened_by(&tidy(cell)).is_none())
    {
        return 0;
    }
    const OTHERS: [Column; 5] = [Column::State, Column::Priority, Column::Owner, Column::Dependency, Column::Area];
    let tells = |column: &usize| {
        let header = headers.get(*column).map_or("", String::as_str);
        let letters = cells[*column].chars().filter(|c| c.is_alphabetic()).count();
        letters >= 2
            && !OTHERS.into_iter().any(|other| words::names(other, header))
            && mark::word_alone(&cells[*column]).is_none()
            && date::dates(&cells[*column], "").is_empty()
    };
    (1..cells.len()).find(tells).unwrap_or(0)
}

/// Whether another column ranks, so that a level of risk says no priority.
fn ranks_apart(column: usize, headers: &[String]) -> bool {
    headers.iter().enumerate().any(|(other, name)| other != column && priority::is_key(name) && !names_risks(name))
}

/// Whether a column tells how a metric is, and not how it must be.
fn shows_the_present(column: usize, headers: &[String]) -> bool {
    let name = headers.get(column).map_or("", String::as_str);
    let judged = || headers.iter().any(|other| words::names(Column::State, other) || names_criteria(other));
    words::names(Column::Present, name) || (words::names(Column::Value, name) && judged())
}

/// `TBD`, `-` and the like name nobody yet.
fn names_somebody(cell: &str) -> bool {
    let shown = tidy(cell);
    shown.chars().any(char::is_alphabetic) && mark::word_alone(&shown).is_none()
}
