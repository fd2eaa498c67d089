//! Judges a typed expectation on observed facts: one pure function. Present values are compared, absent ones satisfy only
//! `absent`, unobserved ones leave the outcome unknown.

use std::cmp::Ordering;

use jiff::tz::TimeZone;

use super::Judgement;
use super::format::{beside, format_value, reason_text, short};
use super::operand::{Bound, Target};
use super::resolve::{Step, type_word};
use super::typed::{Test, Typed};
use super::version::Version;
use crate::model::{Exact, Fact, FactType, Facts, Outcome, Unknown, Value};

/// Items that are shown of those that do not hold.
const SHOWN_ITEMS: usize = 3;

/// Judges one expectation.
pub fn judge(typed: &Typed, facts: &Facts) -> Judgement {
    let (fact, steps) = find(typed, facts);
    let judged = |seen: Seen| {
        let outcome = if seen.holds { Outcome::Pass } else { Outcome::Fail };
        Judgement { outcome, expected: typed.expected.clone(), actual: short(&seen.actual) }
    };
    match fact {
        Fact::Present(value) => judged(examine(typed, &value, steps)),
        Fact::Absent => judged(absent(typed)),
        Fact::Unobserved(reason) => {
            Judgement { outcome: Outcome::Unknown, expected: typed.expected.clone(), actual: reason_text(&reason) }
        }
    }
}

/// The most specific fact that was set, with the steps from it to the value.
fn find<'t>(typed: &'t Typed, facts: &Facts) -> (Fact, &'t [Step]) {
    let sources = &typed.resolved.sources;
    let set =
        sources.iter().find_map(|(name, steps)| facts.set_fact(name).map(|fact| (fact.clone(), steps.as_slice())));
    set.unwrap_or_else(|| {
        let (name, steps) = sources.last().map_or(("", &[] as &[Step]), |(name, steps)| (name, steps));
        (facts.get(name), steps)
    })
}

/// The number at the end of the path, in base units; `None` when it is absent, unknown when it is no number.
pub(super) fn number_at(typed: &Typed, facts: &Facts) -> Result<Option<Exact>, Unknown> {
    let (fact, steps) = find(typed, facts);
    let value = match fact {
        Fact::Present(value) => value,
        Fact::Absent => return Ok(None),
        Fact::Unobserved(reason) => return Err(Unknown(reason)),
    };
    let mut part = Some(value);
    for step in steps {
        part = match (step, part) {
            (Step::Key { name, caseless }, Some(value)) => member(&value, name, *caseless).cloned(),
            (Step::Count, Some(Value::List(items))) => Some(Value::count(items.len())),
            (Step::Nth(at), Some(Value::List(items))) => nth(&items, *at).cloned(),
            _ => None,
        };
    }
    match part.map(|value| in_base_units(&value, typed.resolved.scale.as_ref())) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => Ok(Some(number)),
        Some(other) => Err(Unknown(format!("`{}` is {}, not a number", typed.path(), described(&other)))),
    }
}

/// What was seen of one value, and whether the test holds there.
pub(super) struct Seen {
    pub(super) holds: bool,
    pub(super) actual: String,
}

fn absent(typed: &Typed) -> Seen {
    Seen { holds: matches!(typed.test, Test::Absent), actual: "absent".to_owned() }
}

fn examine(typed: &Typed, value: &Value, steps: &[Step]) -> Seen {
    if *value == Value::Null {
        return absent(typed);
    }
    let Some((step, rest)) = steps.split_first() else {
        return leaf(typed, value);
    };
    if let Step::Key { name, caseless } = step {
        return member(value, name, *caseless).map_or_else(|| absent(typed), |part| examine(typed, part, rest));
    }
    let Value::List(items) = value else {
        return Seen { holds: false, actual: format!("{}, not a list", described(value)) };
    };
    match step {
        Step::Every => every(typed, items, rest),
        Step::Some => some(typed, items, rest),
        Step::Count => leaf(typed, &Value::count(items.len())),
        Step::Nth(at) => nth(items, *at).map_or_else(|| absent(typed), |item| examine(typed, item, rest)),
        Step::Key { .. } => absent(typed),
    }
}

fn member<'v>(value: &'v Value, name: &str, caseless: bool) -> Option<&'v Value> {
    let Value::Map(members) = value else { return None };
    let exact = members.get(name);
    if exact.is_some() || !caseless {
        return exact;
    }
    members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn nth(items: &[Value], at: i64) -> Option<&Value> {
    let from_start = if at < 0 { at.checked_add(i64::try_from(items.len()).ok()?)? } else { at };
    items.get(usize::try_from(from_start).ok()?)
}

