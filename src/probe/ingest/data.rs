//! Reports of tools that nobody else here knows: any JSON document as the tree `json`, any CSV file with a header as the
//! list `rows`. Only when the spec names them.

use indexmap::IndexMap;

use super::content::Content;
use super::report::Report;
use crate::model::{Exact, Value};

/// Rows a file may have.
const MOST_ROWS: usize = 200_000;

/// Never by content: everything is some JSON.
pub(super) fn is_it(_: &Content) -> bool {
    false
}

pub(super) fn parse_json(content: &Content) -> Result<Report, String> {
    match content.stream() {
        [only] => Ok(Report::of("an unnamed tool").value("json.", Some(Value::from_json(only)))),
        [] => Err("is no JSON".to_owned()),
        _ => Err("is more than one document".to_owned()),
    }
}

pub(super) fn parse_csv(content: &Content) -> Result<Report, String> {
    let wrong = |fault: csv::Error| format!("is broken CSV: {fault}");
    let mut reader = csv::ReaderBuilder::new().from_reader(content.text.as_bytes());
    let header = reader.headers().map_err(wrong)?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        if rows.len() >= MOST_ROWS {
            return Err(format!("has more than {MOST_ROWS} rows"));
        }
        let record = record.map_err(wrong)?;
        let cells = header.iter().zip(record.iter()).map(|(name, cell)| (name.to_owned(), value(cell)));
        rows.push(Value::Map(cells.collect::<IndexMap<_, _>>()));
    }
    if rows.is_empty() {
        return Err("has no rows".to_owned());
    }
    Ok(Report::of("an unnamed tool").scanned(rows.len(), "rows").value("rows", Some(Value::List(rows))))
}

/// A cell as a number where it is one.
fn value(cell: &str) -> Value {
    Exact::parse_decimal(cell.trim()).map_or_else(|| Value::Text(cell.to_owned()), Value::Number)
}
