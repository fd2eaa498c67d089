//! The table of areas with their score bars.

use super::grid::{self, Column, GUTTER};
use crate::model::report::{Area, Report, Score};
use crate::report::canvas::{Canvas, Paint, Span, span};
use crate::report::figures;
use crate::report::text::{cut, one_line, width};

/// The widest a claim may be.
const CLAIM: usize = 10;
/// Head of the column with what is missing of the area.
const LACKS: &str = "Missing of area";

struct Row<'a> {
    title: &'a str,
    score: Option<&'a Score>,
    claimed: Option<String>,
    /// What is missing here of the area.
    lacks: Option<f64>,
    blockers: u32,
    whole: bool,
}

/// Draws a row per area and one for the whole, then roll-ups.
pub(super) fn draw(canvas: &mut Canvas<'_>, report: &Report) {
    let mut rows: Vec<Row<'_>> = report.areas.iter().map(area_row).collect();
    rows.push(overall_row(report));
    draw_rows(canvas, "Area", &rows);
    for (title, roll_ups) in [("Component", &report.components), ("Group", &report.groups)] {
        if !roll_ups.is_empty() {
            canvas.gap();
            let row = |roll_up| -> Row<'_> {
                let roll_up: &crate::model::report::RollUp = roll_up;
                let (title, score, blockers) = (&roll_up.title, roll_up.score.as_ref(), roll_up.counts.blockers);
                Row { title, score, claimed: None, lacks: roll_up.lacks_pct, blockers, whole: false }
            };
            draw_rows(canvas, title, &roll_ups.iter().map(row).collect::<Vec<_>>());
        }
    }
}

fn area_row(area: &Area) -> Row<'_> {
    let claimed = figures::claimed(area);
    let (score, blockers) = (area.score.as_ref(), area.counts.blockers);
    Row { title: &area.title, score, claimed, lacks: None, blockers, whole: false }
}

fn overall_row(report: &Report) -> Row<'_> {
    let blockers = report.areas.iter().map(|area| area.counts.blockers).fold(0, u32::saturating_add);
    let claimed = report.score.as_ref().and_then(|score| score.claimed);
    let claimed = claimed.map(|value| format!("{} %", figures::decimal(value)));
    Row { title: "Overall", score: report.score.as_ref(), claimed, lacks: None, blockers, whole: true }
}

fn draw_rows(canvas: &mut Canvas<'_>, kind: &'static str, rows: &[Row<'_>]) {
    let layout = Layout::fit(canvas, rows);
    let spans: Vec<Vec<Span>> = rows.iter().map(|row| layout.spans(canvas, row)).collect();
    grid::draw(canvas, &layout.columns(kind, canvas), &spans);
}

/// Which columns there is room for, and how wide they are.
struct Layout {
    bar: usize,
    title: usize,
    claimed: bool,
    lacks: bool,
}

impl Layout {
    fn fit(canvas: &Canvas<'_>, rows: &[Row<'_>]) -> Layout {
        let columns = canvas.columns();
        let claimed = columns >= 66 && rows.iter().any(|row| row.claimed.is_some());
        let lacks = columns >= 90 && rows.iter().any(|row| row.lacks.is_some());
        // `100.0 … 100.0 %`, `Measured`, `Blockers`, each after a gutter.
        let always = (15 + GUTTER) + (8 + GUTTER) + (8 + GUTTER);
        let sometimes = [(claimed, CLAIM), (lacks, width(LACKS))].map(|(is, wide)| if is { wide + GUTTER } else { 0 });
        let numbers = always + sometimes.iter().sum::<usize>();
        let longest = rows.iter().map(|row| width(&one_line(row.title))).max().unwrap_or(0);
        let room = columns.saturating_sub(numbers);
        // A title gives way to a short bar, but not below what tells areas apart.
        let least_bar = if columns < 72 { 6 } else { 10 };
        let title = longest.clamp(12, 32).min(room.saturating_sub(GUTTER + least_bar)).max(12);
        let bar = room.saturating_sub(title + GUTTER).min(24);
        let bar = if bar < 4 { 0 } else { bar };
        let taken = if bar > 0 { bar + GUTTER } else { 0 };
        Layout { bar, title: room.saturating_sub(taken).max(5), claimed, lacks }
    }

    fn columns(&self, kind: &'static str, canvas: &Canvas<'_>) -> Vec<Column> {
        let mut columns = vec![Column { title: kind, right: false }];
        if self.bar > 0 {
            columns.push(Column { title: "", right: false });
        }
        let range = if canvas.style().unicode { "Proven…possible" } else { "Proven..poss." };
        columns.push(Column { title: range, right: true });
        columns.push(Column { title: "Measured", right: true });
        if self.claimed {
            columns.push(Column { title: "Claimed", right: true });
        }
        if self.lacks {
            columns.push(Column { title: LACKS, right: true });
        }
        columns.push(Column { title: "Blockers", right: true });
        columns
    }

    fn spans(&self, canvas: &Canvas<'_>, row: &Row<'_>) -> Vec<Span> {
        let mark = canvas.cut_mark();
        let paint = if row.whole { Paint::Strong } else { Paint::Plain };
        let mut spans = vec![span(paint, cut(&one_line(row.title), self.title, mark))];
        if self.bar > 0 {
            spans.push(self.bar(canvas, row.score));
        }
        let score =
            row.score.map_or_else(|| "not scored".to_owned(), |score| figures::interval(score, canvas.between()));
        spans.push(span(paint, score));
        spans.push(span(Paint::Plain, row.score.map(figures::measured).unwrap_or_default()));
        if self.claimed {
            spans.push(span(Paint::Plain, cut(&one_line(row.claimed.as_deref().unwrap_or("")), CLAIM, mark)));
        }
        if self.lacks {
            let lacks = row.lacks.map(|lacks| format!("{} %", figures::percent(lacks)));
            spans.push(span(Paint::Plain, lacks.unwrap_or_default()));
        }
        spans.push(span(if row.blockers > 0 { Paint::Bad } else { Paint::Plain }, row.blockers.to_string()));
        spans
    }

    /// Proven solid, possible shaded, the rest light.
    fn bar(&self, canvas: &Canvas<'_>, score: Option<&Score>) -> Span {
        let Some(score) = score else { return span(Paint::Plain, "") };
        let [solid, shaded, rest] = if canvas.style().unicode { ['█', '▒', '·'] } else { ['#', '+', '.'] };
        let proven = self.cells_of(score.proven.value);
        let possible = self.cells_of(score.possible.value).max(proven);
        let run = |sign: char, count: usize| sign.to_string().repeat(count);
        let bar = format!("{}{}{}", run(solid, proven), run(shaded, possible - proven), run(rest, self.bar - possible));
        span(if score.proven.value >= 100.0 { Paint::Good } else { Paint::Name }, bar)
    }

    /// Whole cells of the bar, rounded down: a full bar means all of it.
    fn cells_of(&self, percent: f64) -> usize {
        (0..=self.bar).rev().find(|cells| *cells as f64 * 100.0 <= percent * self.bar as f64).unwrap_or(0)
    }
}
