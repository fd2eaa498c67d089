//! The server's settings as one tree of values, in one unit per dimension.

use indexmap::IndexMap;

use crate::model::{Exact, Value};
use crate::world::service::postgres::Rows;

/// Name, value in the setting's own unit, that unit, and the kind of value (PostgreSQL documentation, "pg_settings").
/// `reset_val` is what the user's sessions begin with; `setting` would show our own time limits.
pub(super) const QUERY: &str = "SELECT name, reset_val, unit, vartype FROM pg_settings ORDER BY name";

/// By name: numbers as numbers, times in milliseconds, sizes in bytes, `on` and `off` as booleans.
pub(super) fn tree(rows: &Rows) -> Value {
    let mut tree = IndexMap::new();
    for row in rows {
        let [Some(name), setting, unit, Some(kind)] = row.as_slice() else { continue };
        let value = setting.as_deref().map_or(Value::Null, |setting| value(setting, unit.as_deref(), kind));
        tree.insert(name.clone(), value);
    }
    Value::Map(tree)
}

fn value(setting: &str, unit: Option<&str>, kind: &str) -> Value {
    match (kind, setting) {
        ("bool", "on") => Value::Bool(true),
        ("bool", "off") => Value::Bool(false),
        ("integer" | "real", _) => {
            in_base_unit(setting, unit).map_or_else(|| Value::Text(setting.to_owned()), Value::Number)
        }
        _ => Value::Text(setting.to_owned()),
    }
}

/// Negative values stand for "off" or "as another setting says", whatever the unit.
fn in_base_unit(setting: &str, unit: Option<&str>) -> Option<Exact> {
    let number = Exact::parse_decimal(setting)?;
    if number.is_negative() {
        return Some(number);
    }
    let parts = match unit {
        None | Some("ms" | "B") => return Some(number),
        Some("us") => return number.checked_div(&Exact::whole(1000)),
        Some("s") => 1000,
        Some("min") => 60_000,
        Some("h") => 3_600_000,
        Some("d") => 86_400_000,
        Some(size) => bytes(size)?,
    };
    Some(number * Exact::whole(parts))
}

/// `8kB` → 8192
fn bytes(unit: &str) -> Option<u64> {
    let digits = unit.bytes().take_while(u8::is_ascii_digit).count();
    let (count, name) = unit.split_at(digits);
    let count: u64 = if count.is_empty() { 1 } else { count.parse().ok()? };
    let size = match name {
        "kB" => 1 << 10,
        "MB" => 1 << 20,
        "GB" => 1 << 30,
        "TB" => 1 << 40,
        _ => return None,
    };
    count.checked_mul(size)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn settings_of_one_dimension_have_one_unit() {
        let number = |number: u64| Value::Number(Exact::whole(number));
        for (setting, unit, kind, expected) in [
            ("5", Some("min"), "integer", number(300_000)),
            ("0", Some("ms"), "integer", number(0)),
            ("16384", Some("8kB"), "integer", number(16384 * 8192)),
            ("64", Some("MB"), "integer", number(64 << 20)),
            ("-1", Some("kB"), "integer", Value::Number(Exact::parse_decimal("-1").unwrap())),
            ("on", None, "bool", Value::Bool(true)),
            ("replica", None, "enum", Value::Text("replica".into())),
            ("7", Some("furlong"), "integer", Value::Text("7".into())),
        ] {
            assert_eq!(value(setting, unit, kind), expected, "{setting} {unit:?}");
        }
    }
}
