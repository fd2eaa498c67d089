//! Tables of expectations: what is read, what is refused and with which words, what is judged how.
#![allow(clippy::unwrap_used, reason = "tests")]

mod credit;
mod interval;
mod judging;
mod properties;
mod reading;

use super::*;
use crate::model::{Exact, Fact, FactDecl, FactName, FactSchema, FactType, Facts, Value};

const GRADES: &[&str] = &["F", "D", "C", "B", "A", "A+"];

/// One fact of each type.
fn schema() -> FactSchema {
    let decl = |name, ftype| FactDecl::new(name, ftype, "");
    let decls = vec![
        decl("status", FactType::Count),
        decl("failed", FactType::Count),
        decl("load", FactType::Number),
        decl("error_rate", FactType::Ratio),
        decl("time", FactType::Duration),
        decl("size", FactType::Size),
        decl("throughput", FactType::Rate),
        decl("bandwidth", FactType::Throughput),
        decl("exists", FactType::Bool),
        decl("mode", FactType::Text),
        decl("grade", FactType::Ordered(GRADES)),
        decl("version", FactType::Version),
        decl("modified", FactType::Date),
        decl("tags", FactType::List(Box::new(FactType::Text))),
        decl("times", FactType::List(Box::new(FactType::Duration))),
        decl("value", FactType::Any),
        FactDecl { name: FactName::Family("p"), ftype: FactType::Duration, doc: "", all_from: None },
        FactDecl::tree("header.", FactType::Text, ""),
        FactDecl::tree("body.", FactType::Any, ""),
        FactDecl::tree("tests.", FactType::Any, ""),
    ];
    let units = [("body.p95", "ms"), ("body.mem", "MiB"), ("body.bad", "KB")];
    FactSchema { decls, units: units.map(|(path, unit)| (path.to_owned(), unit.to_owned())).into() }
}

fn typed(line: &str) -> Typed {
    type_check(&parse(line).unwrap(), &schema()).unwrap()
}

fn fault(line: &str) -> Fault {
    match parse(line) {
        Err(fault) => fault,
        Ok(expectation) => type_check(&expectation, &schema()).map(|typed| typed.text().to_owned()).unwrap_err(),
    }
}

fn number(text: &str) -> Value {
    Value::Number(Exact::parse_decimal(text).unwrap())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn json(text: &str) -> Value {
    Value::from_json(&serde_json::from_str(text).unwrap())
}

/// `outcome · expected · actual`
fn judged(line: &str, name: &str, fact: Fact) -> String {
    let mut facts = Facts::new();
    facts.set(name, fact);
    let judgement = judge(&typed(line), &facts);
    format!("{} · {} · {}", judgement.outcome, judgement.expected, judgement.actual)
}
