//! From a response, or its failure, to facts and evidence.

use std::time::Duration;

use indexmap::IndexMap;

use super::Take;
use super::fetch::Fetched;
use super::health::Health;
use super::round::body_text;
use super::steps::Walked;
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Exact, Fact, FactDecl, FactType, Facts, Observation, Unknown, Value};
use crate::probe::command::json_tree;
use crate::world::net::{BODY_CAP, Body, Inflated, Reply, inflate};

/// Every fact of probe `http`.
pub(super) fn declared(steps: bool, catch_all: bool) -> Vec<FactDecl> {
    let mut declared = of_one_answer();
    if steps {
        declared.push(FactDecl::new(
            "completed",
            FactType::Bool,
            "With `steps`: whether each was answered and gave what was to be captured.",
        ));
        declared.push(FactDecl::new(
            "steps",
            FactType::Count,
            "With `steps`: how many did; every other fact is of the last one sent.",
        ));
    }
    if catch_all {
        let doc =
            "With `catch_all`: whether a page that cannot exist gets the same answer; then this one proves nothing.";
        declared.push(FactDecl::new("catch_all", FactType::Bool, doc));
    }
    declared
}

fn of_one_answer() -> Vec<FactDecl> {
    let text = FactType::Text;
    vec![
        FactDecl::new("reachable", FactType::Bool, "Whether a response came: at least its whole head."),
        FactDecl::new(
            "error",
            text.clone(),
            "Why there is no whole response; absent when there is one. One of `unresolvable`, `refused`, `unreachable`, \
             `reset`, `closed`, `timeout`, `tls-expired`, `tls-not-yet-valid`, `tls-wrong-name`, `tls-untrusted`, \
             `tls-failed`, `not-http`, `too-many-redirects`, `bad-redirect`.",
        ),
        FactDecl::new("status", FactType::Count, "Status code."),
        FactDecl::tree(
            "header.",
            FactType::Any,
            "Response headers by lower-case name; several lines are joined by `, `, except `set-cookie`, always a list.",
        ),
        FactDecl::new(
            "health",
            text.clone(),
            "What the body says of the service: `up`, `degraded` or `down`, as Spring Boot, ASP.NET Core or health+json word it; \
             absent when it does not.",
        ),
        FactDecl::new(
            "contradicts",
            FactType::Bool,
            "Whether `health` is the contrary of the status: a lie to whoever reads one.",
        ),
        FactDecl::new(
            "head",
            text.clone(),
            "All response headers as text, a line `name: value` each, by lower-case name: for what no header may say.",
        ),
        FactDecl::new("body", text.clone(), "Response body as text; unobserved above 2 MiB."),
        FactDecl::tree(
            "body.",
            FactType::Any,
            "Response body as JSON, such as `body.name`, and `body[0]` or `body[#]` of a list; absent when it is not JSON.",
        ),
        FactDecl::new(
            "time",
            FactType::Duration,
            "From the start to the last byte, with redirects that were followed.",
        ),
        FactDecl::new("time.dns", FactType::Duration, "Looking the name up; 0 s for an address."),
        FactDecl::new("time.connect", FactType::Duration, "Connecting."),
        FactDecl::new("time.tls", FactType::Duration, "TLS handshake; absent without TLS."),
        FactDecl::new("time.wait", FactType::Duration, "From the request to the end of the response head."),
        FactDecl::new("time.receive", FactType::Duration, "Receiving the body."),
        FactDecl::new("size", FactType::Size, "Length of the body as it was transferred."),
        FactDecl::new(
            "download_rate",
            FactType::Throughput,
            "Length of the body, or its first 2 MiB, by the time that took to come; unobserved below 64 KiB, which says nothing.",
        ),
        FactDecl::new(
            "upload_rate",
            FactType::Throughput,
            "Length of `upload` by the time from the first byte sent to the answer; absent without it.",
        ),
        FactDecl::new("redirects", FactType::List(Box::new(text)), "URLs that redirects led to, in order."),
        FactDecl::new("http_version", FactType::Version, "`1.0`, `1.1` or `2`."),
    ]
}

/// What one answer shows.
pub(super) fn observation(fetched: &Fetched, method: &str) -> Result<Observation, Unknown> {
    let mut facts = Facts::new();
    let mut notes = Vec::new();
    if fetched.reply.is_ok() || !fetched.redirects.is_empty() {
        facts.present("redirects", list(fetched.redirects.iter().cloned()));
    }
    match &fetched.reply {
        Ok(reply) => {
            facts.present("reachable", Value::Bool(true));
            set_reply(&mut facts, &mut notes, reply);
            set_times(&mut facts, fetched, reply);
        }
        Err(_) => facts.present("reachable", Value::Bool(answered_before(fetched))),
    }
    match fetched.failure() {
        Some(failure) => {
            facts.present("error", Value::Text(failure.kind.word().to_owned()));
            facts.set_reason(format!("no whole response: {failure}"));
            notes.push(failure.to_string());
        }
        None => facts.set("error", Fact::Absent),
    }
    if fetched.attempts > 1 {
        notes.push(format!("attempt {}", fetched.attempts));
    }
    let evidence = evidence(fetched, method, notes);
    Ok(Observation { facts, evidence: vec![evidence], requests: fetched.requests })
}

