//! From judged parameters to facts.

use super::stages::{Judged, Verdict};
use crate::model::{Fact, FactDecl, FactType, Facts, Value};

/// The facts. What was found stands; that nothing was found needs every parameter to have been judged.
pub(super) fn of(judged: &[Judged]) -> Facts {
    let mut facts = Facts::new();
    let named = |which: &dyn Fn(&Judged) -> bool| {
        let names: Vec<Value> =
            judged.iter().filter(|one| which(one)).map(|one| Value::Text(one.parameter.clone())).collect();
        Value::List(names)
    };
    let unclear = judged.iter().find_map(|one| match &one.verdict {
        Verdict::Unclear(why) => Some(format!("parameter `{}`: {why}", one.parameter)),
        _ => None,
    });
    let found = |which: &dyn Fn(&Judged) -> bool| match &unclear {
        Some(why) if !judged.iter().any(which) => Fact::Unobserved(why.clone()),
        _ => Fact::Present(named(which)),
    };
    facts.set("planted", found(&|one| matches!(one.verdict, Verdict::Planted(_))));
    facts.set("database_errors", found(&|one| one.database));
    facts.set("broken", found(&|one| one.broken.is_some()));
    facts.present("reflected", named(&|one| one.reflected));
    facts.present("unclear", named(&|one| matches!(one.verdict, Verdict::Unclear(_))));
    facts.present("tested", Value::count(judged.len()));
    facts
}

/// Every fact, for the registry.
#[rustfmt::skip] // One line each, as a table.
pub(super) fn declared() -> Vec<FactDecl> {
    let names = || FactType::List(Box::new(FactType::Text));
    vec![
        FactDecl::new("planted", names(), "Parameters through which markup or script can be planted into a page (cross-site scripting); unobserved when none was found and one could not be judged."),
        FactDecl::new("database_errors", names(), "Parameters whose special characters make a database complain of its statement (SQL injection)."),
        FactDecl::new("broken", names(), "Parameters whose special characters lead to a server error."),
        FactDecl::new("reflected", names(), "Parameters whose value comes back at all."),
        FactDecl::new("unclear", names(), "Parameters that could not be judged: a firewall answered, or nobody."),
        FactDecl::new("tested", FactType::Count, "Parameters that were tested."),
    ]
}
