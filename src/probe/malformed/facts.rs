//! From answers to facts.

use super::case::Expected;
use super::slow::Slow;
use crate::model::{Exact, Fact, FactDecl, FactType, Facts, Value};

/// One case and what became of it.
#[derive(Clone, Debug)]
pub(super) struct Met {
    pub(super) name: &'static str,
    pub(super) about_body: bool,
    pub(super) outcome: Outcome,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A client error, or the end of the connection where that is one (0).
    Refused(u16),
    /// Success or a redirect where that may be right.
    Answered,
    /// Success where it cannot be right.
    Accepted(u16),
    /// A server error.
    Broken(u16),
    /// It cannot be said; why.
    Unclear(String),
    /// The connection ended without an answer.
    Dropped(String),
    /// No answer in time.
    Hung,
}

impl Outcome {
    /// What is wrong with it, in words.
    pub(super) fn fault(&self) -> Option<String> {
        match self {
            Outcome::Refused(_) | Outcome::Answered | Outcome::Unclear(_) => None,
            Outcome::Accepted(status) => Some(format!("accepted with {status}")),
            Outcome::Broken(status) => Some(format!("answered {status}")),
            Outcome::Dropped(why) => Some(format!("not answered ({why})")),
            Outcome::Hung => Some("no answer in time".to_owned()),
        }
    }
}

/// What a status is where this is expected. 501 refuses a method; 429 and 503 refuse somebody who asks too often, unread.
pub(super) fn outcome(status: u16, expected: Expected) -> Outcome {
    match status {
        429 | 503 => Outcome::Unclear(format!("the service limits requests ({status})")),
        501 => Outcome::Refused(status),
        500..=599 => Outcome::Broken(status),
        400..=499 => Outcome::Refused(status),
        _ if expected == Expected::Answered => Outcome::Answered,
        _ => Outcome::Accepted(status),
    }
}

/// The facts.
pub(super) fn of(met: &[Met], slow: Option<&Slow>, healthy: bool) -> Facts {
    let mut facts = Facts::new();
    let not_reached = not_reached(met).or_else(|| unclear(met));
    let named = |which: &dyn Fn(&Outcome) -> bool| {
        let names: Vec<Value> =
            met.iter().filter(|met| which(&met.outcome)).map(|met| Value::Text(met.name.to_owned())).collect();
        match &not_reached {
            Some(why) if names.is_empty() => Fact::Unobserved(why.clone()),
            _ => Fact::Present(Value::List(names)),
        }
    };
    facts.set("server_errors", named(&|outcome| matches!(outcome, Outcome::Broken(_))));
    facts.set("unanswered", named(&|outcome| matches!(outcome, Outcome::Hung | Outcome::Dropped(_))));
    facts.set("accepted", named(&|outcome| matches!(outcome, Outcome::Accepted(_))));
    let is_right = |met: &&Met| matches!(met.outcome, Outcome::Refused(_) | Outcome::Answered);
    let right = met.iter().filter(is_right).count();
    let share = Exact::ratio(right, met.len()).map_or(Fact::Absent, |share| Fact::Present(Value::Number(share)));
    let any_fault = met.iter().any(|met| met.outcome.fault().is_some());
    facts.set("handled", not_reached.filter(|_| !any_fault).map_or(share, Fact::Unobserved));
    facts.present("cases", Value::count(met.len()));
    facts.present("healthy", Value::Bool(healthy));
    let unsent = || Fact::Unobserved("no `json` says what the operation takes".to_owned());
    facts.set("serves_others", slow.map_or_else(unsent, serves_others));
    facts.set("gives_up_after", slow.map_or_else(unsent, gives_up_after));
    facts
}

fn serves_others(slow: &Slow) -> Fact {
    match slow.serves_others {
        Some(serves) => Fact::Present(Value::Bool(serves)),
        // who gave up at once is not held up
        None => Fact::Present(Value::Bool(true)),
    }
}

fn gives_up_after(slow: &Slow) -> Fact {
    match slow.given_up {
        Some(took) => Fact::Present(Value::seconds(took)),
        None => Fact::Unobserved(format!("it was still waiting after {} s", slow.watched.as_secs())),
    }
}

/// Why refusals of bodies say nothing: each is refused alike, before it is read.
fn not_reached(met: &[Met]) -> Option<String> {
    let mut bodies = met.iter().filter(|met| met.about_body && met.name != "a body that is too long");
    let first = match bodies.next()?.outcome {
        Outcome::Refused(status @ (401 | 403 | 404 | 405 | 501)) => status,
        _ => return None,
    };
    let alike = bodies.all(|met| met.outcome == Outcome::Refused(first));
    alike.then(|| format!("every body is answered {first}: none was read"))
}

/// The first request of which nothing can be said.
fn unclear(met: &[Met]) -> Option<String> {
    met.iter().find_map(|met| match &met.outcome {
        Outcome::Unclear(why) => Some(format!("{}: {why}", met.name)),
        _ => None,
    })
}

/// Every fact, for the registry.
#[rustfmt::skip] // One line each, as a table.
pub(super) fn declared() -> Vec<FactDecl> {
    let names = || FactType::List(Box::new(FactType::Text));
    vec![
        FactDecl::new("server_errors", names(), "Malformed requests that are answered with a server error, 501 and 503 apart; unobserved when none is and bodies are refused unread."),
        FactDecl::new("unanswered", names(), "Malformed requests that are not answered in 10 s, or by the end of the connection."),
        FactDecl::new("accepted", names(), "Requests that are accepted although they cannot be right: broken JSON, wrong types, 2000 levels, a body that is too long."),
        FactDecl::new("handled", FactType::Ratio, "Share of the requests that are refused, or answered where that may be right."),
        FactDecl::new("cases", FactType::Count, "Requests that were sent."),
        FactDecl::new("healthy", FactType::Bool, "Whether `/` is answered afterwards as it was before."),
        FactDecl::new("serves_others", FactType::Bool, "Whether others are served while somebody does not send the body that was promised."),
        FactDecl::new("gives_up_after", FactType::Duration, "When somebody who does not send the promised body is given up; unobserved if that took longer than was watched."),
    ]
}