/// Below this a transfer is over before it can be timed.
const LEAST_FOR_RATE: usize = 64 << 10;

fn download_rate(size: usize, time: Option<Duration>) -> Fact {
    if size < LEAST_FOR_RATE {
        return Fact::Unobserved("the body is shorter than 64 KiB: too little to measure a rate".to_owned());
    }
    rate(size, time).unwrap_or_else(|| Fact::Unobserved("the body took no time".to_owned()))
}

/// Bytes per second.
fn rate(size: usize, time: Option<Duration>) -> Option<Fact> {
    let nanos = time?.as_nanos();
    Exact::ratio(size as u128 * 1_000_000_000, nanos).map(|rate| Fact::Present(Value::Number(rate)))
}

/// How fast the filler went.
pub(super) fn set_upload_rate(observation: &mut Observation, fetched: &Fetched, upload: Option<usize>) {
    let Some(size) = upload else { return observation.facts.set("upload_rate", Fact::Absent) };
    let wait = fetched.reply.as_ref().ok().map(|reply| reply.phases.wait);
    if let Some(rate) = rate(size, wait) {
        observation.facts.set("upload_rate", rate);
    }
}

/// Whether the answer is the one that every path gets.
pub(super) fn set_catch_all(observation: &mut Observation, answer: &Fetched, other: &Fetched) {
    let fact = match (&answer.reply, &other.reply) {
        (Ok(reply), Ok(nowhere)) => {
            let same = reply.status == nowhere.status && body_text(reply) == body_text(nowhere);
            Fact::Present(Value::Bool(same && nowhere.status < 400))
        }
        _ => Fact::Unobserved("a page that cannot exist was not answered".to_owned()),
    };
    observation.facts.set("catch_all", fact);
}

/// How far a sequence came.
pub(super) fn set_steps(observation: &mut Observation, walked: &Walked, all: usize) {
    observation.facts.present("completed", Value::Bool(walked.stopped.is_none()));
    observation.facts.present("steps", Value::count(walked.done));
    let how = walked.stopped.clone().unwrap_or_else(|| format!("{all} steps"));
    if let Some(evidence) = observation.evidence.first_mut() {
        let note = evidence.note.take().unwrap_or_default();
        evidence.note = Some(format!("{note}; {how}"));
    }
}

/// A redirect that leads nowhere was an answer all the same.
fn answered_before(fetched: &Fetched) -> bool {
    use crate::world::net::FailureKind::{BadRedirect, TooManyRedirects};
    fetched.failure().is_some_and(|failure| matches!(failure.kind, TooManyRedirects | BadRedirect))
}

fn evidence(fetched: &Fetched, method: &str, notes: Vec<String>) -> Evidence {
    let time = fetched.time().map(|time| format!(" in {}", in_ms(time))).unwrap_or_default();
    let mut parts = vec![format!("{method}{time}")];
    if !fetched.redirects.is_empty() {
        parts.push(format!("after {} redirects", fetched.redirects.len()));
    }
    parts.extend(notes);
    Evidence {
        kind: EvidenceKind::Http,
        url: Some(fetched.url.to_string()),
        status: fetched.reply.as_ref().ok().map(|reply| reply.status),
        note: Some(parts.join("; ")),
        ..Evidence::default()
    }
}

fn in_ms(time: Duration) -> String {
    let tenths = time.as_micros() / 100;
    format!("{}.{} ms", tenths / 10, tenths % 10)
}

/// `median of 3: 1.0, 2.0, 9.9 ms`.
pub(super) fn about_samples(times: &[Option<Duration>], take: Take) -> String {
    let word = match take {
        Take::Median => "median",
        Take::Worst => "worst",
    };
    let times: Vec<String> = times.iter().map(|time| time.map_or_else(|| "no answer".to_owned(), in_ms)).collect();
    format!("{word} of {}: {}", times.len(), times.join(", "))
}

fn list(texts: impl Iterator<Item = String>) -> Value {
    Value::List(texts.map(Value::Text).collect())
}

