//! Facts: named, typed values that probes observe, and what is known about each fact before anything is observed.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Exact;
use super::outcome::Grade;
use super::report::Evidence;

/// What kind of value a fact has; decides which operators and units an expectation may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactType {
    /// A whole number of things; no unit.
    Count,
    /// A number without a dimension; no unit.
    Number,
    /// A share; [`Value::Number`] holds the fraction (0.25 is 25 %). Always written with `%`.
    Ratio,
    /// A time span or age, in seconds.
    Duration,
    /// An amount of data, in bytes.
    Size,
    /// Events per second (`req/s`, `/min`).
    Rate,
    /// Data per second (`MB/s`), in bytes per second.
    Throughput,
    /// `true` or `false`.
    Bool,
    /// Text.
    Text,
    /// One of these words, in rising order (grades, severities, protocol versions).
    Ordered(&'static [&'static str]),
    /// A version, compared part by part.
    Version,
    /// A day or an instant.
    Date,
    /// Any number of values of one type.
    List(Box<FactType>),
    /// Untyped: JSON, headers, plugin facts. Checked at run time.
    Any,
}

/// A value. Quantities are exact and in the base unit of their type (seconds, bytes, fraction, per second).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// JSON null; counts as absent wherever a value is due.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number; its unit follows from the fact's type.
    Number(Exact),
    /// Text, also the words of ordered types and versions.
    Text(String),
    /// An instant (a day is its first instant, UTC).
    Date(Timestamp),
    /// Several values.
    List(Vec<Value>),
    /// Named values, in the order of their source.
    Map(IndexMap<String, Value>),
}

impl Value {
    /// A whole number.
    pub fn count(count: impl Into<num_count::Count>) -> Value {
        Value::Number(Exact::whole(count.into().0))
    }

    /// A time span, exact to the nanosecond.
    pub fn seconds(span: std::time::Duration) -> Value {
        Value::Number(Exact::ratio(span.as_nanos(), 1_000_000_000).expect("the denominator is not zero"))
    }

    /// The same tree as JSON gave it; numbers by their decimal text, never through binary floats.
    pub fn from_json(json: &serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(b) => Value::Bool(*b),
            serde_json::Value::Number(n) => {
                Exact::parse_decimal(&n.to_string()).map_or_else(|| Value::Text(n.to_string()), Value::Number)
            }
            serde_json::Value::String(s) => Value::Text(s.clone()),
            serde_json::Value::Array(items) => Value::List(items.iter().map(Value::from_json).collect()),
            serde_json::Value::Object(members) => {
                Value::Map(members.iter().map(|(key, member)| (key.clone(), Value::from_json(member))).collect())
            }
        }
    }

    /// The word for this kind of value, as messages use it.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Number(_) => "number",
            Value::Text(_) => "text",
            Value::Date(_) => "date",
            Value::List(_) => "list",
            Value::Map(_) => "map",
        }
    }
}

/// Lets [`Value::count`] take any common integer type.
pub mod num_count {
    /// A count that fits every integer type in use.
    pub struct Count(pub i128);
    macro_rules! from { ($($t:ty),*) => {$( impl From<$t> for Count { fn from(n: $t) -> Count { Count(n as i128) } } )*}; }
    from!(u8, u16, u32, u64, usize, i32, i64, i128);
}

/// What is known of one fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// It was seen.
    Present(Value),
    /// We looked, and it is not there.
    Absent,
    /// We could not look; the reason.
    Unobserved(String),
}

/// The name a probe declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactName {
    /// `status`
    Exact(&'static str),
    /// Everything below a dotted prefix that ends in a dot: `header.`, `body.`; the whole tree is one [`Fact`] stored
    /// under the prefix itself (`"header."`), usually a [`Value::Map`]; a path that leads nowhere in it is absent. The
    /// empty prefix is a tree of all names.
    Tree(&'static str),
    /// A letter and a number: `p` for `p50`, `p99.9`; each stored under its full name.
    Family(&'static str),
}

/// One fact as a probe declares it, before anything is observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactDecl {
    /// Its name.
    pub name: FactName,
    /// Its type.
    pub ftype: FactType,
    /// What it means, with the unit and what "nothing found" is; one sentence.
    pub doc: &'static str,
    /// For a credit: from where on it earns all.
    pub all_from: Option<AllFrom>,
}

/// From where on a credit that a probe works out earns all: the bound that a check expects is then the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllFrom {
    /// The facts of which the bound may be expected.
    pub facts: &'static [&'static str],
    /// The parameter of the probe that sets it, a whole percentage.
    pub parameter: &'static str,
    /// The bound.
    pub bound: Exact,
}

