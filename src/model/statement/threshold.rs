//! What a metric must be.

use crate::model::Exact;

/// What a metric must be; the metric is the statement's subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// How the metric compares with the value.
    pub comparison: Comparison,
    /// The value, or the lower end of a range, in `unit`.
    pub value: Exact,
    /// The upper end of a range.
    pub value_max: Option<Exact>,
    /// As the expectation grammar writes it where it knows the unit (`ms`, `%`, `req/s`, `MB`), else the noun.
    pub unit: String,
    /// `p95`, `mean`, `max`, if the document names one.
    pub statistic: Option<String>,
    /// What it is now, in `unit`, if the document says so.
    pub baseline: Option<Exact>,
    /// The comparison or the value is not written but follows from the words (`99.9 % uptime`, `no errors`).
    pub implied: bool,
}

/// How a metric compares with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `=`
    Equal,
    /// `>=`
    AtLeast,
    /// `>`
    More,
    /// From `value` to `value_max`.
    Between,
}

impl Comparison {
    /// The word that the inventory uses.
    pub fn word(self) -> &'static str {
        match self {
            Comparison::Less => "lt",
            Comparison::AtMost => "le",
            Comparison::Equal => "eq",
            Comparison::AtLeast => "ge",
            Comparison::More => "gt",
            Comparison::Between => "between",
        }
    }

    /// The operator of the expectation grammar.
    pub fn operator(self) -> &'static str {
        match self {
            Comparison::Less => "<",
            Comparison::AtMost => "<=",
            Comparison::Equal => "=",
            Comparison::AtLeast => ">=",
            Comparison::More => ">",
            Comparison::Between => "in",
        }
    }
}
