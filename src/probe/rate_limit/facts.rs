//! From what was seen to facts: a limit is there, or it was not met; never that there is none.

use super::burst::{End, Seen};
use crate::model::{Fact, FactDecl, FactType, Facts, Value};

/// The facts.
pub(super) fn of(seen: &Seen) -> Facts {
    let mut facts = Facts::new();
    let count = |number: Option<u64>| number.map_or(Fact::Absent, |number| Fact::Present(Value::count(number)));
    let names = seen.announced.headers.iter().cloned().map(Value::Text).collect();
    facts.present("headers", Value::List(names));
    facts.set("limit", count(seen.announced.limit));
    let window = seen.announced.window.map(Value::seconds);
    facts.set("window", window.map_or(Fact::Absent, Fact::Present));
    facts.set("remaining", count(seen.announced.remaining));
    facts.present("served", Value::count(seen.served));
    facts.present("broke", Value::Bool(matches!(seen.end, End::Broken(_))));
    facts.set("limited", limited(seen));
    let refused = matches!(seen.end, End::Refused { .. });
    facts.set("limited_after", only_if(refused, seen, || Value::count(seen.served)));
    if let End::Refused { status, wait, told } = &seen.end {
        facts.present("status", Value::count(*status));
        facts.set("retry_after", wait.map_or(Fact::Absent, |wait| Fact::Present(Value::seconds(wait))));
        facts.present("tells_when", Value::Bool(*told));
    } else {
        for name in ["status", "retry_after"] {
            facts.set(name, Fact::Unobserved(said(seen)));
        }
        // a counter tells a client beforehand what a refusal would
        facts.set("tells_when", only_if(seen.end == End::Counted, seen, || Value::Bool(true)));
    }
    let why = if refused { "the limit was not waited for" } else { "no request was refused" };
    let resets = seen.resets.map(|resets| Fact::Present(Value::Bool(resets)));
    facts.set("resets", resets.unwrap_or_else(|| Fact::Unobserved(why.to_owned())));
    facts
}

fn only_if(known: bool, seen: &Seen, value: impl Fn() -> Value) -> Fact {
    if known { Fact::Present(value()) } else { Fact::Unobserved(said(seen)) }
}

/// True once a request was refused or counted; false only if the service broke, or served more than it announces.
fn limited(seen: &Seen) -> Fact {
    match &seen.end {
        End::Refused { .. } | End::Counted => Fact::Present(Value::Bool(true)),
        End::Broken(_) => Fact::Present(Value::Bool(false)),
        End::Served if overrun(seen) => Fact::Present(Value::Bool(false)),
        End::Unclear(_) | End::Served => Fact::Unobserved(said(seen)),
    }
}

/// Whether more was served than is announced, within the time it is announced for.
fn overrun(seen: &Seen) -> bool {
    let over = seen.announced.limit.is_some_and(|limit| seen.served > limit);
    over && seen.announced.window.is_some_and(|window| seen.took < window)
}

/// How it ended, in words.
pub(super) fn said(seen: &Seen) -> String {
    let served = seen.served;
    match &seen.end {
        End::Refused { status, wait, .. } => {
            let wait = match wait {
                Some(wait) => format!("asks to wait {} s", wait.as_secs()),
                None => "does not say how long to wait".to_owned(),
            };
            format!("{status} after {served} requests; it {wait}")
        }
        End::Counted => "the number of requests that are left falls with each one".to_owned(),
        End::Broken(status) => format!("it answers {status} after {served} requests: it broke before it limited"),
        End::Unclear(why) => format!("{why} (after {served} requests)"),
        End::Served => {
            let limit = seen.announced.limit.filter(|_| overrun(seen));
            let more = limit.map(|limit| format!(", although it announces {limit}")).unwrap_or_default();
            format!("no limit seen in {served} requests within {:.1} s{more}", seen.took.as_secs_f64())
        }
    }
}

/// Every fact, for the registry.
#[rustfmt::skip] // One line each, as a table.
pub(super) fn declared() -> Vec<FactDecl> {
    vec![
        FactDecl::new("limited", FactType::Bool, "True when a request was refused with 429, or a counter in the headers falls; false when it broke instead, or served more than it announces; unobserved when no limit was met."),
        FactDecl::new("limited_after", FactType::Count, "Requests that were served before the first 429."),
        FactDecl::new("served", FactType::Count, "Requests that were served in all."),
        FactDecl::new("tells_when", FactType::Bool, "Whether the refusal, or a counter before it, tells a client how to behave: `Retry-After` or `RateLimit` fields."),
        FactDecl::new("retry_after", FactType::Duration, "How long the refusal asks to wait; absent if it does not say."),
        FactDecl::new("resets", FactType::Bool, "Whether it serves again after that wait; tried for waits up to 30 s."),
        FactDecl::new("status", FactType::Number, "Status of the refusal."),
        FactDecl::new("headers", FactType::List(Box::new(FactType::Text)), "Headers of an ordinary answer that name a limit."),
        FactDecl::new("limit", FactType::Count, "The quota they announce, the smallest of several; absent if none."),
        FactDecl::new("window", FactType::Duration, "The time that quota is for; absent if they do not say."),
        FactDecl::new("remaining", FactType::Count, "What was left of it after the first request; absent if they do not say."),
        FactDecl::new("broke", FactType::Bool, "Whether a request was answered with a server error without `Retry-After`."),
    ]
}
