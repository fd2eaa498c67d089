//! Somebody's own query: that it only reads, what it yields, how long it takes.

use indexmap::IndexMap;

use super::{Entry, MESSAGES, value};
use crate::model::{Fact, FactDecl, FactType, Problems, Value};
use crate::probe::service::Latency;
use crate::world::service::postgres::{Column, Rows, Session};
use crate::world::service::{Trouble, TroubleKind};
use crate::yaml::Spanned;

/// First words of statements that read.
const READING: [&str; 6] = ["select", "with", "values", "table", "show", "explain"];

/// What is timed when there is no query.
const SMALLEST: &str = "SELECT 1";

/// The facts of the query.
pub(super) fn declared() -> Vec<FactDecl> {
    vec![
        FactDecl::new("value", FactType::Any, "The first column of the query's first row; absent for NULL or no row."),
        FactDecl::tree("row.", FactType::Any, "The query's first row by column; absent without rows."),
        FactDecl::new("rows", FactType::Count, "How many rows the query yields."),
        FactDecl::new(
            "query.p50",
            FactType::Duration,
            "Median time of the query (or `SELECT 1`) on the warm connection.",
        ),
        FactDecl::new("query.p95", FactType::Duration, "95th percentile of it; unobserved below 20 runs."),
        FactDecl::new("query.max", FactType::Duration, "The longest of them."),
    ]
}

/// Messages that [`ask`] sends at most: what the columns are, then every run.
pub(super) fn messages(runs: u32) -> u64 {
    (u64::from(runs) + 1) * MESSAGES
}

/// Refuses what obviously does not read. What it really does is bounded by the read-only transaction.
pub(super) fn check(query: &Spanned<String>, problems: &mut Problems) {
    let first = query.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    let first: String = first.chars().take_while(char::is_ascii_alphabetic).collect();
    if !READING.contains(&first.to_ascii_lowercase().as_str()) {
        let wrong = format!("a query that begins with `{first}` does not only read");
        problems.push(query.span.problem(wrong).help("write one `SELECT …`"));
    }
}

/// Asks the query so many times and sets its facts.
pub(super) async fn ask(session: &Session, entry: &mut Entry, query: Option<&str>, runs: u32) -> Result<(), Trouble> {
    let columns = match query {
        None => Vec::new(),
        Some(query) => {
            entry.requests += MESSAGES;
            match session.columns(query).await {
                Ok(columns) => columns,
                Err(trouble) => return refused(entry, trouble),
            }
        }
    };
    let mut latency = Latency::default();
    let mut last = Rows::new();
    for _ in 0..runs {
        entry.requests += MESSAGES;
        match session.timed_rows(query.unwrap_or(SMALLEST)).await {
            Ok((rows, time)) => {
                last = rows;
                latency.add(time);
            }
            Err(trouble) => return refused(entry, trouble),
        }
    }
    latency.set(&mut entry.facts, ["query.p50", "query.p95", "query.max"]);
    if query.is_some() {
        set_rows(entry, &columns, &last);
    }
    Ok(())
}

/// A query that the server refuses leaves its facts unobserved, and all others as they are.
fn refused(entry: &mut Entry, trouble: Trouble) -> Result<(), Trouble> {
    if !matches!(trouble.kind, TroubleKind::Denied | TroubleKind::Missing | TroubleKind::Rejected) {
        return Err(trouble);
    }
    let reason = format!("the query was not answered: {trouble}");
    for name in ["value", "row.", "rows", "query.p50", "query.p95", "query.max"] {
        entry.facts.set(name, Fact::Unobserved(reason.clone()));
    }
    entry.notes.push(reason);
    Ok(())
}

fn set_rows(entry: &mut Entry, columns: &[Column], rows: &Rows) {
    entry.facts.present("rows", Value::count(rows.len()));
    let Some(first) = rows.first() else {
        entry.facts.set("value", Fact::Absent);
        entry.facts.set("row.", Fact::Absent);
        return;
    };
    let values =
        columns.iter().zip(first).map(|(column, text)| (column, value::of_type(text.as_deref(), &column.kind)));
    let row: IndexMap<String, Value> = values.map(|(column, value)| (column.name.clone(), value)).collect();
    let value = match row.values().next() {
        None | Some(Value::Null) => Fact::Absent,
        Some(value) => Fact::Present(value.clone()),
    };
    entry.facts.set("value", value);
    entry.facts.present("row.", Value::Map(row));
}