fn no_items() -> Seen {
    Seen { holds: false, actual: "no items".to_owned() }
}

fn every(typed: &Typed, items: &[Value], rest: &[Step]) -> Seen {
    if items.is_empty() {
        return no_items();
    }
    let seen: Vec<Seen> = items.iter().map(|item| examine(typed, item, rest)).collect();
    let failed: Vec<(usize, &Seen)> = seen.iter().enumerate().filter(|(_, seen)| !seen.holds).collect();
    let actual = match failed.first() {
        None if seen.len() == 1 => seen[0].actual.clone(),
        None => format!("all {} items", seen.len()),
        Some((at, first)) => {
            let others = if items.len() > 1 {
                format!(" ({} of {} items fail)", failed.len(), items.len())
            } else {
                String::new()
            };
            format!("[{at}] {}{others}", first.actual)
        }
    };
    Seen { holds: failed.is_empty(), actual }
}

fn some(typed: &Typed, items: &[Value], rest: &[Step]) -> Seen {
    if items.is_empty() {
        return no_items();
    }
    let mut rejected = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let seen = examine(typed, item, rest);
        if seen.holds {
            return Seen { holds: true, actual: format!("[{at}] {}", seen.actual) };
        }
        if rejected.len() < SHOWN_ITEMS {
            rejected.push(seen.actual);
        }
    }
    let more = if items.len() > rejected.len() { ", …" } else { "" };
    Seen { holds: false, actual: format!("none of {}: {}{more}", items.len(), rejected.join(", ")) }
}

/// The test on a value that is there.
pub(super) fn leaf(typed: &Typed, value: &Value) -> Seen {
    let ftype = &typed.resolved.ftype;
    let scaled = in_base_units(value, typed.resolved.scale.as_ref());
    match holds(&typed.test, &scaled, ftype) {
        Ok(holds) => Seen { holds, actual: beside(&scaled, ftype, &typed.thresholds()) },
        Err(mismatch) => Seen { holds: false, actual: mismatch },
    }
}

fn in_base_units(value: &Value, scale: Option<&Exact>) -> Value {
    match (value, scale) {
        (Value::Number(number), Some(scale)) => Value::Number(number * scale),
        _ => value.clone(),
    }
}

/// Whether the test holds; the error names both types when they differ.
fn holds(test: &Test, value: &Value, ftype: &FactType) -> Result<bool, String> {
    match test {
        Test::Exists => Ok(true),
        Test::Absent => Ok(false),
        Test::Compare(comparison, bound) if comparison.is_order() => {
            Ok(comparison.holds(order(&seen(value, ftype)?, bound)?))
        }
        Test::Compare(comparison, bound) => Ok(comparison.holds(equality(&seen(value, ftype)?, bound)?)),
        Test::Among { items, negated } => among(&seen(value, ftype)?, items).map(|found| found != *negated),
        Test::Between { low, high, negated } => {
            let seen = seen(value, ftype)?;
            let inside = order(&seen, low)?.is_ge() && order(&seen, high)?.is_le();
            Ok(inside != *negated)
        }
        Test::Contains { item, negated } => contains(value, ftype, item).map(|found| found != *negated),
        Test::Matches { pattern, negated } => match value {
            Value::Text(text) => Ok(pattern.is_match(text) != *negated),
            other => Err(format!("{}, not a text", described(other))),
        },
    }
}

/// The value as something that compares with a target.
pub(super) fn seen(value: &Value, ftype: &FactType) -> Result<Target, String> {
    let mismatch = || format!("{}, not a {}", described(value), type_word(ftype));
    match (ftype, value) {
        (FactType::Any, _) => open(value).ok_or_else(|| format!("a {}, not a single value", value.kind())),
        (FactType::Ordered(words), Value::Text(word)) => {
            let rank = words.iter().position(|known| known == word);
            rank.map(Target::Rank).ok_or_else(|| format!("`{}`, not one of {}", short(word), words.join(", ")))
        }
        (FactType::Version, Value::Text(text)) => Version::parse(text).map(Target::Version).ok_or_else(mismatch),
        (FactType::Text, Value::Text(text)) => Ok(Target::Text(text.clone())),
        (FactType::Bool, Value::Bool(flag)) => Ok(Target::Bool(*flag)),
        (FactType::Date, Value::Date(instant)) => Ok(Target::Instant(*instant)),
        (
            FactType::Count
            | FactType::Number
            | FactType::Ratio
            | FactType::Duration
            | FactType::Size
            | FactType::Rate
            | FactType::Throughput,
            Value::Number(number),
        ) => Ok(Target::Number(number.clone())),
        _ => Err(mismatch()),
    }
}

