//! Probe `grpc_health`: asks a gRPC server whether it serves, by the health checking protocol (`grpc.health.v1`).
//!
//! Owns the two messages of that protocol, which are small enough to be written out. The call itself is `world::net`'s.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::http::fetch::{Address, Choice, Fetch, aim};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Contact, Look, Presented, Probe, ProbeDef, Touch, limits};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::net::{Called, Failure, FailureKind, Header, call};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "grpc_health",
    doc: "Asks a gRPC server by the health checking protocol whether it serves.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: orders\nservice: shop.v1.Orders\ntimeout: 2 s\n",
};

/// The method of the protocol.
const METHOD: &str = "/grpc.health.v1.Health/Check";
/// When nothing is said.
const USUAL_TIMEOUT: Duration = Duration::from_secs(10);
/// An answer is some twenty bytes.
const ANSWER_CAP: usize = 64 << 10;
/// Status of gRPC for something that is not there.
const NOT_FOUND: u32 = 5;
/// Status of gRPC for a method that the server does not have.
const UNIMPLEMENTED: u32 = 12;

/// Parameters of probe `grpc_health`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "GrpcHealthProbe")]
struct Params {
    /// The target to ask: `https://host:port`, or `http://host:port` without TLS.
    target: Spanned<String>,
    /// The service to ask for, such as `shop.v1.Orders`; without it the server as a whole.
    #[serde(default)]
    service: Option<String>,
    /// `none` or the name of credentials of the target; without it the target's `default`, if there is one.
    #[serde(default)]
    credentials: Option<String>,
    /// When it counts as not answered; default 10 s.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct GrpcHealth {
    address: Address,
    service: String,
    credentials: Choice,
    timeout: Duration,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    Some(Box::new(Inquiry(GrpcHealth {
        address: Address::Target { name: params.target.value, path: METHOD.to_owned() },
        service: params.service.unwrap_or_default(),
        credentials: Choice::of(params.credentials.as_deref()),
        timeout: limits::timeout(params.timeout.as_ref(), problems).unwrap_or(USUAL_TIMEOUT),
    })))
}

/// States of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Unknown,
    Serving,
    NotServing,
    ServiceUnknown,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Unknown => "unknown",
            State::Serving => "serving",
            State::NotServing => "not-serving",
            State::ServiceUnknown => "service-unknown",
        }
    }

    /// From a `HealthCheckResponse`, whose one field is an enumeration; a field that is zero is not sent.
    fn of(message: &[u8]) -> Option<State> {
        /// Field 1, a number.
        const STATUS: u8 = 0x08;
        match message {
            [] | [STATUS, 0] => Some(State::Unknown),
            [STATUS, 1] => Some(State::Serving),
            [STATUS, 2] => Some(State::NotServing),
            [STATUS, 3] => Some(State::ServiceUnknown),
            _ => None,
        }
    }
}

