//! L20: planned steps that are checked off already.

use super::areas::{self, topic};
use super::reading::{Item, Reading};
use super::roll_up::quoted;
use super::words::Words;
use super::{Finding, Severity};
use crate::model::statement::State;

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let done: Vec<(&Item<'_>, Words, Words)> = reading
        .items()
        .filter(|item| item.is_box() && reading.state(item) == Some(State::Done))
        .map(|item| (item, topic(item), Words::topic(item.text)))
        .filter(|(_, subject, _)| !subject.is_empty())
        .collect();
    let mut findings = Vec::new();
    for phase in areas::phases(reading) {
        let tasks: Vec<&Item<'_>> = reading
            .below(phase.item.id)
            .into_iter()
            .filter(|item| !item.is_heading() && reading.state(item).is_none())
            .collect();
        let pairs: Vec<(u32, u32)> =
            tasks.iter().filter_map(|task| Some((task.line, counterpart(&done, task)?))).collect();
        let boxes: std::collections::BTreeSet<u32> = pairs.iter().map(|(_, checked)| *checked).collect();
        let Some((planned, checked)) = pairs.first().filter(|_| boxes.len() >= 2) else { continue };
        if says_done(phase.item.text) {
            continue;
        }
        let message = format!(
            "{} plans {} steps that are checked off already, such as line {planned} (line {checked}): plan what is open",
            quoted(phase.item.text),
            pairs.len()
        );
        let text: Vec<String> = pairs.iter().map(|(planned, checked)| format!("{planned}↔{checked}")).collect();
        let lines = pairs.iter().flat_map(|(planned, checked)| [*planned, *checked]);
        findings.push(Finding::new(Severity::Medium, lines, message).because(format!(
            "{} of {} steps: {}",
            pairs.len(),
            tasks.len(),
            text.join(", ")
        )));
    }
    findings
}

/// `Phase 5.1 completed (this session)` tells what was done.
fn says_done(heading: &str) -> bool {
    const DONE: &[&str] = &[
        "completed",
        "complete",
        "done",
        "finished",
        "abgeschlossen",
        "erledigt",
        "fertig",
        "terminé",
        "terminée",
        "completado",
        "completada",
        "concluído",
        "concluída",
        "completato",
        "completata",
        "voltooid",
        "afgerond",
        "zakończone",
        "zakończona",
        "завершено",
        "завершён",
        "завершена",
        "виконано",
        "tamamlandı",
        "完成",
        "完了",
        "완료",
    ];
    super::words::says_any(heading, DONE)
}

/// The checked box with the same subject: all its telling words in the step, or all of the step's in its text.
fn counterpart(done: &[(&Item<'_>, Words, Words)], task: &Item<'_>) -> Option<u32> {
    let words = Words::topic(task.text);
    let same = |(_, subject, text): &&(&Item<'_>, Words, Words)| {
        (subject.len() >= 2 && subject.within(&words) && words.len() <= 2 * subject.len())
            || (words.len() >= 2 && words.within(text))
    };
    done.iter().find(same).map(|(item, ..)| item.line)
}
