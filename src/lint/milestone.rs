//! L02: one milestone at two times, in two schedules by months.

use super::areas::{self, topic};
use super::reading::Reading;
use super::words::{Words, lower_words, says};
use super::{Finding, Severity};
use crate::model::statement::Meaning;

/// A milestone at two places of two schedules with equally many parts.
pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let schedules = schedules(reading);
    let mut findings = Vec::new();
    for (index, one) in schedules.iter().enumerate() {
        for other in schedules.iter().skip(index + 1).filter(|other| other.len() == one.len() && one.len() >= 3) {
            for (at, (_, entries)) in one.iter().enumerate() {
                for (line, words) in entries {
                    let found = other.iter().enumerate().find_map(|(place, (_, entries))| {
                        entries.iter().find(|(_, other)| other == words).map(|(line, _)| (place, *line))
                    });
                    let Some((place, other_line)) = found.filter(|(place, _)| *place != at) else { continue };
                    let message = format!(
                        "`{}` is in part {} of {} here and in part {} there: when is it due?",
                        words.text(),
                        at + 1,
                        one.len(),
                        place + 1
                    );
                    findings.push(Finding::new(Severity::Medium, [*line, other_line], message));
                }
            }
        }
    }
    findings
}

/// Milestones with their lines.
type Milestones = Vec<(u32, Words)>;
/// Parts of a plan: line and milestones of each.
type Schedule = Vec<(u32, Milestones)>;

/// Schedules by months: per part its line and the milestones in it.
fn schedules(reading: &Reading<'_>) -> Vec<Schedule> {
    let mut headed: Schedule = Vec::new();
    for phase in areas::phases(reading).iter().filter(|phase| lower_words(phase.item.text).any(|word| word == "month"))
    {
        let tasks = areas::tasks(reading, phase.item);
        headed.push((
            phase.item.line,
            tasks.iter().map(|task| (task.line, topic(task))).filter(|(_, words)| words.len() >= 2).collect(),
        ));
    }
    let mut tables: Vec<(Option<usize>, Schedule)> = Vec::new();
    for row in reading.items() {
        let Some(cells) = row.meanings().find_map(|meaning| match meaning {
            Meaning::TableRow { header, cells, .. } if header.first().is_some_and(|name| says(name, "month")) => {
                Some(cells)
            }
            _ => None,
        }) else {
            continue;
        };
        let milestones = cells
            .iter()
            .skip(1)
            .flat_map(|cell| cell.split([',', ';']))
            .map(|text| (row.line, Words::topic(text)))
            .filter(|(_, words)| words.len() >= 2);
        match tables.iter_mut().find(|(parent, _)| *parent == row.parent) {
            Some((_, rows)) => rows.push((row.line, milestones.collect())),
            None => tables.push((row.parent, vec![(row.line, milestones.collect())])),
        }
    }
    tables.into_iter().map(|(_, rows)| rows).chain([headed]).filter(|schedule| !schedule.is_empty()).collect()
}