/// A `HealthCheckRequest`, whose one field is a text; an empty one is not sent.
fn request_for(service: &str) -> Vec<u8> {
    /// Field 1, a text.
    const SERVICE: u8 = 0x0a;
    if service.is_empty() {
        return Vec::new();
    }
    let mut message = vec![SERVICE];
    let mut length = service.len();
    while length > 0x7f {
        message.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    message.push((length & 0x7f) as u8);
    message.extend(service.as_bytes());
    message
}

fn unreachable(failure: &Failure) -> (Facts, String) {
    let mut facts = Facts::new();
    facts.present("reachable", Value::Bool(false));
    facts.present("error", Value::Text(failure.kind.word().to_owned()));
    facts.set_reason(failure.to_string());
    (facts, failure.to_string())
}

fn answered(called: &Called) -> (Facts, String) {
    let mut facts = Facts::new();
    facts.present("reachable", Value::Bool(true));
    facts.present("time", Value::seconds(called.time));
    let Some(status) = called.grpc_status else {
        let why = format!("the answer is none of gRPC: status {}", called.http_status);
        facts.present("error", Value::Text("not-grpc".to_owned()));
        facts.set_reason(why.clone());
        return (facts, why);
    };
    facts.present("grpc_status", Value::count(status));
    let said = called.said.as_deref().map(|said| format!(": {said}")).unwrap_or_default();
    facts.present("implemented", Value::Bool(status != UNIMPLEMENTED));
    let state = match status {
        0 => called.message.as_deref().and_then(State::of),
        NOT_FOUND => Some(State::ServiceUnknown),
        _ => None,
    };
    facts.set("error", Fact::Absent);
    let Some(state) = state else {
        let why = match status {
            UNIMPLEMENTED => format!("the server has no `grpc.health.v1.Health`{said}"),
            0 => "the answer is none of the health checking protocol".to_owned(),
            other => format!("the call failed with status {other} of gRPC{said}"),
        };
        facts.set_reason(why.clone());
        return (facts, why);
    };
    facts.present("status", Value::Text(state.word().to_owned()));
    facts.present("serving", Value::Bool(state == State::Serving));
    (facts, format!("{} in {} ms", state.word(), called.time.as_millis()))
}

#[rustfmt::skip] // One line each, as a table.
fn declared() -> Vec<FactDecl> {
    vec![
        FactDecl::new("reachable", FactType::Bool, "Whether an answer came."),
        FactDecl::new("error", FactType::Text, "Why there is no answer of gRPC; absent when there is one. A word of probe `http`, or `not-grpc`."),
        FactDecl::new("serving", FactType::Bool, "Whether it says that it serves; unobserved when it does not know the protocol or refuses the call."),
        FactDecl::new("status", FactType::Text, "What it says: `serving`, `not-serving`, `unknown`, `service-unknown`."),
        FactDecl::new("implemented", FactType::Bool, "Whether it has the service `grpc.health.v1.Health`."),
        FactDecl::new("grpc_status", FactType::Count, "Status of the call, 0 for success."),
        FactDecl::new("time", FactType::Duration, "From the request to the end of the answer, without connecting."),
    ]
}

impl Inquire for GrpcHealth {
    const NAME: &'static str = "grpc_health";

    fn whom(&self) -> Whom<'_> {
        self.address.whom(self.timeout)
    }

    fn facts(&self) -> FactSchema {
        declared().into()
    }

    fn touch(&self) -> Touch {
        let contact = Contact {
            target: self.address.target().map(str::to_owned),
            url: METHOD.to_owned(),
            verb: "POST".to_owned(),
            at_most: 1,
        };
        let presents: Vec<Presented> = self.credentials.presented(1).into_iter().collect();
        Touch { contacts: vec![contact], presents, ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        if !look.world.permit.network {
            return Err(Unknown::because("not contacted: --offline"));
        }
        let headers = BTreeMap::from([
            ("content-type".to_owned(), "application/grpc".to_owned()),
            ("te".to_owned(), "trailers".to_owned()),
        ]);
        let fetch = Fetch {
            address: &self.address,
            method: "POST",
            headers: &headers,
            body: None,
            credentials: &self.credentials,
            redirects: 0,
        };
        let mut aim = aim(&fetch, look.world, look.until).await?;
        aim.headers.retain(|header: &Header| header.name() != "accept");
        aim.turn(look.until).await.map_err(|failure| Unknown::because(failure.detail))?;
        let mut ask = aim.request("POST", Some(Bytes::from(request_for(&self.service))));
        ask.body_cap = ANSWER_CAP;
        let (facts, note) = match call(&ask, look.until).await {
            Err(Failure { kind: FailureKind::Ours, detail }) => return Err(Unknown::because(detail)),
            Err(failure) => unreachable(&failure),
            Ok(called) => answered(&called),
        };
        let url = Some(aim.url.to_string());
        let evidence = Evidence { kind: EvidenceKind::Http, url, note: Some(note), ..Evidence::default() };
        Ok(Observation { facts, evidence: vec![evidence], requests: 1 + aim.requests })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_messages_are_written_as_protocol_buffers_have_them() {
        assert!(request_for("").is_empty());
        assert_eq!(request_for("a.B"), [0x0a, 3, b'a', b'.', b'B']);
        assert_eq!(request_for(&"x".repeat(300))[..3], [0x0a, 0xac, 0x02]);
        for (message, state) in [
            (&[][..], Some(State::Unknown)),
            (&[8, 1], Some(State::Serving)),
            (&[8, 2], Some(State::NotServing)),
            (&[8, 9], None),
            (&[18, 1, 1], None),
        ] {
            assert_eq!(State::of(message), state, "{message:?}");
        }
    }
}