fn set_times(facts: &mut Facts, fetched: &Fetched, reply: &Reply) {
    let phases = reply.phases;
    facts.present("time.dns", Value::seconds(phases.dns));
    facts.present("time.connect", Value::seconds(phases.connect));
    facts.set("time.tls", phases.tls.map_or(Fact::Absent, |time| Fact::Present(Value::seconds(time))));
    facts.present("time.wait", Value::seconds(phases.wait));
    let unfinished = || Fact::Unobserved("the body was not read to its end".to_owned());
    let present = |time: Option<Duration>| time.map_or_else(unfinished, |time| Fact::Present(Value::seconds(time)));
    facts.set("time.receive", present(phases.receive));
    facts.set("time", present(fetched.time()));
}

fn set_reply(facts: &mut Facts, notes: &mut Vec<String>, reply: &Reply) {
    facts.present("status", Value::count(reply.status));
    facts.present("http_version", Value::Text(reply.version.to_owned()));
    facts.present("header.", headers(reply));
    facts.present("head", Value::Text(head(reply)));
    match &reply.body {
        Body::Whole(bytes) => {
            facts.present("size", Value::count(bytes.len()));
            facts.set("download_rate", download_rate(bytes.len(), reply.phases.receive));
            set_body(facts, notes, reply, bytes);
        }
        Body::TooLong(beginning) => {
            hide_body(facts, notes, "the body is longer than 2 MiB", &["size", "body", "body."]);
            facts.set("download_rate", download_rate(beginning.len(), Some(reply.phases.reading)));
        }
        // the general reason says what happened
        Body::Broken(_) => {}
    }
}

fn hide_body(facts: &mut Facts, notes: &mut Vec<String>, reason: &str, names: &[&str]) {
    for name in names {
        facts.set(*name, Fact::Unobserved(reason.to_owned()));
    }
    notes.push(reason.to_owned());
}

fn set_body(facts: &mut Facts, notes: &mut Vec<String>, reply: &Reply, bytes: &[u8]) {
    let content = match inflate(reply.header("content-encoding").unwrap_or_default(), bytes, BODY_CAP) {
        Inflated::Whole(content) => content,
        Inflated::TooLong(_) => {
            return hide_body(facts, notes, "the body unpacks to more than 2 MiB", &["body", "body."]);
        }
        Inflated::Unreadable(why) => return hide_body(facts, notes, &why, &["body", "body."]),
    };
    let tree = json_tree(&content);
    let says_json = reply.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
    if tree == Fact::Absent && says_json && !content.is_empty() {
        notes.push("the body is not JSON although its type says so".to_owned());
    }
    facts.set("body.", tree);
    let text = String::from_utf8_lossy(&content);
    set_health(facts, notes, &text, reply.status);
    if matches!(text, std::borrow::Cow::Owned(_)) {
        notes.push("the body is not UTF-8 throughout".to_owned());
    }
    facts.present("body", Value::Text(text.into_owned()));
}

fn set_health(facts: &mut Facts, notes: &mut Vec<String>, body: &str, status: u16) {
    let health = Health::of(body);
    facts.set("health", health.map_or(Fact::Absent, |health| Fact::Present(Value::Text(health.word().to_owned()))));
    let contradicts = health.is_some_and(|health| health.contradicts(status));
    facts.present("contradicts", Value::Bool(contradicts));
    if let Some(health) = health.filter(|_| contradicts) {
        notes.push(format!("the body says {}, the status {status}", health.word()));
    }
}

/// Every header on a line of its own, by name; lines of one name in the order they came.
fn head(reply: &Reply) -> String {
    let mut lines: Vec<(&str, &str)> =
        reply.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    lines.sort_by_key(|(name, _)| *name);
    lines.iter().map(|(name, value)| format!("{name}: {value}\n")).collect()
}

/// Headers by name. Several lines of one name mean the same as one line with commas (RFC 9110 §5.3), but for
/// `set-cookie`, whose lines cannot be joined.
fn headers(reply: &Reply) -> Value {
    let mut by_name: IndexMap<String, Vec<&str>> = IndexMap::new();
    for (name, value) in &reply.headers {
        by_name.entry(name.clone()).or_default().push(value);
    }
    by_name.sort_keys();
    let value = |name: &str, lines: Vec<&str>| match name {
        "set-cookie" => list(lines.into_iter().map(str::to_owned)),
        _ => Value::Text(lines.join(", ")),
    };
    Value::Map(by_name.into_iter().map(|(name, lines)| (name.clone(), value(&name, lines))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::net::WORDS;

    #[test]
    fn every_word_of_fact_error_is_in_its_description() {
        let declared = declared(true, true);
        let error = declared.iter().find(|decl| decl.name == crate::model::FactName::Exact("error"));
        let doc = error.map_or("", |decl| decl.doc);
        for (word, _) in WORDS {
            assert!(doc.contains(&format!("`{word}`")), "{word} is not in: {doc}");
        }
    }

    #[test]
    fn times_are_cut_not_rounded_up() {
        assert_eq!(in_ms(Duration::from_micros(99_999)), "99.9 ms");
    }
}
