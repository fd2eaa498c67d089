//! From PostgreSQL's texts to values.

use jiff::Timestamp;

use crate::model::{Exact, Fact, FactType, Value};

/// A column of one of our questions; NULL is absent, what cannot be read is unobserved.
pub(super) fn fact(text: Option<&str>, ftype: &FactType) -> Fact {
    let Some(text) = text else { return Fact::Absent };
    let value = match ftype {
        FactType::Bool => flag(text),
        FactType::Text => Some(Value::Text(text.to_owned())),
        _ => Exact::parse_decimal(text).map(Value::Number),
    };
    value.map_or_else(|| Fact::Unobserved(format!("`{}` is no value of its kind", cut(text))), Fact::Present)
}

/// A value of somebody's query, by the name of its column's type.
pub(super) fn of_type(text: Option<&str>, kind: &str) -> Value {
    let Some(text) = text else { return Value::Null };
    let read = match kind {
        "int2" | "int4" | "int8" | "oid" | "numeric" | "float4" | "float8" => {
            Exact::parse_decimal(&text.replace("e+", "e")).map(Value::Number)
        }
        "bool" => flag(text),
        "date" => instant(&format!("{text}T00:00:00Z")),
        "timestamp" => instant(&format!("{}Z", text.replace(' ', "T"))),
        "timestamptz" => instant(&text.replace(' ', "T")),
        _ => None,
    };
    read.unwrap_or_else(|| Value::Text(text.to_owned()))
}

fn flag(text: &str) -> Option<Value> {
    match text {
        "t" => Some(Value::Bool(true)),
        "f" => Some(Value::Bool(false)),
        _ => None,
    }
}

fn instant(text: &str) -> Option<Value> {
    text.parse::<Timestamp>().ok().map(Value::Date)
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn texts_become_values_of_their_column_s_type() {
        let number = |text| Value::Number(Exact::parse_decimal(text).unwrap());
        let date = |text: &str| Value::Date(text.parse().unwrap());
        for (text, kind, value) in [
            ("42", "int8", number("42")),
            ("0.125", "numeric", number("0.125")),
            ("1.5e+20", "float8", number("150000000000000000000")),
            ("NaN", "float8", Value::Text("NaN".into())),
            ("t", "bool", Value::Bool(true)),
            ("2026-11-27", "date", date("2026-11-27T00:00:00Z")),
            ("2026-11-27 10:20:30.5", "timestamp", date("2026-11-27T10:20:30.5Z")),
            ("2026-11-27 10:20:30+00", "timestamptz", date("2026-11-27T10:20:30Z")),
            ("infinity", "timestamptz", Value::Text("infinity".into())),
            ("42", "text", Value::Text("42".into())),
        ] {
            assert_eq!(of_type(Some(text), kind), value, "{text} {kind}");
        }
        assert_eq!(of_type(None, "int8"), Value::Null);
    }

    #[test]
    fn null_is_absent_and_nonsense_unobserved() {
        assert_eq!(fact(None, &FactType::Count), Fact::Absent);
        assert!(matches!(fact(Some("x"), &FactType::Count), Fact::Unobserved(_)));
    }
}
