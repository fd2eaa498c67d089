//! Checks an expectation against the facts a probe offers: operators × types. What is left is ready to judge.

use regex::{Regex, RegexBuilder};

use super::Fault;
use super::operand::{Bound, Target, bound};
use super::resolve::{Resolved, Step, resolve, type_word};
use super::syntax::{Comparison, Expectation, Operand, Operator, Scalar};
use super::units::Dimension;
use super::wording;
use crate::model::{Exact, FactSchema, FactType};

/// Bytes that a compiled pattern may take: a hostile one is refused, not run.
const PATTERN_LIMIT: usize = 1 << 20;

/// An expectation that fits the facts it is about.
#[derive(Clone, Debug)]
pub struct Typed {
    pub(super) expectation: Expectation,
    pub(super) resolved: Resolved,
    pub(super) test: Test,
    pub(super) expected: String,
}

/// What is asked of the value at the end of the path.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Exists,
    Absent,
    Compare(Comparison, Bound),
    Among { items: Vec<Bound>, negated: bool },
    Between { low: Bound, high: Bound, negated: bool },
    Contains { item: Bound, negated: bool },
    Matches { pattern: Regex, negated: bool },
}

impl Typed {
    /// The line as written.
    pub fn text(&self) -> &str {
        self.expectation.text()
    }

    /// The path as written.
    pub fn path(&self) -> &str {
        self.expectation.path()
    }

    /// What is expected, in words: `< 100 ms`.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// Type of the value that is compared.
    pub fn fact_type(&self) -> &FactType {
        &self.resolved.ftype
    }

    /// What deserves a warning though it is allowed: equality with something measured.
    pub fn lint(&self) -> Option<Fault> {
        let measured =
            matches!(self.resolved.ftype, FactType::Duration | FactType::Size | FactType::Rate | FactType::Throughput);
        match &self.test {
            Test::Compare(comparison, Bound { target: Target::Number(value), .. })
                if measured && !comparison.is_order() && !value.is_zero() =>
            {
                let word = type_word(&self.resolved.ftype);
                let message = format!("a measured {word} is hardly ever exactly `{}`", self.expected_value());
                Some(self.expectation.operator_span.fault(message, "write `<=`, `>=` or a range with `in`"))
            }
            _ => None,
        }
    }

    fn expected_value(&self) -> &str {
        match &self.test {
            Test::Compare(_, bound) => &bound.shown,
            _ => "",
        }
    }

    /// Whether the path leads to one value, not to every or any item.
    pub(super) fn is_one_value(&self) -> bool {
        let steps = self.resolved.sources.last().map_or(&[] as &[Step], |(_, steps)| steps);
        !steps.iter().any(|step| matches!(step, Step::Every | Step::Some))
    }

    /// Numbers that decide, in base units: an actual is printed on its side of each.
    pub(super) fn thresholds(&self) -> Vec<Exact> {
        let numbers = |bounds: &[&Bound]| bounds.iter().filter_map(|bound| bound.number().cloned()).collect();
        match &self.test {
            Test::Compare(_, bound) => numbers(&[bound]),
            Test::Between { low, high, .. } => numbers(&[low, high]),
            Test::Among { items, .. } => numbers(&items.iter().collect::<Vec<_>>()),
            Test::Exists | Test::Absent | Test::Contains { .. } | Test::Matches { .. } => Vec::new(),
        }
    }
}

impl Bound {
    pub(super) fn number(&self) -> Option<&Exact> {
        match &self.target {
            Target::Number(number) => Some(number),
            _ => None,
        }
    }
}

/// Checks an expectation against the declared facts.
pub fn type_check(expectation: &Expectation, schema: &FactSchema) -> Result<Typed, Fault> {
    let resolved = resolve(expectation, schema)?;
    allowed(expectation, &resolved.ftype)?;
    let test = test(expectation, &resolved.ftype)?;
    let expected = wording::expected(&test, resolved.sources.last().map_or(&[] as &[Step], |(_, steps)| steps));
    Ok(Typed { expectation: expectation.clone(), resolved, test, expected })
}

fn test(expectation: &Expectation, ftype: &FactType) -> Result<Test, Fault> {
    let one = |scalar: &Scalar| bound(expectation, scalar, ftype);
    match (expectation.operator, &expectation.operand) {
        (Operator::Compare(comparison), Operand::One(scalar)) => {
            let bound = one(scalar)?;
            ordered_value(scalar, ftype, &bound, comparison.is_order())?;
            Ok(Test::Compare(comparison, bound))
        }
        (Operator::In { negated }, Operand::List(items, _)) => {
            Ok(Test::Among { items: items.iter().map(one).collect::<Result<_, _>>()?, negated })
        }
        (Operator::In { negated }, Operand::Range(low, high)) => range(expectation, ftype, low, high, negated),
        (Operator::Contains { negated }, Operand::One(scalar)) => {
            let bound = one(&as_substring(scalar, ftype))?;
            Ok(Test::Contains { item: bound, negated })
        }
        (Operator::Matches { negated }, Operand::One(scalar)) => {
            Ok(Test::Matches { pattern: pattern(scalar)?, negated })
        }
        (Operator::Absent, _) => Ok(Test::Absent),
        _ => Ok(Test::Exists),
    }
}

/// What a text contains is text, whatever it looks like.
fn as_substring(scalar: &Scalar, ftype: &FactType) -> Scalar {
    let text = *ftype == FactType::Text && scalar.unit.is_none();
    Scalar { quoted: scalar.quoted || text, ..scalar.clone() }
}