impl FactDecl {
    /// A fact with an exact name.
    pub fn new(name: &'static str, ftype: FactType, doc: &'static str) -> FactDecl {
        FactDecl { name: FactName::Exact(name), ftype, doc, all_from: None }
    }

    /// An open tree of untyped facts below `prefix` (which ends in a dot).
    pub fn tree(prefix: &'static str, ftype: FactType, doc: &'static str) -> FactDecl {
        FactDecl { name: FactName::Tree(prefix), ftype, doc, all_from: None }
    }

    /// The same as a credit that earns all from a bound of one of `facts` on, which `parameter` sets.
    #[must_use]
    pub fn all_from(mut self, facts: &'static [&'static str], parameter: &'static str, bound: Exact) -> FactDecl {
        self.all_from = Some(AllFrom { facts, parameter, bound });
        self
    }
}

/// All facts a probe offers with its parameters, and the units the spec gave to open ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactSchema {
    /// In the order the documentation lists them.
    pub decls: Vec<FactDecl>,
    /// `units: { json.p95: ms }`: path as written → unit as written. Turns an open fact into a typed one.
    pub units: BTreeMap<String, String>,
}

impl From<Vec<FactDecl>> for FactSchema {
    fn from(decls: Vec<FactDecl>) -> FactSchema {
        FactSchema { decls, units: BTreeMap::new() }
    }
}

/// Observed facts by name. A name that is not there is unobserved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    by_name: BTreeMap<String, Fact>,
    /// Why the names that are not there were not observed.
    reason: Option<String>,
    /// Set when they are weaker evidence than the probe's parameters promise.
    grade: Option<Grade>,
}

impl Facts {
    /// No facts yet.
    pub fn new() -> Facts {
        Facts::default()
    }

    /// Nothing was observed, for this reason.
    pub fn unobserved(reason: impl Into<String>) -> Facts {
        Facts { reason: Some(reason.into()), ..Facts::default() }
    }

    /// Why the facts that are not set were not observed.
    pub fn set_reason(&mut self, reason: impl Into<String>) {
        self.reason = Some(reason.into());
    }

    /// They are no better than this: a report was read where a command was to be run.
    pub fn weaken(&mut self, grade: Grade) {
        self.grade = Some(grade);
    }

    /// How good they are when the probe would be of this grade.
    pub fn grade(&self, promised: Grade) -> Grade {
        self.grade.map_or(promised, |grade| grade.min(promised))
    }

    /// Sets one.
    pub fn set(&mut self, name: impl Into<String>, fact: Fact) {
        self.by_name.insert(name.into(), fact);
    }

    /// Sets one that is there.
    pub fn present(&mut self, name: impl Into<String>, value: Value) {
        self.set(name, Fact::Present(value));
    }

    /// What is known of this name.
    pub fn get(&self, name: &str) -> Fact {
        match self.by_name.get(name) {
            Some(fact) => fact.clone(),
            None => Fact::Unobserved(self.reason.clone().unwrap_or_else(|| "not observed".to_owned())),
        }
    }

    /// What was set under this name; `None` when nothing was.
    pub fn set_fact(&self, name: &str) -> Option<&Fact> {
        self.by_name.get(name)
    }

    /// All that are set, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Fact)> {
        self.by_name.iter().map(|(name, fact)| (name.as_str(), fact))
    }
}

/// Why nothing could be observed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown(pub String);

impl Unknown {
    /// Unknown for this reason (lower case, no full stop).
    pub fn because(reason: impl Into<String>) -> Unknown {
        Unknown(reason.into())
    }
}

impl std::fmt::Display for Unknown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a probe brings back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// The facts.
    pub facts: Facts,
    /// What was seen and where, worst first, at most a few dozen.
    pub evidence: Vec<Evidence>,
    /// Requests sent to live systems.
    pub requests: u64,
}
