//! Probe `promql`: asks a Prometheus (or anything that speaks its API) for the value of an expression, now or over a time.
//!
//! Owns the parameters and the answer of this moment; what an expression was over a time is in `promql/range.rs`.

mod range;

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::http::fetch::{Address, Choice, Fetch, aim};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Look, Probe, ProbeDef, Touch, limits};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Exact, Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::api::{Query, get_json};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// The two query endpoints (Prometheus documentation, "Querying: HTTP API").
const INSTANT: &str = "/api/v1/query";
const RANGE: &str = "/api/v1/query_range";

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "promql",
    doc: "Asks a Prometheus for the value of an expression at this moment, or what it was over a time.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: prometheus\nquery: histogram_quantile(0.99, sum by (le) (rate(http_seconds_bucket[5m])))\n",
};

/// Parameters of probe `promql`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PromqlProbe")]
struct Params {
    /// The target that answers below `/api/v1/query`.
    target: Spanned<String>,
    /// A PromQL expression that yields a scalar or an instant vector.
    query: Spanned<String>,
    /// Over which time until now, such as `30 d`: then the facts are `mean`, `min`, `max` and `share`, and they are
    /// unknown where Prometheus does not remember that long.
    #[serde(default)]
    over: Option<Spanned<String>>,
    /// `none` or the name of credentials of the target; without it the target's `default`, if there is one.
    #[serde(default)]
    credentials: Option<String>,
    /// When the answer counts as not coming.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
    /// Units of `value` and `values`, or of `mean`, `min` and `max`, such as `{ value: s }`.
    #[serde(default)]
    units: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize)]
struct Promql {
    address: Address,
    query: String,
    over: Option<Duration>,
    credentials: Choice,
    timeout: Option<Duration>,
    units: BTreeMap<String, String>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    if params.query.trim().is_empty() {
        problems.push(params.query.span.problem("`query` is empty").help("write a PromQL expression, such as `up`"));
    }
    let credentials = match params.credentials.as_deref() {
        None => Choice::Default,
        Some("none") => Choice::None,
        Some(name) => Choice::Named(name.to_owned()),
    };
    let over = range::over(params.over.as_ref(), problems);
    let path = if over.is_some() { RANGE } else { INSTANT };
    Some(Box::new(Inquiry(Promql {
        address: Address::Target { name: params.target.value, path: path.to_owned() },
        query: params.query.value,
        over,
        credentials,
        timeout: limits::timeout(params.timeout.as_ref(), problems),
        units: params.units,
    })))
}

