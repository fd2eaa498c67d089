//! Ends of support of distributions, runtimes and databases, by a table that ships with the tool (`endoflife.txt`). What
//! the table does not know is not judged.

use std::sync::LazyLock;

use jiff::civil::Date;

use crate::model::Certainty;

static TABLE: &str = include_str!("endoflife.txt");

/// Day of the table.
const TABLE_DATE: Date = Date::constant(2026, 8, 22);

/// Days after which the table is too old to be certain.
const TABLE_FRESH: i32 = 180;

/// Days before the end from which a move is due.
const SOON: i32 = 90;

/// A release line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cycle {
    /// As endoflife.date names it: `python`, `nodejs`, `go`.
    pub(super) product: &'static str,
    /// `3.12`, `24`.
    pub(super) name: &'static str,
    /// Name of a release of a distribution; `-` where there is none.
    pub(super) code_name: &'static str,
    end: Option<Date>,
    extended: Option<Date>,
}

static CYCLES: LazyLock<Vec<Cycle>> = LazyLock::new(|| TABLE.lines().filter_map(cycle).collect());

fn cycle(line: &'static str) -> Option<Cycle> {
    let mut words = line.split(' ').filter(|_| !line.starts_with('#'));
    let (product, name) = (words.next()?, words.next()?);
    let date = |word: Option<&str>| word.and_then(|word| word.parse::<Date>().ok());
    Some(Cycle { product, name, end: date(words.next()), extended: date(words.next()), code_name: words.next()? })
}

/// The release line with this code name: `bookworm`.
pub(super) fn of_code_name(word: &str) -> Option<&'static Cycle> {
    CYCLES.iter().find(|cycle| cycle.code_name == word && word != "-" && !word.is_empty())
}

/// The line of a version: the longest name that the version starts with, part by part.
pub(super) fn of_version(product: &str, version: &str) -> Option<&'static Cycle> {
    let starts = |cycle: &&Cycle| {
        cycle.product == product
            && version.strip_prefix(cycle.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    CYCLES.iter().filter(starts).max_by_key(|cycle| cycle.name.len())
}

/// How far a release line that is no longer, or not for long, supported has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Supported for 90 more days at most.
    Ending,
    /// Only security fixes that its makers give away for free.
    Extended,
    /// No fixes.
    Over,
}

/// The stage of a release line on a day with its story; `None` while it is supported for longer.
pub(super) fn stage(cycle: &Cycle, today: Date) -> Option<(Stage, String)> {
    let end = cycle.end?;
    if today < end {
        let left = days(today, end);
        return (left <= SOON).then(|| (Stage::Ending, format!("is supported until {end}, {left} more days")));
    }
    Some(match cycle.extended.filter(|extended| today < *extended) {
        Some(extended) => {
            (Stage::Extended, format!("left regular support on {end}; its free extension ends on {extended}"))
        }
        None => (Stage::Over, format!("has had no support since {}", cycle.extended.unwrap_or(end))),
    })
}

/// How sure the table is on a day: dates move when it is old.
pub(super) fn certainty(today: Date) -> Certainty {
    if days(TABLE_DATE, today) <= TABLE_FRESH { Certainty::Certain } else { Certainty::Likely }
}

fn days(from: Date, to: Date) -> i32 {
    from.until(to).map(|span| span.get_days()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        assert_eq!(CYCLES.len(), TABLE.lines().filter(|line| !line.starts_with('#')).count());
        assert!(CYCLES.len() > 400);
        assert!(TABLE.contains(&TABLE_DATE.to_string()), "the head of the table names its day");
    }
}
