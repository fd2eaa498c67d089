//! Somebody's own query: how it is sent, and what its columns are.

use indexmap::IndexMap;
use jiff::Timestamp;

use super::{Entry, MESSAGES, value};
use crate::model::Value;
use crate::probe::service::{Latency, question};
use crate::world::service::Trouble;
use crate::world::service::postgres::{Column, Rows, Session};

/// Messages that [`ask`] sends at most: what the columns are, then every run.
pub(super) fn messages(runs: u32) -> u64 {
    (u64::from(runs) + 1) * MESSAGES
}

/// Asks the query so many times and sets its facts.
pub(super) async fn ask(
    session: &Session,
    entry: &mut Entry,
    query: Option<&str>,
    runs: u32,
    now: Timestamp,
) -> Result<(), Trouble> {
    let columns = match query {
        None => Vec::new(),
        Some(query) => {
            entry.requests += MESSAGES;
            match session.columns(query).await {
                Ok(columns) => columns,
                Err(trouble) => return question::refused(entry, trouble),
            }
        }
    };
    let mut latency = Latency::default();
    let mut last = Rows::new();
    for _ in 0..runs {
        entry.requests += MESSAGES;
        match session.timed_rows(query.unwrap_or(question::SMALLEST)).await {
            Ok((rows, time)) => {
                last = rows;
                latency.add(time);
            }
            Err(trouble) => return question::refused(entry, trouble),
        }
    }
    question::set_latency(entry, latency);
    if query.is_some() {
        question::set_rows(entry, last.len(), last.first().map(|row| by_column(&columns, row)), now);
    }
    Ok(())
}

fn by_column(columns: &[Column], row: &[Option<String>]) -> IndexMap<String, Value> {
    let values = columns.iter().zip(row);
    values.map(|(column, text)| (column.name.clone(), value::of_type(text.as_deref(), &column.kind))).collect()
}