fn open(value: &Value) -> Option<Target> {
    match value {
        Value::Bool(flag) => Some(Target::Bool(*flag)),
        Value::Number(number) => Some(Target::Number(number.clone())),
        Value::Text(text) => Some(Target::Text(text.clone())),
        Value::Date(instant) => Some(Target::Instant(*instant)),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

/// A value with its kind, for mismatches: ``text `5` ``.
fn described(value: &Value) -> String {
    match value {
        Value::List(_) | Value::Map(_) | Value::Null => format!("a {}", value.kind()),
        Value::Text(text) => format!("text `{}`", short(text)),
        other => format!("{} `{}`", other.kind(), format_value(other, &FactType::Any)),
    }
}

fn target_word(target: &Target) -> &'static str {
    match target {
        Target::Number(_) => "number",
        Target::Text(_) => "text",
        Target::Bool(_) => "boolean",
        Target::Rank(_) => "word of a scale",
        Target::Version(_) => "version",
        Target::Day(_) | Target::Instant(_) => "date",
    }
}

/// How the seen value stands to the expected one; the error names both types.
fn order(seen: &Target, bound: &Bound) -> Result<Ordering, String> {
    match (seen, &bound.target) {
        (Target::Number(a), Target::Number(b)) => Ok(a.cmp(b)),
        (Target::Text(a), Target::Text(b)) => Ok(a.cmp(b)),
        (Target::Bool(a), Target::Bool(b)) => Ok(a.cmp(b)),
        (Target::Rank(a), Target::Rank(b)) => Ok(a.cmp(b)),
        (Target::Version(a), Target::Version(b)) => Ok(a.cmp(b)),
        (Target::Instant(a), Target::Instant(b)) => Ok(a.cmp(b)),
        (Target::Instant(a), Target::Day(b)) => Ok(a.to_zoned(TimeZone::UTC).date().cmp(b)),
        (seen, expected) => Err(format!("{}, not a {}", shown(seen), target_word(expected))),
    }
}

/// As [`order`]; a text also equals the text that an unquoted date was written as.
fn equality(seen: &Target, bound: &Bound) -> Result<Ordering, String> {
    match (seen, &bound.target) {
        (Target::Text(text), Target::Day(_) | Target::Instant(_)) => Ok(text.as_str().cmp(&bound.raw)),
        _ => order(seen, bound),
    }
}

fn shown(seen: &Target) -> String {
    let value = match seen {
        Target::Number(number) => Value::Number(number.clone()),
        Target::Text(text) => Value::Text(text.clone()),
        Target::Bool(flag) => Value::Bool(*flag),
        Target::Instant(instant) => Value::Date(*instant),
        Target::Rank(_) | Target::Version(_) | Target::Day(_) => return format!("a {}", target_word(seen)),
    };
    described(&value)
}

/// Whether one of the items is equal. Items of another type are passed over unless all are.
fn among(seen: &Target, items: &[Bound]) -> Result<bool, String> {
    let mut mismatch = None;
    let mut compared = false;
    for item in items {
        match equality(seen, item) {
            Ok(Ordering::Equal) => return Ok(true),
            Ok(_) => compared = true,
            Err(why) => mismatch = mismatch.or(Some(why)),
        }
    }
    mismatch.filter(|_| !compared).map_or(Ok(false), Err)
}

fn contains(value: &Value, ftype: &FactType, item: &Bound) -> Result<bool, String> {
    match (ftype, value) {
        (FactType::Text | FactType::Any, Value::Text(text)) => Ok(text.contains(&item.raw)),
        (FactType::List(items), Value::List(values)) => Ok(has_equal(values, items, item)),
        (FactType::Any, Value::List(values)) => Ok(has_equal(values, &FactType::Any, item)),
        (FactType::List(_), other) => Err(format!("{}, not a list", described(other))),
        (_, other) => Err(format!("{}, not a text or a list", described(other))),
    }
}

fn has_equal(values: &[Value], ftype: &FactType, item: &Bound) -> bool {
    values.iter().any(|value| seen(value, ftype).is_ok_and(|seen| equality(&seen, item) == Ok(Ordering::Equal)))
}
