//! Probe `sse`: whether a stream of server-sent events opens, and how soon its events come through.
//!
//! Owns the parameters and the facts. What an event is, is in `sse/event.rs`.

mod event;

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::event::events;
use super::http::fetch::{Address, Choice, Fetch, aim};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Look, Probe, ProbeDef, Touch, limits};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::probe::http::place::check_paths;
use crate::world::net::{Ask, Failure, FailureKind, Heard, listen};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// Where such streams usually are.
const USUAL_PATH: &str = "/events";
/// Events that a spec may wait for.
const MOST_EVENTS: u32 = 100;
/// How long events are waited for, when the spec does not say.
const USUAL_TIMEOUT: Duration = Duration::from_secs(8);
/// Bytes of a stream that are read.
const STREAM_CAP: usize = 1 << 20;

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "sse",
    doc: "Opens a stream of server-sent events and waits for the first of them.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\npath: /events\nevents: 2\ntimeout: 10 s\n",
};

/// Parameters of probe `sse`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SseProbe")]
struct Params {
    /// The target, by its http or https URL.
    target: Spanned<String>,
    /// The path that is asked for (`/events`).
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// `none`, `invalid`, or the name of credentials of the target; without it the target's `default`, if it has one.
    #[serde(default)]
    credentials: Option<String>,
    /// How many events are waited for (1, at most 100).
    #[serde(default)]
    events: Option<Spanned<u32>>,
    /// How long they are waited for (8 s).
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Sse {
    address: Address,
    credentials: Choice,
    events: usize,
    timeout: Duration,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    check_paths(&params.path, problems);
    if let Some(given) = params.events.as_ref().filter(|given| !(1..=MOST_EVENTS).contains(&given.value)) {
        let wrong = format!("`events: {}` is not between 1 and {MOST_EVENTS}", given.value);
        problems.push(given.span.problem(wrong).help("the first few show whether events come through"));
    }
    let path = params.path.map_or_else(|| USUAL_PATH.to_owned(), |path| path.value);
    Some(Box::new(Inquiry(Sse {
        address: Address::Target { name: params.target.value, path },
        credentials: Choice::of(params.credentials.as_deref()),
        events: params.events.map_or(1, |given| given.value.clamp(1, MOST_EVENTS)) as usize,
        timeout: limits::timeout(params.timeout.as_ref(), problems).unwrap_or(USUAL_TIMEOUT),
    })))
}

impl Sse {
    fn facts_of(&self, heard: &Heard) -> (Facts, String) {
        let kind = heard.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.as_str());
        let is_stream = heard.status == 200 && kind.is_some_and(|kind| essence(kind) == "text/event-stream");
        let mut facts = Facts::new();
        facts.present("reachable", Value::Bool(true));
        facts.present("status", Value::count(heard.status));
        facts.present("opened", Value::Bool(is_stream));
        let broken = heard.ended.as_ref().and_then(|ended| ended.as_ref().err());
        let error = broken.map(|failure| Value::Text(failure.kind.word().to_owned()));
        facts.set("error", error.map_or(Fact::Absent, Fact::Present));
        if !is_stream {
            let why = format!("no stream: status {}, content-type {}", heard.status, kind.unwrap_or("none"));
            facts.set_reason(why.clone());
            return (facts, why);
        }
        let found = events(&heard.pieces);
        let first = found.first();
        let text = |text: Option<&str>| text.map_or(Fact::Absent, |text| Fact::Present(Value::Text(text.to_owned())));
        facts.present("events", Value::count(found.len()));
        facts.present("ended", Value::Bool(heard.ended.is_some()));
        facts.present("resumable", Value::Bool(!found.is_empty() && found.iter().all(|event| event.has_id)));
        facts.set("first.data", text(first.map(|event| event.data.as_str())));
        facts.set("first.event", text(first.map(|event| event.kind.as_str()).filter(|kind| !kind.is_empty())));
        facts.set("time.first", first.map_or(Fact::Absent, |event| Fact::Present(Value::seconds(event.at))));
        let note = format!("{} of {} events came", found.len(), self.events);
        (facts, broken.map_or(note.clone(), |failure| format!("{note}; {failure}")))
    }
}

/// `text/event-stream; charset=utf-8` → `text/event-stream`
fn essence(kind: &str) -> String {
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn nothing(failure: &Failure) -> (Facts, String) {
    let mut facts = Facts::unobserved(failure.to_string());
    facts.present("reachable", Value::Bool(false));
    facts.present("error", Value::Text(failure.kind.word().to_owned()));
    (facts, failure.to_string())
}

impl Inquire for Sse {
    const NAME: &'static str = "sse";

    fn whom(&self) -> Whom<'_> {
        self.address.whom(self.timeout)
    }

    fn facts(&self) -> FactSchema {
        use FactType::{Bool, Count, Text};
        let error = "What went wrong, in the words of probe `http`; absent when nothing did.";
        let first =
            "From the request to the end of the first event; absent when none came. A proxy that buffers delays it.";
        let resumable = "Whether every event has an id, from which a client that lost the connection goes on.";
        let decls = vec![
            FactDecl::new("reachable", Bool, "Whether the request was answered."),
            FactDecl::new("status", Count, "Status code."),
            FactDecl::new("error", Text, error),
            FactDecl::new("opened", Bool, "Whether it is answered with 200 and `text/event-stream`."),
            FactDecl::new("events", Count, "Events that came in time, of those waited for."),
            FactDecl::new("ended", Bool, "Whether the server ended the stream meanwhile."),
            FactDecl::new("resumable", Bool, resumable),
            FactDecl::new("first.event", Text, "Kind of the first event; absent for a plain message."),
            FactDecl::new("first.data", Text, "Its data; absent when none came."),
            FactDecl::new("time.first", FactType::Duration, first),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn touch(&self) -> Touch {
        Touch { contacts: vec![self.address.contact("GET", 1)], ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        if !look.world.permit.network {
            return Err(Unknown::because("not contacted: --offline"));
        }
        let headers = BTreeMap::from([("accept".to_owned(), "text/event-stream".to_owned())]);
        let fetch = Fetch {
            address: &self.address,
            method: "GET",
            headers: &headers,
            body: None,
            credentials: &self.credentials,
            redirects: 0,
        };
        let aim = aim(&fetch, look.world, look.until).await?;
        let ask = Ask {
            method: "GET",
            url: &aim.url,
            headers: &aim.headers,
            body: None,
            route: &aim.route,
            trust: &aim.trust,
            body_cap: STREAM_CAP,
            only_public: false,
        };
        aim.turn(look.until).await.map_err(|failure| Unknown::because(failure.detail))?;
        let heard = listen(&ask, look.until, |pieces| events(pieces).len() >= self.events).await;
        let status = heard.as_ref().ok().map(|heard| heard.status);
        let (facts, note) = match heard {
            Err(failure) if failure.kind == FailureKind::Ours => return Err(Unknown::because(failure.detail)),
            Err(failure) => nothing(&failure),
            Ok(heard) => self.facts_of(&heard),
        };
        let url = Some(aim.url.to_string());
        let evidence = Evidence { kind: EvidenceKind::Http, url, status, note: Some(note), ..Evidence::default() };
        Ok(Observation { facts, evidence: vec![evidence], requests: 1 + aim.requests })
    }
}
