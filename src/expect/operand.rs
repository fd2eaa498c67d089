//! Gives the written value its meaning by the fact's type: types × operators, units, words of scales.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Fault;
use super::format::escaped;
use super::resolve::type_word;
use super::syntax::{Expectation, Scalar};
use super::units::{self, Dimension, quantity, split_number, usual_units};
use super::version::Version;
use crate::model::problem::nearest;
use crate::model::{Exact, FactType};

/// What a fact is compared with, in base units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Number(Exact),
    Text(String),
    Bool(bool),
    /// Place in the declared order of an ordered type.
    Rank(usize),
    Version(Version),
    Day(Date),
    Instant(Timestamp),
}

/// A written value with its meaning.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub(super) target: Target,
    /// The text as it compares with texts.
    pub(super) raw: String,
    /// The value as reports show it.
    pub(super) shown: String,
}

/// The meaning of one written value for a fact of this type.
pub(super) fn bound(expectation: &Expectation, scalar: &Scalar, ftype: &FactType) -> Result<Bound, Fault> {
    let target = match ftype {
        FactType::Count | FactType::Number => number(expectation, scalar, ftype),
        FactType::Ratio | FactType::Duration | FactType::Size | FactType::Rate | FactType::Throughput => {
            dimensioned(expectation, scalar, ftype)
        }
        FactType::Bool => boolean(expectation, scalar),
        FactType::Text => text(expectation, scalar).map(Target::Text),
        FactType::Ordered(words) => rank(expectation, scalar, words),
        FactType::Version => version(expectation, scalar),
        FactType::Date => day(expectation, scalar),
        FactType::List(items) => return bound(expectation, scalar, items),
        FactType::Any => open(expectation, scalar),
    }?;
    Ok(Bound { target, raw: scalar.text.clone(), shown: shown(scalar, ftype) })
}

fn shown(scalar: &Scalar, ftype: &FactType) -> String {
    let quantity = Dimension::of(ftype).is_some() && !scalar.quoted;
    match split_number(&scalar.text) {
        Some((number, "")) if quantity && scalar.unit.is_none() => match ftype {
            FactType::Ratio => format!("{number} %"),
            _ => number.to_owned(),
        },
        Some((number, unit)) if quantity && !unit.is_empty() && !unit.contains(|c: char| c.is_ascii_digit()) => {
            format!("{number} {unit}")
        }
        _ if scalar.text.is_empty() => "''".to_owned(),
        _ => super::format::short(&scalar.written()),
    }
}

fn not_a(expectation: &Expectation, scalar: &Scalar, ftype: &FactType, help: impl Into<String>) -> Fault {
    let written = escaped(&scalar.written());
    let message = format!("`{}` is a {}, and `{written}` is not", expectation.path(), type_word(ftype));
    scalar.span.fault(message, help)
}

fn number(expectation: &Expectation, scalar: &Scalar, ftype: &FactType) -> Result<Target, Fault> {
    if scalar.quoted {
        let help = if units::is_number(&scalar.text) { "drop the quotes" } else { "write a number, such as `0`" };
        return Err(not_a(expectation, scalar, ftype, help));
    }
    let Some((digits, rest)) = split_number(&scalar.text) else {
        return Err(not_a(expectation, scalar, ftype, misspelt_number(&scalar.text)));
    };
    let unit = scalar.unit.as_deref().unwrap_or(rest);
    if unit.eq_ignore_ascii_case("xx") && digits.len() == 1 {
        let corrected = format!("write `{} in {digits}00..{digits}99`", expectation.path());
        return Err(not_a(expectation, scalar, ftype, corrected));
    }
    if !unit.is_empty() {
        let message = format!("`{}` is a {} and takes no unit", expectation.path(), type_word(ftype));
        let corrected = expectation.corrected(scalar.span, digits);
        return Err(scalar.span.fault(message, format!("drop `{}`: write `{corrected}`", escaped(unit))));
    }
    let value = Exact::parse_decimal(digits)
        .ok_or_else(|| not_a(expectation, scalar, ftype, "write a number of a few digits, such as `0`"))?;
    if *ftype == FactType::Count && !value.is_whole() {
        return Err(not_a(expectation, scalar, ftype, "a count is a whole number"));
    }
    Ok(Target::Number(value))
}

