//! Probe `websocket`: whether a WebSocket opens, how fast its first message comes, whether it looks at where its caller
//! comes from, and whether several open at once.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::http::fetch::{Address, Aim, Choice, Fetch, aim};
use super::inquiry::{Inquire, Inquiry, Whom};
use super::{Look, Probe, ProbeDef, Touch, limits};
use crate::model::report::{Evidence, EvidenceKind};
use crate::model::{Fact, FactDecl, FactSchema, FactType, Facts, Observation, Problems, Unknown, Value};
use crate::probe::http::place::check_paths;
use crate::world::Deadline;
use crate::world::net::{Ask, BODY_CAP, Failure, FailureKind, Handshake, Socket, Wish, open_websocket};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// Where such services usually are.
const USUAL_PATH: &str = "/ws";
/// Connections that are open at once, when a spec asks for several: a probe looks, it does not load.
const MOST_CONNECTIONS: u32 = 50;
/// Handshakes beside those: the first, and one from a foreign page.
const OTHER_HANDSHAKES: u64 = 2;
/// The page of a stranger.
const FOREIGN: &str = "https://foreign.invalid";

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "websocket",
    doc: "Opens a WebSocket, waits for its first message, and sees whether foreign pages and several callers get in.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: api\npath: /ws\nsend: '{\"type\": \"ping\"}'\nconnections: 10\ntimeout: 5 s\n",
};

/// Parameters of probe `websocket`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WebsocketProbe")]
struct Params {
    /// The target, by its http or https URL.
    target: Spanned<String>,
    /// The path that is asked for (`/ws`).
    #[serde(default)]
    path: Option<Spanned<String>>,
    /// `none`, `invalid`, or the name of credentials of the target; without it the target's `default`, if it has one.
    #[serde(default)]
    credentials: Option<String>,
    /// The page that the caller says to come from; by default the target itself.
    #[serde(default)]
    origin: Option<String>,
    /// A protocol to ask for, such as `graphql-transport-ws`.
    #[serde(default)]
    protocol: Option<String>,
    /// A text that is sent when the connection stands; without it the first message is waited for in silence.
    #[serde(default)]
    send: Option<String>,
    /// How many connections are to be open at once (1, at most 50).
    #[serde(default)]
    connections: Option<Spanned<u32>>,
    /// When everything must have come, the first message among it.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Websocket {
    address: Address,
    credentials: Choice,
    origin: Option<String>,
    protocol: Option<String>,
    send: Option<String>,
    connections: u32,
    timeout: Option<Duration>,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    check_paths(&params.path, problems);
    if let Some(given) = params.connections.as_ref().filter(|given| !(1..=MOST_CONNECTIONS).contains(&given.value)) {
        let wrong = format!("`connections: {}` is not between 1 and {MOST_CONNECTIONS}", given.value);
        problems.push(given.span.problem(wrong).help("a few show whether several get in; load is probe `load`"));
    }
    let path = params.path.map_or_else(|| USUAL_PATH.to_owned(), |path| path.value);
    Some(Box::new(Inquiry(Websocket {
        address: Address::Target { name: params.target.value, path },
        credentials: Choice::of(params.credentials.as_deref()),
        origin: params.origin,
        protocol: params.protocol,
        send: params.send,
        connections: params.connections.map_or(1, |given| given.value.clamp(1, MOST_CONNECTIONS)),
        timeout: limits::timeout(params.timeout.as_ref(), problems),
    })))
}

impl Websocket {
    async fn walk(&self, aim: &Aim, origin: &str, until: Deadline, seen: &mut Seen) -> Result<(), Failure> {
        let Some(mut socket) = self.first(aim, origin, until, seen).await? else { return Ok(()) };
        if let Some(text) = &self.send {
            socket.send(text, until).await?;
        }
        // what follows must be seen even if no message comes
        let begun = Instant::now();
        let patience = Deadline::after(until.left().mul_f64(0.6));
        let message = socket.message(patience).await;
        seen.set_message(message, begun.elapsed())?;
        let foreign = self.open(aim, FOREIGN, until, seen).await?;
        seen.facts.present("foreign_origin", Value::Bool(matches!(foreign, Handshake::Open(_))));
        if let Handshake::Open(foreign) = foreign {
            foreign.close(until).await;
        }
        self.several(aim, origin, until, seen).await;
        socket.close(until).await;
        Ok(())
    }

