//! Probe `nats`: whether a NATS server is there, refuses strangers, and how its streams are.
//!
//! Owns the parameters and the conversation; what the answers of JetStream mean is in `nats/stream.rs`.

mod stream;

use std::time::Instant;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::inquiry::{Inquire, Inquiry, Whom};
use super::service::{Access, Aim, Entry, Latency, declared, most_runs};
use super::{Look, Probe, ProbeDef, Touch};
use crate::model::{Fact, FactDecl, FactSchema, FactType, Observation, Problems, Unknown, Value};
use crate::world::service::nats::{SCHEMES, Session};
use crate::world::service::{Trouble, TroubleKind};
use crate::yaml::{Node, Spanned, decode as decode_node};

/// Messages beside the timed ones: two logins and three questions about JetStream.
const OTHER_MESSAGES: u64 = 5;

/// What the registry knows of it.
pub(super) static DEF: ProbeDef = ProbeDef {
    name: "nats",
    doc: "Knocks at a NATS server without credentials, then looks in with them: latency, JetStream, a stream and a consumer.",
    schema: |generator| generator.subschema_for::<Params>(),
    decode,
    example: "target: nats\nstream: ORDERS\nconsumer: billing\n",
};

/// Parameters of probe `nats`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NatsProbe")]
struct Params {
    /// The target, `nats://user:password@host:4222`, or `tls://…` to insist on TLS; a password without a user is a token.
    target: Spanned<String>,
    /// `none`, `invalid`, or the name of credentials of the target; without it its `default`, or those of the URL.
    #[serde(default)]
    credentials: Option<String>,
    /// A stream of JetStream.
    #[serde(default)]
    stream: Option<Spanned<String>>,
    /// A durable consumer of that stream.
    #[serde(default)]
    consumer: Option<Spanned<String>>,
    /// How many `PING`s are timed, one after the other (20).
    #[serde(default)]
    runs: Option<Spanned<u32>>,
    /// When the whole conversation must be over.
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct Nats {
    access: Access,
    stream: Option<String>,
    consumer: Option<String>,
    runs: u32,
}

fn decode(node: &Node, problems: &mut Problems) -> Option<Box<dyn Probe>> {
    let params: Params = decode_node(node, problems)?;
    for (key, name) in [("stream", &params.stream), ("consumer", &params.consumer)] {
        let plain =
            |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        if let Some(name) = name.as_ref().filter(|name| !plain(name)) {
            let problem = name.span.problem(format!("`{}` is not the name of a {key}", name.value));
            problems.push(problem.help("letters, digits, `_` and `-`"));
        }
    }
    if let (None, Some(consumer)) = (&params.stream, &params.consumer) {
        problems.push(consumer.span.problem("a consumer is one of a stream").help("add `stream: NAME`"));
    }
    let runs = most_runs(params.runs.as_ref(), problems);
    let access = Access::new(params.target, params.credentials.as_deref(), params.timeout.as_ref(), problems);
    let text = |name: Option<Spanned<String>>| name.map(|name| name.value);
    Some(Box::new(Inquiry(Nats { access, stream: text(params.stream), consumer: text(params.consumer), runs })))
}

impl Nats {
    async fn look_round(&self, session: &mut Session, entry: &mut Entry, now: i64) -> Result<(), Trouble> {
        let mut latency = Latency::default();
        for _ in 0..self.runs {
            entry.requests += 1;
            let begun = Instant::now();
            session.ping().await?;
            latency.add(begun.elapsed());
        }
        latency.set(&mut entry.facts, ["ping.p50", "ping.p95", "ping.max"]);
        let account = ask(session, entry, "$JS.API.INFO").await?;
        stream::about_account(account.as_ref(), &mut entry.facts);
        let Some(stream) = &self.stream else { return Ok(()) };
        let answer = ask(session, entry, &format!("$JS.API.STREAM.INFO.{stream}")).await?;
        stream::about_stream(answer.as_ref(), now, &mut entry.facts);
        let Some(consumer) = &self.consumer else { return Ok(()) };
        let answer = ask(session, entry, &format!("$JS.API.CONSUMER.INFO.{stream}.{consumer}")).await?;
        stream::about_consumer(answer.as_ref(), &mut entry.facts);
        Ok(())
    }
}

/// An answer of JetStream; `None` where there is no JetStream.
async fn ask(session: &mut Session, entry: &mut Entry, subject: &str) -> Result<Option<Json>, Trouble> {
    entry.requests += 1;
    session.ask(subject).await
}

/// Says hello as nobody: in, or the refusal.
async fn knock(mut session: Session, entry: &mut Entry) -> Result<Result<Session, Trouble>, Trouble> {
    entry.requests += 1;
    match session.log_in(None).await {
        Ok(()) => {
            entry.facts.present("open", Value::Bool(true));
            Ok(Ok(session))
        }
        Err(refusal) if refusal.kind == TroubleKind::AuthRequired => {
            entry.facts.present("open", Value::Bool(false));
            Ok(Err(refusal))
        }
        Err(trouble) => Err(trouble),
    }
}

async fn log_in(mut session: Session, aim: &Aim, entry: &mut Entry, refusal: Trouble) -> Result<Session, Trouble> {
    let Some(login) = aim.login() else { return Err(refusal) };
    entry.requests += 1;
    session.log_in(Some(&login)).await?;
    Ok(session)
}

fn about_server(info: &Json, entry: &mut Entry) {
    let text = |key: &str| info[key].as_str().map(|text| Value::Text(text.to_owned()));
    let absent_or = |value: Option<Value>| value.map_or(Fact::Absent, Fact::Present);
    entry.facts.set("version", absent_or(text("version")));
    entry.facts.set("cluster", absent_or(text("cluster")));
    entry.facts.set("max_payload", absent_or(info["max_payload"].as_u64().map(Value::count)));
}

impl Inquire for Nats {
    const NAME: &'static str = "nats";

