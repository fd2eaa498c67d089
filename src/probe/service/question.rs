//! Somebody's own query at a database: that it only reads, and the facts of what it yields and how long it takes.
//!
//! Owns the parameter `query` and those facts; how a query is sent belongs to the probe of the database.

use indexmap::IndexMap;
use jiff::Timestamp;

use super::{Entry, Latency};
use crate::model::{Fact, FactDecl, FactType, Problems, Value};
use crate::world::service::{Trouble, TroubleKind};
use crate::yaml::Spanned;

/// First words of statements that read.
const READING: [&str; 6] = ["select", "with", "values", "table", "show", "explain"];

/// What is timed when there is no query.
pub(in crate::probe) const SMALLEST: &str = "SELECT 1";

/// The facts of the query.
pub(in crate::probe) fn declared() -> Vec<FactDecl> {
    vec![
        FactDecl::new("value", FactType::Any, "The first column of the query's first row; absent for NULL or no row."),
        FactDecl::new("age", FactType::Duration, "Time since the moment that `value` is; absent without a value."),
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

/// Refuses what obviously does not read. What it really does is bounded by the read-only transaction.
pub(in crate::probe) fn check(query: &Spanned<String>, problems: &mut Problems) {
    let first = query.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    let first: String = first.chars().take_while(char::is_ascii_alphabetic).collect();
    if !READING.contains(&first.to_ascii_lowercase().as_str()) {
        let wrong = format!("a query that begins with `{first}` does not only read");
        problems.push(query.span.problem(wrong).help("write one `SELECT …`"));
    }
}

/// Whether a query was refused, which leaves its own facts unobserved and all others as they are.
pub(in crate::probe) fn is_refusal(trouble: &Trouble) -> bool {
    matches!(trouble.kind, TroubleKind::Denied | TroubleKind::Missing | TroubleKind::Rejected)
}

/// A query that the server refuses leaves its facts unobserved, and all others as they are.
pub(in crate::probe) fn refused(entry: &mut Entry, trouble: Trouble) -> Result<(), Trouble> {
    if !is_refusal(&trouble) {
        return Err(trouble);
    }
    let reason = format!("the query was not answered: {trouble}");
    for name in ["value", "age", "row.", "rows", "query.p50", "query.p95", "query.max"] {
        entry.facts.set(name, Fact::Unobserved(reason.clone()));
    }
    entry.notes.push(reason);
    Ok(())
}

/// How long its runs took.
pub(in crate::probe) fn set_latency(entry: &mut Entry, latency: Latency) {
    latency.set(&mut entry.facts, ["query.p50", "query.p95", "query.max"]);
}

/// How many rows it yields, the first of them by column, and how old its first value is at this moment.
pub(in crate::probe) fn set_rows(
    entry: &mut Entry,
    rows: usize,
    first: Option<IndexMap<String, Value>>,
    now: Timestamp,
) {
    entry.facts.present("rows", Value::count(rows));
    let Some(row) = first else {
        entry.facts.set("value", Fact::Absent);
        entry.facts.set("age", Fact::Absent);
        entry.facts.set("row.", Fact::Absent);
        return;
    };
    let value = match row.values().next() {
        None | Some(Value::Null) => Fact::Absent,
        Some(value) => Fact::Present(value.clone()),
    };
    entry.facts.set("age", age(&value, now));
    entry.facts.set("value", value);
    entry.facts.present("row.", Value::Map(row));
}

fn age(value: &Fact, now: Timestamp) -> Fact {
    match value {
        Fact::Present(Value::Date(then)) => {
            Fact::Present(Value::count(now.as_second().saturating_sub(then.as_second()).max(0)))
        }
        Fact::Present(_) => Fact::Unobserved("the query's value is no moment".to_owned()),
        other => other.clone(),
    }
}