fn warnings(json: &Json) -> Vec<String> {
    json["warnings"].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

fn not_answered(why: impl std::fmt::Display) -> Unknown {
    Unknown::because(format!("the query was not answered: {why}"))
}

/// The data of an answer; unknown when the expression cannot be evaluated.
fn result(status: u16, json: &Json) -> Result<&Json, Unknown> {
    if json["status"] == "success" {
        return Ok(&json["data"]);
    }
    let error = json["error"].as_str().unwrap_or("the answer is not one of Prometheus");
    Err(not_answered(format!("status {status}, {error}")))
}

/// Facts of an answer of this moment; unknown when it is none.
fn facts(data: &Json, notes: &mut Vec<String>) -> Result<Facts, Unknown> {
    let no = |why: String| not_answered(why);
    let result = &data["result"];
    let samples: Vec<&Json> = match (data["resultType"].as_str(), result.as_array()) {
        (Some("scalar"), Some(_)) => vec![result],
        (Some("vector"), Some(elements)) => elements.iter().map(|element| &element["value"]).collect(),
        (Some(other), _) => return Err(no(format!("the expression yields a {other}; a scalar or a vector is due"))),
        (None, _) => return Err(no("the answer has no result".to_owned())),
    };
    let numbers = samples.into_iter().map(|sample| number(sample).map_err(no)).collect::<Result<Vec<_>, _>>()?;
    Ok(of_samples(&numbers, notes))
}

/// A sample's value: a number, "no data" (NaN), or something no number can hold.
enum Sample {
    Number(Exact),
    NoData,
    Infinite,
}

/// `[1435781451.781, "1.5"]`
fn number(sample: &Json) -> Result<Sample, String> {
    match sample[1].as_str() {
        Some("NaN") => Ok(Sample::NoData),
        Some("+Inf" | "-Inf" | "Inf") => Ok(Sample::Infinite),
        Some(text) => Exact::parse_decimal(&text.replace("e+", "e"))
            .map(Sample::Number)
            .ok_or_else(|| format!("`{}` is not a number", text.chars().take(40).collect::<String>())),
        None => Err("a sample without a value".to_owned()),
    }
}

fn of_samples(samples: &[Sample], notes: &mut Vec<String>) -> Facts {
    let mut facts = Facts::new();
    facts.present("series", Value::count(samples.len()));
    let value = match samples {
        [] => {
            notes.push("no data".to_owned());
            Fact::Absent
        }
        [one] => fact(one),
        several => Fact::Unobserved(format!("{} series; aggregate them, or use `values[*]`", several.len())),
    };
    facts.set("value", value);
    let infinite = samples.iter().any(|sample| matches!(sample, Sample::Infinite));
    let values = samples.iter().map(|sample| match sample {
        Sample::Number(number) => Value::Number(number.clone()),
        Sample::NoData | Sample::Infinite => Value::Null,
    });
    facts.set("values", if infinite { infinity() } else { Fact::Present(Value::List(values.collect())) });
    facts
}

fn fact(sample: &Sample) -> Fact {
    match sample {
        Sample::Number(number) => Fact::Present(Value::Number(number.clone())),
        Sample::NoData => Fact::Absent,
        Sample::Infinite => infinity(),
    }
}

fn infinity() -> Fact {
    Fact::Unobserved("a value is infinite".to_owned())
}

impl Inquire for Promql {
    const NAME: &'static str = "promql";

    fn whom(&self) -> Whom<'_> {
        self.address.whom(self.timeout)
    }

    fn facts(&self) -> FactSchema {
        let values = "The values of all series; `null` where there is no data.";
        let mut decls = vec![FactDecl::new("series", FactType::Count, "How many series the expression yields.")];
        if self.over.is_some() {
            decls.extend(range::declared());
        } else {
            let value = "The value of the only series; absent without data (or NaN).";
            decls
                .extend([FactDecl::new("value", FactType::Any, value), FactDecl::new("values", FactType::Any, values)]);
        }
        FactSchema { decls, units: self.units.clone() }
    }

    fn touch(&self) -> Touch {
        let presents = self.credentials.presented(1).into_iter().collect();
        Touch { contacts: vec![self.address.contact("GET", 1)], presents, ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        if !look.world.permit.network {
            return Err(Unknown::because("not contacted: --offline"));
        }
        let fetch = Fetch {
            address: &self.address,
            method: "GET",
            headers: &BTreeMap::new(),
            body: None,
            credentials: &self.credentials,
            redirects: 0,
        };
        let aim = aim(&fetch, look.world, look.until).await?;
        let now = look.world.now.as_second();
        let times = self.over.map(|over| range::Times::until(now, over));
        let texts = times.map(range::Times::texts).unwrap_or_default();
        let mut parameters = vec![("query", self.query.as_str())];
        parameters.extend(texts.iter().map(|(name, text)| (*name, text.as_str())));
        let query = Query {
            url: &aim.url,
            parameters: &parameters,
            headers: &aim.headers,
            resolve: &aim.route.resolve,
            trust: &aim.trust,
        };
        let (status, json) = get_json(query, look.until).await?;
        let mut notes = warnings(&json);
        let result = result(status, &json)?;
        let facts = match times {
            None => facts(result, &mut notes)?,
            Some(times) => range::facts(result, times, &mut notes)?,
        };
        let evidence = Evidence {
            kind: EvidenceKind::Http,
            url: Some(aim.url.to_string()),
            status: Some(status),
            note: Some([vec![self.query.clone()], notes].concat().join("; ")),
            ..Evidence::default()
        };
        Ok(Observation { facts, evidence: vec![evidence], requests: 1 + aim.requests })
    }
}
