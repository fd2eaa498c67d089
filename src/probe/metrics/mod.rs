//! Probe `metrics`: scrapes what a service exports for Prometheus: series and their values, ratios, quantiles, growth.
//!
//! Owns the parameters and the one or two scrapes. The format is in `metrics/parse.rs`, figures in `metrics/figure.rs`,
//! what the names and labels say of the instrumentation in `metrics/shape.rs`.

mod facts;
mod figure;
mod parse;
mod select;
mod shape;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::facts::{Asked, Between};
use self::select::Selector;
use super::http::fetch::{Address, Choice, Fetch, Fetched, fetch};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Look, Probe, ProbeDef, Touch, limits};
use crate::expect::units::std_duration;
use crate::model::{Exact, Fact, FactSchema, Observation, Problems, Unknown, Value};
use crate::probe::http::place::check_paths;
use crate::yaml::{Node, Spanned, decode as decode_node};

/// Between two scrapes at most: whoever needs longer asks Prometheus, which keeps the history.
const LONGEST_BETWEEN: Duration = Duration::from_secs(300);
/// Requests to be counted; a few, since some processes sample.
const TRAFFIC: u64 = 3;
/// What an observation may take beside the time between two scrapes.
const FOR_TWO_SCRAPES: Duration = Duration::from_secs(20);

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "metrics",
    doc: "Scrapes metrics in Prometheus' or OpenMetrics' text format: series, values, ratios, quantiles, growth, and \
          which of the four golden signals are exported.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\nseries: cache_requests_total{result=\"hit\"}\nof: cache_requests_total\n",
};

/// Parameters of probe `metrics`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MetricsProbe")]
struct Params {
    /// The target.
    target: Spanned<String>,
    /// The path that is scraped (`/metrics`).
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// Which series: a name with labels as in PromQL, `http_requests_total{code=~"5.."}`. For `quantile` the name of the
    /// histogram or summary.
    #[serde(default)]
    series: Option<Spanned<String>>,
    /// The series that are the whole of fact `ratio`.
    #[serde(default)]
    of: Option<Spanned<String>>,
    /// A quantile of the histogram, `0.99`.
    #[serde(default)]
    quantile: Option<Spanned<String>>,
    /// Scrapes twice, this far apart: then every figure is of what happened in between.
    #[serde(default)]
    between: Option<Spanned<String>>,
    /// Path below the target's URL that is asked for three times when no work is counted yet, before another scrape: a
    /// process that has just started has no series of requests.
    #[serde(default)]
    traffic: Option<Spanned<String>>,
    /// `none`, `invalid`, or the name of credentials of the target; without it the target's `default`, if it has one.
    #[serde(default)]
    credentials: Option<String>,
    /// When one scrape counts as not answered.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
    /// Units of `value`, `sum`, `max`, `min` and `quantile`, such as `{ quantile: s }`.
    #[serde(default)]
    units: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize)]
struct Metrics {
    address: Address,
    credentials: Choice,
    #[serde(skip)]
    asked: Asked,
    /// The parts of `asked` as written, for the key.
    written: [Option<String>; 3],
    between: Option<Duration>,
    traffic: Option<String>,
    timeout: Option<Duration>,
    units: BTreeMap<String, String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let path = params.path.as_ref().map_or("/metrics", |path| path.value.as_str());
    check_paths(params.path.iter().chain(&params.traffic), problems);
    for (name, given) in [("of", &params.of), ("quantile", &params.quantile)] {
        if let Some(given) = given.as_ref().filter(|_| params.series.is_none()) {
            problems.push(given.span.problem(format!("`{name}` needs `series`")).help("add `series: NAME`"));
        }
    }
    let asked = Asked {
        series: selector(params.series.as_ref(), problems),
        whole: selector(params.of.as_ref(), problems),
        quantile: quantile(params.quantile.as_ref(), problems),
    };
    if let Some(path) = params.traffic.as_ref().filter(|_| params.between.is_some()) {
        problems.push(path.span.problem("`traffic` goes with one scrape, `between` with two").help("leave one out"));
    }
    let credentials = Choice::of(params.credentials.as_deref());
    let text = |given: &Option<Spanned<String>>| given.as_ref().map(|given| given.value.clone());
    Some(Box::new(Inquiry(Metrics {
        address: Address::Target { name: params.target.value.clone(), path: path.to_owned() },
        credentials,
        written: [text(&params.series), text(&params.of), text(&params.quantile)],
        asked,
        between: between(params.between.as_ref(), problems),
        traffic: text(&params.traffic),
        timeout: limits::timeout(params.timeout.as_ref(), problems),
        units: params.units,
    })))
}

