//! Tables on a canvas. The only file that names `comfy_table`, which lays out plain cells; paint is put on afterwards,
//! because the crate would decide about colours by looking at the environment.

use comfy_table::{Cell, CellAlignment, LineStyle, Table, TableStyle};

use crate::report::canvas::{Canvas, Paint, Span, span};
use crate::report::text::{split_at_width, width};

/// Columns between two columns.
pub(super) const GUTTER: usize = 2;

/// A column.
pub(super) struct Column {
    pub title: &'static str,
    /// Numbers stand right.
    pub right: bool,
}

/// Puts the table on the canvas. The caller keeps cells short enough; a line that would be too wide is wrapped as text.
pub(super) fn draw(canvas: &mut Canvas<'_>, columns: &[Column], rows: &[Vec<Span>]) {
    let mut table = plain_table(canvas, columns);
    for row in rows {
        table.add_row(row.iter().zip(columns).map(|(part, column)| cell(&part.text, column)).collect::<Vec<_>>());
    }
    let widths: Vec<usize> = table.column_max_content_widths().into_iter().map(usize::from).collect();
    let total = widths.iter().sum::<usize>() + GUTTER * columns.len().saturating_sub(1);
    if total > canvas.columns() {
        for row in rows {
            canvas.flow("", 2, row);
        }
        return;
    }
    let header: Vec<Span> = columns.iter().map(|column| span(Paint::Faint, column.title)).collect();
    for (index, line) in table.lines().enumerate() {
        match index {
            0 => canvas.painted_line(&split(&line, &widths, &header)),
            1 => canvas.painted_line(&[span(Paint::Faint, line.trim_end())]),
            _ => {
                let paints = rows.get(index - 2).map_or(&[][..], Vec::as_slice);
                canvas.painted_line(&split(&line, &widths, paints));
            }
        }
    }
}

fn plain_table(canvas: &Canvas<'_>, columns: &[Column]) -> Table {
    let fill = if canvas.style().unicode { '─' } else { '-' };
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill(fill)));
    table.force_no_tty();
    table.set_header(columns.iter().map(|column| cell(column.title, column)).collect::<Vec<_>>());
    let last = columns.len().saturating_sub(1);
    for (index, column) in table.column_iter_mut().enumerate() {
        let gutter = u16::try_from(GUTTER).unwrap_or(0);
        column.set_padding((0, if index == last { 0 } else { gutter }));
    }
    table
}

fn cell(text: &str, column: &Column) -> Cell {
    Cell::new(text).set_alignment(if column.right { CellAlignment::Right } else { CellAlignment::Left })
}

/// A laid-out line cut into its columns again, each with the paint of its cell.
fn split(line: &str, widths: &[usize], paints: &[Span]) -> Vec<Span> {
    let mut rest = line;
    let mut parts = Vec::new();
    for (index, columns) in widths.iter().enumerate() {
        let gutter = if index + 1 == widths.len() { 0 } else { GUTTER };
        let (piece, after) =
            if width(rest) <= columns + gutter { (rest, "") } else { split_at_width(rest, columns + gutter) };
        let paint = paints.get(index).map_or(Paint::Plain, |part| part.paint);
        parts.push(Span { paint, text: piece.to_owned(), link: None });
        rest = after;
    }
    parts
}
