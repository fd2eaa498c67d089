//! From what a load brought to facts and evidence.

use std::time::Duration;

use indexmap::IndexMap;

use super::{LoadProbe, Pressure};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Exact, Fact, FactDecl, FactType, Facts, Observation, Value};
use crate::world::net::load::{Ending, Pressed, Stopped, Tally, needed};
use crate::world::net::{Failure, Url};

/// Percentiles that are reported, in parts of 100 000.
const PERCENTILES: &[(&str, u32, &str)] = &[
    ("p50", 50_000, "Response time that half of the requests do not exceed; needs 20 of them."),
    ("p75", 75_000, "That 75 % do not exceed; needs 40."),
    ("p90", 90_000, "That 90 % do not exceed; needs 100."),
    ("p95", 95_000, "That 95 % do not exceed; needs 200."),
    ("p98", 98_000, "That 98 % do not exceed; needs 500."),
    ("p99", 99_000, "That 99 % do not exceed; needs 1000."),
    ("p99.5", 99_500, "That 99.5 % do not exceed; needs 2000."),
    ("p99.9", 99_900, "That 99.9 % do not exceed; needs 10 000."),
    ("p99.99", 99_990, "That 99.99 % do not exceed; needs 100 000."),
];
/// Own delay below which the times are taken as the target's; what there is of it is in the evidence.
const OWN_DELAY: Duration = Duration::from_millis(50);
/// Own delays that are looked at, in parts of 100 000: the 99th percentile, or the 95th where that has too few.
const OWN_PERCENTILES: [u32; 2] = [99_000, 95_000];

/// Every fact of probe `load`.
pub(super) fn declared() -> Vec<FactDecl> {
    let mut decls = vec![
        FactDecl::new("reachable", FactType::Bool, "Whether the request before the load was answered at all."),
        FactDecl::new(
            "error",
            FactType::Text,
            "Why it was not; absent when it was. The words are those of probe `http`.",
        ),
    ];
    decls.extend(PERCENTILES.iter().map(|(name, _, doc)| FactDecl::new(name, FactType::Duration, doc)));
    decls.extend([
        FactDecl::new("mean", FactType::Duration, "Mean response time, from when each request was due."),
        FactDecl::new("max", FactType::Duration, "Longest response time."),
        FactDecl::new("throughput", FactType::Rate, "Good answers a second that came within the measured time."),
        FactDecl::new("error_rate", FactType::Ratio, "Share of the planned requests that got no good answer."),
        FactDecl::new(
            "achieved",
            FactType::Ratio,
            "Share of the planned requests that could be sent within the measured time; unobserved when saturating.",
        ),
        FactDecl::new("requests", FactType::Count, "Measured requests, the warm-up not among them."),
        FactDecl::tree("by_status.", FactType::Count, "Answers by their status: `by_status.503`; absent: none."),
        FactDecl::new("bytes", FactType::Size, "Body bytes of all measured answers."),
        FactDecl::new("connections", FactType::Count, "Times a connection was opened."),
        FactDecl::new(
            "stopped",
            FactType::Text,
            "Why the load was stopped before its end; absent when it was not. `failures`: more than half failed for 2 s; \
             `rate-limit`: the target answered 429.",
        ),
    ]);
    decls
}

/// The request before the load was not answered.
pub(super) fn unreachable(url: &Url, failure: &Failure) -> Observation {
    let mut facts = nothing_but_errors(format!("no load was sent, the target does not answer: {failure}"));
    facts.present("reachable", Value::Bool(false));
    facts.present("error", Value::Text(failure.kind.word().to_owned()));
    Observation { facts, evidence: vec![evidence(url, None, failure.to_string())], requests: 1 }
}

/// It was answered, but not as a good one is.
pub(super) fn wrong_from_the_start(url: &Url, status: u16) -> Observation {
    let reason = format!("no load was sent, the first answer has status {status}");
    let mut facts = nothing_but_errors(reason.clone());
    facts.present("reachable", Value::Bool(true));
    facts.set("error", Fact::Absent);
    Observation { facts, evidence: vec![evidence(url, Some(status), reason)], requests: 1 }
}

fn nothing_but_errors(reason: String) -> Facts {
    let mut facts = Facts::unobserved(reason);
    facts.present("error_rate", Value::Number(Exact::one()));
    facts.present("requests", Value::count(0));
    facts
}

/// What the load brought.
pub(super) fn observation(probe: &LoadProbe, url: &Url, pressed: &Pressed) -> Observation {
    let tally = &pressed.tally;
    let mut facts = Facts::new();
    facts.present("reachable", Value::Bool(true));
    facts.set("error", Fact::Absent);
    facts.present("requests", Value::count(tally.ended()));
    facts.present("by_status.", by_status(tally));
    facts.present("connections", Value::count(pressed.opened));
    facts.present("bytes", Value::count(tally.bytes));
    facts
        .set("stopped", stopped_word(pressed).map_or(Fact::Absent, |word| Fact::Present(Value::Text(word.to_owned()))));
    match &pressed.stopped {
        Some((why, at)) => stopped(&mut facts, tally, *why, *at),
        None => whole(&mut facts, probe, pressed),
    }
    let note = note(probe, pressed);
    Observation { facts, evidence: vec![evidence(url, None, note)], requests: pressed.sent + 1 }
}

