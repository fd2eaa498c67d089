//! Values as people and JSON read them: exact where that is short, otherwise with as many digits as put a value visibly
//! on its side of what was expected.

use jiff::Timestamp;
use serde_json::json;

use super::units::Dimension;
use crate::model::{Exact, FactType, Value};

/// Characters of a text that reports show.
const SHOWN: usize = 120;

/// Decimals that reports show at most.
const DECIMALS: u32 = 6;

/// Decimals that a limit may have in `just under`: as many as a person writes.
const LIMIT_DECIMALS: u32 = 60;

/// A value as a report shows it.
pub fn format_value(value: &Value, ftype: &FactType) -> String {
    beside(value, ftype, &[])
}

/// A value as a report shows it beside these thresholds (in base units): never rounded across one of them.
pub(super) fn beside(value: &Value, ftype: &FactType, thresholds: &[Exact]) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number_text(number, ftype, thresholds),
        Value::Text(text) if text.trim() != text || text.is_empty() => format!("'{}'", short(text)),
        Value::Text(text) => short(text),
        Value::Date(instant) => date_text(*instant),
        Value::List(items) if items.is_empty() => "no items".to_owned(),
        Value::List(items) => list_text(items, ftype),
        Value::Map(_) => short(&plain_json(value).to_string()),
    }
}

fn list_text(items: &[Value], ftype: &FactType) -> String {
    let item_type = match ftype {
        FactType::List(items) => items,
        _ => &FactType::Any,
    };
    let mut text = String::new();
    for (at, item) in items.iter().enumerate() {
        if text.chars().count() > SHOWN {
            break;
        }
        text.push_str(if at > 0 { ", " } else { "" });
        text.push_str(&format_value(item, item_type));
    }
    cut(&text, SHOWN)
}

/// A text on one line: control, direction and invisible characters escaped, cut after 120 characters with `…`.
pub(super) fn short(text: &str) -> String {
    one_line(text, SHOWN)
}

/// Why something is not known, on one line: it says what to do as well, so there is more room.
pub(super) fn reason_text(text: &str) -> String {
    one_line(text, 2 * SHOWN)
}

fn one_line(text: &str, room: usize) -> String {
    let head: String = text.chars().take(room + 1).collect();
    cut(&escaped(&head), room)
}

fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let head: String = text.chars().take(room - 1).collect();
    format!("{head}…")
}

/// The text with characters that could fool a reader or a terminal spelled out.
pub(super) fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if is_deceptive(c) => shown.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown
}

/// Controls, and the format characters that hide or reorder text (Unicode UAX #9 and UTR #36).
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}')
}

pub(super) fn date_text(instant: Timestamp) -> String {
    let text = instant.to_string();
    text.strip_suffix("T00:00:00Z").map_or(text.clone(), str::to_owned)
}

fn number_text(number: &Exact, ftype: &FactType, thresholds: &[Exact]) -> String {
    let (unit, factor) = unit_beside(number, ftype, thresholds);
    let scaled = |exact: &Exact| exact.checked_div(&factor).unwrap_or_else(Exact::zero);
    let mut limits: Vec<Exact> = thresholds.iter().map(scaled).collect();
    limits.push(Exact::zero());
    if *ftype == FactType::Ratio {
        limits.push(Exact::whole(100));
    }
    let digits = digits(&scaled(number), ftype, &limits);
    if unit.is_empty() { short(&digits) } else { format!("{} {unit}", short(&digits)) }
}

/// The unit to show a number in: one that the thresholds can be written in too (a third of a minute cannot).
fn unit_beside(number: &Exact, ftype: &FactType, thresholds: &[Exact]) -> (&'static str, Exact) {
    let (unit, factor) = display_unit(number, ftype);
    let writable =
        |limit: &Exact| limit.checked_div(&factor).is_some_and(|limit| limit.exact_decimal(DECIMALS).is_some());
    if *ftype == FactType::Duration && !thresholds.iter().all(writable) {
        return ("s", Exact::one());
    }
    (unit, factor)
}

/// The decimal text: exact when short, else rounded (shares: down) but never onto or over a limit.
fn digits(value: &Exact, ftype: &FactType, limits: &[Exact]) -> String {
    let exact_digits = if Dimension::of(ftype).is_some() { 3 } else { DECIMALS };
    if let Some(text) = value.exact_decimal(exact_digits) {
        return text;
    }
    for decimals in first_decimals(value, ftype)..=DECIMALS {
        let text = match ftype {
            FactType::Ratio => value.floor_decimals(decimals),
            _ => trimmed(value.round_fixed(decimals)),
        };
        let Some(printed) = Exact::parse_decimal(&text) else { break };
        if limits.iter().all(|limit| printed.cmp(limit) == value.cmp(limit)) {
            return text;
        }
    }
    beside_limit(value, limits)
}

/// No printed number stands on the right side: says which side it is on.
fn beside_limit(value: &Exact, limits: &[Exact]) -> String {
    let distance = |limit: &Exact| {
        let away = value - limit;
        if away.is_negative() { Exact::zero() - away } else { away }
    };
    let nearest = limits.iter().min_by_key(|limit| distance(limit)).cloned().unwrap_or_else(Exact::zero);
    let shown = nearest.exact_decimal(LIMIT_DECIMALS).unwrap_or_else(|| nearest.floor_decimals(DECIMALS));
    match value.cmp(&nearest) {
        std::cmp::Ordering::Less => format!("just under {shown}"),
        std::cmp::Ordering::Equal => shown,
        std::cmp::Ordering::Greater => format!("just over {shown}"),
    }
}

