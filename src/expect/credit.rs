//! Credit: how much of a failed check is fulfilled, from its facts. Always below one; floored once, to millionths.
//! Leaves to the score what a credit is worth.

use super::judge::number_at;
use super::resolve::type_word;
use super::syntax::{Comparison, Span};
use super::typed::Test;
use super::units::{Dimension, percent};
use super::{Fault, Typed, judge, parse, type_check as check_expectation};
use crate::model::{Exact, FactSchema, FactType, Facts, Outcome, Unknown};

/// Millionths that a failed check can earn at most: one is for a pass.
const MOST: u32 = 999_999;

/// A credit rule as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreditRule {
    /// A ratio fact.
    Fact(String),
    /// Two counts: what holds, of how many.
    Ratio(String, String),
    /// Rises (or falls) evenly with a fact; `to` is the threshold that is expected of it.
    Linear {
        /// The fact.
        fact: String,
        /// Value that earns nothing, as in an expectation.
        from: String,
        /// Value that would earn all, as in an expectation.
        to: String,
    },
    /// The first step whose expectations all hold, with what it earns (`60 %`); none: nothing.
    Steps(Vec<(Vec<String>, String)>),
    /// The least of several.
    Least(Vec<CreditRule>),
}

/// A credit rule that fits the facts it is about.
#[derive(Clone, Debug)]
pub struct TypedCredit(Rule);

#[derive(Clone, Debug)]
enum Rule {
    Fact(Box<Typed>),
    Ratio(Box<Typed>, Box<Typed>),
    Linear { fact: Box<Typed>, from: Exact, to: Exact },
    Steps(Vec<(Vec<Typed>, Exact)>),
    Least(Vec<Rule>),
}

impl TypedCredit {
    /// Paths of the facts that it looks at.
    pub fn paths(&self) -> Vec<&str> {
        let mut paths = Vec::new();
        add_paths(&self.0, &mut paths);
        paths
    }
}

fn add_paths<'a>(rule: &'a Rule, paths: &mut Vec<&'a str>) {
    match rule {
        Rule::Fact(fact) | Rule::Linear { fact, .. } => paths.push(fact.path()),
        Rule::Ratio(part, whole) => paths.extend([part.path(), whole.path()]),
        Rule::Steps(steps) => paths.extend(steps.iter().flat_map(|(lines, _)| lines).map(Typed::path)),
        Rule::Least(rules) => rules.iter().for_each(|rule| add_paths(rule, paths)),
    }
}

/// Checks a credit rule against the declared facts and the check's own expectations.
pub fn type_check(rule: &CreditRule, schema: &FactSchema, expectations: &[Typed]) -> Result<TypedCredit, Vec<Fault>> {
    let mut faults = Vec::new();
    let typed = rule_of(rule, schema, expectations, &mut faults);
    typed.filter(|_| faults.is_empty()).map(TypedCredit).ok_or(faults)
}

fn fault(message: impl Into<String>, help: impl Into<String>) -> Fault {
    Span::default().fault(message, help)
}

/// `None` when a fault was added.
fn rule_of(rule: &CreditRule, schema: &FactSchema, expectations: &[Typed], faults: &mut Vec<Fault>) -> Option<Rule> {
    let made = match rule {
        CreditRule::Fact(path) => ratio_fact(path, schema).map(Rule::Fact),
        CreditRule::Ratio(part, whole) => ratio(part, whole, schema),
        CreditRule::Linear { fact, from, to } => linear(fact, from, to, schema, expectations),
        CreditRule::Steps(steps) => return steps_of(steps, schema, faults),
        CreditRule::Least(rules) if rules.is_empty() => {
            Err(fault("`least` has nothing to compare", "name credit rules"))
        }
        CreditRule::Least(rules) => {
            let all: Vec<Option<Rule>> = rules.iter().map(|rule| rule_of(rule, schema, expectations, faults)).collect();
            return all.into_iter().collect::<Option<Vec<_>>>().map(Rule::Least);
        }
    };
    made.map_err(|fault| faults.push(fault)).ok()
}