fn misspelt_number(text: &str) -> String {
    if let Some(rest) = text.strip_prefix('+').filter(|rest| units::is_number(rest)) {
        return format!("write `{rest}`");
    }
    let padded = format!("0{text}");
    if text.starts_with('.') && units::is_number(&padded) {
        return format!("write `{padded}`");
    }
    "write a number, such as `0`".to_owned()
}

fn dimensioned(expectation: &Expectation, scalar: &Scalar, ftype: &FactType) -> Result<Target, Fault> {
    let Some(due) = Dimension::of(ftype) else {
        return Err(not_a(expectation, scalar, ftype, "write a quantity with a unit"));
    };
    let example = usual_units(due).first().copied().unwrap_or_default();
    let read = if scalar.quoted { None } else { quantity(&scalar.text, scalar.unit.as_deref()) };
    let Some(read) = read else {
        let help = match scalar.text.as_str() {
            text if scalar.quoted && quantity(text, None).is_some() => "drop the quotes".to_owned(),
            text if text.starts_with(['+', '.']) => misspelt_number(text),
            _ => format!("write a {} such as `5 {example}`", due.word()),
        };
        return Err(not_a(expectation, scalar, ftype, help));
    };
    let quantity = read.map_err(|why| {
        let (message, help) = why.split_once(": ").map_or((why.as_str(), "write one unit"), |parts| parts);
        scalar.span.fault(message, help)
    })?;
    match quantity.dimension {
        Some(found) if found == due => Ok(Target::Number(quantity.value)),
        Some(found) => {
            let written = scalar.written();
            let message = format!("`{}` is a {}, `{written}` is a {}", expectation.path(), due.word(), found.word());
            Err(scalar.span.fault(message, format!("write a {} such as `5 {example}`", due.word())))
        }
        None if quantity.value.is_zero() && due == Dimension::Ratio => Ok(Target::Number(quantity.value)),
        None => Err(missing_unit(expectation, scalar, due, &quantity.value)),
    }
}

/// The corrected line for a number without its unit; a share below one may mean two things, so both are shown.
fn missing_unit(expectation: &Expectation, scalar: &Scalar, due: Dimension, value: &Exact) -> Fault {
    let text = &scalar.text;
    let mut readings: Vec<String> = usual_units(due).iter().map(|unit| format!("{text} {unit}")).collect();
    if due == Dimension::Ratio && *value <= Exact::one() {
        let hundredfold = value * &Exact::whole(100);
        readings.extend(hundredfold.exact_decimal(6).map(|percent| format!("{percent} %")));
    }
    let lines: Vec<String> =
        readings.iter().map(|reading| format!("`{}`", expectation.corrected(scalar.span, reading))).collect();
    let message = format!("`{}` is a {} and needs a unit", expectation.path(), due.word());
    scalar.span.fault(message, format!("write {}", lines.join(" or ")))
}

fn boolean(expectation: &Expectation, scalar: &Scalar) -> Result<Target, Fault> {
    match (scalar.text.as_str(), scalar.quoted || scalar.unit.is_some()) {
        ("true", false) => Ok(Target::Bool(true)),
        ("false", false) => Ok(Target::Bool(false)),
        (word, _) => {
            let meant = match word.to_lowercase().as_str() {
                "yes" | "on" | "1" | "true" | "y" => Some("true"),
                "no" | "off" | "0" | "false" | "n" => Some("false"),
                _ => None,
            };
            let help = meant.map_or_else(
                || "write `true` or `false`".to_owned(),
                |meant| format!("write `{}`", expectation.corrected(scalar.span, meant)),
            );
            Err(not_a(expectation, scalar, &FactType::Bool, help))
        }
    }
}

