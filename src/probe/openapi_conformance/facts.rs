//! From operations to facts.

use super::trial::{Fault, Tried};
use crate::model::{Exact, Fact, FactDecl, FactType, Facts, Value};

/// Facts that name operations with one kind of fault.
#[rustfmt::skip] // One line each, as a table.
const FAULTS: &[(&str, Fault, &str)] = &[
    ("server_errors", Fault::ServerError, "Operations that are answered with a server error."),
    ("unanswered", Fault::Unanswered, "Operations that are not answered."),
    ("undocumented_status", Fault::Status, "Operations that answer with a status that is not described."),
    ("undocumented_type", Fault::MediaType, "Operations that answer with a media type that is not described."),
    ("wrong_body", Fault::Body, "Operations whose body is not what its schema says."),
    ("unguarded", Fault::Unguarded, "Operations that require credentials and give data to a stranger."),
    ("overlong_lists", Fault::Overlong, "Operations that answer with more of a list than the description allows (`maximum` of `limit` and its like), asked for 100 000."),
    ("undocumented_methods", Fault::Method, "Operations whose path answers TRACE with success, which is not described."),
];

/// The facts. What is wrong stands; that nothing is needs an answer that could be compared.
pub(super) fn of(tried: &[Tried], described: usize) -> Facts {
    let mut facts = Facts::new();
    let proven = tried.iter().filter(|one| one.proven).count();
    let nothing = (proven == 0).then(|| {
        let why = tried.iter().find_map(|one| one.open.clone());
        why.unwrap_or_else(|| "no operation was answered with success".to_owned())
    });
    for (name, fault, _) in FAULTS {
        let titles: Vec<Value> =
            tried.iter().filter(|one| one.faults.contains(fault)).map(|one| Value::Text(one.title.clone())).collect();
        let fact = match &nothing {
            Some(why) if titles.is_empty() => Fact::Unobserved(why.clone()),
            _ => Fact::Present(Value::List(titles)),
        };
        facts.set(*name, fact);
    }
    let open: Vec<Value> = tried.iter().filter_map(|one| one.open.clone()).map(Value::Text).collect();
    let asked = tried.len() - open.len();
    let right = tried.iter().filter(|one| one.faults.is_empty() && one.open.is_none()).count();
    let share = Exact::ratio(right, asked).map(|share| Fact::Present(Value::Number(share)));
    let any_fault = tried.iter().any(|one| !one.faults.is_empty());
    let unknown = nothing.filter(|_| !any_fault).map(Fact::Unobserved);
    let none = || Fact::Unobserved("no operation could be asked".to_owned());
    facts.set("conformance", unknown.or(share).unwrap_or_else(none));
    facts.present("open", Value::List(open));
    facts.present("asked", Value::count(asked));
    facts.present("proven", Value::count(proven));
    facts.present("operations", Value::count(described));
    facts
}

/// Every fact, for the registry.
pub(super) fn declared() -> Vec<FactDecl> {
    let names = || FactType::List(Box::new(FactType::Text));
    let mut all: Vec<FactDecl> = FAULTS.iter().map(|(name, _, doc)| FactDecl::new(name, names(), doc)).collect();
    all.extend([
        FactDecl::new("open", names(), "Operations that could not be asked or compared, with the reason."),
        FactDecl::new("conformance", FactType::Ratio, "Share of the asked operations without a fault."),
        FactDecl::new("asked", FactType::Count, "Operations that were asked."),
        FactDecl::new(
            "proven",
            FactType::Count,
            "Operations whose answer of success was compared with the description.",
        ),
        FactDecl::new("operations", FactType::Count, "Operations with GET that the description has."),
    ]);
    all
}