    /// The first handshake; nothing when the server does not accept it.
    async fn first(
        &self,
        aim: &Aim,
        origin: &str,
        until: Deadline,
        seen: &mut Seen,
    ) -> Result<Option<Socket>, Failure> {
        let handshake = self.open(aim, origin, until, seen).await?;
        seen.facts.present("reachable", Value::Bool(true));
        seen.facts.present("accepted", Value::Bool(matches!(handshake, Handshake::Open(_))));
        let why = match handshake {
            Handshake::Open(socket) => {
                seen.facts.set("error", Fact::Absent);
                seen.facts.present("status", Value::count(101_u16));
                seen.facts.present(
                    "time.connect",
                    Value::seconds(socket.phases.connect + socket.phases.tls.unwrap_or_default()),
                );
                seen.facts.present("time.handshake", Value::seconds(socket.handshake));
                let protocol = socket.protocol.clone().map(Value::Text);
                seen.facts.set("protocol", protocol.map_or(Fact::Absent, Fact::Present));
                return Ok(Some(*socket));
            }
            Handshake::Status(status) => {
                seen.facts.present("status", Value::count(status));
                format!("the server answers the handshake with status {status}")
            }
            Handshake::Wrong(how) => {
                seen.facts.present("status", Value::count(101_u16));
                format!("the server accepts in a way that the standard forbids: {how}")
            }
        };
        seen.facts.present("error", Value::Text("not-websocket".to_owned()));
        seen.facts.set_reason(why.clone());
        seen.notes.push(why);
        Ok(None)
    }

    /// The other connections that are to be open at once; the first stays open meanwhile.
    async fn several(&self, aim: &Aim, origin: &str, until: Deadline, seen: &mut Seen) {
        let mut open = Vec::new();
        for _ in 1..self.connections {
            match self.open(aim, origin, until, seen).await {
                Ok(Handshake::Open(socket)) => open.push(socket),
                Ok(Handshake::Status(status)) => seen.notes.push(format!("a further connection got status {status}")),
                Ok(Handshake::Wrong(how)) => seen.notes.push(format!("a further connection: {how}")),
                Err(failure) if failure.kind == FailureKind::Ours => {
                    seen.facts.set("connections", Fact::Unobserved(failure.detail));
                    return close_all(open.into_iter(), until).await;
                }
                Err(failure) => {
                    seen.notes.push(format!("a further connection: {failure}"));
                    break;
                }
            }
        }
        seen.facts.present("connections", Value::count(open.len() + 1));
        close_all(open.into_iter(), until).await;
    }

    async fn open(&self, aim: &Aim, origin: &str, until: Deadline, seen: &mut Seen) -> Result<Handshake, Failure> {
        aim.turn(until).await?;
        seen.requests += 1;
        let ask = Ask {
            method: "GET",
            url: &aim.url,
            headers: &aim.headers,
            body: None,
            route: &aim.route,
            trust: &aim.trust,
            body_cap: BODY_CAP,
            only_public: false,
        };
        open_websocket(&ask, Wish { origin: Some(origin), protocol: self.protocol.as_deref() }, until).await
    }
}

async fn close_all(sockets: impl Iterator<Item = Box<Socket>>, until: Deadline) {
    for socket in sockets {
        socket.close(until).await;
    }
}

/// What was seen so far.
struct Seen {
    facts: Facts,
    notes: Vec<String>,
    requests: u64,
}

