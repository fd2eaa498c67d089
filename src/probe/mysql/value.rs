//! From MySQL's texts to values.

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::model::{Exact, Value};
use crate::world::service::mysql::{Kind, Table};

/// A number as MySQL writes it, `1.5e20` among them.
pub(super) fn number(text: &str) -> Option<Exact> {
    Exact::parse_decimal(&text.replace("e+", "e"))
}

/// The first row of a query by column.
pub(super) fn first_row(table: &Table) -> Option<IndexMap<String, Value>> {
    let row = table.rows.first()?;
    let columns = table.columns.iter().zip(row);
    Some(columns.map(|((name, kind), text)| (name.clone(), of_kind(text.as_deref(), *kind))).collect())
}

fn of_kind(text: Option<&str>, kind: Kind) -> Value {
    let Some(text) = text else { return Value::Null };
    let read = match kind {
        Kind::Number => number(text).map(Value::Number),
        Kind::Date => instant(&format!("{text}T00:00:00Z")),
        Kind::Moment => instant(&format!("{}Z", text.replace(' ', "T"))),
        Kind::Text => None,
    };
    read.unwrap_or_else(|| Value::Text(text.to_owned()))
}

fn instant(text: &str) -> Option<Value> {
    text.parse::<Timestamp>().ok().map(Value::Date)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn texts_become_values_of_their_column_s_kind() {
        let number = |text| Value::Number(Exact::parse_decimal(text).unwrap());
        let date = |text: &str| Value::Date(text.parse().unwrap());
        for (text, kind, value) in [
            ("42", Kind::Number, number("42")),
            ("0.1250", Kind::Number, number("0.125")),
            ("1e20", Kind::Number, number("100000000000000000000")),
            ("2026-11-27", Kind::Date, date("2026-11-27T00:00:00Z")),
            ("2026-11-27 10:20:30.5", Kind::Moment, date("2026-11-27T10:20:30.5Z")),
            ("0000-00-00 00:00:00", Kind::Moment, Value::Text("0000-00-00 00:00:00".into())),
            ("42", Kind::Text, Value::Text("42".into())),
        ] {
            assert_eq!(of_kind(Some(text), kind), value, "{text} {kind:?}");
        }
        assert_eq!(of_kind(None, Kind::Number), Value::Null);
    }
}