/// A path as something whose number can be asked for.
fn number_fact(path: &str, schema: &FactSchema) -> Result<Box<Typed>, Fault> {
    let typed = check_expectation(&parse(&format!("{path} exists"))?, schema)?;
    let one_value = typed.path() == path.trim() && typed.is_one_value();
    if !one_value {
        return Err(fault(format!("`{path}` is not one value"), "credit takes one number, without `[*]` and `[any]`"));
    }
    Ok(Box::new(typed))
}

fn ratio_fact(path: &str, schema: &FactSchema) -> Result<Box<Typed>, Fault> {
    let typed = number_fact(path, schema)?;
    match typed.fact_type() {
        FactType::Ratio => Ok(typed),
        other => {
            let message = format!("`{path}` is a {}, and `fact:` takes a ratio", type_word(other));
            Err(fault(message, "write `ratio: [part, whole]` or `linear: { fact, from, to }`"))
        }
    }
}

fn ratio(part: &str, whole: &str, schema: &FactSchema) -> Result<Rule, Fault> {
    let (part, whole) = (number_fact(part, schema)?, number_fact(whole, schema)?);
    for side in [&part, &whole] {
        if !is_numeric(side.fact_type()) && *side.fact_type() != FactType::Any {
            let message = format!("`{}` is a {}, not a number", side.path(), type_word(side.fact_type()));
            return Err(fault(message, "write two counts: `ratio: [passed, total]`"));
        }
    }
    let (left, right) = (Dimension::of(part.fact_type()), Dimension::of(whole.fact_type()));
    if left != right {
        let (a, b) = (type_word(part.fact_type()), type_word(whole.fact_type()));
        let message = format!("`{}` is a {a}, `{}` is a {b}", part.path(), whole.path());
        return Err(fault(message, "a ratio compares two values of one kind"));
    }
    Ok(Rule::Ratio(part, whole))
}

fn is_numeric(ftype: &FactType) -> bool {
    matches!(ftype, FactType::Count | FactType::Number) || Dimension::of(ftype).is_some()
}

fn linear(path: &str, from: &str, to: &str, schema: &FactSchema, expectations: &[Typed]) -> Result<Rule, Fault> {
    let fact = number_fact(path, schema)?;
    let end = |text: &str| -> Result<Exact, Fault> {
        let typed = check_expectation(&parse(&format!("{path} >= {text}"))?, schema)?;
        let thresholds = typed.thresholds();
        let not_number = || fault(format!("`{text}` is not a number"), "write the ends as in an expectation");
        thresholds.first().cloned().ok_or_else(not_number)
    };
    let (from_value, to_value) = (end(from)?, end(to)?);
    if from_value == to_value {
        return Err(fault(format!("`from` and `to` are both `{to}`"), "write the value that earns nothing as `from`"));
    }
    let on_fact: Vec<&Typed> = expectations.iter().filter(|typed| typed.path() == fact.path()).collect();
    let rises = from_value < to_value;
    if !on_fact.iter().any(|typed| expects_end(typed, &to_value, rises)) {
        return Err(wrong_end(path, to, rises, &on_fact));
    }
    Ok(Rule::Linear { fact, from: from_value, to: to_value })
}

/// Whether this expectation begins to hold at `end`, coming from the side of `from`.
fn expects_end(typed: &Typed, end: &Exact, rises: bool) -> bool {
    match &typed.test {
        Test::Compare(comparison, bound) => {
            let side = match comparison {
                Comparison::Greater | Comparison::GreaterEqual => rises,
                Comparison::Less | Comparison::LessEqual => !rises,
                Comparison::Equal => true,
                Comparison::NotEqual => false,
            };
            side && bound.number() == Some(end)
        }
        Test::Between { low, high, negated: false } => (if rises { low } else { high }).number() == Some(end),
        _ => false,
    }
}

/// The value from which on an expectation holds, where it asks for at least one.
pub fn least(typed: &Typed) -> Option<&Exact> {
    match &typed.test {
        Test::Compare(Comparison::Greater | Comparison::GreaterEqual, bound) => bound.number(),
        _ => None,
    }
}

fn wrong_end(path: &str, to: &str, rises: bool, on_fact: &[&Typed]) -> Fault {
    let operator = if rises { ">=" } else { "<=" };
    match on_fact.first() {
        None => {
            let message = format!("`linear` goes to `{to}`, but nothing is expected of `{path}`");
            fault(message, format!("expect `{path} {operator} {to}`, or take another fact"))
        }
        Some(typed) => {
            let message = format!("`linear` goes to `{to}`, but what is expected is `{}`", typed.text());
            fault(message, format!("`to` is the threshold: expect `{path} {operator} {to}`, or change `to`"))
        }
    }
}

