//! What an expectation consists of once it is read. Meaning is given later, by the fact's type.

use super::Fault;

/// One line `fact operator value`, read but not yet compared with any fact's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    pub(super) text: String,
    pub(super) path: String,
    pub(super) path_span: Span,
    pub(super) segments: Vec<Segment>,
    pub(super) operator: Operator,
    pub(super) operator_span: Span,
    pub(super) operand: Operand,
}

impl Expectation {
    /// The line as written, without space at its ends.
    pub fn text(&self) -> &str {
        self.text.trim()
    }

    /// The path of the fact, as written.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The line with `part` replaced, for help texts.
    pub(super) fn corrected(&self, part: Span, replacement: &str) -> String {
        splice(&self.text, part, replacement)
    }
}

/// Replaces a span of characters.
pub(super) fn splice(text: &str, part: Span, replacement: &str) -> String {
    let start = part.offset as usize;
    let before: String = text.chars().take(start).collect();
    let after: String = text.chars().skip(start + part.length as usize).collect();
    format!("{before}{replacement}{after}").trim().to_owned()
}

/// Characters of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) offset: u32,
    pub(super) length: u32,
}

impl Span {
    pub(super) fn between(start: usize, end: usize) -> Span {
        let offset = u32::try_from(start).unwrap_or(u32::MAX);
        let length = u32::try_from(end.saturating_sub(start)).unwrap_or(u32::MAX);
        Span { offset, length }
    }

    /// From the start of this to the end of the other.
    pub(super) fn to(self, other: Span) -> Span {
        let end = other.offset.saturating_add(other.length);
        Span { offset: self.offset, length: end.saturating_sub(self.offset) }
    }

    pub(super) fn fault(self, message: impl Into<String>, help: impl Into<String>) -> Fault {
        let length = self.length.max(1);
        Fault { offset: self.offset, length, message: message.into(), help: Some(help.into()) }
    }
}

/// A part of a path between dots, with the indexes behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) name: String,
    pub(super) quoted: bool,
    pub(super) indexes: Vec<(Index, Span)>,
    pub(super) span: Span,
}

/// What stands in brackets behind a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Index {
    /// `[*]`: every item must.
    Every,
    /// `[any]`: at least one item must.
    Some,
    /// `[#]`: how many items.
    Count,
    /// `[0]`, `[-1]`: one item, from the start or the end.
    Nth(i64),
}

/// The operator of an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Compare(Comparison),
    In { negated: bool },
    Contains { negated: bool },
    Matches { negated: bool },
    Exists,
    Absent,
}

impl Operator {
    pub(super) fn word(self) -> &'static str {
        match self {
            Operator::Compare(comparison) => comparison.symbol(),
            Operator::In { negated: false } => "in",
            Operator::In { negated: true } => "not in",
            Operator::Contains { negated: false } => "contains",
            Operator::Contains { negated: true } => "not contains",
            Operator::Matches { negated: false } => "matches",
            Operator::Matches { negated: true } => "not matches",
            Operator::Exists => "exists",
            Operator::Absent => "absent",
        }
    }
}

/// A comparison of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Comparison {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Comparison::Equal => "=",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterEqual => ">=",
        }
    }

    /// Whether it asks for order, not only equality.
    pub(super) fn is_order(self) -> bool {
        !matches!(self, Comparison::Equal | Comparison::NotEqual)
    }

    /// Whether it holds when the seen value stands in this order to the expected one.
    pub(super) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::NotEqual => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::LessEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterEqual => order.is_ge(),
        }
    }
}

/// What stands behind the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    None,
    One(Scalar),
    List(Vec<Scalar>, Span),
    Range(Scalar, Scalar),
}

/// One value as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scalar {
    /// The atom, or what the quotes mean.
    pub(super) text: String,
    pub(super) quoted: bool,
    /// A word behind a number: `ms` in `100 ms`.
    pub(super) unit: Option<String>,
    pub(super) span: Span,
}

impl Scalar {
    /// As a reader would write it.
    pub(super) fn written(&self) -> String {
        match &self.unit {
            Some(unit) => format!("{} {unit}", self.text),
            None => self.text.clone(),
        }
    }
}
