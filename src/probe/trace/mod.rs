//! Probe `trace`: which services send traces to a Jaeger or a Tempo, and whether the trace of a request is found there.
//!
//! Owns the parameters and the conversation. What the answers mean is in `trace/answer.rs`.

mod answer;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use self::answer::Trace as Found;
use super::http::fetch::{Address, Choice, Fetch, aim, fetch};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Contact, Look, Probe, ProbeDef, Touch, limits};
use crate::expect::units::std_duration;
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Fact, FactSchema, Facts, Observation, Problems, Unknown, Value};
use crate::world::api::{Query, get_json};
use crate::world::{Deadline, World};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// How long a trace may take to be found, when the spec does not say: exporters send in batches of five seconds.
const USUAL_WITHIN: Duration = Duration::from_secs(15);
/// The longest a spec may wait.
const LONGEST_WITHIN: Duration = Duration::from_secs(120);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// Looks at most: one for each pause of the longest wait, and one more.
const MOST_LOOKS: u64 = 241;

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "trace",
    doc: "Asks a Jaeger or Tempo which services send traces, and whether the trace of a request is found.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: jaeger\nrequest: { target: api, path: /health }\nwithin: 20 s\n",
};

/// Parameters of probe `trace`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TraceProbe")]
struct Params {
    /// The target that keeps the traces: the URL under which `/api` is.
    target: Spanned<String>,
    /// Which API it has: `jaeger` (by default) or `tempo`.
    #[serde(default)]
    api: Api,
    /// A request that is sent with a new trace id (W3C Trace Context, `traceparent`), and then looked for.
    #[serde(default)]
    request: Option<Sent>,
    /// How long its trace may take to be found (15 s, at most 2 min).
    #[serde(default)]
    within: Option<Spanned<String>>,
    /// `none`, `invalid`, or the name of credentials of the target; without it the target's `default`, if it has one.
    #[serde(default)]
    credentials: Option<String>,
    /// When one answer counts as not coming.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

/// A `GET` request.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Sent {
    /// The target it is sent to.
    target: String,
    /// The path that is asked for (`/`).
    #[serde(default)]
    path: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Api {
    #[default]
    Jaeger,
    Tempo,
}

#[derive(Clone, Debug, Serialize)]
struct Trace {
    target: String,
    api: Api,
    request: Option<Sent>,
    within: Duration,
    credentials: Choice,
    timeout: Option<Duration>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    if let (Some(within), None) = (&params.within, &params.request) {
        problems.push(within.span.problem("`within` needs `request`").help("add `request: { target: NAME, path: / }`"));
    }
    Some(Box::new(Inquiry(Trace {
        target: params.target.value,
        api: params.api,
        request: params.request,
        within: within(params.within.as_ref(), problems),
        credentials: Choice::of(params.credentials.as_deref()),
        timeout: limits::timeout(params.timeout.as_ref(), problems),
    })))
}

fn within(given: Option<&Spanned<String>>, problems: &mut Problems) -> Duration {
    let Some(given) = given else { return USUAL_WITHIN };
    match std_duration(given) {
        Ok(time) if time <= LONGEST_WITHIN => return time,
        Ok(_) => problems.push(given.span.problem("longer than 2 min").help("a trace that late is of no use")),
        Err(wrong) => problems.push(given.span.problem(wrong).help("a time with its unit, such as `within: 20 s`")),
    }
    USUAL_WITHIN
}

impl Trace {
    /// Sends the request and looks for its trace; the note.
    async fn follow(
        &self,
        request: &Sent,
        (world, until): (&World, Deadline),
        seen: &mut Seen,
    ) -> Result<String, Unknown> {
        let id = trace_id(world, request);
        let status = self.send(request, &id, (world, until), seen).await?;
        seen.facts.present("request.status", Value::count(status));
        let begun = Instant::now();
        let path = format!("/api/traces/{id}");
        while begun.elapsed() <= self.within && !until.is_over() {
            let (status, json) = self.ask(&path, world, until, seen).await?;
            if let Some(found) = answer::trace(&json).filter(|_| status == 200) {
                let time = begun.elapsed();
                let note = format!("trace {id} was found after {} ms", time.as_millis());
                set_found(&mut seen.facts, found, time);
                return Ok(note);
            }
            tokio::time::sleep(PAUSE.min(until.left())).await;
        }
        if until.is_over() && begun.elapsed() < self.within {
            return Err(Unknown::because(
                "the time limit came before the trace could be there; give a longer `timeout`",
            ));
        }
        seen.facts.present("found", Value::Bool(false));
        for name in ["time.found", "spans", "trace.services"] {
            seen.facts.set(name, Fact::Absent);
        }
        Ok(format!("trace {id} was not found within {} s", self.within.as_secs_f64()))
    }

