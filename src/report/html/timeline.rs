//! Geometry of the roadmap's picture: where bars, months and days stand. Drawing it is left to the template, which
//! gets whole numbers only, in units of the picture.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::model::report::{Phase, Report};

/// Width of the picture.
pub(super) const WIDTH: i64 = 1000;
/// Where the bars begin; to the left stand the names.
const LEFT: i64 = 250;
/// Where they end; the rest is for the label of the last day.
const RIGHT: i64 = 940;
const ROW: i64 = 30;
/// Room above the bars for the months.
const TOP: i64 = 34;
/// Room below them for the names of days.
const BOTTOM: i64 = 50;
/// Most characters of a name.
const NAME: usize = 30;
/// Most month lines; longer plans show every second, third, … month.
const MOST_MONTHS: i64 = 14;
/// Days beyond this many are no plan but a mistake, and are not drawn.
const MOST_DAYS: i64 = 7_320;

/// The picture; none where no phase has both dates.
pub(super) struct Timeline {
    pub height: i64,
    /// Where bars end, downwards.
    pub floor: i64,
    pub months: Vec<Mark>,
    pub days: Vec<Mark>,
    pub bars: Vec<Bar>,
}

/// A vertical line with a label.
pub(super) struct Mark {
    pub x: i64,
    pub label: String,
    pub class: &'static str,
    /// Where its label stands, downwards.
    pub y: i64,
}

/// A phase.
pub(super) struct Bar {
    pub name: String,
    pub title: String,
    pub y: i64,
    pub x: i64,
    pub width: i64,
    /// Share of its checks that pass, as a length.
    pub done: i64,
    /// From its end to its earliest finish, where that is later.
    pub late: i64,
}

/// What is drawn where.
pub(super) fn of(report: &Report) -> Option<Timeline> {
    let phases: Vec<(&Phase, Date, Date)> = report.roadmap.phases.iter().filter_map(dated).collect();
    let marked = marked_days(report);
    let finishes = phases.iter().filter_map(|(phase, ..)| day(phase.earliest_finish.as_ref()));
    let all = phases
        .iter()
        .flat_map(|(_, start, end)| [*start, *end])
        .chain(finishes)
        .chain(marked.iter().map(|(day, ..)| *day));
    let (first, last) = (all.clone().min()?, all.max()?);
    let scale = Scale { first, days: i64::from(first.until(last).ok()?.get_days()).max(1) };
    if phases.is_empty() || scale.days > MOST_DAYS {
        return None;
    }
    let floor = TOP + ROW * i64::try_from(phases.len()).ok()?;
    let bars = phases.iter().zip(0..).map(|((phase, start, end), row)| bar(phase, *start, *end, row, &scale)).collect();
    let days = marked.iter().zip(0..).map(|((day, label, class), row)| Mark {
        x: scale.x(*day),
        label: format!("{label} {day}"),
        class,
        y: floor + 16 + 14 * (row % 3),
    });
    Some(Timeline { height: floor + BOTTOM, floor, months: months(&scale), days: days.collect(), bars })
}

struct Scale {
    first: Date,
    days: i64,
}

impl Scale {
    fn x(&self, day: Date) -> i64 {
        let from_first = self.first.until(day).map_or(0, |span| i64::from(span.get_days()));
        LEFT + (RIGHT - LEFT) * from_first.clamp(0, self.days) / self.days
    }
}

fn day(text: Option<&String>) -> Option<Date> {
    text?.parse().ok()
}

fn dated(phase: &Phase) -> Option<(&Phase, Date, Date)> {
    let (start, end) = (day(phase.start.as_ref())?, day(phase.end.as_ref())?);
    (start <= end).then_some((phase, start, end))
}

fn marked_days(report: &Report) -> Vec<(Date, &'static str, &'static str)> {
    let roadmap = &report.roadmap;
    let today = day(report.run.as_of.as_ref()).or_else(|| report.run.started_at.get(..10)?.parse().ok());
    let late = roadmap.slip_days.is_some_and(|days| days > 0);
    let finish = day(roadmap.earliest_finish.as_ref());
    [
        today.map(|day| (day, "today", "today")),
        day(roadmap.target_date.as_ref()).map(|day| (day, "target", "target")),
        finish.map(|day| (day, "earliest finish", if late { "late" } else { "early" })),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn bar(phase: &Phase, start: Date, end: Date, row: i64, scale: &Scale) -> Bar {
    let (x, to) = (scale.x(start), scale.x(end));
    let width = (to - x).max(3);
    let late = day(phase.earliest_finish.as_ref()).filter(|finish| *finish > end);
    Bar {
        name: shortened(&phase.title),
        title: format!("{}: {} of {} checks pass", phase.title, phase.passed, phase.total),
        y: TOP + ROW * row,
        x,
        width,
        done: (width * i64::from(phase.passed)).checked_div(i64::from(phase.total)).unwrap_or(0).clamp(0, width),
        late: late.map_or(0, |finish| (scale.x(finish) - x - width).max(0)),
    }
}

fn shortened(title: &str) -> String {
    if title.chars().count() <= NAME { title.to_owned() } else { title.chars().take(NAME - 1).chain(['…']).collect() }
}

/// First days of months.
fn months(scale: &Scale) -> Vec<Mark> {
    let step = (scale.days / 30 / MOST_MONTHS + 1).max(1);
    let mut marks = Vec::new();
    let mut next = scale.first.first_of_month().checked_add(1.month()).ok();
    while let Some(day) =
        next.filter(|day| scale.first.until(*day).is_ok_and(|span| i64::from(span.get_days()) <= scale.days))
    {
        let label = day.strftime("%Y-%m").to_string();
        marks.push(Mark { x: scale.x(day), label, class: "month", y: TOP - 14 });
        next = day.checked_add(step.months()).ok();
    }
    marks
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn phase(start: &str, end: &str, finish: Option<&str>) -> Phase {
        Phase {
            id: "p".to_owned(),
            title: "A title that is much longer than the room for it".to_owned(),
            start: Some(start.to_owned()),
            end: Some(end.to_owned()),
            gate: None,
            passed: 1,
            total: 2,
            earliest_finish: finish.map(str::to_owned),
            best_finish: None,
            slip_days: None,
        }
    }

    #[test]
    fn a_bar_is_as_long_as_its_time_and_as_full_as_its_checks() {
        let phase = phase("2026-01-01", "2026-04-11", Some("2026-07-20"));
        let (_, start, end) = dated(&phase).unwrap();
        let bar = bar(&phase, start, end, 0, &Scale { first: start, days: 200 });
        assert_eq!((bar.x, bar.width, bar.done, bar.late), (LEFT, 345, 172, 345));
        assert_eq!(bar.name.chars().count(), NAME);
    }

    #[test]
    fn a_phase_that_ends_before_it_starts_is_not_drawn() {
        assert!(dated(&phase("2026-02-01", "2026-01-01", None)).is_none());
        assert!(dated(&phase("hostile", "2026-01-01", None)).is_none());
    }

    #[test]
    fn long_plans_show_fewer_months() {
        for days in [1, 40, 400, 7_000] {
            let months = months(&Scale { first: "2026-01-15".parse().unwrap(), days });
            assert!(months.len() <= 20, "{days} days: {}", months.len());
        }
    }
}