/// Decimals that show three digits that count, for shares two.
fn first_decimals(value: &Exact, ftype: &FactType) -> u32 {
    let size = if value.is_negative() { Exact::zero() - value.clone() } else { value.clone() };
    let mut decimals = 0;
    let mut step = Exact::whole(if *ftype == FactType::Ratio { 10 } else { 100 });
    let tenth = Exact::ratio(1, 10).expect("ten is not zero");
    while size < step && decimals < DECIMALS {
        decimals += 1;
        step = step * tenth.clone();
    }
    if *ftype == FactType::Ratio { decimals.max(1) } else { decimals }
}

fn trimmed(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Units a number may be shown in: from this many base units on, in this unit of so many base units (as a fraction).
type Steps = &'static [((i64, i64), &'static str, (i64, i64))];

const DURATIONS: Steps = &[
    ((3 * 86_400, 1), "d", (86_400, 1)),
    ((3 * 3_600, 1), "h", (3_600, 1)),
    ((5 * 60, 1), "min", (60, 1)),
    ((1, 1), "s", (1, 1)),
    ((1, 1_000), "ms", (1, 1_000)),
    ((1, 1_000_000), "µs", (1, 1_000_000)),
    ((1, 1_000_000_000), "ns", (1, 1_000_000_000)),
];
const SIZES: Steps = &[
    ((1_000_000_000_000, 1), "TB", (1_000_000_000_000, 1)),
    ((1_000_000_000, 1), "GB", (1_000_000_000, 1)),
    ((1_000_000, 1), "MB", (1_000_000, 1)),
    ((1_000, 1), "kB", (1_000, 1)),
    ((1, 1), "B", (1, 1)),
];
const DATA_RATES: Steps = &[
    ((1_000_000_000, 1), "GB/s", (1_000_000_000, 1)),
    ((1_000_000, 1), "MB/s", (1_000_000, 1)),
    ((1_000, 1), "kB/s", (1_000, 1)),
    ((1, 1), "B/s", (1, 1)),
];

fn display_unit(number: &Exact, ftype: &FactType) -> (&'static str, Exact) {
    match ftype {
        FactType::Ratio => ("%", fraction((1, 100))),
        FactType::Rate => ("req/s", Exact::one()),
        FactType::Duration => largest_unit(number, DURATIONS, "s"),
        FactType::Size => largest_unit(number, SIZES, "B"),
        FactType::Throughput => largest_unit(number, DATA_RATES, "B/s"),
        _ => ("", Exact::one()),
    }
}

fn largest_unit(number: &Exact, steps: Steps, zero: &'static str) -> (&'static str, Exact) {
    let size = if number.is_negative() { Exact::zero() - number.clone() } else { number.clone() };
    if size.is_zero() {
        return (zero, Exact::one());
    }
    let fits = steps.iter().find(|(from, ..)| size >= fraction(*from)).or(steps.last());
    fits.map_or((zero, Exact::one()), |(_, name, factor)| (*name, fraction(*factor)))
}

fn fraction((numerator, denominator): (i64, i64)) -> Exact {
    Exact::ratio(numerator, denominator).expect("unit tables hold no zero denominator")
}

/// A fact for the JSON report: durations in ms, sizes in B, shares in %, rates in req/s, data rates in B/s.
pub fn fact_json(value: &Value, ftype: &FactType) -> (serde_json::Value, Option<&'static str>) {
    let item_type = match ftype {
        FactType::List(items) => items,
        other => other,
    };
    let (unit, per_base) = match item_type {
        FactType::Duration => (Some("ms"), 1_000),
        FactType::Size => (Some("B"), 1),
        FactType::Ratio => (Some("%"), 100),
        FactType::Rate => (Some("req/s"), 1),
        FactType::Throughput => (Some("B/s"), 1),
        _ => (None, 1),
    };
    (scaled_json(value, &Exact::whole(per_base)), unit)
}

fn plain_json(value: &Value) -> serde_json::Value {
    scaled_json(value, &Exact::one())
}

fn scaled_json(value: &Value, per_base: &Exact) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(flag) => json!(flag),
        Value::Number(number) => number_json(&(number * per_base)),
        Value::Text(text) => json!(text),
        Value::Date(instant) => json!(date_text(*instant)),
        Value::List(items) => items.iter().map(|item| scaled_json(item, per_base)).collect(),
        Value::Map(members) => {
            let pairs = members.iter().map(|(name, member)| (name.clone(), scaled_json(member, per_base)));
            serde_json::Value::Object(pairs.collect())
        }
    }
}

/// Whole numbers as such, others as the float nearest to their decimal text (15 digits survive), floored after 9 decimals.
fn number_json(number: &Exact) -> serde_json::Value {
    if let Some(whole) = number.to_i64() {
        return json!(whole);
    }
    let text = number.exact_decimal(9).unwrap_or_else(|| number.floor_decimals(9));
    text.parse::<f64>().ok().filter(|float| float.is_finite()).map_or_else(|| json!(text), |float| json!(float))
}
