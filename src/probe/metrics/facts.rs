//! From one or two answers to facts.

use std::time::Duration;

use super::figure;
use super::parse::{Sample, Scrape};
use super::select::Selector;
use super::shape::{Shape, shape};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Exact, Fact, FactDecl, FactType, Facts, Observation, Value};
use crate::probe::http::fetch::Fetched;
use crate::world::net::{BODY_CAP, Body, Inflated, Reply, inflate};

/// What the spec asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    pub(super) series: Option<Selector>,
    pub(super) whole: Option<Selector>,
    pub(super) quantile: Option<Exact>,
}

/// An earlier scrape.
#[derive(Clone, Copy)]
pub(super) struct Between<'a> {
    pub(super) first: &'a Fetched,
    pub(super) apart: Duration,
}

/// Every fact of probe `metrics`.
pub(super) fn declared() -> Vec<FactDecl> {
    use FactType::{Any, Bool, Count, List, Number, Rate, Ratio, Text};
    let names = || List(Box::new(Text));
    vec![
        FactDecl::new("reachable", Bool, "Whether a response came."),
        FactDecl::new(
            "error",
            Text,
            "Why there is no whole response, a word as in probe `http`; absent when there is one.",
        ),
        FactDecl::new("status", Count, "Status code."),
        FactDecl::new("format", Text, "`prometheus` or `openmetrics`, by the content type; absent for any other."),
        FactDecl::new("faults", Count, "Lines that are in neither format."),
        FactDecl::new("samples", Count, "Samples in the answer, one per series."),
        FactDecl::new("families", names(), "Names of all metric families, sorted."),
        FactDecl::new("matched", Count, "Series that `series` means."),
        FactDecl::new("value", Any, "Value of the only series; absent without one, or when it is NaN."),
        FactDecl::new("sum", Any, "Sum of the series; absent without any."),
        FactDecl::new("max", Any, "The largest of them."),
        FactDecl::new("min", Any, "The smallest of them."),
        FactDecl::new("ratio", Ratio, "Sum of `series` over sum of `of`; absent when the whole is nothing."),
        FactDecl::new(
            "quantile",
            Any,
            "The quantile of the histogram, as `histogram_quantile` computes it, or of a summary; absent without observations.",
        ),
        FactDecl::new(
            "growth",
            Number,
            "How much the series grew `between` two scrapes, together; a reset counts from zero.",
        ),
        FactDecl::new("rate", Rate, "The growth per second."),
        FactDecl::new(
            "traffic",
            Bool,
            "Whether work is counted: a counter of requests, calls, jobs or messages that is not the runtime's.",
        ),
        FactDecl::new(
            "errors",
            Bool,
            "Whether failed work is told from good work: a label such as `code` or `status`, or a counter of errors.",
        ),
        FactDecl::new("latency", Bool, "Whether the time of work is measured by a histogram or summary."),
        FactDecl::new(
            "saturation",
            Bool,
            "Whether memory, processor time, or the fill of a pool or queue is exported.",
        ),
        FactDecl::new("misnamed", names(), "Counters whose name does not end in `_total`."),
        FactDecl::new("label_values", Count, "Most values that one label of one metric has; 0 without labels."),
        FactDecl::new(
            "identities",
            names(),
            "Labels whose values are UUIDs, e-mail addresses or paths with numbers: `metric{label}`.",
        ),
    ]
}

/// Whether metrics may be expected in an answer.
pub(super) fn answered(fetched: &Fetched) -> bool {
    fetched.reply.as_ref().is_ok_and(|reply| reply.status == 200)
}

/// What the answer shows; with an earlier one, what happened in between.
pub(super) fn observation(fetched: &Fetched, between: Option<Between<'_>>, asked: &Asked) -> Observation {
    let mut facts = Facts::new();
    let mut notes = Vec::new();
    facts.present("reachable", Value::Bool(fetched.reply.is_ok()));
    match fetched.failure() {
        Some(failure) => {
            facts.present("error", Value::Text(failure.kind.word().to_owned()));
            facts.set_reason(format!("no whole response: {failure}"));
            notes.push(failure.to_string());
        }
        None => facts.set("error", Fact::Absent),
    }
    if let Ok(reply) = &fetched.reply {
        facts.present("status", Value::count(reply.status));
        match scrape(reply) {
            Ok(now) => set_scrape(&mut facts, &mut notes, reply, &now, between, asked),
            Err(why) => {
                facts.set_reason(why.clone());
                notes.push(why);
            }
        }
    }
    let requests = fetched.requests + between.map_or(0, |between| between.first.requests);
    Observation { facts, evidence: vec![evidence(fetched, &notes)], requests }
}

fn evidence(fetched: &Fetched, notes: &[String]) -> Evidence {
    Evidence {
        kind: EvidenceKind::Http,
        url: Some(fetched.url.to_string()),
        status: fetched.reply.as_ref().ok().map(|reply| reply.status),
        note: (!notes.is_empty()).then(|| notes.join("; ")),
        ..Evidence::default()
    }
}