fn text(expectation: &Expectation, scalar: &Scalar) -> Result<String, Fault> {
    if scalar.unit.is_none() {
        return Ok(scalar.text.clone());
    }
    let quoted = format!("'{}'", scalar.written());
    let message = format!("`{}` is a text, and one with spaces needs quotes", expectation.path());
    Err(scalar.span.fault(message, format!("write `{}`", expectation.corrected(scalar.span, &quoted))))
}

fn rank(expectation: &Expectation, scalar: &Scalar, words: &[&'static str]) -> Result<Target, Fault> {
    let word = scalar.written();
    if let Some(rank) = words.iter().position(|known| *known == word) {
        return Ok(Target::Rank(rank));
    }
    let all = words.join(", ");
    let help = match nearest(&word, words.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? (rising: {all})"),
        None => format!("write one of {all} (rising)"),
    };
    Err(scalar.span.fault(format!("`{}` is never `{}`", expectation.path(), escaped(&word)), help))
}

fn version(expectation: &Expectation, scalar: &Scalar) -> Result<Target, Fault> {
    let help = "write a version such as `1.10` or `2.0.0-rc.1`";
    let read = if scalar.unit.is_none() { Version::parse(&scalar.text) } else { None };
    read.map(Target::Version).ok_or_else(|| not_a(expectation, scalar, &FactType::Version, help))
}

fn day(expectation: &Expectation, scalar: &Scalar) -> Result<Target, Fault> {
    let help = || match quantity(&scalar.text, scalar.unit.as_deref()) {
        Some(Ok(_)) => "a date is written `2026-04-30`; an age is a fact of its own".to_owned(),
        _ => units::date(&scalar.text).err().unwrap_or_else(|| "write a date such as `2026-04-30`".to_owned()),
    };
    read_date(&scalar.written()).ok_or_else(|| not_a(expectation, scalar, &FactType::Date, help()))
}

/// A day, or an instant with its offset (RFC 3339).
pub(super) fn read_date(text: &str) -> Option<Target> {
    match units::date(text) {
        Ok(day) => Some(Target::Day(day)),
        Err(_) if text.contains('T') => text.parse::<Timestamp>().ok().map(Target::Instant),
        Err(_) => None,
    }
}

/// For a fact without a declared type: quoted is text, `true` and `false` booleans, a number a number, a date a date.
fn open(expectation: &Expectation, scalar: &Scalar) -> Result<Target, Fault> {
    if scalar.quoted {
        return Ok(Target::Text(scalar.text.clone()));
    }
    let path = expectation.path();
    if let Some(unit) = &scalar.unit {
        let message = format!("`{path}` has no declared unit, so `{}` cannot be compared", escaped(&scalar.written()));
        let help = match units::unit(unit) {
            Ok(_) => format!("add `units: {{ {path}: {unit} }}` to the probe; its values are then read in {unit}"),
            Err(_) => format!("quote a text that has spaces: `'{}'`", scalar.written().replace('\'', "''")),
        };
        return Err(scalar.span.fault(message, help));
    }
    match scalar.text.as_str() {
        "true" => return Ok(Target::Bool(true)),
        "false" => return Ok(Target::Bool(false)),
        "null" => {
            let line = format!("write `{path} absent` or `{path} exists`: null counts as absent");
            return Err(scalar.span.fault("`null` is not a value", line));
        }
        _ => {}
    }
    if let Some(date) = read_date(&scalar.text) {
        return Ok(date);
    }
    match quantity(&scalar.text, None) {
        Some(Ok(number)) if number.dimension.is_none() => Ok(Target::Number(number.value)),
        Some(Ok(_)) => {
            let message = format!("`{}` may be a quantity or a text, and `{path}` has no declared unit", scalar.text);
            let (_, unit) = split_number(&scalar.text).unwrap_or_default();
            let help = format!("quote the text, or add `units: {{ {path}: {unit} }}` to the probe");
            Err(scalar.span.fault(message, help))
        }
        Some(Err(_)) | None => Ok(Target::Text(scalar.text.clone())),
    }
}