    fn whom(&self) -> Whom<'_> {
        self.access.whom()
    }

    fn facts(&self) -> FactSchema {
        let own = [
            FactDecl::new("open", FactType::Bool, "Whether it lets anybody in without credentials."),
            FactDecl::new("version", FactType::Version, "Version of the server."),
            FactDecl::new("cluster", FactType::Text, "Name of its cluster; absent for a server on its own."),
            FactDecl::new("max_payload", FactType::Size, "The largest message it takes."),
            FactDecl::new("ping.p50", FactType::Duration, "Median time of a `PING` on the warm connection."),
            FactDecl::new("ping.p95", FactType::Duration, "95th percentile of it; unobserved below 20 runs."),
            FactDecl::new("ping.max", FactType::Duration, "The longest of them."),
        ];
        let decls = declared().into_iter().chain(own).chain(stream::declared()).collect();
        FactSchema { decls, ..FactSchema::default() }
    }

    fn touch(&self) -> Touch {
        self.access.touch(u64::from(self.runs) + OTHER_MESSAGES)
    }

    async fn look(&self, look: Look<'_>) -> Result<Observation, Unknown> {
        let aim = self.access.aim(look.world, SCHEMES)?;
        let trust = aim.trust()?;
        let mut entry = Entry::new(aim.endpoint.shown());
        let conversation = async {
            let connect = async || Session::open(aim.reach(look.until), &trust, aim.endpoint.scheme == "tls").await;
            let session = connect().await?;
            entry.connected(session.phases.connect, session.tls);
            about_server(&session.info, &mut entry);
            let mut session = match knock(session, &mut entry).await? {
                Ok(session) => session,
                Err(refusal) => log_in(connect().await?, &aim, &mut entry, refusal).await?,
            };
            entry.admitted();
            self.look_round(&mut session, &mut entry, look.world.now.as_second()).await
        };
        let outcome = conversation.await;
        entry.finish(outcome)
    }
}