    async fn send(
        &self,
        request: &Sent,
        id: &str,
        (world, until): (&World, Deadline),
        seen: &mut Seen,
    ) -> Result<u16, Unknown> {
        let path = request.path.clone().unwrap_or_else(|| "/".to_owned());
        let headers = BTreeMap::from([("traceparent".to_owned(), format!("00-{id}-{}-01", &id[..16]))]);
        let address = Address::Target { name: request.target.clone(), path };
        let get = Fetch {
            address: &address,
            method: "GET",
            headers: &headers,
            body: None,
            credentials: &Choice::Default,
            redirects: 0,
        };
        let fetched = fetch(get, world, self.limit(until)).await?;
        seen.requests += fetched.requests;
        match fetched.reply {
            Ok(reply) => Ok(reply.status),
            Err(failure) => Err(Unknown::because(format!("the request to be traced was not answered: {failure}"))),
        }
    }

    async fn ask(&self, path: &str, world: &World, until: Deadline, seen: &mut Seen) -> Result<(u16, Json), Unknown> {
        let address = Address::Target { name: self.target.clone(), path: path.to_owned() };
        // Tempo writes protobuf unless asked otherwise
        let headers = BTreeMap::from([("accept".to_owned(), "application/json".to_owned())]);
        let get = Fetch {
            address: &address,
            method: "GET",
            headers: &headers,
            body: None,
            credentials: &self.credentials,
            redirects: 0,
        };
        let aim = aim(&get, world, until).await?;
        seen.requests += 1 + aim.requests;
        let query = Query {
            url: &aim.url,
            parameters: &[],
            headers: &aim.headers,
            resolve: &aim.route.resolve,
            trust: &aim.trust,
        };
        // a trace that is not there is answered in words by some
        match get_json(query, self.limit(until)).await {
            Err(Unknown(reason)) if reason.contains("status 404") => Ok((404, Json::Null)),
            answered => answered,
        }
    }

    fn limit(&self, until: Deadline) -> Deadline {
        Deadline::after(self.timeout.unwrap_or(until.limit()).min(until.left()))
    }

    fn services_path(&self) -> &'static str {
        match self.api {
            Api::Jaeger => "/api/services",
            Api::Tempo => "/api/search/tag/service.name/values",
        }
    }
}

struct Seen {
    facts: Facts,
    requests: u64,
}

fn set_found(facts: &mut Facts, found: Found, time: Duration) {
    facts.present("found", Value::Bool(true));
    facts.present("time.found", Value::seconds(time));
    facts.present("spans", Value::count(found.spans));
    facts.present("trace.services", Value::List(found.services.into_iter().map(Value::Text).collect()));
}

/// An id of 16 bytes that no other run and no other request has: the moment of the run, and a digest of the request
/// (W3C Trace Context §3.2.2.3; FNV-1a).
fn trace_id(world: &World, request: &Sent) -> String {
    let text = format!("{} {}", request.target, request.path.as_deref().unwrap_or("/"));
    let digest = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let moment = world.now.as_nanosecond().unsigned_abs() as u64;
    format!("{digest:016x}{moment:016x}")
}

impl Inquire for Trace {
    const NAME: &'static str = "trace";

    fn whom(&self) -> Whom<'_> {
        let waits = self.request.is_some().then(|| self.within + self.timeout.unwrap_or(Duration::from_secs(10)) * 2);
        Whom::target(&self.target, waits.or(self.timeout))
    }

    fn facts(&self) -> FactSchema {
        FactSchema { decls: answer::declared(self.request.is_some()), ..FactSchema::default() }
    }

    fn touch(&self) -> Touch {
        let contact = |target: &str, path: &str, at_most: u64| Contact::below(target, "GET", path, at_most);
        let mut contacts = vec![contact(&self.target, self.services_path(), 1)];
        if let Some(request) = &self.request {
            contacts.push(contact(&request.target, request.path.as_deref().unwrap_or("/"), 1));
            contacts.push(contact(&self.target, "/api/traces/…", MOST_LOOKS));
        }
        Touch { contacts, ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        if !look.world.permit.network {
            return Err(Unknown::because("not contacted: --offline"));
        }
        let mut seen = Seen { facts: Facts::new(), requests: 0 };
        let services = self.ask(self.services_path(), look.world, look.until, &mut seen).await?;
        let (status, json) = &services;
        let names = answer::services(json)
            .filter(|_| *status == 200)
            .ok_or_else(|| Unknown::because(format!("{} has status {status} and no list", self.services_path())))?;
        let mut note = format!("{} services send traces", names.len());
        seen.facts.present("services", Value::List(names.into_iter().map(Value::Text).collect()));
        if let Some(request) = &self.request {
            note = self.follow(request, (look.world, look.until), &mut seen).await?;
        }
        let url = Some(format!("{}{}", self.target, self.services_path()));
        let evidence = Evidence { kind: EvidenceKind::Http, url, note: Some(note), ..Evidence::default() };
        Ok(Observation { facts: seen.facts, evidence: vec![evidence], requests: seen.requests })
    }
}
