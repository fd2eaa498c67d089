//! What a statement adds to the check of its entry: effort, owner, resolution, and remarks for what has no key.

use super::CheckDraft;
use super::yaml_text::shortened;
use crate::model::statement::{MarkRole, Meaning, TimeUnit};
use crate::model::{Exact, Statement};

/// What a statement adds to the check of its entry.
pub(super) fn take(statement: &Statement, check: &mut CheckDraft) {
    match &statement.meaning {
        Meaning::Duration { least, most, unit } => match effort(least, most, *unit) {
            Some(effort) => check.effort = check.effort.take().or(Some(effort)),
            None => check.remarks.push(format!("time: {}", statement.evidence)),
        },
        Meaning::Owner { name } => check.owner = Some(shortened(name, 80)),
        Meaning::Resolution { date: Some(date) } => check.resolved = Some((date.to_string(), None)),
        Meaning::Checkbox(mark) | Meaning::Status(mark) if mark.role == MarkRole::Target => {
            check.remarks.push(format!("`{}` stands before a target, so it is no claim", mark.sign));
        }
        Meaning::Threshold(threshold) => {
            let statistic = threshold.statistic.as_deref().unwrap_or("value");
            let most = threshold.value_max.as_ref();
            let to = most.map_or_else(String::new, |most| format!("..{}", most.floor_decimals(6)));
            let value = threshold.value.floor_decimals(6);
            let (operator, unit, said) = (threshold.comparison.operator(), &threshold.unit, &statement.evidence);
            check.remarks.push(format!("target: \"{said}\", read as {statistic} {operator} {value}{to} {unit}"));
            check.bounds.push(threshold.clone());
        }
        Meaning::Quantity { unit, .. } if unit.starts_with("test") => {
            check.failing_tests |= statement.text.to_lowercase().contains("fail");
        }
        Meaning::Alternative => check.weightless = true,
        _ => {}
    }
}

/// Working time as the spec writes it: days and weeks of one person.
pub(super) fn effort(least: &Exact, most: &Exact, unit: TimeUnit) -> Option<String> {
    let unit = match unit {
        TimeUnit::Days | TimeUnit::PersonDays => "d",
        TimeUnit::Weeks | TimeUnit::PersonWeeks => "w",
        _ => return None,
    };
    let (low, high) = (least.exact_decimal(4)?, most.exact_decimal(4)?);
    if least > most {
        return None;
    }
    Some(if low == high { format!("{low} {unit}") } else { format!("{low}..{high} {unit}") })
}