/// A fact of any type is put in order only against numbers and dates.
fn ordered_value(scalar: &Scalar, ftype: &FactType, bound: &Bound, is_order: bool) -> Result<(), Fault> {
    let has_order = !matches!(bound.target, Target::Text(_) | Target::Bool(_));
    if is_order && *ftype == FactType::Any && !has_order {
        let help = "compare with a number or a date; for a version declare `as: version` on the probe";
        return Err(scalar.span.fault(format!("`{}` has no order", bound.shown), help));
    }
    Ok(())
}

fn range(
    expectation: &Expectation,
    ftype: &FactType,
    low: &Scalar,
    high: &Scalar,
    negated: bool,
) -> Result<Test, Fault> {
    let with_unit = borrow_unit(low, high);
    let (low_bound, high_bound) = (bound(expectation, &with_unit, ftype)?, bound(expectation, high, ftype)?);
    ordered_value(low, ftype, &low_bound, true)?;
    ordered_value(high, ftype, &high_bound, true)?;
    let backwards = match (&low_bound.target, &high_bound.target) {
        (Target::Number(low), Target::Number(high)) => low > high,
        (Target::Rank(low), Target::Rank(high)) => low > high,
        (Target::Version(low), Target::Version(high)) => low > high,
        (Target::Day(low), Target::Day(high)) => low > high,
        (Target::Instant(low), Target::Instant(high)) => low > high,
        (Target::Day(_), Target::Instant(_)) | (Target::Instant(_), Target::Day(_)) => {
            return Err(low.span.to(high.span).fault("one end is a day, the other an instant", "write both alike"));
        }
        _ => return Err(low.span.to(high.span).fault("the ends are of different types", "write both alike")),
    };
    if backwards {
        let help = format!("write `{}..{}`", high.written(), low.written());
        return Err(low.span.to(high.span).fault("the range runs backwards", help));
    }
    Ok(Test::Between { low: low_bound, high: high_bound, negated })
}

/// A bare left end takes the right end's unit: `1..2 s`.
fn borrow_unit(low: &Scalar, high: &Scalar) -> Scalar {
    let bare = !low.quoted && low.unit.is_none() && super::units::is_number(&low.text);
    let attached = super::units::split_number(&high.text).map(|(_, unit)| unit).filter(|unit| !unit.is_empty());
    let unit = high.unit.as_deref().or(attached).filter(|_| bare && !high.quoted);
    let known = unit.filter(|unit| super::units::unit(unit).is_ok());
    Scalar { unit: known.map(str::to_owned).or_else(|| low.unit.clone()), ..low.clone() }
}

fn pattern(scalar: &Scalar) -> Result<Regex, Fault> {
    RegexBuilder::new(&scalar.text).size_limit(PATTERN_LIMIT).build().map_err(|error| {
        let why = error.to_string();
        let why = why.lines().rev().find_map(|line| line.trim().strip_prefix("error: ")).unwrap_or(match error {
            regex::Error::CompiledTooBig(_) => "it is too big once compiled",
            _ => "it cannot be read",
        });
        let help = "patterns are regular expressions, without look-around and back references";
        scalar.span.fault(format!("the pattern is wrong: {why}"), help)
    })
}

/// Types × operators.
fn allowed(expectation: &Expectation, ftype: &FactType) -> Result<(), Fault> {
    let open = *ftype == FactType::Any;
    let number = matches!(ftype, FactType::Count | FactType::Number);
    let scale = matches!(ftype, FactType::Ordered(_));
    let ordered =
        number || scale || matches!(ftype, FactType::Version | FactType::Date) || Dimension::of(ftype).is_some();
    let text = *ftype == FactType::Text;
    let list = matches!(ftype, FactType::List(_));
    let fits = match (expectation.operator, &expectation.operand) {
        (Operator::Exists | Operator::Absent, _) => true,
        (Operator::Compare(comparison), _) if comparison.is_order() => ordered || open,
        (Operator::Compare(_), _) => !list,
        (Operator::In { .. }, Operand::List(..)) => number || scale || text || open,
        (Operator::In { .. }, _) => ordered || open,
        (Operator::Contains { .. }, _) => text || list || open,
        (Operator::Matches { .. }, _) => text || open,
    };
    if fits { Ok(()) } else { Err(misfit(expectation, ftype)) }
}

fn misfit(expectation: &Expectation, ftype: &FactType) -> Fault {
    let (path, operator) = (expectation.path(), expectation.operator);
    let word = type_word(ftype);
    let message = format!("`{}` does not go with a {word}, and `{path}` is one", operator.word());
    let help = match (ftype, operator) {
        (FactType::List(_), Operator::Compare(_) | Operator::In { .. } | Operator::Matches { .. }) => {
            format!(
                "choose items: `{path}[*]` every one, `{path}[any]` at least one, `{path}[#]` how many; or `contains`"
            )
        }
        (FactType::Text, Operator::Compare(_)) => {
            "text has no order; did you mean `=` or `matches`? For a number, version or date use a fact of that type"
                .to_owned()
        }
        (FactType::Text, Operator::In { .. }) => "text has no order; write a list: `in [a, b]`".to_owned(),
        (FactType::Bool, _) => format!("write `{path} = true` or `{path} = false`"),
        (_, Operator::In { .. }) => "write a range `low..high`, both ends included".to_owned(),
        (_, Operator::Contains { .. } | Operator::Matches { .. }) => "compare with = != < <= > >= or `in`".to_owned(),
        _ => "see the table of types and operators".to_owned(),
    };
    expectation.operator_span.fault(message, help)
}
