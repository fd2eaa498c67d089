//! TOML. Owns the crate `toml` among the probes.

use super::Broken;
use crate::model::{Exact, Value};

/// Reads a document.
pub(super) fn parse(text: &str) -> Result<Value, Broken> {
    let table: toml::Table = text.parse().map_err(|fault: toml::de::Error| {
        let start = fault.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
        let reason = fault.message().lines().next().unwrap_or("cannot be read").to_owned();
        Broken::at(u32::try_from(line).unwrap_or(0), reason)
    })?;
    Ok(value(&toml::Value::Table(table)))
}

/// The crate has bounded the depth.
fn value(toml: &toml::Value) -> Value {
    match toml {
        toml::Value::String(text) => Value::Text(text.clone()),
        toml::Value::Integer(number) => Value::count(*number),
        toml::Value::Float(number) => {
            Exact::from_f64(*number).map_or_else(|| Value::Text(number.to_string()), Value::Number)
        }
        toml::Value::Boolean(value) => Value::Bool(*value),
        toml::Value::Datetime(at) => {
            let text = at.to_string();
            text.parse::<jiff::Timestamp>().map_or(Value::Text(text), Value::Date)
        }
        toml::Value::Array(items) => Value::List(items.iter().map(value).collect()),
        toml::Value::Table(entries) => {
            Value::Map(entries.iter().map(|(key, entry)| (key.clone(), value(entry))).collect())
        }
    }
}
