//! A credit that a probe works out earns all from a bound on, which a parameter sets. Where a check expects another bound
//! than the parameter says, the parameter follows; where the check itself says both and they differ, that is a mistake.

use std::sync::Arc;

use super::route::entry;
use super::with;
use crate::expect::{Typed, credit};
use crate::model::fact::AllFrom;
use crate::model::{Exact, FactDecl, FactName, FactSchema, Problem};
use crate::spec::document::{CreditDoc, ProbeDoc};
use crate::yaml::{Key, Kind, Node, Raw, Spanned};

/// What a differing bound asks for.
pub(super) enum Fit {
    /// Nothing: the credit fits.
    Already,
    /// The probe with the parameter set.
    With(Raw<ProbeDoc>),
    /// It cannot be made to fit.
    Not(Problem),
}

/// Compares the bound of the credit with the one that is expected.
pub(super) fn fit(doc: Option<&Spanned<CreditDoc>>, raw: &Raw<ProbeDoc>, schema: &FactSchema, expect: &[Typed]) -> Fit {
    let Some(doc) = doc else { return Fit::Already };
    let all_from = |decl: &FactDecl| {
        let named = matches!(decl.name, FactName::Exact(name) if doc.fact.as_deref() == Some(name));
        decl.all_from.clone().filter(|_| named)
    };
    let Some(all_from) = schema.decls.iter().find_map(all_from) else { return Fit::Already };
    let on_fact = |typed: &&Typed| all_from.facts.contains(&typed.path());
    let Some(typed) = expect.iter().find(on_fact) else { return Fit::Already };
    match credit::least(typed) {
        Some(bound) if *bound != all_from.bound => with_bound(doc, raw, &all_from, typed, bound),
        _ => Fit::Already,
    }
}

fn with_bound(doc: &Spanned<CreditDoc>, raw: &Raw<ProbeDoc>, all_from: &AllFrom, typed: &Typed, bound: &Exact) -> Fit {
    let (AllFrom { parameter, .. }, percent) = (all_from, bound * &Exact::whole(100));
    let written = raw.node.entries().first().is_some_and(|(_, params)| params.get(parameter).is_some());
    let whole = Exact::whole(percent.floor_i64().unwrap_or(-1));
    if written || whole != percent {
        let message = format!("the credit goes by `{parameter}`, and what is expected is `{}`", typed.text());
        return Fit::Not(doc.span.problem(message).help(format!("let `{parameter}` and `expect` name the same bound")));
    }
    let set = entry(parameter, whole.floor_decimals(0), &raw.node.span);
    let key = Key { text: "probe".to_owned(), span: raw.node.span.clone() };
    let check = raw.node.with_kind(Kind::Map(vec![(key, Node::clone(&raw.node))]));
    let (check, _) = with::apply(&check, &[set], true);
    check.get("probe").map_or(Fit::Already, |probe| Fit::With(Raw::new(Arc::new(probe.clone()))))
}
