//! What a value is read as: `as:` and `unit:`. Strings are never read as numbers unless the spec says so.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::expect::units;
use crate::model::{Exact, FactType, Value};

/// What the text of a value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Meaning {
    /// A number.
    Number,
    /// A version such as `3.12.1`.
    Version,
    /// A day or an instant.
    Date,
    /// A time such as `30 s`.
    Duration,
    /// An amount of data such as `512 MiB`; a bare number is bytes.
    Bytes,
    /// Text.
    Text,
}

impl Meaning {
    /// Whether the text in the source counts: `1.10` is another version than `1.1`.
    pub(super) fn is_as_written(self) -> bool {
        !matches!(self, Meaning::Number | Meaning::Bytes)
    }
}

/// The type of the fact `value`.
pub(super) fn fact_type(meaning: Option<Meaning>, unit: Option<&str>) -> FactType {
    if let Some(Ok(unit)) = unit.map(units::unit) {
        return unit.dimension.fact_type();
    }
    match meaning {
        None => FactType::Any,
        Some(Meaning::Number) => FactType::Number,
        Some(Meaning::Version) => FactType::Version,
        Some(Meaning::Date) => FactType::Date,
        Some(Meaning::Duration) => FactType::Duration,
        Some(Meaning::Bytes) => FactType::Size,
        Some(Meaning::Text) => FactType::Text,
    }
}

/// The value as the spec wants it; the error says why it is not one.
pub(super) fn read(value: Value, meaning: Option<Meaning>, unit: Option<&str>) -> Result<Value, String> {
    if let (Value::List(items), true) = (&value, meaning.is_some() || unit.is_some()) {
        let read = items.iter().cloned().map(|item| read(item, meaning, unit));
        return read.collect::<Result<Vec<_>, _>>().map(Value::List);
    }
    if let Some(unit) = unit {
        let unit = units::unit(unit)?;
        let number = number(&value, meaning.is_some())?;
        return Ok(Value::Number(&number * &unit.factor));
    }
    let (Some(meaning), false) = (meaning, value == Value::Null) else { return Ok(value) };
    let text = text_of(&value)?;
    match meaning {
        Meaning::Number => number(&value, true).map(Value::Number),
        Meaning::Text => Ok(Value::Text(text)),
        Meaning::Version => version(text),
        Meaning::Date => date(&text),
        Meaning::Duration => units::duration(&text).map(Value::Number),
        Meaning::Bytes => number(&value, false).or_else(|_| units::size(&text)).map(Value::Number),
    }
}

fn number(value: &Value, from_text: bool) -> Result<Exact, String> {
    match value {
        Value::Number(number) => Ok(number.clone()),
        Value::Text(text) if from_text => {
            Exact::parse_decimal(text.trim()).ok_or_else(|| format!("`{text}` is not a number"))
        }
        Value::Text(text) => Err(format!("text `{text}` is not a number; `as: number` reads it as one")),
        other => Err(format!("a {} is not a number", other.kind())),
    }
}

fn text_of(value: &Value) -> Result<String, String> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        Value::Number(number) if number.is_whole() => Ok(number.to_string()),
        Value::Number(number) => Err(format!("the digits of {} as written are not known", number.floor_decimals(6))),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Date(at) => Ok(at.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) => Err(format!("a {} is not a single value", value.kind())),
    }
}

fn version(text: String) -> Result<Value, String> {
    let bare = text.trim().strip_prefix(['v', 'V']).unwrap_or(text.trim());
    if bare.starts_with(|c: char| c.is_ascii_digit()) {
        Ok(Value::Text(bare.to_owned()))
    } else {
        Err(format!("`{text}` is not a version"))
    }
}

fn date(text: &str) -> Result<Value, String> {
    let text = text.trim();
    let wrong = || format!("`{text}` is not a date");
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(Value::Date(at));
    }
    let day: jiff::civil::Date = text.parse().map_err(|_| wrong())?;
    let zoned = day.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| wrong())?;
    Ok(Value::Date(zoned.timestamp()))
}