fn steps_of(steps: &[(Vec<String>, String)], schema: &FactSchema, faults: &mut Vec<Fault>) -> Option<Rule> {
    let before = faults.len();
    let mut made = Vec::new();
    for (lines, credit) in steps {
        if lines.is_empty() {
            faults.push(fault("a step expects nothing", "name at least one expectation"));
        }
        let mut typed = Vec::new();
        for line in lines {
            match parse(line).and_then(|expectation| check_expectation(&expectation, schema)) {
                Ok(one) => typed.push(one),
                Err(wrong) => faults.push(Fault { message: format!("in step `{line}`: {}", wrong.message), ..wrong }),
            }
        }
        match percent(credit) {
            Ok(share) if share < Exact::whole(100) => made.push((typed, share * hundredth())),
            Ok(_) => faults
                .push(fault(format!("a step earns `{credit}`, and only a pass earns all"), "write less than 100 %")),
            Err(why) => faults.push(fault(why, "write what the step earns, such as `60 %`")),
        }
    }
    (faults.len() == before).then_some(Rule::Steps(made))
}

fn hundredth() -> Exact {
    Exact::ratio(1, 100).expect("a hundred is not zero")
}

/// What a failed check earns, in millionths: rounded down once, never more than 999 999.
pub fn earn(credit: &TypedCredit, facts: &Facts) -> Result<u32, Unknown> {
    let share = share(&credit.0, facts)?;
    let millionths = (share * Exact::whole(1_000_000)).floor_i64().unwrap_or(i64::MAX);
    Ok(u32::try_from(millionths.max(0)).unwrap_or(MOST).min(MOST))
}

fn share(rule: &Rule, facts: &Facts) -> Result<Exact, Unknown> {
    match rule {
        Rule::Fact(fact) => Ok(number_at(fact, facts)?.unwrap_or_else(Exact::zero)),
        Rule::Ratio(part, whole) => {
            let (value, of) = (number_at(part, facts)?, number_at(whole, facts)?);
            let Some((value, of)) = value.zip(of) else { return Ok(Exact::zero()) };
            let nothing = || Unknown::because(format!("`{}` is 0, so there is no share of it", whole.path()));
            if of.is_negative() {
                return Err(Unknown::because(format!("`{}` is negative", whole.path())));
            }
            value.checked_div(&of).ok_or_else(nothing)
        }
        Rule::Linear { fact, from, to } => {
            let Some(value) = number_at(fact, facts)? else { return Ok(Exact::zero()) };
            let part = (value - from.clone()).checked_div(&(to.clone() - from.clone()));
            Ok(part.unwrap_or_else(Exact::zero))
        }
        Rule::Steps(steps) => first_step(steps, facts),
        Rule::Least(rules) => {
            let shares: Vec<_> = rules.iter().map(|rule| share(rule, facts)).collect();
            let least = shares.iter().filter_map(|share| share.as_ref().ok()).min().cloned();
            // No credit is below nothing: one that earns nothing decides, whatever the unseen others would earn.
            match (least, shares.into_iter().find_map(Result::err)) {
                (Some(least), _) if least <= Exact::zero() => Ok(least),
                (_, Some(unseen)) => Err(unseen),
                (least, None) => Ok(least.unwrap_or_else(Exact::zero)),
            }
        }
    }
}

/// A step that cannot be judged hides whether a later one is the first that holds.
fn first_step(steps: &[(Vec<Typed>, Exact)], facts: &Facts) -> Result<Exact, Unknown> {
    for (expectations, credit) in steps {
        let judged: Vec<_> = expectations.iter().map(|typed| judge(typed, facts)).collect();
        if judged.iter().any(|one| one.outcome == Outcome::Fail) {
            continue;
        }
        match judged.into_iter().find(|one| one.outcome == Outcome::Unknown) {
            Some(unknown) => return Err(Unknown(unknown.actual)),
            None => return Ok(credit.clone()),
        }
    }
    Ok(Exact::zero())
}