fn by_status(tally: &Tally) -> Value {
    let counts = tally.by_status.iter().map(|(status, count)| (status.to_string(), Value::count(*count)));
    Value::Map(counts.collect::<IndexMap<_, _>>())
}

fn stopped_word(pressed: &Pressed) -> Option<&'static str> {
    Some(match pressed.stopped?.0 {
        Stopped::Failures => "failures",
        Stopped::RateLimit => "rate-limit",
        Stopped::Abandoned => "abandoned",
    })
}

/// Of a load that was stopped only the errors count: what it would have borne is not known.
fn stopped(facts: &mut Facts, tally: &Tally, why: Stopped, at: Duration) {
    let seconds = at.as_millis() as f64 / 1000.0;
    let why = match why {
        Stopped::Failures => {
            facts.set("error_rate", share(tally.ended() - tally.of(Ending::Ok), tally.ended()));
            "more than half of the requests failed for 2 s"
        }
        Stopped::RateLimit => "the target answered 429, its rate limit is below the load",
        Stopped::Abandoned => "its time limit came first",
    };
    facts.set_reason(format!("stopped after {seconds} s: {why}"));
}

fn whole(facts: &mut Facts, probe: &LoadProbe, pressed: &Pressed) {
    let tally = &pressed.tally;
    let planned = pressed.planned;
    facts.set("error_rate", share(planned.saturating_sub(tally.of(Ending::Ok)), planned));
    facts.present("throughput", throughput(pressed));
    match probe.pressure {
        Pressure::Rate { .. } => {
            facts.set("achieved", share(tally.sent_within, planned));
            times(facts, tally);
        }
        Pressure::Saturate => facts.set_reason(
            "`mode: saturate` measures how much, not how fast: a connection that waits sends nothing meanwhile; give a `rate`",
        ),
    }
}

fn throughput(pressed: &Pressed) -> Value {
    let nanos = pressed.duration.as_nanos();
    let per_second = Exact::ratio(u128::from(pressed.tally.ok_within) * 1_000_000_000, nanos);
    Value::Number(per_second.unwrap_or_else(Exact::zero))
}

fn share(part: u64, whole: u64) -> Fact {
    Exact::ratio(part, whole).map_or_else(
        || Fact::Unobserved("no request was measured".to_owned()),
        |share| Fact::Present(Value::Number(share)),
    )
}

fn times(facts: &mut Facts, tally: &Tally) {
    if let Some(late) = late_ourselves(tally) {
        let names = PERCENTILES.iter().map(|(name, ..)| *name).chain(["mean", "max"]);
        for name in names {
            facts.set(name, Fact::Unobserved(late.clone()));
        }
        return;
    }
    let count = tally.response.count();
    for (name, per_cent_mille, _) in PERCENTILES {
        let few = || {
            let needed = needed(*per_cent_mille);
            Fact::Unobserved(format!("`{name}` needs {needed} requests, there are {count}: raise `rate` or `duration`"))
        };
        let time = tally.response.percentile(*per_cent_mille);
        facts.set(*name, time.map_or_else(few, |time| Fact::Present(Value::seconds(time))));
    }
    let none = || Fact::Unobserved("no request was answered or timed out".to_owned());
    for (name, time) in [("mean", tally.response.mean()), ("max", tally.response.most())] {
        facts.set(name, time.map_or_else(none, |time| Fact::Present(Value::seconds(time))));
    }
}

/// When this machine itself was too late for the times to be the target's.
fn late_ourselves(tally: &Tally) -> Option<String> {
    let (own, response) = OWN_PERCENTILES.iter().find_map(|percentile| {
        Some((tally.own_delay.percentile(*percentile)?, tally.response.percentile(*percentile)?))
    })?;
    let late = own > OWN_DELAY && own * 2 > response;
    late.then(|| {
        format!(
            "this machine sent requests up to {} late although a connection was free: it has too much to do",
            in_ms(own)
        )
    })
}

fn note(probe: &LoadProbe, pressed: &Pressed) -> String {
    let tally = &pressed.tally;
    let mut parts = vec![format!("{} requests in {} s", tally.ended(), probe.duration.as_millis() as f64 / 1000.0)];
    let endings = tally.endings.iter().map(|(ending, count)| format!("{count} {}", ending.word()));
    parts.push(endings.collect::<Vec<_>>().join(", "));
    if let (Some(due), Some(sent)) = (tally.response.percentile(95_000), tally.service.percentile(95_000)) {
        parts.push(format!("p95 {} from when requests were due, {} from when they were sent", in_ms(due), in_ms(sent)));
    }
    if let Some(own) = tally.own_delay.percentile(95_000) {
        parts.push(format!("this machine sent 95 % of them at most {} late", in_ms(own)));
    }
    if pressed.capped {
        parts.push(format!("held at the cap of {} a second: the target bears more", super::rails::MOST_PER_SECOND));
    }
    if pressed.repeated > 0 {
        parts.push(format!("{} sent again because the target had closed the connection", pressed.repeated));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("; ")
}

fn evidence(url: &Url, status: Option<u16>, note: String) -> Evidence {
    Evidence { kind: EvidenceKind::Http, url: Some(url.to_string()), status, note: Some(note), ..Evidence::default() }
}

fn in_ms(time: Duration) -> String {
    let hundredths = time.as_micros() / 10;
    format!("{}.{:02} ms", hundredths / 100, hundredths % 100)
}