impl Seen {
    fn failed(&mut self, failure: &Failure) {
        if self.facts.set_fact("reachable").is_none() {
            self.facts.present("reachable", Value::Bool(false));
        }
        self.facts.present("error", Value::Text(failure.kind.word().to_owned()));
        self.facts.set_reason(failure.to_string());
        self.notes.push(failure.to_string());
    }

    /// The first message, or that none came in time.
    fn set_message(&mut self, message: Result<Option<String>, Failure>, time: Duration) -> Result<(), Failure> {
        match message {
            Ok(Some(text)) => {
                self.facts.present("message", Value::Text(text));
                self.facts.present("time.message", Value::seconds(time));
            }
            Ok(None) => self.no_message("the server took leave before its first message".to_owned()),
            Err(failure) if failure.kind == FailureKind::Timeout => self.no_message(failure.detail),
            Err(failure) => return Err(failure),
        }
        Ok(())
    }

    fn no_message(&mut self, why: String) {
        self.facts.set("message", Fact::Absent);
        self.facts.set("time.message", Fact::Absent);
        self.notes.push(why);
    }
}

impl Inquire for Websocket {
    const NAME: &'static str = "websocket";

    fn whom(&self) -> Whom<'_> {
        self.address.whom(self.timeout)
    }

    fn facts(&self) -> FactSchema {
        use FactType::{Bool, Count, Duration, Text};
        let error = "What went wrong, in the words of probe `http`, or `not-websocket` for an answer that opens none; \
                     absent when one opened.";
        let foreign = "Whether a page of another site gets in (CWE-1385); its users' cookies would come with it.";
        let decls = vec![
            FactDecl::new("reachable", Bool, "Whether the handshake was answered."),
            FactDecl::new("accepted", Bool, "Whether a WebSocket opened."),
            FactDecl::new("status", Count, "Status of the answer to the handshake; 101 when one opened."),
            FactDecl::new("error", Text, error),
            FactDecl::new("protocol", Text, "What the server chose of the protocol asked for; absent when nothing."),
            FactDecl::new("message", Text, "The first message; absent when none came in three fifths of the time."),
            FactDecl::new("foreign_origin", Bool, foreign),
            FactDecl::new("connections", Count, "Connections that were open at once, of those asked for."),
            FactDecl::new("time.connect", Duration, "How long connecting took, with TLS."),
            FactDecl::new("time.handshake", Duration, "From the request to the open WebSocket."),
            FactDecl::new("time.message", Duration, "From there (or from what was sent) to the first message."),
        ];
        FactSchema { decls, ..FactSchema::default() }
    }

    fn touch(&self) -> Touch {
        let contact = self.address.contact("GET", u64::from(self.connections) - 1 + OTHER_HANDSHAKES);
        Touch { contacts: vec![contact], ..Touch::default() }
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        if !look.world.permit.network {
            return Err(Unknown::because("not contacted: --offline"));
        }
        let headers = BTreeMap::new();
        let fetch = Fetch {
            address: &self.address,
            method: "GET",
            headers: &headers,
            body: None,
            credentials: &self.credentials,
            redirects: 0,
        };
        let aim = aim(&fetch, look.world, look.until).await?;
        let own = aim.url.origin().ascii_serialization();
        let mut seen = Seen { facts: Facts::new(), notes: Vec::new(), requests: aim.requests };
        let outcome = self.walk(&aim, self.origin.as_deref().unwrap_or(&own), look.until, &mut seen).await;
        if let Err(failure) = outcome {
            if failure.kind == FailureKind::Ours {
                return Err(Unknown::because(failure.detail));
            }
            seen.failed(&failure);
        }
        let url = Some(aim.url.to_string());
        let note = (!seen.notes.is_empty()).then(|| seen.notes.join("; "));
        let evidence = Evidence { kind: EvidenceKind::Http, url, note, ..Evidence::default() };
        Ok(Observation { facts: seen.facts, evidence: vec![evidence], requests: seen.requests })
    }
}
