//! Probe `malformed`: sends requests that are wrong in one way each, and reports which of them break the service, hang it or
//! are taken for good.
//!
//! Active: what a service takes by mistake it may store. The requests are in `malformed/case.rs`.

mod case;
mod facts;
mod slow;

use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use self::case::{Case, Expected};
use self::facts::{Met, Outcome};
use super::http::place::{Given, Place};
use super::http::round::{Request, Round, evidence};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::permission::{Permission, permitted};
use super::{Contact, Look, Probe, ProbeDef, Touch};
use crate::expect::units;
use crate::model::report::Evidence;
use crate::model::{FactSchema, Observation, Problems, Unknown};
use crate::world::net::FailureKind;
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "malformed",
    doc: "Sends malformed, oversized, deeply nested and unfinished requests, and reports which break, hang or are accepted.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\npath: /api/profiles\njson: { name: Ada, age: 36 }\n",
};

/// When nothing is said.
const USUAL_TIMEOUT: Duration = Duration::from_secs(180);

/// Parameters of probe `malformed`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MalformedProbe")]
struct Params {
    /// The target to ask; it needs `allow: [active]`.
    target: Spanned<String>,
    /// Path below the target's URL; default `/`.
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// `POST`, `PUT` or `PATCH`; default `POST`.
    #[serde(default)]
    method: Option<Spanned<String>>,
    /// A JSON object as the operation takes it; it is never sent as it stands. Without it only addresses are malformed.
    #[serde(default)]
    json: Option<IndexMap<String, Json>>,
    /// Length of the body that is too long; default 11 MiB.
    #[serde(default)]
    oversize: Option<Spanned<String>>,
    /// How long somebody who sends no more of the body is watched; default 10 s.
    #[serde(default)]
    patience: Option<Spanned<String>>,
    /// Credentials of the target to use, or `none`; default: the target's `default`.
    #[serde(default)]
    credentials: Option<String>,
    /// When the whole round counts as not answered; default 180 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Malformed {
    place: Place,
    method: String,
    json: Option<IndexMap<String, Json>>,
    oversize: usize,
    patience: Duration,
}

/// Longer bodies would be load.
const MOST_BYTES: usize = 64 << 20;

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let given = Given::of(&params.target, params.path.as_ref(), params.credentials.as_deref(), params.timeout.as_ref());
    let place = Place::within(USUAL_TIMEOUT, &given, problems);
    let method = params.method.as_ref().map_or("POST", |method| method.as_str()).to_owned();
    if let Some(given) = params.method.as_ref().filter(|given| !matches!(given.as_str(), "POST" | "PUT" | "PATCH")) {
        problems.push(given.span.problem(format!("`{}` sends no body", given.value)).help("POST, PUT or PATCH"));
    }
    Some(Box::new(Inquiry(Malformed {
        place,
        method,
        json: params.json,
        oversize: oversize(params.oversize.as_ref(), problems),
        patience: super::limits::timeout(params.patience.as_ref(), problems).unwrap_or(slow::USUAL_PATIENCE),
    })))
}

/// The longest body, in bytes.
fn oversize(given: Option<&Spanned<String>>, problems: &mut Problems) -> usize {
    let Some(given) = given else { return 11 << 20 };
    let bytes = units::size(given).ok().and_then(|size| size.floor_i64()).and_then(|size| usize::try_from(size).ok());
    match bytes {
        Some(bytes) if (1..=MOST_BYTES).contains(&bytes) => bytes,
        _ => {
            let wrong = format!("`oversize: {}` is no size up to 64 MiB", given.value);
            problems.push(given.span.problem(wrong).help("write `oversize: 11 MiB`"));
            0
        }
    }
}

impl Malformed {
    fn cases(&self) -> Vec<Case> {
        let mut cases = case::addresses(&self.place.path);
        if let Some(json) = &self.json {
            cases.extend(case::bodies(json, self.oversize));
        }
        cases
    }

    /// Sends one; what is wrong with the answer becomes evidence.
    async fn send(&self, case: &Case, round: &mut Round<'_>, places: &mut Vec<Evidence>) -> Result<Outcome, Unknown> {
        let headers = [("content-type", case.content_type)];
        let has_body = case.body.is_some();
        let fetched = round
            .ask(Request {
                method: if has_body { &self.method } else { "GET" },
                path: if has_body { &self.place.path } else { &case.path },
                credentials: &self.place.credentials,
                headers: if has_body { &headers } else { &[] },
                body: case.body.as_deref(),
            })
            .await?;
        let outcome = match (&fetched.reply, fetched.failure()) {
            (_, Some(failure))
                if failure.kind == FailureKind::Timeout && case.expected == Expected::RefusedOrClosed =>
            {
                Outcome::Unclear("so much could not be sent in time".to_owned())
            }
            (_, Some(failure)) if failure.kind == FailureKind::Timeout => Outcome::Hung,
            // who does not want to read a long body to its end may hang up
            (_, Some(_)) if case.expected == Expected::RefusedOrClosed => Outcome::Refused(0),
            (_, Some(failure)) => Outcome::Dropped(failure.to_string()),
            (Ok(reply), None) => facts::outcome(reply.status, case.expected),
            (Err(failure), None) => Outcome::Dropped(failure.to_string()),
        };
        if let Some(fault) = outcome.fault() {
            let note = format!("{}: {fault}", case.name);
            let verb = if has_body { self.method.as_str() } else { "GET" };
            places.push(Evidence { note: Some(note), ..evidence(&fetched, verb) });
        }
        Ok(outcome)
    }
}

impl Inquire for Malformed {
    const NAME: &'static str = "malformed";

    fn whom(&self) -> Whom<'_> {
        Whom::target(&self.place.target, self.place.timeout)
    }

    fn facts(&self) -> FactSchema {
        facts::declared().into()
    }

    fn touch(&self) -> Touch {
        let (bodies, addresses) = self.cases().into_iter().partition::<Vec<Case>, _>(|case| case.body.is_some());
        let root = Contact { url: "/".to_owned(), ..self.place.contact("GET", 2 + u64::from(self.json.is_some())) };
        let mut contacts = vec![root, self.place.contact("GET", addresses.len() as u64)];
        if !bodies.is_empty() {
            contacts.push(self.place.contact(&self.method, bodies.len() as u64 + 1));
        }
        Touch { contacts, presents: self.place.presents(), active: true, ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        permitted("malformed requests", Permission::Active, Some(&self.place.target), look.world)?;
        let mut round = Round::of(&look, &self.place.target)?;
        let (before, place) = round.answer(Request::get("/", &self.place.credentials)).await?;
        let mut met = Vec::new();
        let mut places = Vec::new();
        for case in self.cases() {
            let outcome = self.send(&case, &mut round, &mut places).await?;
            met.push(Met { name: case.name, about_body: case.body.is_some(), outcome });
        }
        let slow = match &self.json {
            Some(_) => Some(slow::watch(&self.place, &self.method, self.patience, look.until, &mut round).await?),
            None => None,
        };
        let after = round.ask(Request::get("/", &self.place.credentials)).await?;
        let healthy = after.reply.as_ref().is_ok_and(|reply| reply.status == before.status);
        if places.is_empty() {
            places
                .push(Evidence { note: Some(format!("{} requests are handled as they must be", met.len())), ..place });
        }
        Ok(round.observed(facts::of(&met, slow.as_ref(), healthy), places))
    }
}