/// The samples of an answer, or why there are none.
fn scrape(reply: &Reply) -> Result<Scrape, String> {
    if reply.status != 200 {
        return Err(format!("status {}", reply.status));
    }
    let Body::Whole(bytes) = &reply.body else { return Err("the body was not read to its end".to_owned()) };
    match inflate(reply.header("content-encoding").unwrap_or_default(), bytes, BODY_CAP) {
        Inflated::Whole(content) => Ok(Scrape::of(&String::from_utf8_lossy(&content))),
        Inflated::TooLong(_) => Err("the body unpacks to more than 2 MiB".to_owned()),
        Inflated::Unreadable(why) => Err(why),
    }
}

fn set_scrape(
    facts: &mut Facts,
    notes: &mut Vec<String>,
    reply: &Reply,
    now: &Scrape,
    between: Option<Between<'_>>,
    asked: &Asked,
) {
    let kind = reply.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let format = match kind.split(';').next().unwrap_or_default().trim() {
        "text/plain" => Some("prometheus"),
        "application/openmetrics-text" => Some("openmetrics"),
        _ => None,
    };
    facts.set("format", format.map_or(Fact::Absent, |format| Fact::Present(Value::Text(format.to_owned()))));
    facts.present("faults", Value::count(now.faults));
    facts.present("samples", Value::count(now.samples.len()));
    if now.faults > 0 {
        let lines: Vec<String> = now.faulty.iter().map(ToString::to_string).collect();
        notes.push(format!("{} lines are in no format, first in line {}", now.faults, lines.join(", ")));
    }
    if now.cut {
        notes.push("there are more samples than were read".to_owned());
    }
    set_shape(facts, notes, &shape(now));
    match between.map(|between| figures_between(facts, now, between, asked)) {
        None => set_figures(facts, now, asked),
        Some(Ok(())) => {}
        Some(Err(why)) => notes.push(format!("the first scrape: {why}")),
    }
}

fn figures_between(facts: &mut Facts, now: &Scrape, between: Between<'_>, asked: &Asked) -> Result<(), String> {
    let before = between.first.reply.as_ref().map_err(ToString::to_string).and_then(scrape)?;
    let grown = figure::growth(&before, now);
    set_figures(facts, &grown, asked);
    let samples = asked.series.as_ref().map(|series| series.of(&grown.samples)).unwrap_or_default();
    let growth = figure::sum(&samples);
    let apart = Exact::ratio(between.apart.as_nanos(), 1_000_000_000);
    let rate = growth.as_ref().zip(apart).and_then(|(growth, apart)| growth.checked_div(&apart));
    set_number(facts, "growth", growth);
    set_number(facts, "rate", rate);
    Ok(())
}

fn set_number(facts: &mut Facts, name: &str, number: Option<Exact>) {
    facts.set(name, number.map_or(Fact::Absent, |number| Fact::Present(Value::Number(number))));
}

fn set_figures(facts: &mut Facts, scrape: &Scrape, asked: &Asked) {
    let Some(series) = &asked.series else { return };
    let samples = series.of(&scrape.samples);
    facts.present("matched", Value::count(samples.len()));
    facts.set("value", figure::single(&samples));
    set_number(facts, "sum", figure::sum(&samples));
    set_number(facts, "max", samples.iter().filter_map(|sample| sample.number()).max().cloned());
    set_number(facts, "min", samples.iter().filter_map(|sample| sample.number()).min().cloned());
    if let Some(whole) = &asked.whole {
        let whole: Vec<&Sample> = whole.of(&scrape.samples);
        facts.set("ratio", figure::ratio(&samples, &whole));
    }
    if let Some(quantile) = &asked.quantile {
        facts.set("quantile", figure::quantile(quantile, series, scrape));
    }
}

fn set_shape(facts: &mut Facts, notes: &mut Vec<String>, shape: &Shape) {
    let list = |names: Vec<String>| Value::List(names.into_iter().map(Value::Text).collect());
    let signals = [
        ("traffic", &shape.traffic),
        ("errors", &shape.errors),
        ("latency", &shape.latency),
        ("saturation", &shape.saturation),
    ];
    for (name, metric) in signals {
        facts.present(name, Value::Bool(metric.is_some()));
        notes.push(metric.as_ref().map_or_else(|| format!("no {name}"), |metric| format!("{name}: {metric}")));
    }
    if let Some((label, values)) = &shape.widest {
        notes.push(format!("most values: {label} has {values}"));
    }
    facts.present("label_values", Value::count(shape.widest.as_ref().map_or(0, |(_, values)| *values)));
    facts.present("misnamed", list(shape.misnamed.clone()));
    facts.present("identities", list(shape.identities.clone()));
    facts.present("families", list(shape.families.iter().cloned().collect()));
}
