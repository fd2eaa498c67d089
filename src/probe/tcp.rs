//! Probe `tcp`: whether a port is open, how long connecting takes, and what the service says first.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::endpoint::{Endpoint, Place};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Look, Probe, ProbeDef, Touch, limits};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::world::net::{Failure, FailureKind, Greeted, Line, greet};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// How long a first word is waited for at most.
const BANNER: Duration = Duration::from_secs(1);

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "tcp",
    doc: "Connects to a port: open, closed or silent, how long that takes, and what the service says first.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "host: db.example.org:5432\ntimeout: 3 s\n",
};

/// Parameters of probe `tcp`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TcpProbe")]
struct Params {
    /// A target of the spec: host and port of its URL.
    #[serde(default)]
    target: Option<Spanned<String>>,
    /// Host and port, instead of `target`: `db.example.org:5432`.
    #[serde(default)]
    host: Option<Spanned<String>>,
    /// When a connection counts as not coming about.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Tcp {
    endpoint: Endpoint,
    timeout: Option<Duration>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    let endpoint = Endpoint::decode(params.target.as_ref(), params.host.as_ref(), None, node, problems)?;
    Some(Box::new(Inquiry(Tcp { endpoint, timeout: limits::timeout(params.timeout.as_ref(), problems) })))
}

fn open(greeted: &Greeted) -> (Facts, String) {
    let mut facts = Facts::new();
    facts.present("open", Value::Bool(true));
    facts.present("state", Value::Text("open".to_owned()));
    facts.set("error", Fact::Absent);
    facts.present("time", Value::seconds(greeted.connect));
    let banner = String::from_utf8_lossy(&greeted.banner).into_owned();
    let says = if banner.is_empty() { "it waits for us to speak".to_owned() } else { format!("it says `{banner}`") };
    facts.set("banner", if banner.is_empty() { Fact::Absent } else { Fact::Present(Value::Text(banner)) });
    (facts, format!("{} is open; {says}", greeted.peer))
}

fn shut(failure: &Failure) -> (Facts, String) {
    let mut facts = Facts::unobserved(format!("no connection: {failure}"));
    facts.present("open", Value::Bool(false));
    let state = match failure.kind {
        FailureKind::Refused | FailureKind::Reset => Some("closed"),
        FailureKind::Timeout | FailureKind::Unreachable => Some("filtered"),
        _ => None,
    };
    if let Some(state) = state {
        facts.present("state", Value::Text(state.to_owned()));
    }
    facts.present("error", Value::Text(failure.kind.word().to_owned()));
    (facts, failure.to_string())
}

fn evidence(place: &Place, note: String) -> Evidence {
    let url = Some(format!("tcp://{}", place.shown()));
    Evidence { kind: EvidenceKind::Http, url, note: Some(note), ..Evidence::default() }
}

impl Inquire for Tcp {
    const NAME: &'static str = "tcp";

    fn whom(&self) -> Whom<'_> {
        self.endpoint.whom(self.timeout)
    }

    fn facts(&self) -> FactSchema {
        let state =
            "`open`; `closed`: the host refuses; `filtered`: nothing answers. Unobserved when there is no host.";
        FactSchema {
            decls: vec![
                FactDecl::new("open", FactType::Bool, "Whether a connection came about."),
                FactDecl::new("state", FactType::Text, state),
                FactDecl::new(
                    "error",
                    FactType::Text,
                    "Why none did, in the words of probe `http`; absent when one did.",
                ),
                FactDecl::new("time", FactType::Duration, "How long connecting took."),
                FactDecl::new(
                    "banner",
                    FactType::Text,
                    "What the service says within a second without being asked, at most 1 KiB; absent when it waits.",
                ),
            ],
            units: BTreeMap::new(),
        }
    }

    fn touch(&self) -> Touch {
        Touch { contacts: vec![self.endpoint.contact("connect", 1)], ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        if !look.world.permit.network {
            return Err(Unknown::because("not contacted: --offline"));
        }
        let place = self.endpoint.place(look.world)?;
        let line = Line { host: &place.host, port: place.port, tls: None, route: &place.route, only_public: false };
        let (facts, note) = match greet(line, BANNER, look.until).await {
            Ok(greeted) => open(&greeted),
            Err(failure) if failure.kind == FailureKind::Ours => return Err(Unknown::because(failure.detail)),
            Err(failure) => shut(&failure),
        };
        Ok(Observation { facts, evidence: vec![evidence(&place, note)], requests: 1 })
    }
}