fn selector(given: Option<&Spanned<String>>, problems: &mut Problems) -> Option<Selector> {
    let given = given?;
    let help = "a name with labels, such as `http_requests_total{code=\"200\"}`; for an expression use probe `promql`";
    Selector::parse(given).map_err(|wrong| problems.push(given.span.problem(wrong).help(help))).ok()
}

fn quantile(given: Option<&Spanned<String>>, problems: &mut Problems) -> Option<Exact> {
    let given = given?;
    let read = Exact::parse_decimal(given).filter(|q| !q.is_negative() && *q <= Exact::one());
    if read.is_none() {
        let wrong = format!("`{}` is not a quantile", given.value);
        problems.push(given.span.problem(wrong).help("a number from 0 to 1, such as `quantile: 0.99`"));
    }
    read
}

fn between(given: Option<&Spanned<String>>, problems: &mut Problems) -> Option<Duration> {
    let given = given?;
    match std_duration(given) {
        Ok(time) if !time.is_zero() && time <= LONGEST_BETWEEN => Some(time),
        Ok(_) => {
            let help = "at most 5 min; over a longer time ask Prometheus with probe `promql`";
            problems
                .push(given.span.problem(format!("`between: {}` is too short or too long", given.value)).help(help));
            None
        }
        Err(wrong) => {
            problems.push(given.span.problem(wrong).help("a time with its unit, such as `between: 10 s`"));
            None
        }
    }
}

impl Metrics {
    async fn scrape(&self, look: &Look<'_>) -> Result<Fetched, Unknown> {
        let accept = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=1,*/*;q=0.1";
        self.get(&self.address, accept, look).await
    }

    async fn get(&self, address: &Address, accept: &str, look: &Look<'_>) -> Result<Fetched, Unknown> {
        let headers = BTreeMap::from([("accept".to_owned(), accept.to_owned())]);
        let credentials = &self.credentials;
        let request = Fetch { address, method: "GET", headers: &headers, body: None, credentials, redirects: 0 };
        let limit = self.timeout.unwrap_or(look.until.limit()).min(look.until.left());
        fetch(request, look.world, crate::world::Deadline::after(limit)).await
    }

    /// Where there is something to count.
    fn traffic(&self) -> Option<Address> {
        let target = self.address.target()?.to_owned();
        self.traffic.as_ref().map(|path| Address::Target { name: target, path: path.clone() })
    }

    /// What one scrape shows; when no work is counted, what the next one shows after some.
    async fn counted(&self, first: &Fetched, look: &Look<'_>) -> Result<Observation, Unknown> {
        let seen = facts::observation(first, None, &self.asked);
        let idle = seen.facts.get("traffic") == Fact::Present(Value::Bool(false));
        let Some(traffic) = self.traffic().filter(|_| idle) else { return Ok(seen) };
        let mut requests = seen.requests;
        for _ in 0..TRAFFIC {
            // whatever is answered is counted
            requests += self.get(&traffic, "*/*", look).await?.requests;
        }
        let seen = facts::observation(&self.scrape(look).await?, None, &self.asked);
        Ok(Observation { requests: requests + seen.requests, ..seen })
    }
}

impl Inquire for Metrics {
    const NAME: &'static str = "metrics";

    fn whom(&self) -> Whom<'_> {
        // the parameter bounds one scrape, this the observation
        let timeout = match (self.between, self.timeout) {
            (None, timeout) => timeout,
            (Some(between), timeout) => Some(between + timeout.map_or(FOR_TWO_SCRAPES, |timeout| timeout * 2)),
        };
        self.address.whom(timeout)
    }

    fn facts(&self) -> FactSchema {
        FactSchema { decls: facts::declared(), units: self.units.clone() }
    }

    fn touch(&self) -> Touch {
        let twice = self.between.is_some() || self.traffic.is_some();
        let mut contacts = vec![self.address.contact("GET", if twice { 2 } else { 1 })];
        contacts.extend(self.traffic().map(|traffic| traffic.contact("GET", TRAFFIC)));
        let at_most = contacts.iter().map(|contact| contact.at_most).sum();
        let presents = self.credentials.presented(at_most).into_iter().collect();
        Touch { contacts, presents, ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        if !look.world.permit.network {
            return Err(Unknown::because("not contacted: --offline"));
        }
        let begun = Instant::now();
        let first = self.scrape(&look).await?;
        let Some(between) = self.between.filter(|_| facts::answered(&first)) else {
            return self.counted(&first, &look).await;
        };
        tokio::time::sleep(between.min(look.until.left())).await;
        if look.until.is_over() {
            return Err(Unknown::because("the second scrape did not fit into the time limit; give a `timeout`"));
        }
        let apart = begun.elapsed();
        let second = self.scrape(&look).await?;
        Ok(facts::observation(&second, Some(Between { first: &first, apart }), &self.asked))
    }
}
