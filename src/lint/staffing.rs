//! L07: the stated size of a team, and its stated effort, against the list of its roles.

use super::reading::{Item, Reading, plus, shown};
use super::words::says_any;
use super::{Finding, Severity};
use crate::model::Exact;
use crate::model::statement::{Meaning, TimeUnit};

pub(super) fn look(reading: &Reading<'_>) -> Vec<Finding> {
    let team: Vec<(Exact, Option<Exact>, u32)> = reading.items().filter_map(member).collect();
    if team.len() < 2 {
        return Vec::new();
    }
    sizes(reading, &team).into_iter().chain(efforts(reading, &team)).collect()
}

/// A role: how many full time, its effort in person-weeks, its line.
fn member(item: &Item<'_>) -> Option<(Exact, Option<Exact>, u32)> {
    let stated = item.meanings().find_map(|meaning| match meaning {
        Meaning::Team { full_time, person_weeks } => Some((full_time.clone(), person_weeks.clone(), item.line)),
        _ => None,
    });
    stated.or_else(|| {
        let words: Vec<&str> = item.text.split_whitespace().collect();
        let at = words
            .iter()
            .position(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()).eq_ignore_ascii_case("fte"))?;
        let full_time = Exact::parse_decimal(words.get(at.checked_sub(1)?)?)?;
        let weeks = item.meanings().find_map(|meaning| match meaning {
            Meaning::Duration { least, most, unit: TimeUnit::PersonWeeks } if least == most => Some(most.clone()),
            _ => None,
        });
        Some((full_time, weeks, item.line))
    })
}

fn sizes(reading: &Reading<'_>, team: &[(Exact, Option<Exact>, u32)]) -> Vec<Finding> {
    let full_time: Vec<Exact> = team.iter().map(|(share, ..)| share.clone()).collect();
    let sum: Exact = full_time.iter().cloned().sum();
    let heads: i64 = full_time.iter().filter_map(|share| Some(share.floor_i64()? + i64::from(!share.is_whole()))).sum();
    let mut findings = Vec::new();
    for item in reading.items() {
        let Some(stated) = stated_size(item.text) else { continue };
        if stated == heads || Exact::whole(stated) == sum {
            continue;
        }
        let message = format!(
            "a team of {stated} is stated, the list names {heads} people in {} roles, {} full time: which holds?",
            team.len(),
            shown(&sum)
        );
        let lines = team.iter().map(|(.., line)| *line).chain([item.line]);
        findings.push(Finding::new(Severity::Medium, lines, message).because(format!(
            "{} = {} full time, {heads} people",
            plus(&full_time),
            shown(&sum)
        )));
    }
    findings
}

/// `5-person team`, `team of 5`.
fn stated_size(text: &str) -> Option<i64> {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(3).find_map(|three| match three {
        [number, "person" | "people" | "member" | "engineer" | "developer", "team"] | ["team", "of", number] => {
            number.parse().ok()
        }
        _ => None,
    })
}

fn efforts(reading: &Reading<'_>, team: &[(Exact, Option<Exact>, u32)]) -> Vec<Finding> {
    let Some(weeks) = team.iter().map(|(_, weeks, _)| weeks.clone()).collect::<Option<Vec<Exact>>>() else {
        return Vec::new();
    };
    let sum: Exact = weeks.iter().cloned().sum();
    let mut findings = Vec::new();
    for statement in reading.statements {
        let Meaning::Duration { least, most, unit: TimeUnit::PersonWeeks } = &statement.meaning else { continue };
        let is_total = says_any(&statement.text, &["total", "overall", "gesamt", "totale", "itogo"]);
        if !is_total || team.iter().any(|(.., line)| *line == statement.line) || (*least <= sum && sum <= *most) {
            continue;
        }
        let message = format!(
            "the efforts of the roles add up to {} person-weeks, the total says {}: which is missing?",
            shown(&sum),
            shown(most)
        );
        let lines = team.iter().map(|(.., line)| *line).chain([statement.line]);
        findings.push(Finding::new(Severity::High, lines, message).because(format!(
            "{} = {}",
            plus(&weeks),
            shown(&sum)
        )));
    }
    findings
}
